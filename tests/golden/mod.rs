//! The numbers of the scripts in this folder, and how near to them the engine must come.

use scumble::image::Picture;
use scumble::random::hash32;
use serde_json::Value;
use std::path::Path;

/// What f32 is allowed to lose over a whole network.
pub const TOLERANCE: f64 = 1e-4;

pub fn read(name: &str) -> Value {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/golden").join(name);
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

pub fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is a number"))
}

pub fn numbers(value: &Value) -> Vec<f64> {
    value.as_array().unwrap_or_else(|| panic!("{value} is a list")).iter().map(number).collect()
}

/// The script's synthetic picture of this kind.
pub fn synthetic(kind: u32, height: u32, width: u32) -> Picture {
    let byte = |seed: u32, c: u32, at: u32| f64::from(hash32(hash32(hash32(seed) ^ c) ^ at) & 255);
    let mut rgba = Vec::new();
    for y in 0..height {
        for x in 0..width {
            for c in 0..3 {
                let coarse = byte(kind, c, y / 4 * 64 + x / 4);
                let fine = byte(kind + 77, c, y * 4096 + x);
                rgba.push(((coarse * 3.0 + fine) / 1020.0) as f32);
            }
            rgba.push(1.0);
        }
    }
    Picture::new(width, height, rgba)
}

/// The picture of this description.
pub fn picture(description: &Value) -> Picture {
    let whole = |key: &str| description[key].as_u64().unwrap() as u32;
    synthetic(whole("kind"), whole("height"), whole("width"))
}

pub fn close(what: &str, found: f64, expected: f64, scale: f64) {
    let difference = (found - expected).abs();
    assert!(
        difference <= TOLERANCE * scale,
        "{what}: found {found}, expected {expected}, difference {difference:.3e}, allowed {:.3e}",
        TOLERANCE * scale
    );
}

pub fn check_probes(what: &str, map: &[f64], expected: &Value, scale: f64) {
    let indices = expected["index"].as_array().unwrap().iter().map(|i| i.as_u64().unwrap() as usize);
    for (index, value) in indices.zip(numbers(&expected["value"])) {
        close(&format!("{what}[{index}]"), map[index], value, scale);
    }
}
