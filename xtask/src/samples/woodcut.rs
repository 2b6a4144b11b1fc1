//! This turns flat blocks of few inks into a print of a great wave around a red sun.
use super::canvas::{Canvas, disc, ribbon, spline};
use super::geom::{P2, V3, grey, hex, lerp, mix, smooth};
use super::noise::{Rng, fbm, grad, hash2, value};
use super::wave::{FOAM, FOAM_SHADE, Group, KEY, Wave, along, scallops};

const PRUSSIAN: V3 = hex(0x1b3a6b);
const DEEP: V3 = hex(0x162b52);
const MID: V3 = hex(0x4677a0);
const PALE: V3 = hex(0x9dbccb);
const PAPER: V3 = hex(0xe9dcc0);

/// Canvas pixels per design pixel.
const S: f32 = 2.0;

fn sky(x: f32, y: f32) -> V3 {
    let warm =
        mix(PAPER, hex(0xe7b48f), 0.75 * smooth(110.0, 330.0, y + 12.0 * (fbm(x * 0.004, y * 0.01, 3, 2) - 0.5)));
    let top = smooth(105.0, 0.0, y + 22.0 * (value(x * 0.006, 0.0, 3) - 0.5));
    mix(warm, hex(0x3c6690), 0.9 * top * top)
}

fn island(c: &mut Canvas, x: f32, y: f32, w: f32, h: f32, color: V3, seed: u32) {
    let mut pts = vec![(x - w, y)];
    for i in 0..=60 {
        let t = i as f32 / 60.0;
        let rise = (t * std::f32::consts::PI).sin().max(0.0).powf(1.3) * (0.65 + 0.6 * fbm(t * 5.0, 0.3, 4, seed));
        pts.push((x - w + 2.0 * w * t, y - h * rise));
    }
    pts.push((x + w, y));
    c.fill_with(&pts, S, |_, py| (mix(color, PAPER, 0.75 * smooth(y - h * 0.45, y, py)), 1.0));
    c.fill(&ribbon(&pts[1..pts.len() - 1], |_| 0.5), S, mix(KEY, color, 0.4));
}

fn mist(c: &mut Canvas, x0: f32, x1: f32, y: f32, half: f32) {
    let path: Vec<P2> = (0..=40).map(|i| (lerp(x0, x1, i as f32 / 40.0), y)).collect();
    let shape = ribbon(&path, |t| half * (1.0 - (2.0 * t - 1.0).powi(12)).max(0.0).sqrt());
    c.fill_with(&shape, S, |_, py| (FOAM, lerp(0.35, 0.75, smooth(y - half, y + half, py))));
}

fn crane(c: &mut Canvas, x: f32, y: f32, k: f32) {
    let wing = |pts: &[P2], w: f32| ribbon(&spline(pts, 8), |t| w * k * (1.0 - t).powf(0.6) * (0.5 + t).min(1.0) + 0.3);
    let at = |dx: f32, dy: f32| (x + dx * k, y + dy * k);
    c.fill(&wing(&[at(0.0, 0.0), at(-9.0, -9.0), at(-22.0, -10.0), at(-31.0, -4.0)], 2.6), S, KEY);
    c.fill(&wing(&[at(0.0, 0.0), at(8.0, -11.0), at(20.0, -15.0), at(31.0, -12.0)], 2.6), S, KEY);
    c.fill(&wing(&[at(5.0, 3.0), at(-5.0, 0.5), at(-15.0, 3.0), at(-21.0, 2.0)], 2.2), S, KEY);
}

