//! This turns a picture on the device into the same picture at another size.

use crate::Result;
use crate::gpu::{Gpu, Recorder, Shape, Tensor};
use crate::image::{Filter, taps};
use crate::kernels::resample::{self, Axis};

/// The kind of values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Values {
    /// Colours in 0..1: sharp filters, clamped where they overshoot.
    Colours,
    /// Numbers of either sign: sharp filters, not clamped.
    Signed,
    /// Numbers that must not turn negative: averaging only.
    Positive,
}

/// Records the resampling of `x` to `width` x `height`: down the columns first, then along the rows.
///
/// # Errors
/// Where the device cannot hold the result.
pub fn scale(rec: &mut Recorder, x: &Tensor, width: u32, height: u32, values: Values) -> Result<Tensor> {
    let shape = x.shape();
    let tall = along(rec, x, Axis::Down, Shape { height, ..shape }, values)?;
    along(rec, &tall, Axis::Across, Shape { height, width, ..shape }, values)
}

fn along(rec: &mut Recorder, x: &Tensor, axis: Axis, to: Shape, values: Values) -> Result<Tensor> {
    let (from_count, to_count) = match axis {
        Axis::Across => (x.shape().width, to.width),
        Axis::Down => (x.shape().height, to.height),
    };
    if from_count == to_count {
        return Ok(x.clone());
    }
    let filter = match values {
        Values::Positive => Filter::Area,
        Values::Colours | Values::Signed => Filter::for_scale(from_count, to_count),
    };
    let taps = taps(filter, from_count, to_count);
    let gpu = rec.gpu();
    let start: Vec<f32> = taps.start.iter().map(|&start| start as f32).collect();
    let table = resample::Table {
        start: &vector(gpu, "start", start)?,
        weights: &vector(gpu, "taps", taps.weights)?,
        taps: taps.width as u32,
    };
    let y = gpu.tensor(x.label(), to)?;
    resample::record(rec, x, &table, axis, values == Values::Colours, &y);
    Ok(y)
}

fn vector(gpu: &Gpu, label: &str, mut values: Vec<f32>) -> Result<Tensor> {
    values.resize(values.len().next_multiple_of(4), 0.0);
    gpu.upload(label, Shape::new(1, (values.len() / 4) as u32, 4), &values)
}
