//! This turns a picture in floats into a finished image: parallel rows, filled shapes, blur, reduction, bytes.
use super::geom::{P2, V3, grey, mix};
use super::noise::hash2;
use std::sync::{Mutex, PoisonError};

/// A picture in floats, row by row.
#[derive(Clone)]
pub struct Canvas {
    /// Width in pixels.
    pub w: usize,
    /// Height in pixels.
    pub h: usize,
    /// The pixels, `w * h` of them.
    pub px: Vec<V3>,
}

impl Canvas {
    /// A canvas of one colour.
    pub fn new(w: usize, h: usize, color: V3) -> Self {
        Canvas { w, h, px: vec![color; w * h] }
    }

    /// Computes each pixel from its centre; rows are shared among the cores.
    pub fn shade(w: usize, h: usize, f: impl Fn(f32, f32) -> V3 + Sync) -> Self {
        let mut out = Canvas::new(w, h, grey(0.0));
        out.each(|x, y, _| f(x, y));
        out
    }

    /// Replaces each pixel by a function of its centre and its old colour.
    pub fn each(&mut self, f: impl Fn(f32, f32, V3) -> V3 + Sync) {
        let cores = std::thread::available_parallelism().map_or(1, usize::from);
        let rows = Mutex::new(self.px.chunks_mut(self.w).enumerate());
        std::thread::scope(|scope| {
            for _ in 0..cores {
                scope.spawn(|| {
                    loop {
                        let next = rows.lock().unwrap_or_else(PoisonError::into_inner).next();
                        let Some((y, row)) = next else { break };
                        for (x, px) in row.iter_mut().enumerate() {
                            *px = f(x as f32 + 0.5, y as f32 + 0.5, *px);
                        }
                    }
                });
            }
        });
    }

    /// The pixel at whole coordinates, clamped to the border.
    pub fn at(&self, x: i32, y: i32) -> V3 {
        self.px[y.clamp(0, self.h as i32 - 1) as usize * self.w + x.clamp(0, self.w as i32 - 1) as usize]
    }

    /// The colour between pixels.
    pub fn bilinear(&self, x: f32, y: f32) -> V3 {
        let (x, y) = (x - 0.5, y - 0.5);
        let (xf, yf) = (x.floor(), y.floor());
        let (xi, yi) = (xf as i32, yf as i32);
        let top = mix(self.at(xi, yi), self.at(xi + 1, yi), x - xf);
        let low = mix(self.at(xi, yi + 1), self.at(xi + 1, yi + 1), x - xf);
        mix(top, low, y - yf)
    }

    /// Reduces to `w` x `h` by averaging the area under each pixel.
    pub fn reduce(&self, w: usize, h: usize) -> Self {
        let (sx, sy) = (self.w as f32 / w as f32, self.h as f32 / h as f32);
        Canvas::shade(w, h, |x, y| {
            let (x0, x1) = ((x - 0.5) * sx, (x + 0.5) * sx);
            let (y0, y1) = ((y - 0.5) * sy, (y + 0.5) * sy);
            let (mut sum, mut total) = (grey(0.0), 0.0);
            for yi in y0 as i32..(y1.ceil() as i32) {
                let wy = (y1.min(yi as f32 + 1.0) - y0.max(yi as f32)).max(0.0);
                for xi in x0 as i32..(x1.ceil() as i32) {
                    let k = wy * (x1.min(xi as f32 + 1.0) - x0.max(xi as f32)).max(0.0);
                    sum += self.at(xi, yi) * k;
                    total += k;
                }
            }
            sum / total.max(1e-6)
        })
    }

    /// Blurs by three box passes, close to a Gaussian of standard deviation `r` pixels.
    pub fn blur(&self, r: f32) -> Self {
        let radius = r.round().max(1.0) as i32;
        let mut cur = self.clone();
        for pass in 0..6 {
            let horizontal = pass % 2 == 0;
            let (lines, len) = if horizontal { (self.h, self.w) } else { (self.w, self.h) };
            let index = |line: usize, i: i32| {
                let i = i.clamp(0, len as i32 - 1) as usize;
                if horizontal { line * self.w + i } else { i * self.w + line }
            };
            let src = cur.px.clone();
            for line in 0..lines {
                let mut sum = (-radius..=radius).fold(grey(0.0), |s, i| s + src[index(line, i)]);
                for i in 0..len as i32 {
                    cur.px[index(line, i)] = sum / (2 * radius + 1) as f32;
                    sum += src[index(line, i + radius + 1)] - src[index(line, i - radius)];
                }
            }
        }
        cur
    }

