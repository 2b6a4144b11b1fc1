//! This turns a path into a brush stroke: bristles, paint that runs dry, relief, and light on the relief.
use super::canvas::Canvas;
use super::geom::{P2, V3, grey, mix, smooth, v3};
use super::noise::value;

/// A painting in the making: colour and the thickness of the paint.
pub struct Painter {
    /// The colours, in display space.
    pub canvas: Canvas,
    /// Thickness of the paint, one value a pixel.
    pub relief: Vec<f32>,
    /// Canvas pixels per design pixel.
    pub scale: f32,
    near: Vec<(f32, f32, f32)>,
}

/// One stroke of the brush.
#[derive(Clone, Copy)]
pub struct Stroke {
    /// Half width in design pixels.
    pub half: f32,
    /// Main colour.
    pub color: V3,
    /// Colour of the second paint on the same brush.
    pub second: V3,
    /// Bristles across the stroke.
    pub bristles: f32,
    /// How far the paint lasts: 1 covers to the end, 0 is dry from the start.
    pub load: f32,
    /// Opacity where the brush is full.
    pub alpha: f32,
    /// Thickness of the paint.
    pub body: f32,
    /// How much the end tapers: 0 is blunt, 1 ends in a point.
    pub taper: f32,
    /// Seed of the bristles.
    pub seed: u32,
}

impl Stroke {
    /// A full oil stroke of one colour.
    pub fn oil(half: f32, color: V3, seed: u32) -> Self {
        Stroke { half, color, second: color * 0.85, bristles: 5.0, load: 0.85, alpha: 1.0, body: 1.0, taper: 0.5, seed }
    }
}

impl Painter {
    /// A primed canvas of `w` x `h` design pixels.
    pub fn new(w: usize, h: usize, scale: usize, ground: V3) -> Self {
        Painter::over(Canvas::new(w * scale, h * scale, ground), scale as f32)
    }

    /// Paints over a picture.
    pub fn over(canvas: Canvas, scale: f32) -> Self {
        let n = canvas.px.len();
        Painter { canvas, relief: vec![0.0; n], scale, near: Vec::new() }
    }

    /// Lays one stroke along `path` (design pixels).
    pub fn lay(&mut self, path: &[P2], st: &Stroke) {
        if path.len() < 2 {
            return;
        }
        let k = self.scale;
        let reach = st.half * k + 1.5;
        let (mut x0, mut y0, mut x1, mut y1) = (f32::MAX, f32::MAX, f32::MIN, f32::MIN);
        for p in path {
            (x0, x1) = (x0.min(p.0 * k), x1.max(p.0 * k));
            (y0, y1) = (y0.min(p.1 * k), y1.max(p.1 * k));
        }
        let bx0 = (x0 - reach).floor().max(0.0) as i32;
        let by0 = (y0 - reach).floor().max(0.0) as i32;
        let bx1 = (x1 + reach).ceil().min(self.canvas.w as f32) as i32;
        let by1 = (y1 + reach).ceil().min(self.canvas.h as f32) as i32;
        if bx1 <= bx0 || by1 <= by0 {
            return;
        }
        let bw = (bx1 - bx0) as usize;
        self.near.clear();
        self.near.resize(bw * (by1 - by0) as usize, (f32::MAX, 0.0, 0.0));
        let mut run = 0.0; // length walked so far, in canvas pixels
        for pair in path.windows(2) {
            let (a, b) = ((pair[0].0 * k, pair[0].1 * k), (pair[1].0 * k, pair[1].1 * k));
            let (dx, dy) = (b.0 - a.0, b.1 - a.1);
            let len2 = (dx * dx + dy * dy).max(1e-9);
            let len = len2.sqrt();
            let sx0 = ((a.0.min(b.0) - reach) as i32).max(bx0);
            let sx1 = ((a.0.max(b.0) + reach).ceil() as i32).min(bx1);
            let sy0 = ((a.1.min(b.1) - reach) as i32).max(by0);
            let sy1 = ((a.1.max(b.1) + reach).ceil() as i32).min(by1);
            for y in sy0..sy1 {
                for x in sx0..sx1 {
                    let (px, py) = (x as f32 + 0.5 - a.0, y as f32 + 0.5 - a.1);
                    let t = ((px * dx + py * dy) / len2).clamp(0.0, 1.0);
                    let (ex, ey) = (px - t * dx, py - t * dy);
                    let d2 = ex * ex + ey * ey;
                    let slot = &mut self.near[(y - by0) as usize * bw + (x - bx0) as usize];
                    if d2 < slot.0 {
                        *slot = (d2, run + t * len, (dx * py - dy * px) / len);
                    }
                }
            }
            run += len;
        }
        let total = run.max(1e-3);
        for y in by0..by1 {
            for x in bx0..bx1 {
                let (d2, s, side) = self.near[(y - by0) as usize * bw + (x - bx0) as usize];
                if d2 < reach * reach {
                    let i = y as usize * self.canvas.w + x as usize;
                    self.touch(i, d2.sqrt(), s, s / total, side, st);
                }
            }
        }
    }