fn boat(c: &mut Canvas, x: f32, y: f32, k: f32, tilt: f32) {
    let at = |dx: f32, dy: f32| {
        let (a, b) = super::geom::rot((dx * k, dy * k), tilt);
        (x + a, y + b)
    };
    let hull = spline(&[at(-34.0, -9.0), at(-20.0, 1.0), at(0.0, 4.0), at(20.0, 1.0), at(38.0, -12.0)], 8);
    let mut pts = hull.clone();
    pts.extend(spline(&[at(38.0, -12.0), at(18.0, -5.0), at(0.0, -3.5), at(-20.0, -5.0), at(-34.0, -9.0)], 8));
    c.fill(&pts, S, hex(0xc99a5e));
    c.fill(&ribbon(&hull, |t| 0.6 + 1.2 * (t * 3.1).sin()), S, KEY);
    let sail = [at(2.0, -6.0), at(1.0, -56.0), at(23.0, -52.0), at(26.0, -12.0)];
    c.fill_with(&sail, S, |sx, _| {
        (if ((sx - x) / (4.2 * k)).floor() as i32 % 2 == 0 { FOAM } else { hex(0xe6d6b4) }, 1.0)
    });
    c.fill(&ribbon(&[sail[0], sail[1], sail[2], sail[3], sail[0]], |_| 0.6), S, KEY);
    c.fill(&ribbon(&[at(0.0, 0.0), at(-1.0, -60.0)], |_| 0.9), S, KEY);
    for i in 0..5 {
        let p = at(-24.0 + i as f32 * 5.5, -7.5);
        c.fill(&disc(p, 1.9 * k), S, if i % 2 == 0 { PRUSSIAN } else { hex(0xb4553a) });
        c.fill(&disc((p.0 + 0.6 * k, p.1 - 2.6 * k), 1.2 * k), S, hex(0xe8c9a0));
        c.fill(&disc((p.0 + 0.6 * k, p.1 - 3.4 * k), 0.9 * k), S, KEY);
    }
}

/// Bands of a body of water: dark and pale by turns, of uneven width.
fn bands(rng: &mut Rng, n: usize, t0: f32, t1: f32) -> Vec<(f32, f32, f32, f32, V3)> {
    (0..n)
        .map(|i| {
            let k = (i as f32 + 0.6) / n as f32 * 0.96;
            let color = [MID, DEEP, PALE, PRUSSIAN, FOAM, DEEP, MID][(i * 3 + 1) % 7];
            let width = rng.range(0.35, 0.75) / n as f32 * if color == FOAM { 0.6 } else { 1.25 };
            (k, width, t0 + rng.range(0.0, 0.12), t1 - rng.range(0.0, 0.25), color)
        })
        .collect()
}

fn swell(c: &mut Canvas, rng: &mut Rng, crest: &[P2], base: V3, foam: f32) {
    let top = spline(crest, 20);
    let low: Vec<P2> = top.iter().map(|p| (p.0 + 30.0, p.1 + 210.0)).collect();
    let wave = Wave::new(&top, &low);
    let stripes: Vec<_> = (0..9)
        .map(|i| {
            let color = [PALE, DEEP, MID, DEEP, FOAM_SHADE, DEEP, MID, PALE, DEEP][i];
            let t0 = rng.range(0.0, 0.3);
            (0.06 + 0.085 * i as f32, rng.range(0.018, 0.042), t0, t0 + rng.range(0.4, 0.7), color)
        })
        .collect();
    wave.print(c, S, base, &stripes);
    let mut g = Group::default();
    let line = wave.line(0.0, 0.02, 0.98);
    let mut shade = Group::default();
    let lower: Vec<P2> = line.iter().map(|p| (p.0 + foam * 0.6, p.1 + foam * 1.5)).collect();
    for shape in scallops(&lower, foam * 1.3, foam * 0.2, rng) {
        shade.shape(shape);
    }
    shade.print(c, S, FOAM_SHADE, 0.6);
    for shape in scallops(&line, foam * 1.15, foam * 0.8, rng) {
        g.shape(shape);
    }
    g.fringe(rng, &line, 2.75, (foam * 3.6, foam * 3.0), 0.09, -0.8, 1);
    g.print(c, S, FOAM, 0.7);
}

