//! This turns a table with fruit into a photograph in window light.
use super::canvas::Canvas;
use super::geom::{P2, V3, grey, lerp, mix, smooth, v3};
use super::landscape::finish;
use super::noise::{fbm, hash2, value};
use super::still_scene::{Stuff, map, surface};

const EYE: V3 = v3(-0.35, 2.55, -7.6);
const AIM: V3 = v3(0.02, 0.98, 0.0);
/// Pixels per unit of slope at canvas size.
const FOCAL: f32 = 1560.0;
/// The window: a rectangle in the plane x = `WINDOW_X`, given by its ranges of y and z.
const WINDOW_X: f32 = -6.0;
const WINDOW_Y: P2 = (1.4, 5.6);
const WINDOW_Z: P2 = (-4.2, 0.6);

fn march(o: V3, d: V3, far: f32) -> Option<(f32, Stuff)> {
    let mut t = 0.02;
    for _ in 0..150 {
        let (dist, stuff) = map(o + d * t);
        if dist < 0.0006 * (1.0 + t * 0.5) {
            return Some((t, stuff));
        }
        t += dist;
        if t > far {
            break;
        }
    }
    None
}

fn normal(p: V3) -> V3 {
    let e = 0.0022;
    let at = |x: f32, y: f32, z: f32| v3(x, y, z) * map(p + v3(x, y, z) * e).0;
    (at(1.0, -1.0, -1.0) + at(-1.0, -1.0, 1.0) + at(-1.0, 1.0, -1.0) + at(1.0, 1.0, 1.0)).norm()
}

/// How much of a point on the window is seen from `p`, a little blurred at the edges.
fn seen(p: V3, to: V3) -> f32 {
    let far = to.len();
    let d = to / far;
    let (mut t, mut open) = (0.03f32, 1.0f32);
    for _ in 0..48 {
        let h = map(p + d * t).0;
        open = open.min(0.5 + 0.5 * h / (0.075 * t));
        if open <= 0.0 || t > far.min(9.0) {
            break;
        }
        t += h.clamp(0.02, 0.6);
    }
    smooth(0.0, 1.0, open)
}

fn hollow(p: V3, n: V3) -> f32 {
    let (mut sum, mut k) = (0.0, 1.0);
    for i in 1..=5 {
        let h = 0.09 * i as f32 * (1.0 + 0.35 * i as f32);
        sum += (h - map(p + n * h).0).max(0.0) * k / h;
        k *= 0.78;
    }
    (1.0 - 0.44 * sum).clamp(0.06, 1.0)
}

/// What a mirror-like surface shows of the room: the window with its bars, the dim wall, the ceiling.
fn room(p: V3, d: V3, blur: f32) -> V3 {
    let base = mix(v3(0.05, 0.045, 0.04), v3(0.14, 0.135, 0.13), smooth(-0.2, 0.9, d.y))
        + v3(0.10, 0.08, 0.06) * smooth(0.3, 1.0, d.z);
    if d.x > -0.02 {
        // A pale door stands open on the far side.
        let door = smooth(0.05, 0.0, ((d.z / d.x.max(0.02)) + 0.75).abs() - 0.16)
            * smooth(-0.5, -0.3, d.y)
            * smooth(0.8, 0.6, d.y);
        return base + v3(0.9, 0.8, 0.66) * (0.55 * door);
    }
    let q = p + d * ((WINDOW_X - p.x) / d.x);
    let soft = 0.05 + blur;
    let edge = |v: f32, r: P2| smooth(r.0 - soft, r.0 + soft, v) * smooth(r.1 + soft, r.1 - soft, v);
    let bar = |v: f32, c: f32| smooth(0.06, 0.06 + soft * 0.7, (v - c).abs());
    let pane = edge(q.y, (-0.6, WINDOW_Y.1)) * edge(q.z, WINDOW_Z) * bar(q.y, 3.9) * bar(q.z, -1.8).max(blur * 1.4);
    base + v3(1.0, 1.06, 1.12) * (5.0 * pane)
}

fn lit(p: V3, d: V3, n: V3, stuff: Stuff, px: P2) -> V3 {
    let (base, gloss) = surface(p, stuff);
    let o = p + n * 0.01;
    // Thin or soft things let light wrap around their edge.
    let wrap = match stuff {
        Stuff::Fruit(..) => 0.10,
        Stuff::Grape(_) => 0.22,
        Stuff::Cloth => 0.12,
        _ => 0.0,
    };
    let to_window = |u: f32, v: f32| v3(WINDOW_X, lerp(WINDOW_Y.0, WINDOW_Y.1, u), lerp(WINDOW_Z.0, WINDOW_Z.1, v)) - o;
    let mut direct = 0.0;
    for (u, v) in [(0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)] {
        let to = to_window(u, v);
        let r2 = to.dot(to);
        let l = to / r2.sqrt();
        direct += ((n.dot(l) + wrap) / (1.0 + wrap)).max(0.0) * l.x.abs() * 10.0 / r2;
    }
    if direct > 0.0 {
        // Which share of the window is in sight: four rays here, other ones in the next pixel of each block of four.
        let (x, y) = (px.0 as i32, px.1 as i32);
        let cell = ((x & 1) + 2 * (y & 1)) as f32;
        direct *= (0..4)
            .map(|k| {
                let u = (cell + hash2(x, y, 60 + k)) * 0.25;
                let v = (k as f32 + hash2(x, y, 70 + k)) * 0.25;
                seen(o, to_window((u + 0.37 * k as f32).fract(), v)) * 0.25
            })
            .sum::<f32>();
    }
    let ao = hollow(p, n);
    let sky = v3(0.21, 0.215, 0.23) * (0.65 + 0.35 * n.y);
    let bounce = v3(0.20, 0.12, 0.065) * (0.5 - 0.5 * n.y).max(0.0) + v3(0.10, 0.085, 0.07) * n.x.max(0.0);
    let tint = match stuff {
        Stuff::Fruit(..) | Stuff::Grape(_) => mix(base.saturate(1.15), base, smooth(0.0, 0.6, direct)),
        _ => base,
    };
    let mut c = tint * (v3(1.0, 0.985, 0.95) * (direct * 2.35) + (sky + bounce) * ao * 1.15);
    if gloss > 0.0 {
        let r = d.reflect(n);
        let fresnel = 0.035 + 0.6 * (1.0 - n.dot(-d).clamp(0.0, 1.0)).powi(5);
        let block = smooth(0.1, 0.7, ao) * if r.x < -0.1 { seen(o, r * 6.0) } else { 0.8 };
        let shine = room(p, r, lerp(0.75, 0.08, gloss));
        c += shine * (fresnel * lerp(0.35, 1.0, gloss) * block);
    }
    if let Stuff::Grape(_) = stuff {
        let through = (1.0 - n.dot(-d).max(0.0)).powi(2);
        c += v3(0.10, 0.02, 0.05) * (through * (0.2 + direct));
    }
    c
}

