//! What terms compare with: the photo's features, the painting's statistics, or nothing.

use super::moments::squared_norm;
use super::style::StyleTarget;
use super::term::{Measure, Term};
use crate::Result;
use crate::gpu::{Recorder, Shape, Tensor};

/// What a term compares with.
pub(super) enum Target {
    Features(ContentTarget),
    Moments(Box<StyleTarget>),
    Nothing,
}

/// The photo's features, and what the loss is divided by: the first number of `norm` times `norm_scale`.
pub(super) struct ContentTarget {
    pub features: Tensor,
    pub norm: Tensor,
    pub norm_scale: f32,
}

impl ContentTarget {
    pub fn new(rec: &mut Recorder, term: &Term, features: &Tensor) -> Result<ContentTarget> {
        let features = features.clone();
        let Shape { channels, .. } = features.shape();
        let pixels = features.shape().pixels() as f32;
        let (norm, norm_scale) = match term.measure {
            Measure::Content => (rec.gpu().upload("one", Shape::vector(1), &[1.0; 4])?, pixels * channels as f32),
            _ => {
                let norm = rec.gpu().tensor("norm", Shape::vector(1))?;
                squared_norm(rec, &features, &norm, 0)?;
                (norm, 1.0)
            }
        };
        Ok(ContentTarget { features, norm, norm_scale })
    }
}
