//! A training at work.

use crate::painter::Sources;
use crate::training::{Exam, Trainer};

/// A training, and the exam that shows how far it is.
pub struct School {
    /// The training.
    pub trainer: Trainer,
    /// The photo that takes no part in it.
    pub exam: Exam,
    /// What it learns from.
    pub sources: Sources,
}
