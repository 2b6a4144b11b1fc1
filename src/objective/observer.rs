//! The loss as an observer of a network's walk.

use super::moments::sums;
use super::style::Style;
use super::target::Target;
use super::term::Term;
use crate::Result;
use crate::gpu::{Phase, Recorder, Tensor};
use crate::kernels::{content_loss, moments_loss, total, tv_loss};
use crate::network::{BackwardRows, ForwardRows, Interest, Observer};

/// All terms at work on one picture.
pub(super) struct Measuring<'o> {
    terms: &'o [(Term, Target)],
    losses: &'o Tensor,
    /// By term; only those of style change.
    styles: Vec<Style>,
}

impl<'o> Measuring<'o> {
    pub fn new(terms: &'o [(Term, Target)], losses: &'o Tensor) -> Measuring<'o> {
        let styles = terms.iter().map(|_| Style::default()).collect();
        Measuring { terms, losses, styles }
    }
}

impl Observer for Measuring<'_> {
    fn interest(&self, layer: usize) -> Interest {
        let mut interest = Interest::None;
        for (_, target) in self.terms.iter().filter(|(term, _)| term.layer == layer) {
            match target {
                Target::Moments(_) if interest != Interest::Whole => interest = Interest::Rows,
                Target::Moments(_) => {}
                Target::Features(_) | Target::Nothing => interest = Interest::Whole,
            }
        }
        interest
    }

    fn down(&mut self, rec: &mut Recorder, layer: usize, sight: &ForwardRows) -> Result<()> {
        let (terms, losses) = (self.terms, self.losses);
        for (slot, ((term, target), style)) in (0..).zip(terms.iter().zip(&mut self.styles)) {
            if let (Target::Moments(target), true) = (target, term.layer == layer) {
                rec.scope(Phase::Style, layer);
                style.down(rec, target, term.weight, sight, &moments_loss::Slot { losses, slot })?;
            }
        }
        Ok(())
    }

    fn up(&mut self, rec: &mut Recorder, layer: usize, slope: &BackwardRows) -> Result<()> {
        let (terms, losses) = (self.terms, self.losses);
        let BackwardRows { x, d_x, mut accumulate, start } = *slope;
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
                Target::Moments(target) => style.up(rec, target, &BackwardRows { x, d_x, accumulate, start })?,
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
        for ((term, _), style) in self.terms.iter().zip(&mut self.styles) {
            if term.layer == layer {
                *style = Style::Ahead;
            }
        }
    }
}
