//! This turns a list of houses, lamps and strollers into things a ray can hit on a street at dusk.
use super::geom::{V3, grey, lerp, lin, mix, ramp, smooth, v3};
use super::noise::{Rng, fbm, hash2, value};

/// Height of the eye above the street, in metres.
pub const EYE_M: f32 = 1.75;
/// Distance from the middle of the street to the houses, in metres.
const FRONT_M: f32 = 5.2;
/// Half width of the roadway, in metres.
pub const KERB_M: f32 = 3.3;

/// Bulbs on each string across the street.
const BULBS: usize = 13;

/// Whether a ray passes the height at which a string of bulbs hangs.
fn strung(bulbs: &[V3], o: V3, d: V3) -> bool {
    bulbs.first().is_some_and(|b| (4.0..6.0).contains(&(o.y + d.y * (b.z - o.z) / d.z.abs().max(1e-4))))
}

/// A house: a convex body given by its planes, and the taste of its owner.
pub struct House {
    side: f32,
    /// Where its front begins, along the street.
    pub z0: f32,
    /// Where its front ends.
    pub z1: f32,
    /// Height of the eaves.
    pub eave: f32,
    /// Its planes as (outward normal, offset); the first is the front, the last two are the roof.
    pub planes: [(V3, f32); 7],
    /// Seed of its looks.
    pub seed: u32,
}

/// The whole street.
pub struct Street {
    houses: Vec<House>,
    lamps: Vec<V3>,
    bulbs: Vec<V3>,
}

/// What a ray met: distance, colour leaving towards the eye (linear light).
pub struct Hit {
    /// Distance along the ray.
    pub t: f32,
    /// Light towards the eye.
    pub color: V3,
}

fn house(side: f32, z0: f32, z1: f32, eave: f32, seed: u32) -> House {
    let front = FRONT_M + 0.35 * hash2(seed as i32, 1, 9);
    let (depth, w) = (9.0, z1 - z0);
    let gable = hash2(seed as i32, 2, 9) < 0.55;
    let steep = if gable { 1.35 } else { 0.95 };
    let roof = |n: V3, p: V3| {
        let n = n.norm();
        (n, n.dot(p))
    };
    let (a, b) = if gable {
        (roof(v3(0.0, 1.0, -steep), v3(0.0, eave, z0)), roof(v3(0.0, 1.0, steep), v3(0.0, eave, z1)))
    } else {
        (
            roof(v3(-side * steep, 1.0, 0.0), v3(side * front, eave, 0.0)),
            roof(v3(side * steep, 1.0, 0.0), v3(side * (front + depth), eave, 0.0)),
        )
    };
    let planes = [
        (v3(-side, 0.0, 0.0), -front),
        (v3(side, 0.0, 0.0), front + depth),
        (v3(0.0, 0.0, -1.0), -z0),
        (v3(0.0, 0.0, 1.0), z1),
        (v3(0.0, 1.0, 0.0), eave + w * 0.75 + 3.0),
        a,
        b,
    ];
    House { side, z0, z1, eave, planes, seed }
}

fn clip(planes: &[(V3, f32)], o: V3, d: V3) -> Option<(f32, usize)> {
    let (mut near, mut far, mut which) = (0.0f32, f32::MAX, 0);
    for (i, &(n, off)) in planes.iter().enumerate() {
        let (nd, no) = (n.dot(d), off - n.dot(o));
        if nd.abs() < 1e-7 {
            if no < 0.0 {
                return None;
            }
        } else if nd < 0.0 {
            if no / nd > near {
                (near, which) = (no / nd, i);
            }
        } else {
            far = far.min(no / nd);
        }
        if near >= far {
            return None;
        }
    }
    (near < far && near > 1e-3).then_some((near, which))
}

/// The evening sky.
pub fn sky(d: V3) -> V3 {
    let up = d.y.max(0.0);
    let west = (-((d.x - 0.04) / 0.55).powi(2)).exp();
    let mut c = ramp(
        &[
            (0.0, v3(1.15, 0.50, 0.24)),
            (0.10, v3(0.92, 0.42, 0.32)),
            (0.24, v3(0.42, 0.32, 0.44)),
            (0.45, v3(0.13, 0.19, 0.40)),
            (0.9, v3(0.035, 0.07, 0.20)),
        ],
        up + 0.05 * (1.0 - west),
    );
    let p = (d.x / (up + 0.14), 1.0 / (up + 0.14));
    let warp = fbm(p.0 * 0.8, p.1 * 0.8, 3, 31);
    let body = fbm(p.0 * 0.75 + warp * 1.3, p.1 * 0.42 + warp, 6, 30);
    let cover = smooth(0.46, 0.72, body);
    let lit = smooth(0.75, 0.45, fbm(p.0 * 0.75 + warp * 1.3, p.1 * 0.42 + warp + 0.12, 5, 30));
    let glow = mix(v3(0.10, 0.10, 0.17), v3(1.15, 0.46, 0.30), lit * smooth(0.62, 0.12, up));
    c = mix(c, glow, cover * 0.8);
    c
}

