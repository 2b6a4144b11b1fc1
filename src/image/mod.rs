//! This turns bytes into pixels and back.
//!
//! [`decode()`] reads a dropped file into a [`Picture`] within bounded memory, and says in plain sentences what it changed
//! on the way; [`encode()`] writes a [`Picture`] or other [`Rows`], with a [`Label`] that [`read_label`] finds again. [`fit`] and [`taps`] are pure decisions about sizes and resampling;
//! the GPU kernel and the processor's [`resize`] multiply with the same tables.

mod analysis;
mod codec;
mod reduce;
mod resample;
mod rows;
mod size;

pub use self::analysis::{Match, likeness, matched};
pub use self::codec::{Decoded, Format, Label, decode, encode, encode_animation, encode_png, read_label};
pub use self::resample::{Filter, Taps, resampled_rows, resize, resized_rows, taps};
pub use self::rows::Rows;
pub use self::size::fit;

/// How much of red, green and blue is brightness (ITU-R BT.601).
pub const LUMA: [f32; 3] = [0.299, 0.587, 0.114];

fn brightness(rgb: [f64; 3]) -> f64 {
    (0..3).map(|i| f64::from(LUMA[i]) * rgb[i]).sum()
}

/// The smallest alpha that 8 bits round to fully opaque.
const OPAQUE: f32 = 254.5 / 255.0;

/// Both faces reduce larger pictures to this longest edge, in pixels: as f32 a square of it still fits the 128 MiB that
/// WebGPU allows a binding by default.
pub const WORKING_EDGE: u32 = 2880;

/// Pixels in memory, as every other room of the house expects them.
///
/// Red, green and blue are sRGB-encoded, 0..=1, and already composited over white where alpha is below one; alpha itself
/// stays in lane 3, so that a saved result can keep the outline of what was dropped.
#[derive(Clone, PartialEq)]
pub struct Picture {
    /// Width in pixels, at least 1.
    pub width: u32,
    /// Height in pixels, at least 1.
    pub height: u32,
    /// `[height, width, 4]`: red, green, blue, alpha; sRGB-encoded, 0..=1.
    pub rgba: Vec<f32>,
}

impl Picture {
    /// A picture from its pixels, `[height, width, 4]`, 0..=1. The caller answers for the length of `rgba`.
    #[must_use]
    pub fn new(width: u32, height: u32, rgba: Vec<f32>) -> Self {
        debug_assert_eq!(
            rgba.len(),
            width as usize * height as usize * 4,
            "rgba must hold {width} x {height} x 4 values"
        );
        Self { width, height, rgba }
    }

    /// An opaque picture of one colour; `rgb` sRGB-encoded, 0..=1.
    #[must_use]
    pub fn flat(width: u32, height: u32, rgb: [f32; 3]) -> Self {
        let [red, green, blue] = rgb;
        Self::new(width, height, [red, green, blue, 1.0].repeat(width as usize * height as usize))
    }

    /// Whether every pixel is fully opaque as far as 8 bits can tell; resampling may leave an alpha of 0.9999999.
    #[must_use]
    pub fn is_opaque(&self) -> bool {
        self.rgba.chunks_exact(4).all(|pixel| pixel[3] >= OPAQUE)
    }
}

/// The size alone: a megabyte of samples in a failing test or a log tells nobody anything.
impl std::fmt::Debug for Picture {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(formatter, "Picture({} x {}, {} values)", self.width, self.height, self.rgba.len())
    }
}
