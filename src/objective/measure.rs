//! The loss as an observer of a network's walk.

use super::moments::sums;
use super::style::Style;
use super::{Objective, Target};
use crate::Result;
use crate::gpu::{Phase, Recorder};
use crate::kernels::{content_loss, moments_loss, total, tv_loss};
use crate::network::{Interest, Observer, Sight, Slope};

/// All terms at work on one picture.
pub(super) struct Measuring<'o> {
    objective: &'o Objective,
    /// By term; only those of style change.
    styles: Vec<Style>,
}

impl<'o> Measuring<'o> {
    pub fn new(objective: &'o Objective) -> Measuring<'o> {
        let styles = objective.terms.iter().map(|_| Style::default()).collect();
        Measuring { objective, styles }
    }
}

impl Observer for Measuring<'_> {
    fn interest(&self, layer: usize) -> Interest {
        let mut interest = Interest::None;
        for (_, target) in self.objective.terms.iter().filter(|(term, _)| term.layer == layer) {
            match target {
                Target::Moments(_) if interest != Interest::Whole => interest = Interest::Rows,
                Target::Moments(_) => {}
                Target::Features(_) | Target::Nothing => interest = Interest::Whole,
            }
        }
        interest
    }

    fn down(&mut self, rec: &mut Recorder, layer: usize, sight: &Sight) -> Result<()> {
        let Objective { terms, losses } = self.objective;
        for (slot, ((term, target), style)) in (0..).zip(terms.iter().zip(&mut self.styles)) {
            if let (Target::Moments(target), true) = (target, term.layer == layer) {
                rec.scope(Phase::Style, layer);
                style.down(rec, target, term.weight, sight, &moments_loss::Slot { losses, slot })?;
            }
        }
        Ok(())
    }

    fn up(&mut self, rec: &mut Recorder, layer: usize, slope: &Slope) -> Result<()> {
        let Objective { terms, losses } = self.objective;
        let Slope { x, d_x, mut accumulate, start } = *slope;
        for (slot, ((term, target), style)) in (0..).zip(terms.iter().zip(&self.styles)) {
            if term.layer != layer {
                continue;
            }
            rec.scope(term.measure.family().phase(), layer);
            match target {
                Target::Features(target) => {
                    let target = content_loss::Target {
                        features: &target.features,
                        norm: &target.norm,
                        norm_scale: target.norm_scale,
                    };
                    let partials = sums(rec, x.shape().vectors())?;
                    content_loss::record(rec, x, &target, term.weight, d_x, accumulate, &partials);
                    total::record(rec, &partials, losses, slot);
                }
                Target::Moments(target) => style.up(rec, target, &Slope { x, d_x, accumulate, start })?,
                Target::Nothing => {
                    let partials = sums(rec, x.shape().pixels())?;
                    tv_loss::record(rec, x, term.weight, d_x, accumulate, &partials);
                    total::record(rec, &partials, losses, slot);
                }
            }
            accumulate = true;
        }
        Ok(())
    }

    fn done(&mut self, layer: usize) {
        for ((term, _), style) in self.objective.terms.iter().zip(&mut self.styles) {
            if term.layer == layer {
                *style = Style::Ahead;
            }
        }
    }
}
