//! This turns water, ink and a dry brush into mountains in mist.
use super::canvas::{Canvas, disc, ribbon, spline};
use super::geom::{P2, V3, hex, lerp, mix, smooth};
use super::noise::{Rng, fbm, grad, hash2, value};
use super::paint::{Painter, Stroke};

const INK: V3 = hex(0x1d2124);
const PAPER: V3 = hex(0xeee6d3);
const S: f32 = 2.0;

/// One range of peaks: summits as (x, half width, height) over a base line.
struct Range {
    base: f32,
    tone: f32,
    fade: f32,
    seed: u32,
    peaks: &'static [(f32, f32, f32)],
}

const RANGES: [Range; 5] = [
    Range {
        base: 262.0,
        tone: 0.20,
        fade: 70.0,
        seed: 1,
        peaks: &[
            (60.0, 120.0, 70.0),
            (250.0, 110.0, 118.0),
            (330.0, 70.0, 150.0),
            (470.0, 140.0, 92.0),
            (610.0, 120.0, 126.0),
        ],
    },
    Range {
        base: 292.0,
        tone: 0.36,
        fade: 84.0,
        seed: 2,
        peaks: &[
            (120.0, 90.0, 118.0),
            (196.0, 56.0, 176.0),
            (262.0, 60.0, 120.0),
            (540.0, 80.0, 140.0),
            (640.0, 90.0, 96.0),
        ],
    },
    Range {
        base: 332.0,
        tone: 0.56,
        fade: 92.0,
        seed: 3,
        peaks: &[
            (408.0, 62.0, 236.0),
            (458.0, 50.0, 176.0),
            (350.0, 46.0, 132.0),
            (300.0, 60.0, 62.0),
            (520.0, 70.0, 84.0),
        ],
    },
    Range {
        base: 372.0,
        tone: 0.66,
        fade: 70.0,
        seed: 4,
        peaks: &[(560.0, 60.0, 150.0), (618.0, 60.0, 206.0), (506.0, 54.0, 66.0), (20.0, 110.0, 40.0)],
    },
    Range { base: 424.0, tone: 0.5, fade: 44.0, seed: 5, peaks: &[(250.0, 150.0, 22.0), (430.0, 120.0, 30.0)] },
];

fn ridge(r: &Range, x: f32) -> f32 {
    let wx = x + 13.0 * (fbm(x * 0.03, r.seed as f32, 3, 10 + r.seed) - 0.5);
    let mut top: f32 = 0.0;
    for &(c, half, h) in r.peaks {
        let d = ((wx - c) / half).abs();
        let shoulder = (1.0 - d.powf(1.7)).max(0.0).powf(0.8);
        top = top.max(h * shoulder);
    }
    let crag = fbm(x * 0.06, 0.5, 4, 20 + r.seed) - 0.5;
    r.base - top * (1.0 + 0.16 * crag) - 12.0 * crag
}

/// How much ink a range leaves at a place.
fn wash(r: &Range, x: f32, y: f32) -> f32 {
    let d = y - ridge(r, x);
    if d < -1.5 {
        return 0.0;
    }
    let cloud = fbm(x * 0.009, y * 0.016, 4, 30 + r.seed);
    let fade = r.fade * (0.55 + 0.9 * cloud);
    let rim = smooth(-1.0, 0.8, d) * (0.35 * (-d / 3.5).exp() + 0.40 * (-d / 22.0).exp());
    let body = smooth(-1.0, 1.0, d) * (-(d / fade).powi(2)).exp();
    // Axe-cut strokes run down the faces, along the fall of the rock.
    let lean = x + d * 0.28 * (value(x * 0.02, 1.0, 40 + r.seed) - 0.5);
    let cut = fbm(lean * 0.11, y * 0.018, 3, 50 + r.seed);
    let dry = value(lean * 0.9, y * 0.11, 60 + r.seed);
    let strokes = smooth(0.50, 0.66, cut) * smooth(0.2, 0.75, dry + 0.35 * cut) * (-d / (fade * 0.9)).exp();
    let light = 1.0 - 0.62 * smooth(0.40, 0.62, fbm(lean * 0.035, y * 0.012, 3, 70 + r.seed)) * smooth(2.0, 16.0, d);
    let rise = smooth(2.0, 34.0, r.base - (y - d));
    rise * r.tone * (0.62 * body * light + rim + 0.85 * strokes * smooth(1.0, 6.0, d))
}

