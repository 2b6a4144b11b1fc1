//! This turns a model and a size into the dispatches of an iteration, recorded and never run.

use super::inputs::{noise, random_weights};
use crate::Result;
use crate::choices::ModelKind;
use crate::gpu::{Gpu, Recorded};
use crate::kernels::GemmVariant;
use crate::painter::{Painter, Sources};
use crate::settings::Settings;
use std::rc::Rc;

/// Records a step of a painter at `size` x `size`, with default settings otherwise and products made this way.
///
/// # Errors
/// Where the run cannot be recorded.
pub async fn iteration(model: ModelKind, size: u32, products: GemmVariant) -> Result<Vec<Recorded>> {
    let gpu = Gpu::open_for_recording().await?;
    products.prefer(&gpu);
    let sources = Sources {
        photo: Some(Rc::new(noise(1, size))),
        paintings: vec![Rc::new(noise(2, size))],
        weights: [(model, Rc::new(random_weights(model)))].into(),
        ..Sources::default()
    };
    let settings = Settings { model, size, scales: Some(1), ..Settings::default() };
    Ok(Painter::new(&gpu, &sources, &settings).await?.recorded())
}
