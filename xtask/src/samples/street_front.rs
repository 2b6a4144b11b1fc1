//! This turns a place on a house into plaster, brick, shutters and lit windows.
use super::geom::{V3, lerp, lin, mix, smooth, v3};
use super::noise::{fbm, hash2, value};
use super::street_scene::{House, Street, sky};

impl Street {
    /// The light from a place of a house towards the eye.
    pub fn facade(&self, h: &House, o: V3, d: V3, t: f32, plane: usize) -> V3 {
        let p = o + d * t;
        let s = h.seed as i32;
        let n = h.planes[plane].0;
        let dusk = |n: V3, p: V3| {
            v3(0.15, 0.19, 0.33) * (0.55 + 0.45 * n.y) * lerp(0.55, 1.0, smooth(0.0, 7.0, p.y))
                + v3(0.34, 0.17, 0.10) * (0.4 * n.z.abs() + 0.06)
        };
        let far = 1.0 - (-t / 230.0).exp();
        let fog = |c: V3| mix(c, v3(0.42, 0.27, 0.30), far);
        if plane >= 4 {
            let across = if n.x.abs() > 0.1 { p.z } else { p.x };
            let row = (p.y * 3.6).floor();
            let tile = hash2((across * 3.2 + 0.5 * (row as i32 % 2) as f32).floor() as i32, row as i32, 50);
            let edge = smooth(0.0, 0.25, (p.y * 3.6).fract());
            let base = [lin(0x5a2f26), lin(0x3c3a40), lin(0x6a3a28)][(hash2(s, 3, 9) * 3.0) as usize % 3];
            return fog(base * (0.6 + 0.5 * tile) * (0.45 + 0.55 * edge) * (dusk(n, p) * 1.5 + self.lamp_light(p, n)));
        }
        let wall =
            [lin(0xc9a27a), lin(0xb86b4b), lin(0xd2c3a4), lin(0x8d9aa0), lin(0xc98a5a), lin(0x9a6f68), lin(0xb9b58f)]
                [(hash2(s, 4, 9) * 7.0) as usize % 7];
        let stain = fbm(p.z * 0.8 + p.x, p.y * 0.5, 5, h.seed);
        let damp = lerp(0.6, 1.0, smooth(0.0, 1.6, p.y + stain));
        let mut base = wall * (0.72 + 0.5 * stain) * damp;
        if plane != 0 {
            return fog(base * (dusk(n, p) + self.lamp_light(p, n)));
        }
        // The front: floors, bays, windows set back into the wall.
        let w = h.z1 - h.z0;
        let bays = (w / 2.0).floor().max(2.0);
        let (bw, floor_h) = (w / bays, 2.95);
        let v = p.y - 3.3;
        let (bay, floor) = (((p.z - h.z0) / bw).floor(), (v / floor_h).floor());
        let (u, y) = ((p.z - h.z0) - (bay + 0.5) * bw, v - floor * floor_h);
        let slot = hash2(s + bay as i32 * 13, floor as i32, 51);
        let rows = ((h.eave - 3.3) / floor_h).floor();
        let gable_window = floor == rows && (bay - (bays - 1.0) * 0.5).abs() < 0.6;
        let light = dusk(n, p) * lerp(0.5, 1.0, smooth(0.0, 0.5, h.eave - p.y).max(f32::from(p.y > h.eave)))
            + self.lamp_light(p, n);
        let (half, low, high) = if v < 0.0 { (bw * 0.5 - 0.32, -2.75, -0.55) } else { (0.47, 0.75, 2.25) };
        let y = if v < 0.0 { v } else { y };
        let has = v < 0.0 || floor < rows || gable_window;
        if has && u.abs() < half && y > low && y < high {
            // Parallax into the reveal.
            let step = 0.16 / d.x.abs().max(1e-3);
            let (du, dy) = (d.z * step, d.y * step);
            let (ui, yi) = (u + du, y + dy);
            if ui.abs() > half || yi < low || yi > high {
                return fog(base * light * 0.55);
            }
            return fog(self.window(
                h,
                d,
                (ui / half, (yi - low) / (high - low)),
                (half, high - low),
                v < 0.0,
                slot,
                light,
            ));
        }
        // Joints of the cut stone below, bricks above on some houses.
        if v < 0.0 {
            let joint = smooth(0.03, 0.012, ((p.y / 0.42).fract() - 0.5).abs() * 0.42);
            base = base * (1.0 - 0.45 * joint);
        } else if hash2(s, 10, 9) > 0.55 {
            let row = (p.y / 0.085).floor();
            let col = p.z / 0.26 + 0.5 * row.rem_euclid(2.0);
            let mortar = smooth(0.16, 0.08, (p.y / 0.085).fract().min(1.0 - (p.y / 0.085).fract())).max(smooth(
                0.07,
                0.03,
                col.fract().min(1.0 - col.fract()),
            ));
            let brick =
                mix(lin(0x8a4a36), lin(0xb06a4a), hash2(col.floor() as i32, row as i32, 55)) * (0.7 + 0.6 * stain);
            base = mix(brick, lin(0xa89a88), mortar * 0.6 / (1.0 + 0.004 * t * t)) * damp;
        }
        let trim = mix(wall, lin(0xe8dcc4), 0.6) * damp;
        let frame = has && u.abs() < half + 0.12 && y > low - 0.14 && y < high + 0.16;
        if frame {
            base = trim * if y < low { 1.15 } else { 0.95 };
        } else if v >= 0.0 && has && hash2(s, 6, 9) > 0.45 && u.abs() < half + 0.12 + 0.46 && y > low && y < high {
            let slat = 0.6 + 0.4 * smooth(0.0, 0.6, (y * 11.0).fract());
            base = [lin(0x2f5a4a), lin(0x36506e), lin(0x6a2f2a), lin(0x4f4a3a)][(hash2(s, 7, 9) * 4.0) as usize % 4]
                * slat;
        }
        if v >= 0.0 && has && hash2(s, 8, 9) > 0.5 && u.abs() < half + 0.1 && y < low && y > low - 0.34 {
            let leaf = value(p.z * 14.0, p.y * 14.0, 52);
            base = mix(
                lin(0x2c4a24),
                [lin(0xc8384a), lin(0xe07a9a), lin(0xe8b04a)][(slot * 3.0) as usize % 3],
                smooth(0.55, 0.7, leaf),
            );
        }
        if (v - 0.08).abs() < 0.12 || (p.y - h.eave + 0.15).abs() < 0.15 {
            base = trim * 1.05;
        } else if (v + 0.10).abs() < 0.06 || (p.y - h.eave + 0.36).abs() < 0.06 {
            base = base * 0.4;
        }
        let side = (p.z - h.z0).min(h.z1 - p.z);
        if side < 0.06 {
            base = base * 0.5;
        }
        fog(base * light)
    }

