//! A run in a file: the picture as it stands, and everything that the run needs to go on.
//!
//! The file is a safetensors file. Its header's text says where the run stands; its tensors are the optimiser's.

use super::scene::Scene;
use super::setbacks::Setbacks;
use crate::gpu::{Gpu, Recorder, Shape, Tensor};
use crate::optimizer::{AVERAGE, FIRST_MOMENT, Memory, PIXELS, SECOND_MOMENT};
use crate::scaling::{Values, scale};
use crate::settings::Settings;
use crate::weights::safetensors as file;
use crate::{Error, Result};
use safetensors::Dtype;
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// The keys of the header's texts: the settings, and everything else.
const SETTINGS: &str = "scumble.settings";
const RUN: &str = "scumble.run";

/// The optimiser's state is kept as long as it takes no more bytes; of larger pictures only the picture is.
pub const MOST_BYTES: u64 = 32 << 20;

/// Where a run stands.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Standing {
    /// Index of the scale at work.
    pub scale: usize,
    /// Steps taken at this scale.
    pub step: u32,
    /// Steps taken at earlier scales.
    pub before: u32,
    /// Steps since Adam's moments began.
    pub age: u32,
    /// The losses of this scale's steps, as far as they count for stopping early.
    pub totals: Vec<f32>,
    /// Whether the scale has nothing more to gain.
    pub settled: bool,
    /// How often the run had to go back.
    pub setbacks: Setbacks,
}

/// A run that was broken off: where it stood, and the numbers that it held.
#[derive(Debug, Clone, PartialEq)]
pub struct Checkpoint {
    /// The settings that it followed.
    pub settings: Settings,
    /// Where it stood.
    pub standing: Standing,
    /// Its pictures by their names, with their shapes: four values a pixel.
    pub pictures: HashMap<String, (Shape, Vec<f32>)>,
}

impl Checkpoint {
    /// The file.
    ///
    /// # Errors
    /// [`Error::Encode`] where the numbers cannot be written.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let json = |value: serde_json::Result<serde_json::Value>| match value {
            Ok(value) => Ok(value.to_string()),
            Err(e) => Err(Error::Encode { detail: e.to_string() }),
        };
        let texts = HashMap::from([
            (SETTINGS.to_owned(), json(serde_json::to_value(&self.settings))?),
            (RUN.to_owned(), json(serde_json::to_value(&self.standing))?),
        ]);
        let stored = self.pictures.iter().map(|(name, (shape, values))| {
            let shape = [shape.height, shape.width, shape.channels].map(|size| size as usize).to_vec();
            (name.as_str(), Dtype::F32, shape, bytemuck::cast_slice(values))
        });
        file::write(stored.collect(), texts)
    }

    /// Reads the file.
    ///
    /// # Errors
    /// [`Error::Checkpoint`] where it is damaged, or no run that was broken off.
    pub fn from_bytes(bytes: &[u8]) -> Result<Checkpoint> {
        let refused = || Error::Checkpoint { problem: "the file is damaged, or no run that was broken off".into() };
        let text = |key| file::text(bytes, key).ok_or_else(refused);
        let settings = Settings::from_json(&text(SETTINGS)?)?;
        let standing: Standing = serde_json::from_str(&text(RUN)?).map_err(|_| refused())?;
        let found = file::read(bytes, &|_| true).map_err(|_| refused())?.found;
        let mut pictures = HashMap::new();
        for (name, stored) in found {
            let [height, width, 4] = stored.shape[..] else { return Err(refused()) };
            if stored.values.is_empty() || !stored.values.iter().all(|value| value.is_finite()) {
                return Err(refused());
            }
            // An edge beyond 32 bits would have more bytes than any file.
            let edge = |edge: usize| u32::try_from(edge).map_err(|_| refused());
            pictures.insert(name, (Shape::new(edge(height)?, edge(width)?, 4), stored.values));
        }
        Ok(Checkpoint { settings, standing, pictures })
    }

    /// The picture and the optimiser's memory on the device, at the size of a scene.
    ///
    /// # Errors
    /// [`Error::Checkpoint`] where there is no picture; else where the device cannot hold them.
    pub(super) fn upload(&self, gpu: &Gpu, scene: &Scene) -> Result<(Tensor, Memory)> {
        let Shape { width, height, .. } = scene.photo.shape();
        let Standing { age, step, .. } = self.standing;
        let mut rec = Recorder::new(gpu);
        let mut upload = |name: &str, values| {
            let Some((shape, numbers)) = self.pictures.get(name) else { return Ok(None) };
            let uploaded = gpu.upload(name, *shape, numbers)?;
            scale(&mut rec, &uploaded, width, height, values).map(Some)
        };
        let pixels = upload(PIXELS, Values::Colours)?;
        let moments = (upload(FIRST_MOMENT, Values::Signed)?, upload(SECOND_MOMENT, Values::Positive)?);
        let average = upload(AVERAGE, Values::Colours)?;
        rec.submit();
        let pixels = pixels.ok_or_else(|| Error::Checkpoint { problem: "it holds no picture".into() })?;
        let shown = match average {
            Some(average) => (average, step),
            None => (gpu.copy("shown", &pixels)?, 0),
        };
        let (m, v) = moments;
        Ok((pixels, Memory { moments: m.zip(v).map(|(m, v)| (m, v, age)), shown: Some(shown) }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn checkpoint() -> Checkpoint {
        let settings = Settings { size: 96, ..Settings::default() };
        let standing = Standing {
            scale: 1,
            step: 7,
            before: 20,
            age: 27,
            totals: vec![0.5],
            settled: false,
            setbacks: Setbacks::default(),
        };
        let picture = (Shape::new(1, 2, 4), vec![0.0, 0.25, 0.5, 1.0, 1.0, 0.5, 0.25, 0.0]);
        Checkpoint { settings, standing, pictures: HashMap::from([("pixels".to_owned(), picture)]) }
    }

    #[test]
    fn a_file_gives_the_run_back() {
        let file = checkpoint().to_bytes().unwrap();
        assert_eq!(Checkpoint::from_bytes(&file), Ok(checkpoint()));
    }

    #[test]
    fn what_is_no_run_is_refused() {
        let file = checkpoint().to_bytes().unwrap();
        let mut odd = checkpoint();
        odd.pictures.values_mut().for_each(|(_, values)| values[3] = f32::NAN);
        for bad in [&file[..file.len() - 1], &[], b"a picture", &odd.to_bytes().unwrap()] {
            assert!(matches!(Checkpoint::from_bytes(bad), Err(Error::Checkpoint { .. })));
        }
    }
}