    fn touch(&mut self, i: usize, d: f32, s: f32, along: f32, side: f32, st: &Stroke) {
        let half = st.half
            * self.scale
            * (1.0 - st.taper * smooth(0.35, 1.0, along).powi(2))
            * (0.8 + 0.2 * smooth(0.0, 0.1, along));
        let across = (side / half).clamp(-1.2, 1.2);
        let (row, step) = (across * st.bristles * 0.5, s / (14.0 * self.scale));
        let hair = value(row * 2.0 + 40.0, step, st.seed);
        let fine = value(row * 5.0 + 90.0, step * 1.7, st.seed ^ 77);
        let ragged = half * (0.86 + 0.14 * fine) + 0.5;
        let edge = ((ragged - d) / 1.2).clamp(0.0, 1.0);
        let dry = along * 1.1 - st.load + 0.1 * across.abs();
        let paint = smooth(dry - 0.12, dry + 0.12, 0.12 + 0.6 * hair + 0.4 * fine);
        let a = edge * paint * st.alpha;
        if a <= 0.002 {
            return;
        }
        let color = mix(st.color, st.second, smooth(0.35, 0.8, hair)) * (0.93 + 0.14 * fine);
        self.canvas.px[i] = mix(self.canvas.px[i], color, a);
        let ridge = 0.55 + 0.35 * hair + 0.25 * fine + 0.3 * across.abs().powi(3);
        let h = self.relief[i];
        self.relief[i] = h + (h * 0.35 + ridge * st.body - h) * a;
    }

    /// Lights the relief from the upper left and gives the finished picture at canvas size.
    pub fn relight(&self, depth: f32, shine: f32) -> Canvas {
        let (w, h) = (self.canvas.w as i32, self.canvas.h as i32);
        let light = v3(-0.48, -0.58, 0.66).norm();
        let half = (light + v3(0.0, 0.0, 1.0)).norm();
        let mut out = self.canvas.clone();
        out.each(|x, y, c| {
            let (x, y) = (x as i32, y as i32);
            let r = |dx: i32, dy: i32| self.relief[((y + dy).clamp(0, h - 1) * w + (x + dx).clamp(0, w - 1)) as usize];
            let gx = r(1, 0) - r(-1, 0) + 0.5 * (r(2, 0) - r(-2, 0));
            let gy = r(0, 1) - r(0, -1) + 0.5 * (r(0, 2) - r(0, -2));
            let n = v3(-gx * depth, -gy * depth, 1.0).norm();
            let lit = 1.0 + 0.55 * (n.dot(light) - light.z);
            let spec = n.dot(half).max(0.0).powi(24) - half.z.powi(24);
            c * lit + grey(shine * spec.max(0.0))
        });
        out
    }
}

/// Follows a flow field from `start` for `len` design pixels in steps of `step`.
pub fn follow(start: P2, len: f32, step: f32, flow: impl Fn(P2) -> P2) -> Vec<P2> {
    let mut path = vec![start];
    let (mut p, mut walked) = (start, 0.0);
    while walked < len {
        let d = flow(p);
        let l = d.0.hypot(d.1).max(1e-6);
        p = (p.0 + d.0 / l * step, p.1 + d.1 / l * step);
        path.push(p);
        walked += step;
    }
    path
}

/// A woven ground: multiplies the picture by the threads of a canvas.
pub fn weave(canvas: &mut Canvas, pitch: f32, strength: f32) {
    canvas.each(|x, y, c| {
        let wob = value(x * 0.05, y * 0.05, 5) * 2.0;
        let warp = ((x + wob) * std::f32::consts::TAU / pitch).sin();
        let weft = ((y + wob) * std::f32::consts::TAU / pitch).sin();
        c * (1.0 + strength * (warp * weft + 0.6 * (value(x * 0.4, y * 0.4, 6) - 0.5)))
    });
}
