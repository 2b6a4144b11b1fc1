//! The result of every reader of weights.

use super::origin::Source;
use crate::model::{ConvWeights, Preprocessing};

/// The filters of a network: VGG19, the beginning of it, or its student.
#[derive(Debug, Clone, PartialEq)]
pub struct ModelWeights {
    /// A prefix of VGG19's [`CONVOLUTIONS`](crate::model::vgg19::CONVOLUTIONS), at least one, or all of the student's; in the table's shapes,
    /// and all values are finite.
    pub convolutions: Vec<ConvWeights>,
    /// The network's input normalisation.
    pub preprocessing: Preprocessing,
    /// How much larger each convolution's activations are than in the original file: what [`normalise`](super::normalise()) did to them.
    pub growth: Vec<f32>,
    /// Where the numbers come from.
    pub source: Source,
}
