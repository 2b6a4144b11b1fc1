//! A training in a file: what it has found so far, and everything that it needs to go on.

use super::{Photos, Plan, Trainer};
use crate::gpu::{Gpu, readback};
use crate::painter::Sources;
use crate::settings::Settings;
use crate::weights::safetensors as file;
use crate::{Error, Result};
use safetensors::Dtype;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// The key of the header's text.
const TRAINING: &str = "scumble.training";
/// What Adam keeps, under these names.
const STATE: [&str; 4] = ["parameters", "first moment", "second moment", "average"];

/// The header.
#[derive(Serialize, Deserialize)]
struct Header {
    plan: Plan,
    settings: Settings,
    step: u32,
}

/// A training in memory, as its file holds it.
#[derive(Default)]
pub struct Checkpoint {
    plan: Plan,
    settings: Settings,
    step: u32,
    /// In the order of [`STATE`].
    state: [Vec<f32>; 4],
}

impl Checkpoint {
    /// The file.
    ///
    /// # Errors
    /// Where it could not be written.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let header = Header { plan: self.plan.clone(), settings: self.settings.clone(), step: self.step };
        let header = serde_json::to_string(&header).map_err(|e| Error::Encode { detail: e.to_string() })?;
        let stored = STATE.into_iter().zip(&self.state);
        let stored = stored.map(|(name, values)| (name, Dtype::F32, vec![values.len()], bytemuck::cast_slice(values)));
        file::write(stored.collect(), HashMap::from([(TRAINING.to_owned(), header)]))
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`Error::Style`] where the file is damaged or no checkpoint.
    pub fn from_bytes(bytes: &[u8]) -> Result<Checkpoint> {
        let header = file::text(bytes, TRAINING).ok_or_else(refused)?;
        let Header { plan, settings, step } = serde_json::from_str(&header).map_err(|_| refused())?;
        let mut found = file::read(bytes, &|name| STATE.contains(&name)).map_err(|_| refused())?.found;
        let mut state = <[Vec<f32>; 4]>::default();
        for (name, values) in STATE.into_iter().zip(&mut state) {
            *values = found.remove(name).ok_or_else(refused)?.values;
            if !values.iter().all(|value| value.is_finite()) {
                return Err(refused());
            }
        }
        Ok(Checkpoint { plan, settings, step, state })
    }
}

fn refused() -> Error {
    Error::Style { problem: "the file is damaged, or no training that was broken off".into() }
}

impl Trainer {
    /// The training as it stands, as a file.
    ///
    /// # Errors
    /// Where the device failed.
    pub async fn checkpoint(&self) -> Result<Vec<u8>> {
        let (plan, settings, step) = (self.plan.clone(), self.settings.clone(), self.step);
        let mut checkpoint = Checkpoint { plan, settings, step, ..Checkpoint::default() };
        for (tensor, values) in self.adam.state().into_iter().zip(&mut checkpoint.state) {
            *values = readback::read(&self.gpu, tensor).await?;
        }
        checkpoint.to_bytes()
    }

    /// A training that goes on from a [checkpoint](Trainer::checkpoint), with the same paintings and photos as before.
    ///
    /// # Errors
    /// [`Error::Style`] where the file is damaged or no checkpoint; else as [`Trainer::new`].
    pub async fn resume(
        gpu: &Gpu,
        sources: &Sources,
        photos: impl FnOnce(&Plan) -> Photos,
        file: &[u8],
    ) -> Result<Trainer> {
        let Checkpoint { plan, settings, step, state } = Checkpoint::from_bytes(file)?;
        let photos = photos(&plan);
        let mut trainer = Trainer::new(gpu, sources, photos, &settings, &plan, None).await?;
        for (values, tensor) in state.into_iter().zip(trainer.adam.state()) {
            if values.len() as u64 * 4 != tensor.bytes() {
                return Err(refused());
            }
            gpu.write(tensor, &values);
        }
        trainer.adam.go_on_after(step);
        trainer.step = step.min(plan.steps);
        Ok(trainer)
    }
}