fn paper(x: f32, y: f32) -> V3 {
    let age = fbm(x * 0.005, y * 0.006, 4, 80) - 0.5;
    let fibre = value(x * 1.1, y * 0.12, 81) + value(x * 0.15, y * 1.2, 82) - 1.0;
    PAPER * (1.0 + 0.07 * age + 0.022 * fibre)
}

fn ink_stroke(half: f32, alpha: f32, load: f32, seed: u32) -> Stroke {
    Stroke { half, color: INK, second: INK, bristles: 7.0, load, alpha, body: 0.0, taper: 0.7, seed }
}

/// A pine: a crooked trunk, level boughs, fans of needles.
fn pine(p: &mut Painter, rng: &mut Rng, foot: P2, h: f32, lean: f32) {
    let mut bends = vec![foot];
    for i in 1..=5 {
        let t = i as f32 / 5.0;
        bends.push((foot.0 + lean * h * t * t + 0.05 * h * rng.bell(), foot.1 - h * t));
    }
    let trunk = spline(&bends, 10);
    for pass in 0..3 {
        let shifted: Vec<P2> = trunk.iter().map(|q| (q.0 + (pass as f32 - 1.0) * h * 0.008, q.1)).collect();
        p.lay(&shifted, &ink_stroke(h * 0.026, 0.75, 1.0, rng.bits()));
    }
    let n = (h / 9.0) as i32 + 4;
    for i in 0..n {
        let t = lerp(0.34, 1.0, i as f32 / (n - 1) as f32);
        let from = super::wave::along(&trunk, t);
        let side = if i % 2 == 0 { 1.0 } else { -1.0 };
        let side = if rng.f() < 0.2 { -side } else { side };
        let reach = side * h * lerp(0.42, 0.12, smooth(0.4, 1.0, t)) * rng.range(0.6, 1.15);
        let tip = (from.0 + reach, from.1 - h * 0.02 + h * 0.05 * rng.bell());
        let mid = (from.0 + reach * 0.5, from.1 + h * 0.025);
        p.lay(&spline(&[from, mid, tip], 8), &ink_stroke(h * 0.010 + 0.4, 0.85, 1.0, rng.bits()));
        for k in 0..5 {
            let q = 0.35 + 0.17 * k as f32;
            let c = (from.0 + reach * q, lerp(from.1 + h * 0.02, tip.1, q) - h * 0.01);
            let r = h * rng.range(0.055, 0.085);
            needles(p, rng, c, r);
        }
    }
    for _ in 0..5 {
        let at = (bends[5].0 + 0.07 * h * rng.bell(), bends[5].1 + 0.03 * h * rng.bell());
        needles(p, rng, at, h * 0.08);
    }
}

fn needles(p: &mut Painter, rng: &mut Rng, c: P2, r: f32) {
    // A soft grey wash lies under each fan.
    let soft = Stroke { taper: 0.0, ..ink_stroke(r * 0.55, 0.16, 1.2, rng.bits()) };
    p.lay(&[(c.0 - r * 0.6, c.1 - r * 0.1), (c.0 + r * 0.6, c.1 - r * 0.1)], &soft);
    for i in 0..17 {
        let a = lerp(-3.35, 0.2, i as f32 / 16.0) + 0.14 * rng.bell();
        let l = r * rng.range(0.75, 1.15);
        let end = (c.0 + a.cos() * l * 1.25, c.1 + a.sin() * l * 0.8);
        p.lay(&[c, end], &ink_stroke(0.55, 0.85, 1.3, rng.bits()));
    }
}

