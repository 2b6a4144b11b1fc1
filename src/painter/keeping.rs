//! Checkpoints of a run at work: their numbers come a few steps after they were sent for, and nothing waits for them.

use super::Painter;
use super::checkpoint::{Checkpoint, MOST_BYTES, Standing};
use crate::Result;
use crate::gpu::{Shape, Tensor, readback::Mailbox};
use std::collections::HashMap;

/// A checkpoint on its way.
pub(super) struct Underway {
    standing: Standing,
    /// Losses of this scale's steps up to there, those included that were on their way as well.
    totals: usize,
    /// What its pictures are called, in the letter's order.
    pictures: Vec<(&'static str, Shape)>,
    letter: Mailbox,
}

impl Painter {
    /// The run as it stands, for [`Painter::resume`]. It waits until the device has taken all steps.
    ///
    /// # Errors
    /// Where the device failed.
    pub async fn checkpoint(&mut self) -> Result<Checkpoint> {
        self.gpu.check()?;
        let letters = self.mailbox.drain(&self.gpu).await?;
        self.take_in(letters)?;
        let mut underway = self.send_for_checkpoint();
        let mut arrived = underway.letter.drain(&self.gpu).await?;
        let (_, values) = arrived.pop().unwrap_or_default();
        Ok(self.opened(underway, values))
    }

    /// The same without waiting: the first call sends for it, and a later one between two steps has it. Where the run went
    /// elsewhere meanwhile (back, to the next scale, or steered), it is sent for anew.
    ///
    /// # Errors
    /// Where the device failed.
    pub fn poll_checkpoint(&mut self) -> Result<Option<Checkpoint>> {
        let Some(mut underway) = self.underway.take() else {
            self.underway = Some(self.send_for_checkpoint());
            return Ok(None);
        };
        let Some((_, values)) = underway.letter.collect(&self.gpu)?.pop() else {
            self.underway = Some(underway);
            return Ok(None);
        };
        // The losses of its steps were posted before it.
        let letters = self.mailbox.collect(&self.gpu)?;
        Ok((!self.take_in(letters)?).then(|| self.opened(underway, values)))
    }

    fn send_for_checkpoint(&self) -> Underway {
        let state = self.scale_run.state(MOST_BYTES);
        let mut letter = Mailbox::default();
        let (names, tensors): (Vec<_>, Vec<&Tensor>) = state.into_iter().unzip();
        letter.post(&self.gpu, 0, &tensors);
        let standing = Standing {
            scale: self.scale,
            step: self.step,
            before: self.before,
            age: self.scale_run.age(),
            totals: Vec::new(),
            settled: self.settled,
            setbacks: self.setbacks,
        };
        Underway {
            standing,
            totals: self.totals.len() + self.mailbox.awaited_after(self.before),
            pictures: names.into_iter().zip(tensors.iter().map(|tensor| tensor.shape())).collect(),
            letter,
        }
    }

    fn opened(&self, underway: Underway, mut values: Vec<f32>) -> Checkpoint {
        let Underway { standing, totals, pictures, .. } = underway;
        let mut named = HashMap::new();
        for (name, shape) in pictures {
            let rest = values.split_off(shape.bytes() as usize / size_of::<f32>());
            named.insert(name.to_owned(), (shape, std::mem::replace(&mut values, rest)));
        }
        let totals = self.totals[..totals.min(self.totals.len())].to_vec();
        Checkpoint { settings: self.settings.clone(), standing: Standing { totals, ..standing }, pictures: named }
    }
}
