//! This turns rings, hills and Voronoi cells into leaded panes with daylight behind them.
use super::canvas::{Canvas, border_distance};
use super::geom::{P2, V3, grey, hex, lerp, mix, smooth};
use super::noise::{fbm, grad, hash2, value};
use std::f32::consts::{PI, TAU};

const SUN: P2 = (392.0, 168.0);
/// Width of the border of small panes, in design pixels.
const BORDER: f32 = 30.0;

/// One pane: an identity for the lead around it, its colour and whether the lead around its region is strong.
#[derive(Clone, Copy, PartialEq)]
struct Pane {
    id: i32,
    color: V3,
}

fn pick(colors: &[u32], k: f32) -> V3 {
    hex(colors[((k * colors.len() as f32) as usize).min(colors.len() - 1)])
}

/// The nearest site of a jittered grid, stretched by `(sx, sy)`.
fn cell(x: f32, y: f32, sx: f32, sy: f32, seed: u32) -> (i32, i32) {
    let (gx, gy) = (x / sx, y / sy);
    let (ix, iy) = (gx.floor() as i32, gy.floor() as i32);
    let (mut best, mut found) = (f32::MAX, (0, 0));
    for j in iy - 1..=iy + 1 {
        for i in ix - 1..=ix + 1 {
            let px = i as f32 + 0.5 + 0.8 * (hash2(i, j, seed) - 0.5);
            let py = j as f32 + 0.5 + 0.8 * (hash2(i, j, seed + 1) - 0.5);
            let d = (px - gx).powi(2) + (py - gy).powi(2);
            if d < best {
                (best, found) = (d, (i, j));
            }
        }
    }
    found
}

fn pane(region: i32, c: (i32, i32), colors: &[u32]) -> Pane {
    let id = region * 1_000_000 + (c.0 + 300) * 1000 + c.1 + 300;
    let shade = 0.82 + 0.36 * hash2(c.0, c.1, region as u32 * 7 + 3);
    Pane { id, color: pick(colors, hash2(c.0, c.1, region as u32 * 7 + 2)) * shade }
}

fn hill(i: usize, x: f32) -> f32 {
    match i {
        0 => {
            292.0 - 34.0 * (-((x - 150.0) / 90.0).powi(2)).exp() - 22.0 * (-((x - 560.0) / 80.0).powi(2)).exp()
                + 8.0 * (x * 0.02).sin()
        }
        1 => 328.0 - 26.0 * (-((x - 545.0) / 120.0).powi(2)).exp() + 12.0 * (x * 0.014 + 1.0).sin(),
        _ => 396.0 - 34.0 * (-((x - 40.0) / 170.0).powi(2)).exp() - 26.0 * (-((x - 640.0) / 110.0).powi(2)).exp(),
    }
}

/// The river: its middle and half width at height `y`.
fn river(y: f32) -> P2 {
    let t = ((y - 300.0) / 180.0).clamp(0.0, 1.0);
    (388.0 - 110.0 * t + 58.0 * (t * 5.4 + 0.4).sin() * (1.0 - 0.35 * t), 5.0 + 62.0 * t * t + 16.0 * t)
}