/// Light through and from the bottle: the wine within, the green of the glass, the window on its skin.
fn bottle(p: V3, d: V3, n: V3, px: P2) -> V3 {
    let r = d.reflect(n);
    let facing = n.dot(-d).clamp(0.0, 1.0);
    let fresnel = 0.04 + 0.7 * (1.0 - facing).powi(5);
    // Through the glass: bend the ray, look at what lies behind, once.
    let bent = (d - n * 0.28 * facing).norm();
    let mut o = p + bent * 1.15;
    let mut guard = 0;
    while map(o).0 < 0.02 && guard < 12 {
        o += bent * 0.08;
        guard += 1;
    }
    let back = match march(o, bent, 14.0) {
        Some((t, stuff)) if stuff != Stuff::Glass => {
            let q = o + bent * t;
            lit(q, bent, normal(q), stuff, px)
        }
        _ => grey(0.08),
    };
    let wine = p.y < 1.50;
    let tint = if wine { v3(0.045, 0.07, 0.025) } else { v3(0.09, 0.24, 0.08) };
    let rim = smooth(0.62, 0.10, facing);
    let label = p.y > 0.45 && p.y < 1.25;
    if label && (p.x - 1.95) < 0.52 {
        let a = (p.z - 1.15).atan2(p.x - 1.95);
        if a < -0.55 && a > -2.75 {
            let (u, v) = (a + 1.65, (p.y - 0.45) / 0.8);
            let mut paper = mix(v3(0.72, 0.64, 0.48), v3(0.60, 0.50, 0.34), fbm(u * 5.0, v * 5.0, 4, 80));
            let line = |c: f32, h: f32| (v - c).abs() < h;
            let text = (line(0.66, 0.07) && value(u * 14.0, 1.0, 81) > 0.42 && u.abs() < 0.62)
                || (line(0.42, 0.025) && value(u * 30.0, 2.0, 82) > 0.4 && u.abs() < 0.5)
                || (line(0.32, 0.025) && value(u * 30.0, 3.0, 83) > 0.4 && u.abs() < 0.4);
            let border = !(0.06..0.94).contains(&v) || u.abs() > 1.03;
            if text {
                paper = v3(0.10, 0.06, 0.04);
            } else if border || line(0.86, 0.012) || line(0.2, 0.012) {
                paper = v3(0.34, 0.09, 0.05);
            }
            let to = v3(WINDOW_X, 3.5, -1.8) - p;
            let direct = n.dot(to.norm()).max(0.0) * seen(p + n * 0.02, to) * 1.15;
            return paper * (v3(1.0, 0.98, 0.94) * (direct * 2.2) + grey(0.24) * hollow(p, n));
        }
    }
    let glow = v3(0.05, 0.13, 0.05) * smooth(0.35, 0.85, n.x) * if wine { 0.5 } else { 1.2 };
    let inner = back * tint * (1.0 - 0.75 * rim) * 1.5 + glow;
    mix(inner, room(p, r, 0.03), fresnel) + room(p, r, 0.12) * 0.03
}

/// Draws the picture.
pub fn draw(w: usize, h: usize) -> Canvas {
    let front = (AIM - EYE).norm();
    let right = v3(0.0, 1.0, 0.0).cross(front).norm();
    let up = front.cross(right);
    let out = Canvas::shade(1280, 960, |x, y| {
        let d = (front * FOCAL + right * (x - 640.0) + up * (480.0 - y)).norm();
        let Some((t, stuff)) = march(EYE, d, 16.0) else {
            return grey(0.02);
        };
        let p = EYE + d * t;
        let n = normal(p);
        if stuff == Stuff::Glass {
            return bottle(p, d, n, (x, y));
        }
        let mut c = lit(p, d, n, stuff, (x, y));
        if stuff == Stuff::Wall {
            // Light from the window falls aslant over the wall, and fades into the corner.
            let beam = smooth(0.9, -0.8, (p.x + 1.2) * 0.42 + (p.y - 2.2) * 0.55) * smooth(-5.0, -1.0, p.x + p.y * 0.3);
            c = c * (0.55 + 0.75 * beam);
        }
        c
    });
    let mut out = out;
    out.bloom(1.0, 8.0, 0.10);
    finish(out, w, h, 1.4)
}
