//! Checkpoints on their way: their numbers come a few steps after they were sent for, and nothing waits for them.

use super::checkpoint::{Checkpoint, Standing};
use crate::Result;
use crate::gpu::{Gpu, Shape, Tensor, readback::Mailbox};
use crate::settings::Settings;
use std::collections::HashMap;

/// A checkpoint that was sent for.
pub(super) struct Underway {
    standing: Standing,
    /// Losses of this scale's steps up to there, those included that were on their way as well.
    totals: usize,
    /// What its pictures are called, in the letter's order.
    pictures: Vec<(&'static str, Shape)>,
    letter: Mailbox,
}

impl Underway {
    /// Sends for what an optimiser remembers; `standing` lacks its losses, of which there will be so many.
    pub fn send(gpu: &Gpu, standing: Standing, totals: usize, state: Vec<(&'static str, &Tensor)>) -> Underway {
        let (names, tensors): (Vec<_>, Vec<&Tensor>) = state.into_iter().unzip();
        let mut letter = Mailbox::default();
        letter.post(gpu, 0, &tensors);
        let pictures = names.into_iter().zip(tensors.iter().map(|tensor| tensor.shape())).collect();
        Underway { standing, totals, pictures, letter }
    }

    /// Its numbers, if they have come; never waits.
    ///
    /// # Errors
    /// Where the device failed.
    pub fn arrived(&mut self, gpu: &Gpu) -> Result<Option<Vec<f32>>> {
        Ok(self.letter.collect(gpu)?.pop().map(|(_, values)| values))
    }

    /// Waits for its numbers.
    ///
    /// # Errors
    /// Where the device failed.
    pub async fn awaited(&mut self, gpu: &Gpu) -> Result<Vec<f32>> {
        Ok(self.letter.drain(gpu).await?.pop().unwrap_or_default().1)
    }

    /// The checkpoint, from its numbers and from the losses of this scale's steps.
    pub fn opened(self, mut values: Vec<f32>, settings: &Settings, totals: &[f32]) -> Checkpoint {
        let mut pictures = HashMap::new();
        for (name, shape) in self.pictures {
            let rest = values.split_off(shape.bytes() as usize / size_of::<f32>());
            pictures.insert(name.to_owned(), (shape, std::mem::replace(&mut values, rest)));
        }
        let totals = totals[..self.totals.min(totals.len())].to_vec();
        Checkpoint { settings: settings.clone(), standing: Standing { totals, ..self.standing }, pictures }
    }
}