fn sun(x: f32, y: f32) -> Option<Pane> {
    let (dx, dy) = (x - SUN.0, y - SUN.1);
    let (d, a) = (dx.hypot(dy), dy.atan2(dx) + PI);
    let sector = |n: f32, turn: f32| ((a / TAU * n + turn).rem_euclid(n)).floor() as i32;
    let local = |n: f32, turn: f32| (a / TAU * n + turn).rem_euclid(1.0) - 0.5;
    if d < 15.0 {
        return Some(pane(20, (0, 0), &[0xfff3c4]));
    }
    // Petals: six round ones, then twelve pointed ones, then long rays between.
    let petal = local(8.0, 0.0).abs() * TAU / 8.0 * d;
    if d < 46.0 && petal < 15.0 * ((d - 13.0) / 33.0 * PI).sin().max(0.0).powf(0.6) {
        return Some(pane(21, (sector(8.0, 0.0), 0), &[0xffc021, 0xffae1a, 0xffd04a]));
    }
    if d < 48.0 {
        return Some(pane(22, (sector(8.0, 0.5), 0), &[0xd9381e, 0xc42a1c]));
    }
    if d < 58.0 {
        return Some(pane(23, (sector(24.0, 0.0), 0), &[0xffe79a, 0xffd873, 0xfff0b8]));
    }
    let tip = 88.0;
    let half = 0.5 * (1.0 - ((d - 58.0) / (tip - 58.0)).clamp(0.0, 1.0)).powf(0.8);
    if d < tip && local(16.0, 0.5).abs() < half {
        return Some(pane(24, (sector(16.0, 0.5), 0), &[0xf58a1f, 0xef6a1c, 0xf9a531]));
    }
    let ring = 112.0 + 5.0 * (a * 16.0).cos();
    if d < ring {
        return Some(pane(25, (sector(16.0, 0.0), 0), &[0xffd25a, 0xf9bf3e, 0xffdf86]));
    }
    // Rays reach over the sky, narrow and wide by turns, broken by rings.
    let n = 28.0;
    let s = sector(n, 0.0);
    if s % 2 == 0 && d < 330.0 {
        let ring = (d / (44.0 + 12.0 * hash2(s, 1, 5)) + hash2(s, 2, 5)).floor() as i32;
        let far = smooth(110.0, 300.0, d);
        let warm = pick(&[0xf7b64a, 0xf2a0a0, 0xf5c96a, 0xe58ab0], hash2(s, ring, 6));
        let cool = pick(&[0x6fb7e0, 0x8f8fe0, 0x58a8d8], hash2(s, ring, 7));
        return Some(Pane {
            id: 26_000_000 + (s + 300) * 1000 + ring,
            color: mix(warm, cool, far) * (0.85 + 0.25 * hash2(s, ring, 8)),
        });
    }
    None
}

/// A tree of round clusters on a trunk.
fn tree(x: f32, y: f32) -> Option<Pane> {
    let sway = 16.0 * ((y - 250.0) * 0.012).sin();
    let trunk = 7.0 + 15.0 * smooth(330.0, 470.0, y) + 2.0 * (y * 0.05).sin();
    let branch = |x0: f32, y0: f32, x1: f32, y1: f32, w: f32| super::geom::seg_dist((x, y), (x0, y0), (x1, y1)) < w;
    let wood = ((x - 132.0 - sway).abs() < trunk && y > 236.0)
        || branch(134.0, 262.0, 84.0, 200.0, 5.0)
        || branch(128.0, 244.0, 188.0, 176.0, 5.0)
        || branch(128.0, 244.0, 134.0, 150.0, 4.5);
    let crown = [
        (132.0, 118.0, 62.0),
        (78.0, 158.0, 50.0),
        (190.0, 150.0, 50.0),
        (106.0, 84.0, 38.0),
        (172.0, 92.0, 40.0),
        (60.0, 206.0, 30.0),
        (214.0, 196.0, 28.0),
    ];
    let inside = crown.iter().any(|c| (x - c.0).hypot(y - c.1) < c.2);
    if wood && (!inside || y > 168.0) {
        let piece = ((y + 0.35 * x) / 38.0).floor() as i32;
        return Some(pane(
            30,
            (piece, i32::from(x > 132.0 + sway + 4.0 && y > 360.0)),
            &[0x6b3a1e, 0x84481f, 0x54301f],
        ));
    }
    if inside {
        let c = cell(x + 10.0 * grad(x * 0.03, y * 0.03, 3), y, 26.0, 24.0, 33);
        let fruit = hash2(c.0, c.1, 34) > 0.84;
        let lit = smooth(40.0, 230.0, x - (y - 140.0) * 0.4);
        let colors: &[u32] = if fruit {
            &[0xd8262c, 0xe8641c]
        } else if hash2(c.0, c.1, 35) < lit {
            &[0x6fbf3a, 0x9ccc3c, 0x4fae4a]
        } else {
            &[0x12724a, 0x0e5a48, 0x1d8a4c]
        };
        return Some(pane(31, c, colors));
    }
    None
}

/// Poppies in the foreground: petals around a dark heart.
fn poppies(x: f32, y: f32) -> Option<Pane> {
    let flowers = [
        (486.0, 404.0, 29.0),
        (566.0, 372.0, 25.0),
        (430.0, 428.0, 19.0),
        (582.0, 426.0, 24.0),
        (532.0, 436.0, 17.0),
        (66.0, 420.0, 26.0),
        (204.0, 428.0, 19.0),
    ];
    for (i, f) in flowers.iter().enumerate() {
        let (dx, dy) = (x - f.0, (y - f.1) * 1.1);
        let (d, a) = (dx.hypot(dy), dy.atan2(dx) + PI);
        let n = 5.0;
        let turn = a / TAU * n + i as f32 * 0.37;
        let lobe = f.2 * (0.86 + 0.16 * (turn * TAU).cos());
        if d < f.2 * 0.28 {
            return Some(pane(40, (i as i32, 0), &[0xffd84a, 0xf2c230]));
        }
        if d < lobe {
            let petal = (turn + 0.5).floor().rem_euclid(n) as i32;
            return Some(pane(41, (i as i32, petal), &[0xf03a3a, 0xe02a3c, 0xf8643c, 0xf06a7a]));
        }
    }
    None
}

