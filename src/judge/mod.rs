//! This turns a painted picture into scores: how near the painting, how near the photo, how clean.
//!
//! Features of VGG19 are taken at layers that no loss looks at by default. The page asks only for [two of the scores](Judge::nearness).

mod metrics;

pub use metrics::{Scores, median};

use crate::choices::Pooling;
use crate::gpu::{Gpu, Recorder, Shape, readback};
use crate::image::Picture;
use crate::image::likeness::Map;
use crate::model::vgg19::{self, Border, JUDGED_TAPS};
use crate::network::{Features, Network};
use crate::weights::ModelWeights;
use crate::{Error, Result};
use metrics::{View, layout, manner};

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
    /// Where the device cannot hold them, or the weights end before the layers that are judged.
    pub fn new(gpu: &Gpu, weights: &ModelWeights) -> Result<Judge> {
        let depth = JUDGED_TAPS.iter().filter_map(|tap| vgg19::depth_of(tap)).max().unwrap_or(1);
        if weights.convolutions.len() < depth {
            let what = "The part of VGG19 that judges".into();
            return Err(Error::Missing { what, remedy: "Load all its layers.".into() });
        }
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
        let [result, photo, painting] = self.views([result, photo, painting]).await?;
        Ok(Scores::of(&result, &photo, &painting))
    }

    /// Only the distances from the painting's manner, R, and from the photo's layout.
    ///
    /// # Errors
    /// Where the device failed, or cannot hold the features.
    pub async fn nearness(&self, result: &Picture, photo: &Picture, painting: &Picture) -> Result<[f64; 2]> {
        let [result, photo, painting] = self.views([result, photo, painting]).await?;
        Ok([manner(&result, &photo, &painting), layout(&result, &photo)])
    }

    async fn views<'p>(&self, [result, photo, painting]: [&'p Picture; 3]) -> Result<[View<'p>; 3]> {
        Ok([self.view(result).await?, self.view(photo).await?, self.view(painting).await?])
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
