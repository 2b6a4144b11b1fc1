//! This turns a choice of start into the first pixels.

use super::scene::Scene;
use super::sources::Sources;
use crate::choices::Start;
use crate::gpu::{Gpu, Recorder, Shape, Tensor, readback};
use crate::image::Picture;
use crate::kernels::blend;
use crate::random::normal;
use crate::scaling::{Values, scale};
use crate::settings::Settings;
use crate::{Error, Result};

/// Streams of the noise, far from those of the filters.
const NOISE_STREAM: u32 = 1 << 16;
/// Grey noise: mean and deviation of each colour.
const NOISE: (f64, f64) = (0.5, 0.15);

/// The picture to start from, if the settings want one.
///
/// # Errors
/// [`Error::Missing`] where there is none.
pub fn own<'s>(sources: &'s Sources, settings: &Settings) -> Result<Option<&'s Picture>> {
    if settings.start != Start::Picture {
        return Ok(None);
    }
    let missing = || Error::Missing {
        what: "The picture to start from".into(),
        remedy: "Choose one, or start from the photo.".into(),
    };
    sources.start.as_deref().map(Some).ok_or_else(missing)
}

/// The first pixels of a run at the scene's size, in a tensor of their own.
///
/// # Errors
/// Where the device failed or cannot hold them.
pub async fn pixels(gpu: &Gpu, settings: &Settings, scene: &Scene, own: Option<&Picture>) -> Result<Tensor> {
    let base = base(gpu, settings, scene, own).await?;
    if settings.start_noise == 0.0 {
        return Ok(base);
    }
    let noise = noise(gpu, base.shape(), settings.seed, [NOISE; 3])?;
    let mixed = gpu.tensor("pixels", base.shape())?;
    let mut rec = Recorder::new(gpu);
    blend::record(&mut rec, &base, 1.0 - settings.start_noise, &mixed);
    blend::record(&mut rec, &noise, settings.start_noise, &mixed);
    rec.submit();
    Ok(mixed)
}

/// The start before noise is mixed into it.
async fn base(gpu: &Gpu, settings: &Settings, scene: &Scene, own: Option<&Picture>) -> Result<Tensor> {
    let shape = scene.photo.shape();
    // Without a photo there is nothing to start from but the painting's colours.
    let without_photo = settings.texture && settings.start == Start::Photo;
    let start = if without_photo { Start::StyleStatistics } else { settings.start };
    match (start, own) {
        (Start::Noise, _) => noise(gpu, shape, settings.seed, [NOISE; 3]),
        (Start::Grey, _) => noise(gpu, shape, settings.seed, [(NOISE.0, 0.0); 3]),
        (Start::StyleStatistics, _) => {
            let painting = readback::read(gpu, &scene.paintings[0]).await?;
            noise(gpu, shape, settings.seed, statistics(&painting))
        }
        (Start::Picture, Some(own)) => {
            let uploaded = gpu.upload("start", Shape::new(own.height, own.width, 4), &own.rgba)?;
            let mut rec = Recorder::new(gpu);
            let pixels = scale(&mut rec, &uploaded, shape.width, shape.height, Values::Colours)?;
            rec.submit();
            Ok(pixels)
        }
        (Start::Photo, _) | (Start::Picture, None) => gpu.copy("pixels", &scene.photo),
    }
}

/// Mean and deviation of each colour (the "style statistics" start of crowsonkb/style-transfer-pytorch).
fn statistics(rgba: &[f32]) -> [(f64, f64); 3] {
    [0, 1, 2].map(|colour| {
        let values = || rgba.iter().skip(colour).step_by(4).map(|&value| f64::from(value));
        let count = (rgba.len() / 4) as f64;
        let mean = values().sum::<f64>() / count;
        let variance = values().map(|value| (value - mean).powi(2)).sum::<f64>() / count;
        (mean, variance.sqrt())
    })
}

fn noise(gpu: &Gpu, shape: Shape, seed: u32, colours: [(f64, f64); 3]) -> Result<Tensor> {
    let mut rgba = Vec::with_capacity(shape.pixels() as usize * 4);
    for pixel in 0..shape.pixels() {
        for (stream, (mean, deviation)) in (0..).zip(colours) {
            let value = mean + deviation * normal(seed, NOISE_STREAM + 2 * stream, pixel);
            rgba.push(value.clamp(0.0, 1.0) as f32);
        }
        rgba.push(1.0);
    }
    gpu.upload("noise", shape, &rgba)
}

#[cfg(test)]
mod tests {
    use super::statistics;

    #[test]
    fn statistics_are_of_each_colour() {
        let rgba = [0.0, 0.5, 1.0, 1.0, 1.0, 0.5, 0.0, 1.0];
        assert_eq!(statistics(&rgba), [(0.5, 0.5), (0.5, 0.0), (0.5, 0.5)]);
    }
}