/// The pane at a place of the 640x480 window.
fn pane_at(x: f32, y: f32) -> Pane {
    let edge = x.min(640.0 - x).min(y).min(480.0 - y);
    if edge < BORDER {
        let corner = x.min(640.0 - x) < BORDER && y.min(480.0 - y) < BORDER;
        let (u, len, side) = if corner {
            (0.0, 1.0, 4)
        } else if y.min(480.0 - y) < BORDER {
            (x - BORDER, (640.0 - 2.0 * BORDER) / 13.0, i32::from(y > 240.0))
        } else {
            (y - BORDER, (480.0 - 2.0 * BORDER) / 10.0, 2 + i32::from(x > 320.0))
        };
        if edge < 9.0 {
            return pane(
                3,
                (side * 40 + (u / (len * 0.5)).floor() as i32, i32::from(x > 320.0) + 2 * i32::from(y > 240.0)),
                &[0xe9c46a, 0xf0d590, 0xdcae4c],
            );
        }
        let k = (u / len).floor() as i32;
        let (cx, cy) = if corner {
            (x.min(640.0 - x) - 19.5, y.min(480.0 - y) - 19.5)
        } else {
            ((u / len - k as f32 - 0.5) * len, edge - 19.5)
        };
        let diamond = cx.abs() / (if corner { 8.5 } else { len * 0.36 }) + cy.abs() / 8.5;
        let slot = (side * 40 + k, i32::from(x > 320.0) + 2 * i32::from(y > 240.0));
        if diamond < 1.0 {
            return pane(1, slot, if corner { &[0xffd75a] } else { &[0x2a56c8, 0x1f8aa8, 0x3a3fb0] });
        }
        return pane(2, (slot.0, slot.1 + 10 * i32::from(!corner && cx > 0.0)), &[0xa8142c, 0x8c1030, 0xc02030]);
    }
    if let Some(p) = poppies(x, y).or_else(|| tree(x, y)) {
        return p;
    }
    let (mid, half) = river(y);
    if y > hill(1, x).min(330.0) && (x - mid).abs() < half && y > 306.0 {
        let c = cell(x + 6.0 * (y * 0.08).sin(), y, 46.0, 11.0 + 0.05 * (y - 300.0), 51);
        let glow = smooth(0.75, 0.2, (x - mid).abs() / half) * hash2(c.0, c.1, 52);
        let colors: &[u32] =
            if glow > 0.42 { &[0xffe08a, 0xf8c860] } else { &[0x3fa7d6, 0x2b7fc4, 0x7fcbe4, 0x2a5fb4] };
        return pane(5, c, colors);
    }
    for (i, colors) in [
        (2, &[0x3fa04a, 0x2f8f54, 0x6cbc4a, 0x9cc84a, 0x2f9a7a][..]),
        (1, &[0x5ab86a, 0x94cc58, 0x3fa080, 0xd0d85a, 0x7ac070]),
        (0, &[0x3a6ea8, 0x5a58a8, 0x3f8a9c, 0x7a62b0]),
    ] {
        let top = hill(i, x);
        if y > top {
            let size = [34.0, 40.0, 52.0][i];
            return pane(
                6 + i as i32,
                cell(x, (y - top) * 1.25 + i as f32 * 400.0, size * 1.2, size * 0.75, 60 + i as u32),
                colors,
            );
        }
    }
    if let Some(p) = sun(x, y) {
        return p;
    }
    let d = (x - SUN.0).hypot(y - SUN.1);
    let c = cell(x, y, 40.0, 34.0, 70);
    let near = smooth(300.0, 110.0, d);
    let colors: &[u32] = if hash2(c.0, c.1, 71) < near {
        &[0x4fa8e0, 0x7cc4ea, 0x3a8ed8]
    } else {
        &[0x1c3fa8, 0x2656c0, 0x16308c, 0x3a3aa8]
    };
    pane(10, c, colors)
}

