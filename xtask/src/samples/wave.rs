//! This turns two curves into a printed wave: bands that follow the water, and foam with claws along its lip.
use super::canvas::{Canvas, disc, ribbon, spline};
use super::geom::{P2, V3, hex, lerp, rot, smooth};
use super::noise::Rng;

/// The dark of the key block.
pub const KEY: V3 = hex(0x14233f);
/// The paper showing as foam.
pub const FOAM: V3 = hex(0xf3ecd8);
/// The pale blue of foam in the shade.
pub const FOAM_SHADE: V3 = hex(0xa9c3cf);

/// A wave between its hollow face and its back; both curves start at the tip of the crest.
pub struct Wave {
    face: Vec<P2>,
    back: Vec<P2>,
}

/// A point at `t` in 0..1 of a polyline.
pub fn along(path: &[P2], t: f32) -> P2 {
    let f = t.clamp(0.0, 1.0) * (path.len() - 1) as f32;
    let i = (f as usize).min(path.len().saturating_sub(2));
    let (a, b) = (path[i], path[(i + 1).min(path.len() - 1)]);
    (lerp(a.0, b.0, f - i as f32), lerp(a.1, b.1, f - i as f32))
}

/// The points of a curve at equal distances.
fn even(path: &[P2], n: usize) -> Vec<P2> {
    let mut lengths = vec![0.0];
    for p in path.windows(2) {
        lengths.push(lengths[lengths.len() - 1] + (p[1].0 - p[0].0).hypot(p[1].1 - p[0].1));
    }
    let total = lengths[lengths.len() - 1];
    (0..=n)
        .map(|k| {
            let want = total * k as f32 / n as f32;
            let i = lengths.partition_point(|&l| l < want).clamp(1, path.len() - 1);
            let t = (want - lengths[i - 1]) / (lengths[i] - lengths[i - 1]).max(1e-6);
            (lerp(path[i - 1].0, path[i].0, t), lerp(path[i - 1].1, path[i].1, t))
        })
        .collect()
}

impl Wave {
    /// A wave through the given points of its face and its back.
    pub fn new(face: &[P2], back: &[P2]) -> Self {
        Wave { face: even(&spline(face, 16), 240), back: even(&spline(back, 16), 240) }
    }

    /// The point at `t` along the water and `k` of the way from the face to the back.
    pub fn at(&self, t: f32, k: f32) -> P2 {
        let (a, b) = (along(&self.face, t), along(&self.back, t));
        (lerp(a.0, b.0, k), lerp(a.1, b.1, k))
    }

    /// The line at `k` between two places along the water.
    pub fn line(&self, k: f32, t0: f32, t1: f32) -> Vec<P2> {
        (0..=160).map(|i| self.at(lerp(t0, t1, i as f32 / 160.0), k)).collect()
    }

    /// The whole outline.
    pub fn outline(&self) -> Vec<P2> {
        let mut pts = self.face.clone();
        pts.extend(self.back.iter().rev());
        pts
    }

    /// Prints the body and its bands; each band swells and ends in a point.
    pub fn print(&self, c: &mut Canvas, s: f32, base: V3, bands: &[(f32, f32, f32, f32, V3)]) {
        c.fill(&self.outline(), s, base);
        for &(k, width, t0, t1, color) in bands {
            let (mut lo, mut hi) = (Vec::new(), Vec::new());
            for i in 0..=160 {
                let u = i as f32 / 160.0;
                let swell = (u * std::f32::consts::PI).sin().max(0.0).powf(0.6) * width * 0.5;
                let t = lerp(t0, t1, u);
                lo.push(self.at(t, k - swell));
                hi.push(self.at(t, k + swell));
            }
            lo.extend(hi.into_iter().rev());
            c.fill(&lo, s, color);
        }
        c.fill(&ribbon(&self.line(0.0, 0.0, 1.0), |t| 1.1 + 0.8 * (t * 9.0).sin().abs()), s, KEY);
        c.fill(&ribbon(&self.line(1.0, 0.0, 1.0), |t| 1.0 + 0.5 * (t * 7.0).sin().abs()), s, KEY);
    }
}

/// A group of shapes printed with one outline around all of them.
#[derive(Default)]
pub struct Group {
    shapes: Vec<Vec<P2>>,
    thin: Vec<Vec<P2>>,
    drops: Vec<(P2, f32)>,
}

impl Group {
    /// Adds a closed shape.
    pub fn shape(&mut self, pts: Vec<P2>) {
        self.shapes.push(pts);
    }