fn great_wave(c: &mut Canvas, rng: &mut Rng) {
    let wave = Wave::new(
        &[
            (236.0, 196.0),
            (262.0, 158.0),
            (308.0, 132.0),
            (362.0, 134.0),
            (406.0, 164.0),
            (424.0, 222.0),
            (410.0, 290.0),
            (364.0, 350.0),
            (286.0, 392.0),
            (180.0, 414.0),
            (30.0, 424.0),
            (-40.0, 424.0),
        ],
        &[
            (236.0, 196.0),
            (240.0, 140.0),
            (274.0, 86.0),
            (338.0, 48.0),
            (420.0, 36.0),
            (510.0, 60.0),
            (590.0, 116.0),
            (650.0, 196.0),
            (690.0, 300.0),
            (690.0, 440.0),
            (560.0, 560.0),
            (200.0, 560.0),
        ],
    );
    let mut stripes = bands(rng, 17, 0.06, 1.05);
    stripes.push((0.045, 0.05, 0.05, 0.8, FOAM_SHADE));
    stripes.push((0.02, 0.03, 0.03, 0.95, DEEP));
    wave.print(c, S, PRUSSIAN, &stripes);

    // The foam of the lip: a mass over the crest, claws below it, pale claws behind for depth.
    let edge = |t: f32, k0: f32| wave.at(t, lerp(k0, 1.0, smooth(0.1, 0.44, t)));
    let rim = |k0: f32, t1: f32| -> Vec<P2> { (0..=90).map(|i| edge(i as f32 / 90.0 * t1, k0)).collect() };
    let mut shade = Group::default();
    shade.fringe(rng, &rim(0.16, 0.3), 2.3, (44.0, 30.0), 0.11, -0.9, 1);
    shade.print(c, S, FOAM_SHADE, 0.8);

    let mut mass = Group::default();
    let mut body = wave.line(1.0, 0.0, 0.44);
    body.extend(rim(0.42, 0.44).into_iter().rev());
    mass.shape(body);
    mass.fringe(rng, &rim(0.46, 0.43), 2.25, (50.0, 17.0), 0.062, -1.0, 1);
    mass.claw(rng, wave.at(0.03, 0.4), 2.3, 44.0, -0.9, 2);
    mass.claw(rng, wave.at(0.02, 0.8), 2.7, 38.0, -1.1, 2);
    mass.claw(rng, wave.at(0.08, 0.1), 2.1, 34.0, -0.7, 1);
    for shape in scallops(&wave.line(1.0, 0.02, 0.5), 6.0, 3.0, rng) {
        mass.shape(shape);
    }
    mass.fringe(rng, &wave.line(1.0, 0.04, 0.3), -2.5, (24.0, 15.0), 0.13, 0.9, 0);
    for _ in 0..80 {
        let p = wave.at(rng.f() * 0.5, 1.0);
        let (d, a) = (6.0 + 40.0 * rng.f().powi(2), -2.4 + 1.1 * rng.bell());
        mass.drop((p.0 + a.cos() * d, p.1 + a.sin() * d), rng.range(0.7, 2.3));
    }
    for _ in 0..54 {
        let p = wave.at(0.02, 0.5);
        mass.drop(
            (p.0 - 4.0 - 46.0 * rng.f().powi(2) + 24.0 * rng.bell(), p.1 + 4.0 + 80.0 * rng.f()),
            rng.range(0.6, 2.0),
        );
    }
    mass.print(c, S, FOAM, 0.85);
    for k in [0.58, 0.68, 0.78, 0.88] {
        let line: Vec<P2> = (0..=60).map(|i| edge(0.03 + i as f32 / 60.0 * 0.3, k)).collect();
        c.fill(&ribbon(&line, |t| 1.5 * (t * std::f32::consts::PI).sin().max(0.0) + 0.2), S, FOAM_SHADE);
        let mut curls = Group::default();
        curls.fringe(rng, &line, 2.3, (17.0, 8.0), 0.17, -1.1, 0);
        curls.print(c, S, FOAM, 0.45);
    }
}

/// Paper fibre, the grain of the blocks, uneven ink, and a worn border.
fn press(c: &mut Canvas) {
    c.each(|x, y, color| {
        let (x, y) = (x / S, y / S);
        let ink = smooth(0.85, 0.25, color.luma());
        let bend = y + 16.0 * fbm(x * 0.004, y * 0.012, 3, 71);
        let rings = (bend * 0.9 + 2.0 * value(x * 0.01, bend * 0.06, 72)).sin() * value(x * 0.03, bend * 0.5, 73);
        let speck = smooth(0.72, 0.95, hash2((x * S) as i32, (y * S) as i32, 74)) * value(x * 0.2, y * 0.2, 75);
        let fibre = value(x * 0.9, y * 0.25, 76) + value(x * 0.25, y * 0.9, 77) - 1.0;
        let cloud = fbm(x * 0.02, y * 0.02, 4, 78) - 0.5;
        let worn =
            mix(color, PAPER, (ink * (0.10 * rings.abs() + 0.16 * speck + 0.16 * cloud.max(0.0))).clamp(0.0, 1.0));
        let edge = (x.min(640.0 - x)).min(y.min(480.0 - y)) + 1.4 * grad(x * 0.2, y * 0.2, 79);
        let sheet = hex(0xf0e6cf) * (1.0 + 0.02 * cloud);
        mix(sheet, worn, smooth(9.0, 10.6, edge)) * (1.0 + 0.035 * fibre + 0.05 * cloud) - grey(0.01)
    });
}

