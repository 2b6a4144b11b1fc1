//! This turns a painted picture into scores: how near the painting, how near the photo, how clean.
//!
//! Features of VGG19 are taken at layers that no loss looks at by default. The page has no use for it, so the wasm goes without.

mod metrics;

pub use metrics::{Scores, median};

use crate::Result;
use crate::choices::Pooling;
use crate::gpu::{Gpu, Recorder, Shape, readback};
use crate::image::Picture;
use crate::image::likeness::Map;
use crate::model::vgg19::{self, Border, JUDGED_TAPS};
use crate::network::{Features, Network};
use crate::weights::ModelWeights;
use metrics::View;

/// VGG19 with max pooling and zero borders, as it was trained, as deep as it is asked.
pub struct Judge {
    gpu: Gpu,
    network: Network,
    taps: Vec<usize>,
}

impl Judge {
    /// With these weights of VGG19.
    ///
    /// # Errors
    /// Where the device cannot hold them.
    pub fn new(gpu: &Gpu, weights: &ModelWeights) -> Result<Judge> {
        let depth = JUDGED_TAPS.iter().filter_map(|tap| vgg19::depth_of(tap)).max().unwrap_or(1);
        let table = vgg19::table(depth, &weights.preprocessing, Pooling::Max, Border::Zero);
        let taps: Vec<usize> = JUDGED_TAPS.iter().filter_map(|tap| table.find(tap)).collect();
        let network = Network::new(gpu, table, &weights.convolutions, &taps)?;
        Ok(Judge { gpu: gpu.clone(), network, taps })
    }

    /// The scores of a result for a photo of its size and a painting.
    ///
    /// # Errors
    /// Where the device failed, or cannot hold the features.
    pub async fn scores(&self, result: &Picture, photo: &Picture, painting: &Picture) -> Result<Scores> {
        let result = self.view(result).await?;
        let photo = self.view(photo).await?;
        let painting = self.view(painting).await?;
        Ok(Scores::of(&result, &photo, &painting))
    }

    async fn view<'p>(&self, picture: &'p Picture) -> Result<View<'p>> {
        let shape = Shape::new(picture.height, picture.width, 4);
        let pixels = self.gpu.upload("judged", Shape { channels: 3, ..shape }, &picture.rgba)?;
        let mut rec = Recorder::new(&self.gpu);
        let mut features = Features::of(self.taps.iter().copied());
        self.network.forward(&mut rec, &pixels, &mut features)?;
        rec.submit();
        let mut maps = Vec::new();
        for &tap in &self.taps {
            let tensor = features.at(tap);
            let channels = tensor.shape().channels as usize;
            maps.push(Map { channels, values: readback::read(&self.gpu, tensor).await? });
        }
        Ok(View { picture, maps })
    }
}