    /// Adds a round drop.
    pub fn drop(&mut self, c: P2, r: f32) {
        self.drops.push((c, r));
    }

    /// Adds a hooked claw that starts at `base` towards `angle` and bends by `bend` radians; claws grow on claws.
    pub fn claw(&mut self, rng: &mut Rng, base: P2, angle: f32, len: f32, bend: f32, depth: u32) {
        let n = 18;
        let (mut p, mut path) = (base, vec![base]);
        for i in 0..n {
            let t = i as f32 / n as f32;
            let a = angle + bend * t.powf(1.5);
            p = (p.0 + a.cos() * len / n as f32, p.1 + a.sin() * len / n as f32);
            path.push(p);
        }
        let half = len * 0.2;
        self.shapes.push(ribbon(&path, |t| half * (1.0 - t).powf(0.75) * (0.75 + 0.5 * smooth(0.0, 0.35, t)) + 0.25));
        self.thin.push(path[2..n - 3].to_vec());
        let tip = path[n];
        if rng.f() < 0.5 {
            let a = angle + bend;
            let d = rng.range(2.5, 8.0);
            self.drop((tip.0 + a.cos() * d + rng.bell(), tip.1 + a.sin() * d + rng.bell()), rng.range(0.7, 1.7));
        }
        if depth > 0 {
            for (t, side) in [(0.22f32, 1.0f32), (0.45, -0.7), (0.5, 1.0), (0.72, 1.0)] {
                if rng.f() < 0.9 {
                    let q = along(&path, t);
                    let a = angle + bend * t.powf(1.5) + side * bend.signum() * rng.range(0.5, 0.95);
                    let l = len * rng.range(0.34, 0.5) * (1.0 - 0.35 * t);
                    let turn = bend * rng.range(0.9, 1.4) * side.signum();
                    self.claw(rng, q, a, l, turn, depth - 1);
                }
            }
        }
    }

    /// Adds claws along a line, pointing to its side by `lean` radians from the direction of travel.
    #[allow(clippy::too_many_arguments)]
    pub fn fringe(&mut self, rng: &mut Rng, line: &[P2], lean: f32, len: (f32, f32), gap: f32, bend: f32, depth: u32) {
        let mut t = 0.0;
        while t < 1.0 {
            let (p, q) = (along(line, t), along(line, t + 0.02));
            let (dx, dy) = (q.0 - p.0, q.1 - p.1);
            if dx.hypot(dy) > 1e-4 {
                let a = dy.atan2(dx) + lean + 0.25 * rng.bell();
                let (l, turn) = (lerp(len.0, len.1, t) * rng.range(0.75, 1.25), bend * rng.range(0.7, 1.3));
                self.claw(rng, p, a, l, turn, depth);
            }
            t += gap * rng.range(0.7, 1.3);
        }
    }

    /// Prints the group: all outlines first, then all fills, so that the shapes melt together.
    pub fn print(&self, c: &mut Canvas, s: f32, fill: V3, line: f32) {
        for shape in &self.shapes {
            let mut closed = shape.clone();
            closed.extend(shape.first());
            c.fill(&ribbon(&closed, |_| line), s, KEY);
        }
        for &(p, r) in &self.drops {
            c.fill(&disc(p, r + line * 0.6), s, KEY);
        }
        for shape in &self.shapes {
            c.fill(shape, s, fill);
        }
        for &(p, r) in &self.drops {
            c.fill(&disc(p, r), s, fill);
        }
        for path in &self.thin {
            c.fill(&ribbon(path, |t| 0.55 * (1.0 - t)), s, FOAM_SHADE);
        }
    }
}

/// A shape with a scalloped upper edge along `line`, as deep as `depth`.
pub fn scallops(line: &[P2], size: f32, depth: f32, rng: &mut Rng) -> Vec<Vec<P2>> {
    let mut out = vec![ribbon(line, |t| depth * (0.35 + 0.65 * (t * std::f32::consts::PI).sin().max(0.0)))];
    let length: f32 = line.windows(2).map(|p| (p[1].0 - p[0].0).hypot(p[1].1 - p[0].1)).sum();
    let mut t = 0.0;
    while t < 1.0 {
        let p = along(line, t);
        let r = size * rng.range(0.5, 1.2);
        let off = rot((0.0, -depth * rng.range(0.2, 0.7)), rng.bell() * 0.5);
        out.push(disc((p.0 + off.0, p.1 + off.1), r));
        t += 1.25 * size / length.max(1.0) * rng.range(0.7, 1.2);
    }
    out
}
