//! This turns a street of old houses after rain into a photograph at dusk.
use super::canvas::Canvas;
use super::geom::{V3, grey, lerp, lin, mix, smooth, v3};
use super::landscape::finish;
use super::noise::{fbm, grad, hash2};
use super::street_scene::{EYE_M, KERB_M, Street, sky};

const W: f32 = 1280.0;
const FOCAL: f32 = 1080.0;
const HORIZON: f32 = 560.0;

fn ray(x: f32, y: f32) -> V3 {
    v3((x - W * 0.47) / FOCAL, (HORIZON - y) / FOCAL, 1.0).norm()
}

fn beyond(street: &Street, o: V3, d: V3) -> V3 {
    match street.trace(o, d) {
        Some(h) => h.color + street.air(o, d, h.t),
        None => sky(d) + street.air(o, d, 200.0),
    }
}

/// One paving stone: its height at a place (0 in the joint) and its own random value.
fn stone(x: f32, z: f32, w: f32, l: f32) -> (f32, f32) {
    let row = (z / l).floor();
    let shift = 0.5 * (row.rem_euclid(2.0)) + 0.3 * hash2(row as i32, 3, 80);
    let col = (x / w + shift).floor();
    let (u, v) = ((x / w + shift - col - 0.5).abs() * 2.0, (z / l - row - 0.5).abs() * 2.0);
    let r = hash2(col as i32, row as i32, 81);
    let dome = (1.0 - u.powi(6)).max(0.0) * (1.0 - v.powi(6)).max(0.0);
    (dome * (0.8 + 0.2 * r), r)
}

fn pavement(street: &Street, o: V3, d: V3, x: f32, y: f32) -> V3 {
    let t = -EYE_M / d.y;
    let p = o + d * t;
    let road = p.x.abs() < KERB_M;
    let (w, l) = if road { (0.24, 0.17) } else { (0.8, 0.55) };
    let bow = p.z + if road { 0.05 * p.x * p.x } else { 0.0 };
    let (hgt, r) = stone(p.x, bow, w, l);
    let e = 0.012 + 0.0006 * t * t;
    let slope_x = stone(p.x + e, bow, w, l).0 - hgt;
    let slope_z = stone(p.x, bow + e, w, l).0 - hgt;
    let fade = 1.0 / (1.0 + 0.010 * t * t);
    let puddle = smooth(0.50, 0.60, fbm(p.x * 0.45 + 2.0, p.z * 0.20, 4, 82) + 0.05 * (1.0 - hgt));
    let gutter = smooth(0.28, 0.08, (p.x.abs() - KERB_M + 0.18).abs());
    let wet = puddle.max(gutter);
    let bump = (1.0 - 0.93 * wet) * fade;
    let micro = 0.05 * (1.0 - 0.75 * wet);
    let n = v3(
        -slope_x * 0.75 * bump + micro * grad(p.x * 9.0, p.z * 9.0, 83),
        1.0,
        -slope_z * 0.75 * bump + micro * grad(p.x * 9.0, p.z * 9.0, 84),
    )
    .norm();
    let base = if road { mix(lin(0x3a3734), lin(0x5c544c), r) } else { mix(lin(0x4c463f), lin(0x6e655a), r) };
    let base = base * (0.35 + 0.65 * hgt) * (0.55 + 0.5 * fbm(p.x * 2.0, p.z * 2.0, 3, 85)) * (1.0 - 0.55 * wet);
    let kerb = smooth(0.10, 0.05, (p.x.abs() - KERB_M - 0.08).abs());
    let base = mix(base, lin(0x7a7066) * (0.6 + 0.4 * smooth(0.02, 0.06, (p.z * 0.9).fract())), kerb);
    let light = v3(0.13, 0.15, 0.24) * 0.9 + v3(0.30, 0.14, 0.08) * 0.5 + street.lamp_light(p, n) * 1.1;
    // Rough wetness draws lights out towards the eye: several mirror rays, spread along the view.
    let mut seen = grey(0.0);
    let taps = 3;
    for k in 0..taps {
        let j = (k as f32 + hash2(x as i32 * 3 + k, y as i32, 86)) / taps as f32 - 0.5;
        let m = (n + v3(0.012 * (hash2(x as i32, y as i32 * 3 + k, 87) - 0.5), 0.0, j * lerp(0.20, 0.035, wet))).norm();
        let mut q = d.reflect(m);
        q.y = q.y.abs().max(0.004);
        seen += beyond(street, p + v3(0.0, 0.002, 0.0), q.norm()).map(|c| c.min(5.0)) / taps as f32;
    }
    let facing = n.dot(-d).clamp(0.0, 1.0);
    let fresnel = lerp(0.05, 1.0, (1.0 - facing).powi(4)) * lerp(0.62, 1.0, wet) + 0.10 * wet;
    mix(base * light, seen, fresnel.min(0.94))
}

/// Draws the picture.
pub fn draw(w: usize, h: usize) -> Canvas {
    let street = Street::new();
    let o = v3(0.25, EYE_M, 0.0);
    let mut out = Canvas::shade(1280, 960, |x, y| {
        let d = ray(x, y);
        let seen = street.trace(o, d);
        if d.y < -1e-4 && seen.as_ref().is_none_or(|s| s.t > EYE_M / -d.y) {
            let t = EYE_M / -d.y;
            if t < 400.0 {
                return pavement(&street, o, d, x, y) + street.air(o, d, t);
            }
        }
        beyond(&street, o, d)
    });
    for p in &mut out.px {
        *p = p.map(|c| c.min(9.0));
    }
    out.bloom(1.1, 5.0, 0.32);
    out.bloom(1.0, 26.0, 0.20);
    finish(out, w, h, 1.45)
}