/// The near cliff on the left: strong ink, dry strokes, moss dots.
fn cliff(p: &mut Painter, rng: &mut Rng) {
    let edge = |x: f32| {
        336.0 + 0.0021 * (x - 10.0).max(0.0).powf(2.05) + 15.0 * (fbm(x * 0.035, 0.0, 4, 90) - 0.5)
            - 8.0 * (x * 0.03).sin()
    };
    let mut shape: Vec<P2> = (-2..=62).map(|i| (i as f32 * 4.0, edge(i as f32 * 4.0))).collect();
    shape.extend([(248.0, 500.0), (-10.0, 500.0)]);
    p.canvas.fill_with(&shape, S, |x, y| {
        let d = y - edge(x);
        let lit = smooth(0.42, 0.62, fbm(x * 0.03 + y * 0.012, y * 0.016, 4, 91));
        let tone = 0.20 + 0.50 * (-d / 12.0).exp() + 0.34 * (1.0 - lit);
        (INK, tone * smooth(492.0, 430.0, y + 14.0 * grad(x * 0.03, 0.0, 92)) * smooth(236.0, 170.0, x))
    });
    for _ in 0..300 {
        let x = rng.f().powf(0.9) * 225.0 - 6.0;
        let d = 105.0 * rng.f().powi(2);
        let y = edge(x) + d;
        if y > 460.0 {
            continue;
        }
        let (dx, dy) = (rng.range(4.0, 16.0), rng.range(7.0, 19.0));
        let st = ink_stroke(rng.range(0.8, 4.2), rng.range(0.18, 0.55), rng.range(0.15, 0.5), rng.bits());
        p.lay(&spline(&[(x, y), (x + dx * 0.3, y + dy * 0.6), (x + dx, y + dy)], 6), &st);
    }
    let line: Vec<P2> = shape[..60].to_vec();
    for pass in 0..3 {
        let shifted: Vec<P2> = line.iter().map(|q| (q.0, q.1 + pass as f32 * 1.5)).collect();
        p.lay(&shifted, &ink_stroke(1.7, 0.8, 0.9, 93 + pass));
    }
    for _ in 0..260 {
        let x = rng.f() * 220.0;
        let y = edge(x) + 3.0 * rng.bell() + if rng.f() < 0.3 { 30.0 * rng.f() } else { 0.0 };
        p.canvas.fill_with(&disc((x, y), rng.range(0.7, 2.0)), S, |_, _| (INK, 0.75));
    }
    for (x, h, lean) in [(64.0, 168.0, 0.24), (106.0, 104.0, 0.34), (24.0, 118.0, -0.06), (142.0, 52.0, 0.2)] {
        pine(p, rng, (x, edge(x) + 5.0), h, lean);
    }
}

fn boat(p: &mut Painter, rng: &mut Rng, x: f32, y: f32) {
    let c = &mut p.canvas;
    let mut hull = spline(&[(x - 27.0, y - 4.0), (x - 12.0, y + 2.5), (x + 8.0, y + 2.5), (x + 27.0, y - 5.0)], 8);
    hull.extend(spline(&[(x + 27.0, y - 5.0), (x + 6.0, y - 0.6), (x - 10.0, y - 0.4), (x - 27.0, y - 4.0)], 8));
    c.fill_with(&hull, S, |_, _| (INK, 0.9));
    let roof = spline(
        &[(x - 9.0, y - 0.5), (x - 8.0, y - 8.0), (x + 2.0, y - 10.5), (x + 9.0, y - 7.0), (x + 10.0, y - 0.5)],
        6,
    );
    c.fill_with(&roof, S, |_, py| (INK, 0.42 + 0.25 * f32::from((py * 0.9).sin() > 0.0)));
    let man = spline(
        &[(x - 19.0, y - 1.0), (x - 18.0, y - 9.0), (x - 15.5, y - 12.0), (x - 13.0, y - 8.0), (x - 13.5, y - 1.0)],
        6,
    );
    c.fill_with(&man, S, |_, _| (INK, 0.85));
    c.fill_with(&[(x - 21.0, y - 11.5), (x - 15.5, y - 15.5), (x - 10.0, y - 11.5)], S, |_, _| (INK, 0.9));
    c.fill_with(
        &ribbon(&spline(&[(x - 15.0, y - 8.0), (x - 34.0, y - 15.0), (x - 50.0, y - 17.0)], 8), |_| 0.4),
        S,
        |_, _| (INK, 0.8),
    );
    c.fill_with(&ribbon(&[(x - 50.0, y - 17.0), (x - 51.0, y + 5.0)], |_| 0.22), S, |_, _| (INK, 0.5));
    for k in 0..7 {
        let (yy, l) = (y + 5.0 + k as f32 * 2.6, 25.0 - 2.0 * k as f32);
        let o = 4.0 * rng.bell();
        p.lay(&[(x - l + o, yy), (x + o, yy + 0.6), (x + l + o, yy)], &ink_stroke(0.9, 0.30, 0.5, rng.bits()));
    }
}