    #[allow(clippy::too_many_arguments)]
    fn window(
        &self,
        h: &House,
        d: V3,
        (u, v): (f32, f32),
        (half, tall): (f32, f32),
        shop: bool,
        slot: f32,
        light: V3,
    ) -> V3 {
        let bar_u = if shop {
            (u.abs() - 0.5).abs() * half < 0.035 || u.abs() > 1.0 - 0.07 / half
        } else {
            u.abs() * half < 0.035 || u.abs() > 0.88
        };
        let bar_v = if shop {
            (v - 0.74).abs() * tall < 0.035 || v < 0.16
        } else {
            (v - 0.64).abs() * tall < 0.03 || !(0.04..0.96).contains(&v)
        };
        if bar_u || bar_v {
            let paint = if shop { lin(0x3a2a20) } else { lin(0xd8d0c0) };
            return paint * light * 0.8;
        }
        let sky_seen = sky(v3(-d.x, d.y.abs() + 0.25, d.z).norm()) * 0.16;
        if slot > if shop { 0.30 } else { 0.52 } {
            let warm = mix(v3(1.9, 0.80, 0.20), v3(1.8, 0.98, 0.38), hash2(h.seed as i32, (slot * 99.0) as i32, 53));
            let lamp = 0.42 + 0.85 * (-((u - 0.3 * (slot - 0.75)) / 0.8).powi(2) - ((v - 0.72) / 0.45).powi(2)).exp();
            let curtain = if !shop && slot > 0.62 { 0.30 + 0.70 * smooth(0.55, 0.4, u.abs()) } else { 1.0 };
            let goods = if shop {
                1.0 - 0.75 * smooth(0.02, -0.02, v - 0.24 - 0.30 * value(u * half * 3.2, slot * 40.0, 54))
            } else {
                1.0
            };
            return warm * (lamp * curtain * goods * if shop { 0.30 } else { 0.5 }) + sky_seen * 0.4;
        }
        sky_seen + v3(0.012, 0.016, 0.026) + light * 0.02
    }
}
