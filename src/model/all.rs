//! All models.

use super::{Model, student, vgg19};
use crate::choices::ModelKind;

impl Model {
    /// The model that a person chose.
    pub fn of(kind: ModelKind) -> &'static Model {
        match kind {
            ModelKind::Student => &student::MODEL,
            ModelKind::Vgg19 => &vgg19::MODEL,
        }
    }
}
