//! A training in a file: what it has found so far, and everything that it needs to go on.

use super::{Photos, Plan, Trainer};
use crate::gpu::{Gpu, readback};
use crate::painter::Sources;
use crate::settings::Settings;
use crate::weights::safetensors as reader;
use crate::{Error, Result};
use safetensors::tensor::{Dtype, TensorView};
use safetensors::{SafeTensors, serialize};
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

impl Trainer {
    /// The training as it stands, as a file.
    ///
    /// # Errors
    /// Where the device failed.
    pub async fn checkpoint(&self) -> Result<Vec<u8>> {
        let failed = |detail: String| Error::Encode { detail };
        let header = Header { plan: self.plan.clone(), settings: self.settings.clone(), step: self.step };
        let header = serde_json::to_string(&header).map_err(|e| failed(e.to_string()))?;
        let mut stored = Vec::new();
        for (name, tensor) in STATE.into_iter().zip(self.adam.state()) {
            let values = readback::read(&self.gpu, tensor).await?;
            stored.push((name, bytemuck::cast_slice::<f32, u8>(&values).to_vec()));
        }
        let views = stored.iter().map(|(name, bytes)| {
            let view = TensorView::new(Dtype::F32, vec![bytes.len() / 4], bytes).map_err(|e| failed(e.to_string()))?;
            Ok((*name, view))
        });
        let views = views.collect::<Result<Vec<_>>>()?;
        serialize(views, Some(HashMap::from([(TRAINING.to_owned(), header)]))).map_err(|e| failed(e.to_string()))
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
        let refused = || Error::Style { problem: "the file is damaged, or no training that was broken off".into() };
        let (_, header) = SafeTensors::read_metadata(file).map_err(|_| refused())?;
        let header = header.metadata().as_ref().and_then(|texts| texts.get(TRAINING)).ok_or_else(refused)?;
        let Header { plan, settings, step } = serde_json::from_str(header).map_err(|_| refused())?;
        let photos = photos(&plan);
        let mut trainer = Trainer::new(gpu, sources, photos, &settings, &plan, None).await?;
        let mut found = reader::read(file, &|name| STATE.contains(&name)).map_err(|_| refused())?.found;
        for (name, tensor) in STATE.into_iter().zip(trainer.adam.state()) {
            let values = found.remove(name).map(|stored| stored.values);
            let values = values
                .filter(|values| values.len() as u64 * 4 == tensor.bytes() && values.iter().all(|v| v.is_finite()));
            gpu.write(tensor, &values.ok_or_else(refused)?);
        }
        trainer.adam.go_on_after(step);
        trainer.step = step.min(plan.steps);
        Ok(trainer)
    }
}