/// Draws the picture.
pub fn draw(w: usize, h: usize) -> Canvas {
    let (cw, ch) = (w * 2, h * 2);
    let k = cw as f32 / 640.0;
    let panes: Vec<Pane> = (0..cw * ch)
        .map(|i| {
            let (x, y) = (((i % cw) as f32 + 0.5) / k, ((i / cw) as f32 + 0.5) / k);
            // Hand-cut edges waver a little.
            let wave = |s: u32| 1.6 * grad(x * 0.06, y * 0.06, s);
            pane_at((x + wave(90)).clamp(0.0, 639.9), (y + wave(91)).clamp(0.0, 479.9))
        })
        .collect();
    let ids: Vec<i32> = panes.iter().map(|p| p.id).collect();
    let lead: Vec<f32> = border_distance(&ids, cw, ch).into_iter().map(|d| d / k).collect();
    let mut out = Canvas::new(cw, ch, grey(0.0));
    out.each(|px, py, _| {
        let i = py as usize * cw + px as usize;
        let (x, y) = (px / k, py / k);
        glass(x, y, panes[i], lead[i])
    });
    out.bloom(0.72, 9.0 * k, 0.5);
    out.bloom(0.4, 30.0 * k, 0.2);
    out.each(|px, py, c| {
        let i = py as usize * cw + px as usize;
        let at = |dx: i32, dy: i32| {
            let (x, y) = ((px as i32 + dx).clamp(0, cw as i32 - 1), (py as i32 + dy).clamp(0, ch as i32 - 1));
            lead[y as usize * cw + x as usize]
        };
        let half = 1.75 + 0.35 * value(px / k * 0.05, py / k * 0.05, 95);
        let cover = smooth(half + 0.35, half - 0.35, lead[i]);
        let slope = (at(1, 1) - at(-1, -1)) * k * 0.35;
        let round = (1.0 - (lead[i] / half).powi(2)).max(0.0).sqrt();
        let metal = 0.075 + 0.16 * (slope * (1.0 - round)).max(0.0) + 0.05 * round * value(px * 0.3, py * 0.3, 96);
        mix(c, hex(0xbfc4cf) * metal + c * 0.08, cover).map(|v| v / (1.0 + 0.10 * v * v))
    });
    out.reduce(w, h)
}

/// Light through one pane: streaks, seeds, waviness, brushed-in shading, dirt along the lead.
fn glass(x: f32, y: f32, pane: Pane, lead: f32) -> V3 {
    let seed = pane.id as u32;
    let turn = hash2(pane.id, 1, 97) * TAU;
    let (u, v) = super::geom::rot((x, y), turn);
    let streak = fbm(u * 0.022 + 9.0, v * 0.11, 4, seed);
    let ripple = grad(u * 0.11, v * 0.16, seed ^ 5);
    let tilt = (hash2(pane.id, 2, 97) - 0.5) * 0.5 * ((u * 0.03).sin());
    let cellx = ((x / 5.0).floor() as i32, (y / 5.0).floor() as i32);
    let seedling = if hash2(cellx.0, cellx.1, 98) > 0.93 {
        let c = (
            (cellx.0 as f32 + 0.2 + 0.6 * hash2(cellx.0, cellx.1, 99)) * 5.0,
            (cellx.1 as f32 + 0.2 + 0.6 * hash2(cellx.0, cellx.1, 100)) * 5.0,
        );
        let d = (x - c.0).hypot(y - c.1);
        0.35 * smooth(1.1, 0.3, d) - 0.15 * smooth(1.7, 1.0, d) * smooth(0.7, 1.1, d)
    } else {
        0.0
    };
    let d = (x - SUN.0).hypot(y - SUN.1);
    let day = lerp(0.84, 1.28, (-(d / 240.0).powi(2)).exp()) * (0.86 + 0.3 * fbm(x * 0.005, y * 0.006, 3, 101));
    let shade = day * (0.66 + 0.62 * streak + 0.22 * ripple + tilt + seedling);
    let grime = lerp(0.58, 1.0, smooth(1.0, 6.5, lead + 1.6 * (value(x * 0.25, y * 0.25, 102) - 0.5)));
    let deep = pane.color.map(|c| c.powf(1.25));
    let color = mix(deep.saturate(1.12), mix(pane.color, hex(0xfff6e0), 0.22), smooth(0.85, 1.45, shade));
    color * (shade * grime)
}