impl Street {
    /// Builds the street.
    pub fn new() -> Self {
        let mut rng = Rng::new(44);
        let mut houses = Vec::new();
        for side in [-1.0, 1.0] {
            let mut z = if side < 0.0 { -3.0 } else { -1.0 };
            while z < 92.0 {
                let w = rng.range(5.4, 8.6);
                houses.push(house(side, z, z + w, rng.range(7.4, 11.6), rng.bits() & 0xffff));
                z += w;
            }
        }
        let mut lamps = Vec::new();
        for i in 0..7 {
            lamps.push(v3(-3.75, 3.7, 9.0 + 13.0 * i as f32));
            lamps.push(v3(3.75, 3.7, 15.5 + 13.0 * i as f32));
        }
        let mut bulbs = Vec::new();
        for (z, z2, sag) in
            [(11.0, 13.0, 0.9), (19.0, 20.0, 0.8), (28.0, 27.0, 0.8), (38.0, 40.0, 0.8), (52.0, 52.0, 0.8)]
        {
            for i in 0..BULBS {
                let u = i as f32 / (BULBS - 1) as f32 * 2.0 - 1.0;
                bulbs.push(v3(u * FRONT_M, 5.5 - sag * (1.0 - u * u), lerp(z, z2, u * 0.5 + 0.5)));
            }
        }
        Street { houses, lamps, bulbs }
    }

    /// The warm light of lamps and bulbs at a place with normal `n`, and of lit ground floors.
    pub fn lamp_light(&self, p: V3, n: V3) -> V3 {
        let mut sum = grey(0.0);
        for l in &self.lamps {
            let to = *l - p;
            let d2 = to.dot(to);
            if d2 < 260.0 {
                sum += v3(1.0, 0.58, 0.22) * (7.5 * (n.dot(to) / d2.sqrt() + 0.12).max(0.0) / (d2 + 1.4));
            }
        }
        for l in self.bulbs.iter().step_by(3) {
            let to = *l - p;
            let d2 = to.dot(to);
            if d2 < 60.0 {
                sum += v3(1.0, 0.62, 0.28) * (0.9 * (n.dot(to) / d2.sqrt() + 0.15).max(0.0) / (d2 + 1.0));
            }
        }
        sum
    }

    /// The glow of the lamps in the damp air along a ray.
    pub fn air(&self, o: V3, d: V3, t: f32) -> V3 {
        let mut sum = grey(0.0);
        for l in &self.lamps {
            let along = (*l - o).dot(d).clamp(0.0, t);
            let miss = (*l - o - d * along).len();
            sum += v3(1.0, 0.56, 0.22) * (0.0065 / (miss * miss + 0.04) / (1.0 + 0.03 * along));
        }
        sum
    }

    /// The first thing a ray meets, the ground apart.
    pub fn trace(&self, o: V3, d: V3) -> Option<Hit> {
        let mut best: Option<(f32, usize, &House)> = None;
        for h in self.houses.iter().filter(|h| h.side * d.x > 0.0) {
            if let Some((t, plane)) = clip(&h.planes, o, d)
                && best.is_none_or(|b| t < b.0)
            {
                best = Some((t, plane, h));
            }
        }
        let mut hit = best.map(|(t, plane, h)| Hit { t, color: self.facade(h, o, d, t, plane) });
        let mut offer = |t: f32, color: V3| {
            if t > 0.05 && hit.as_ref().is_none_or(|h| t < h.t) {
                hit = Some(Hit { t, color });
            }
        };
        self.church(o, d, &mut offer);
        for l in &self.lamps {
            self.lamp(*l, o, d, &mut offer);
        }
        for b in self.bulbs.chunks(BULBS).filter(|c| strung(c, o, d)).flatten() {
            let along = (*b - o).dot(d);
            if (*b - o - d * along).len() < 0.07 {
                offer(along, v3(7.0, 4.3, 1.9));
            }
        }
        for (i, &(x, z, umbrella)) in
            [(-0.9f32, 15.5f32, 1u32), (-0.1, 15.7, 0), (2.0, 31.0, 2), (-4.3, 24.0, 0), (4.3, 12.0, 0), (1.2, 47.0, 1)]
                .iter()
                .enumerate()
        {
            let t = (z - o.z) / d.z;
            if t > 0.0
                && let Some(c) = walker((o + d * t) - v3(x, 0.0, 0.0), umbrella, i as u32)
            {
                let p = o + d * t;
                offer(t, c * (v3(0.05, 0.06, 0.09) + self.lamp_light(p, v3(-x.signum() * 0.2, 0.2, -0.9)) * 0.5));
            }
        }
        hit
    }