fn pavilion(c: &mut Canvas, x: f32, y: f32, k: f32) {
    let mut dark = |pts: &[P2], a: f32| {
        let moved: Vec<P2> = pts.iter().map(|q| (x + q.0 * k, y + q.1 * k)).collect();
        c.fill_with(&moved, S, |_, _| (INK, a));
    };
    for px in [-7.0, -3.0, 3.0, 7.0] {
        dark(&[(px - 0.5, -9.0), (px + 0.5, -9.0), (px + 0.5, 0.0), (px - 0.5, 0.0)], 0.8);
    }
    dark(&[(-10.0, 0.0), (10.0, 0.0), (10.0, 1.4), (-10.0, 1.4)], 0.8);
    for (base, w, h) in [(-8.5, 13.0, 7.0), (-15.5, 8.0, 8.0)] {
        let mut roof = spline(&[(-w, base - 1.5), (-w * 0.55, base - 1.2 - h * 0.25), (0.0, base - h)], 6);
        roof.extend(spline(&[(0.0, base - h), (w * 0.55, base - 1.2 - h * 0.25), (w, base - 1.5)], 6));
        roof.extend([(w * 0.6, base + 0.6), (-w * 0.6, base + 0.6)]);
        dark(&roof, 0.85);
    }
}

fn seal(c: &mut Canvas, x: f32, y: f32) {
    let side = 27.0;
    let rim: Vec<P2> = (0..=40)
        .map(|i| {
            let t = i as f32 / 10.0;
            let f = t.fract();
            let p = [(f, 0.0), (1.0, f), (1.0 - f, 1.0), (0.0, 1.0 - f)][(t as usize).min(3)];
            (x + side * p.0 + 0.8 * grad(i as f32 * 0.7, 0.0, 3), y + side * p.1 + 0.8 * grad(i as f32 * 0.7, 9.0, 3))
        })
        .collect();
    // Carved strokes stay white: four made-up characters, each a few straight cuts on a small grid.
    let cut = |px: f32, py: f32| {
        let (u, v) = ((px - x) / side, (py - y) / side);
        let edge = u.min(1.0 - u).min(v).min(1.0 - v);
        if (0.05..0.09).contains(&edge) {
            return true;
        }
        let (cx, cy) = ((u * 2.0).floor(), (v * 2.0).floor());
        let (a, b) = (((u * 2.0 - cx) - 0.5) * 5.6 + 2.5, ((v * 2.0 - cy) - 0.5) * 5.6 + 2.5);
        if !(0.2..4.8).contains(&a) || !(0.2..4.8).contains(&b) {
            return false;
        }
        let s = 100 + (cx + 2.0 * cy) as u32;
        let level = (b.fract() - 0.5).abs() < 0.24 && hash2(b as i32, (a / 2.6) as i32, s) > 0.42;
        let upright = (a.fract() - 0.5).abs() < 0.22 && hash2(a as i32, 9 + (b / 2.6) as i32, s) > 0.62;
        level || upright
    };
    c.fill_with(&rim, S, |px, py| {
        let worn = smooth(0.30, 0.42, fbm(px * 0.25, py * 0.25, 3, 101));
        (hex(0xb3261e), if cut(px, py) { 0.08 } else { 0.92 * worn })
    });
}