fn seal(c: &mut Canvas, x: f32, y: f32) {
    c.fill(&[(x, y), (x + 19.0, y + 0.5), (x + 18.5, y + 46.0), (x - 0.5, y + 45.0)], S, hex(0xb5392c));
    let mut rng = Rng::new(5);
    for row in 0..3 {
        for _ in 0..5 {
            let (a, b) = (rng.range(3.5, 15.5), rng.range(3.0, 13.0) + row as f32 * 14.0);
            let to = if rng.f() < 0.5 { (a, b + 7.0) } else { (16.0 - a * 0.4, b) };
            c.fill(&ribbon(&[(x + a, y + b), (x + to.0, y + to.1.min(43.0))], |_| 0.75), S, FOAM);
        }
    }
}

/// Draws the picture.
pub fn draw(w: usize, h: usize) -> Canvas {
    let mut rng = Rng::new(4);
    let mut c = Canvas::shade(1280, 960, |x, y| sky(x / S, y / S));
    let sun = (318.0, 252.0);
    c.fill_with(&disc(sun, 54.0), S, |_, y| (mix(hex(0xc8402b), hex(0xe3794f), smooth(225.0, 310.0, y)), 0.96));
    mist(&mut c, 20.0, 214.0, 118.0, 6.0);
    mist(&mut c, 70.0, 262.0, 133.0, 4.5);
    mist(&mut c, -40.0, 120.0, 252.0, 5.0);
    island(&mut c, 118.0, 338.0, 120.0, 84.0, hex(0x6f8ea6), 3);
    island(&mut c, 30.0, 342.0, 90.0, 46.0, hex(0x4d708f), 8);
    island(&mut c, 262.0, 342.0, 76.0, 26.0, hex(0x7f98a8), 5);
    mist(&mut c, -20.0, 190.0, 326.0, 6.0);
    for (x, y, k) in [(96.0, 178.0, 0.72), (142.0, 204.0, 0.56), (62.0, 214.0, 0.48), (182.0, 172.0, 0.44)] {
        crane(&mut c, x, y, k);
    }
    swell(
        &mut c,
        &mut rng,
        &[(-40.0, 350.0), (60.0, 338.0), (150.0, 352.0), (250.0, 338.0), (360.0, 352.0), (480.0, 340.0)],
        MID,
        4.0,
    );
    boat(&mut c, 118.0, 352.0, 0.95, -0.1);
    swell(
        &mut c,
        &mut rng,
        &[(-40.0, 372.0), (50.0, 366.0), (120.0, 378.0), (220.0, 366.0), (330.0, 382.0), (480.0, 372.0)],
        PRUSSIAN,
        5.5,
    );
    great_wave(&mut c, &mut rng);
    swell(
        &mut c,
        &mut rng,
        &[
            (-60.0, 392.0),
            (20.0, 398.0),
            (110.0, 428.0),
            (220.0, 446.0),
            (330.0, 436.0),
            (450.0, 452.0),
            (700.0, 470.0),
        ],
        DEEP,
        8.5,
    );
    let spray = spline(&[(-10.0, 400.0), (110.0, 428.0), (220.0, 446.0), (330.0, 436.0), (480.0, 452.0)], 12);
    let mut drops = Group::default();
    for _ in 0..70 {
        let p = along(&spray, rng.f());
        drops.drop((p.0 + 8.0 * rng.bell(), p.1 - 8.0 - 24.0 * rng.f().powi(2)), rng.range(0.5, 1.6));
    }
    drops.print(&mut c, S, FOAM, 0.6);
    seal(&mut c, 26.0, 28.0);
    press(&mut c);
    c.reduce(w, h)
}