    /// Adds the glow of what is brighter than `threshold`.
    pub fn bloom(&mut self, threshold: f32, radius: f32, strength: f32) {
        let mut bright = self.clone();
        for p in &mut bright.px {
            let l = p.luma();
            *p = (*p * ((l - threshold).max(0.0) / l.max(1e-4))).map(|c| c.min(4.0));
        }
        let glow = bright.blur(radius);
        for (p, g) in self.px.iter_mut().zip(&glow.px) {
            *p += *g * strength;
        }
    }

    /// Adds film grain of the given strength, the same in all channels.
    pub fn grain(&mut self, strength: f32, seed: u32) {
        self.each(|x, y, c| {
            let (x, y) = (x as i32, y as i32);
            let g = hash2(x, y, seed) + hash2(x, y, seed + 1) - 1.0;
            c + grey(g * strength)
        });
    }

    /// Fills a polygon (nonzero winding) by `paint`, which gives colour and opacity at a pixel centre. The polygon is
    /// in design pixels and `scale` canvas pixels make one of them.
    pub fn fill_with(&mut self, pts: &[P2], scale: f32, paint: impl Fn(f32, f32) -> (V3, f32)) {
        const SUB: i32 = 4;
        let (mut lo, mut hi, mut left, mut right) = (f32::MAX, f32::MIN, f32::MAX, f32::MIN);
        for p in pts {
            (lo, hi) = (lo.min(p.1 * scale), hi.max(p.1 * scale));
            (left, right) = (left.min(p.0 * scale), right.max(p.0 * scale));
        }
        let x0 = left.floor().clamp(0.0, self.w as f32) as usize;
        let x1 = right.ceil().clamp(0.0, self.w as f32) as usize;
        if x1 <= x0 {
            return;
        }
        let mut cover = vec![0.0f32; x1 - x0];
        let mut cuts: Vec<(f32, i32)> = Vec::new();
        for y in lo.floor().max(0.0) as i32..hi.ceil().min(self.h as f32) as i32 {
            cover.fill(0.0);
            for sub in 0..SUB {
                let sy = y as f32 + (sub as f32 + 0.5) / SUB as f32;
                cuts.clear();
                for i in 0..pts.len() {
                    let (a, b) = (pts[i], pts[(i + 1) % pts.len()]);
                    let (ay, by) = (a.1 * scale, b.1 * scale);
                    if (ay <= sy) != (by <= sy) {
                        let t = (sy - ay) / (by - ay);
                        cuts.push(((a.0 + (b.0 - a.0) * t) * scale - x0 as f32, if ay < by { 1 } else { -1 }));
                    }
                }
                cuts.sort_by(|a, b| a.0.total_cmp(&b.0));
                let mut wind = 0;
                for pair in cuts.windows(2) {
                    wind += pair[0].1;
                    if wind != 0 {
                        span(&mut cover, pair[0].0, pair[1].0, 1.0 / SUB as f32);
                    }
                }
            }
            for (i, &c) in cover.iter().enumerate() {
                if c > 0.001 {
                    let x = x0 + i;
                    let (color, alpha) = paint((x as f32 + 0.5) / scale, (y as f32 + 0.5) / scale);
                    let px = &mut self.px[y as usize * self.w + x];
                    *px = mix(*px, color, (alpha * c).clamp(0.0, 1.0));
                }
            }
        }
    }

    /// Fills a polygon with one colour.
    pub fn fill(&mut self, pts: &[P2], scale: f32, color: V3) {
        self.fill_with(pts, scale, |_, _| (color, 1.0));
    }

    /// Smooths colour but not brightness over a neighbourhood of 3x3: the eye does not see it and JPEG saves a fifth.
    pub fn calm_color(&self) -> Self {
        let clamped = |x: i32, y: i32| self.at(x, y).map(|v| v.clamp(0.0, 1.0));
        Canvas::shade(self.w, self.h, |x, y| {
            let (x, y) = (x as i32, y as i32);
            let mut sum = grey(0.0);
            for (i, wy) in [1.0, 2.0, 1.0].into_iter().enumerate() {
                for (j, wx) in [1.0, 2.0, 1.0].into_iter().enumerate() {
                    sum += clamped(x + j as i32 - 1, y + i as i32 - 1) * (wx * wy / 16.0);
                }
            }
            sum + grey(clamped(x, y).luma() - sum.luma())
        })
    }

    /// The picture as bytes, clamped.
    pub fn to_rgb8(&self) -> image::RgbImage {
        image::RgbImage::from_fn(self.w as u32, self.h as u32, |x, y| {
            let c = self.at(x as i32, y as i32);
            image::Rgb([c.x, c.y, c.z].map(|v| (v.clamp(0.0, 1.0) * 255.0 + 0.5) as u8))
        })
    }
}