    fn lamp(&self, l: V3, o: V3, d: V3, offer: &mut impl FnMut(f32, V3)) {
        // The post is a thin upright cylinder, thicker at its foot; the lantern is a glowing lozenge in a frame.
        let (dx, dz) = (l.x - o.x, l.z - o.z);
        let flat = d.x.hypot(d.z).max(1e-6);
        let t = (dx * d.x + dz * d.z) / (flat * flat);
        let p = o + d * t;
        let (miss, y) = ((p.x - l.x).hypot(p.z - l.z), p.y);
        let iron = v3(0.012, 0.014, 0.016) + self.lamp_light(p, v3(0.0, 0.2, -1.0)) * 0.01;
        let post = if y < 0.9 { 0.09 - 0.02 * smooth(0.7, 0.9, y) } else { 0.045 }
            + if (y - 2.9).abs() < 0.05 { 0.06 } else { 0.0 };
        if y < l.y - 0.3 && y > 0.0 && miss < post {
            offer(t, iron);
        }
        let v = (y - l.y) / 0.34;
        if v.abs() < 1.0 {
            let half = 0.13 + 0.07 * v;
            if miss < half {
                let bar = miss > half * 0.86 || v.abs() > 0.9 || ((p.x - l.x) * 9.0).rem_euclid(1.0) < 0.12;
                offer(t, if bar { iron } else { v3(9.0, 5.4, 2.1) * (1.0 - 0.5 * (miss / half).powi(2)) });
            }
        } else if (1.0..1.75).contains(&v) && miss < 0.24 * (1.75 - v) / 0.75 {
            offer(t, iron);
        }
    }

    fn church(&self, o: V3, d: V3, offer: &mut impl FnMut(f32, V3)) {
        let t = (98.0 - o.z) / d.z;
        if t <= 0.0 {
            return;
        }
        let p = o + d * t;
        let x = p.x + 0.6;
        let tower = x.abs() < 3.4 && p.y < 25.0;
        let spire = p.y >= 25.0 && p.y < 43.0 && x.abs() < 3.9 * (1.0 - (p.y - 25.0) / 18.0);
        let nave = p.y < 15.0 - (x - 5.0).abs() * 0.8 && p.y > 0.0 && (-4.0..13.0).contains(&x);
        if tower || spire || nave {
            let stone = mix(lin(0x6a5f62), lin(0x8d7a6c), fbm(p.x * 0.6, p.y * 0.6, 3, 70));
            let mut c = stone
                * (v3(0.16, 0.16, 0.25) + self.lamp_light(p, v3(0.0, 0.0, -1.0)) * 0.7)
                * if x < 0.0 { 1.0 } else { 0.78 };
            let clock = x.hypot(p.y - 21.0);
            if clock < 1.5 {
                c = if clock > 1.2 || (x.abs() < 0.15 && p.y > 21.0) || ((p.y - 21.0).abs() < 0.15 && x > 0.0) {
                    lin(0x2a2420) * 0.2
                } else {
                    v3(1.5, 1.05, 0.5)
                };
            }
            if x.abs() < 0.7 && (13.5..16.6).contains(&p.y) {
                c = v3(0.9, 0.5, 0.2);
            }
            offer(t, mix(c, v3(0.50, 0.29, 0.28), 0.34));
        }
    }
}

/// A stroller as a flat figure; `p.x` is measured from the middle of the figure.
fn walker(p: V3, umbrella: u32, seed: u32) -> Option<V3> {
    let (x, y) = (p.x, p.y);
    let coat = [lin(0x5a2430), lin(0x2c3648), lin(0x6a5a3c), lin(0x2a2a2c)][seed as usize % 4];
    let shade = 0.7 + 0.5 * value(x * 9.0, y * 3.0, seed + 60);
    if umbrella > 0 {
        let (a, b) = ((x - 0.14) / 0.62, (y - 1.78) / 0.36);
        let scallop = 0.06 * ((a * 9.5).cos().abs());
        if b > scallop && a * a + b * b < 1.0 {
            let c = if umbrella == 1 { lin(0xc8322c) } else { lin(0x3a6a9c) };
            return Some(c * (0.7 + 0.6 * b) * 1.6);
        }
        if (x - 0.14).abs() < 0.012 && y > 1.1 && y < 1.85 {
            return Some(grey(0.1));
        }
    }
    let head = (x / 0.105).hypot((y - 1.58) / 0.135) < 1.0;
    let body =
        (0.52..1.46).contains(&y) && x.abs() < lerp(0.29, 0.17, smooth(0.5, 1.2, y)) * smooth(1.52, 1.38, y).max(0.35);
    let stride = 0.11 * (1.0 - y / 0.6);
    let legs = (0.0..0.6).contains(&y) && ((x - stride).abs() < 0.06 || (x + stride).abs() < 0.06);
    (head || body || legs).then(|| {
        if head {
            lin(0x8a5a44)
        } else if legs {
            grey(0.05)
        } else {
            coat * shade
        }
    })
}