/// Draws the picture.
pub fn draw(w: usize, h: usize) -> Canvas {
    let mut rng = Rng::new(12);
    let base = Canvas::shade(1280, 960, |px, py| {
        let (x, y) = (px / S, py / S);
        let mut c = paper(x, y);
        let moon = (x - 118.0).hypot(y - 92.0);
        let halo = 0.16
            * smooth(31.0, 33.5, moon)
            * (-(moon - 32.0).max(0.0) / 62.0).exp()
            * (0.6 + 0.8 * fbm(x * 0.015, y * 0.03, 4, 110));
        c = mix(c, INK, halo + 0.10 * smooth(0.5, 0.8, fbm(x * 0.005, y * 0.016, 4, 111)) * smooth(210.0, 60.0, y));
        for r in &RANGES {
            let lift = smooth(0.0, 90.0, y - ridge(r, x));
            let fog = 0.55
                * lift
                * smooth(r.base - 90.0, r.base + 12.0, y)
                * (0.6 + 0.6 * fbm(x * 0.008, y * 0.02, 3, 112 + r.seed));
            c = mix(c, paper(x, y), fog.clamp(0.0, 0.9));
            c = mix(c, INK, wash(r, x, y).clamp(0.0, 0.93));
        }
        let lake = smooth(410.0, 440.0, y);
        let ripple = smooth(0.60, 0.78, fbm(x * 0.012, y * 0.16, 3, 115)) * (0.05 + 0.15 * smooth(430.0, 480.0, y));
        mix(mix(c, paper(x, y), 0.55 * lake * smooth(470.0, 440.0, y)), INK, lake * ripple)
    });
    let mut p = Painter::over(base, S);
    // Small far pines on the ridges.
    for r in &RANGES[2..4] {
        for i in 0..70 {
            let x = 300.0 + 340.0 * hash2(i, 1, 120 + r.seed);
            let top = ridge(r, x);
            if top < r.base - 40.0 && hash2(i, 2, 120) > 0.25 {
                let tall = lerp(5.0, 12.0, hash2(i, 3, 121));
                p.lay(&[(x, top + 2.0), (x + 1.0, top - tall)], &ink_stroke(0.6, 0.8, 1.2, i as u32));
                for k in 0..3 {
                    let (yy, l) = (top - tall * (0.4 + 0.3 * k as f32), tall * (0.5 - 0.11 * k as f32));
                    p.lay(
                        &[(x - l, yy + 0.8), (x, yy), (x + l, yy + 0.6)],
                        &ink_stroke(1.0, 0.8, 0.9, (i * 3 + k) as u32),
                    );
                }
            }
        }
    }
    let py = ridge(&RANGES[3], 548.0);
    pavilion(&mut p.canvas, 548.0, py + 1.0, 1.05);
    boat(&mut p, &mut rng, 344.0, 440.0);
    cliff(&mut p, &mut rng);
    for (x, y, k) in
        [(250.0, 96.0, 1.0), (272.0, 84.0, 0.8), (291.0, 92.0, 0.7), (232.0, 82.0, 0.65), (264.0, 106.0, 0.55)]
    {
        let wing = spline(
            &[
                (x - 8.0 * k, y - 3.0 * k),
                (x - 3.5 * k, y - 3.4 * k),
                (x, y),
                (x + 3.5 * k, y - 4.4 * k),
                (x + 8.5 * k, y - 4.0 * k),
            ],
            6,
        );
        p.canvas.fill_with(
            &ribbon(&wing, |t| k * (0.25 + 0.75 * (t * std::f32::consts::PI).sin().max(0.0))),
            S,
            |_, _| (INK, 0.8),
        );
    }
    seal(&mut p.canvas, 586.0, 424.0);
    p.canvas.reduce(w, h)
}