fn span(cover: &mut [f32], x0: f32, x1: f32, k: f32) {
    let (x0, x1) = (x0.max(0.0), x1.min(cover.len() as f32));
    if x1 <= x0 {
        return;
    }
    let end = (x1.ceil() as usize).min(cover.len());
    for (x, c) in cover.iter_mut().enumerate().take(end).skip(x0 as usize) {
        *c += k * (x1.min(x as f32 + 1.0) - x0.max(x as f32)).max(0.0);
    }
}

/// A smooth curve through the points (Catmull-Rom), with `n` steps per piece.
pub fn spline(pts: &[P2], n: usize) -> Vec<P2> {
    let get = |i: i32| pts[i.clamp(0, pts.len() as i32 - 1) as usize];
    let mut out = Vec::new();
    for i in 0..pts.len() as i32 - 1 {
        let (a, b, c, d) = (get(i - 1), get(i), get(i + 1), get(i + 2));
        for k in 0..n {
            let t = k as f32 / n as f32;
            let cr = |a: f32, b: f32, c: f32, d: f32| {
                b + 0.5 * t * (c - a + t * (2.0 * a - 5.0 * b + 4.0 * c - d + t * (3.0 * (b - c) + d - a)))
            };
            out.push((cr(a.0, b.0, c.0, d.0), cr(a.1, b.1, c.1, d.1)));
        }
    }
    out.extend(pts.last());
    out
}

/// The outline of a line whose half width at `t` in 0..1 is `half(t)`.
pub fn ribbon(path: &[P2], half: impl Fn(f32) -> f32) -> Vec<P2> {
    let n = path.len();
    let (mut left, mut right) = (Vec::with_capacity(2 * n), Vec::with_capacity(n));
    for i in 0..n {
        let (a, b) = (path[i.saturating_sub(1)], path[(i + 1).min(n - 1)]);
        let (dx, dy) = (b.0 - a.0, b.1 - a.1);
        let k = half(i as f32 / (n - 1).max(1) as f32) / dx.hypot(dy).max(1e-6);
        left.push((path[i].0 - dy * k, path[i].1 + dx * k));
        right.push((path[i].0 + dy * k, path[i].1 - dx * k));
    }
    right.reverse();
    left.extend(right);
    left
}

/// A disc as a polygon.
pub fn disc(c: P2, r: f32) -> Vec<P2> {
    (0..48)
        .map(|i| {
            let (s, k) = (i as f32 / 48.0 * std::f32::consts::TAU).sin_cos();
            (c.0 + r * k, c.1 + r * s)
        })
        .collect()
}

/// Distance in pixels to the nearest pixel with another number, by two sweeps over the picture.
pub fn border_distance(ids: &[i32], w: usize, h: usize) -> Vec<f32> {
    const FAR: P2 = (1e4, 1e4);
    let mut off = vec![FAR; w * h];
    for y in 0..h {
        for x in 0..w {
            let i = y * w + x;
            if x + 1 < w && ids[i] != ids[i + 1] {
                off[i] = (0.5, 0.0);
                off[i + 1] = (-0.5, 0.0);
            }
            if y + 1 < h && ids[i] != ids[i + w] {
                off[i] = (0.0, 0.5);
                off[i + w] = (0.0, -0.5);
            }
        }
    }
    let len2 = |p: P2| p.0 * p.0 + p.1 * p.1;
    let mut relax = |x: i32, y: i32, steps: &[(i32, i32)]| {
        for &(dx, dy) in steps {
            let (nx, ny) = (x + dx, y + dy);
            if nx >= 0 && ny >= 0 && nx < w as i32 && ny < h as i32 {
                let o = off[ny as usize * w + nx as usize];
                let moved = (o.0 + dx as f32, o.1 + dy as f32);
                let i = y as usize * w + x as usize;
                if len2(moved) < len2(off[i]) {
                    off[i] = moved;
                }
            }
        }
    };
    for y in 0..h as i32 {
        (0..w as i32).for_each(|x| relax(x, y, &[(-1, 0), (0, -1), (-1, -1), (1, -1)]));
        (0..w as i32).rev().for_each(|x| relax(x, y, &[(1, 0)]));
    }
    for y in (0..h as i32).rev() {
        (0..w as i32).rev().for_each(|x| relax(x, y, &[(1, 0), (0, 1), (1, 1), (-1, 1)]));
        (0..w as i32).for_each(|x| relax(x, y, &[(-1, 0)]));
    }
    off.into_iter().map(|o| len2(o).sqrt()).collect()
}
