//! The loss as an observer of a network's walk.

use super::loss::{Aim, Family, Slot, Walk};
use crate::Result;
use crate::gpu::{Recorder, Tensor};
use crate::kernels::Part;
use crate::network::{BackwardRows, ForwardRows, Interest, Observer};

/// A term with its target.
pub struct Aimed {
    /// The term's place among all.
    pub(super) term: usize,
    /// The layer that it observes: the term's own, or the input of a linear one.
    pub(super) layer: usize,
    pub(super) family: Family,
    pub(super) aim: Box<dyn Aim>,
}

/// All terms at work on one picture.
pub(super) struct Measuring<'o> {
    terms: Vec<(&'o Aimed, Box<dyn Walk + 'o>)>,
    losses: &'o Tensor,
}

impl<'o> Measuring<'o> {
    pub fn new(terms: &'o [Aimed], losses: &'o Tensor) -> Measuring<'o> {
        Measuring { terms: terms.iter().map(|term| (term, term.aim.walk())).collect(), losses }
    }

    /// What the terms that saw something have of the whole loss.
    pub fn conclude(&mut self, rec: &mut Recorder) -> Result<()> {
        let losses = self.losses;
        for ((term, walk), slot) in self.terms.iter_mut().zip(0..) {
            rec.scope(term.family.phase(), term.layer);
            walk.conclude(rec, &Slot { losses, slot })?;
        }
        Ok(())
    }

    /// The sums of what they saw.
    pub fn sums(&self) -> Vec<Tensor> {
        self.terms.iter().flat_map(|(_, walk)| walk.sums()).collect()
    }

    /// The terms of a layer, each with its slot.
    fn at(&mut self, layer: usize) -> impl Iterator<Item = (&'o Aimed, &mut Box<dyn Walk + 'o>, Slot<'o>)> {
        let losses = self.losses;
        let slots = (0..).map(move |slot| Slot { losses, slot });
        let own = self.terms.iter_mut().zip(slots).filter(move |((term, _), _)| term.layer == layer);
        own.map(|((term, walk), slot)| (*term, walk, slot))
    }
}

/// What the terms see of a picture's tiles on the way down, one after the other; none of them is the last.
pub(super) struct Seeing<'m, 'o>(pub &'m mut Measuring<'o>);

impl Observer for Seeing<'_, '_> {
    fn interest(&self, layer: usize) -> Interest {
        self.0.interest(layer).min(Interest::Rows)
    }

    fn down(&mut self, rec: &mut Recorder, layer: usize, rows: &ForwardRows) -> Result<()> {
        let rows = ForwardRows { part: Part { accumulate: true, ..rows.part }, last: false, ..*rows };
        self.0.down(rec, layer, &rows)
    }
}

/// What the terms add on the way up, once all that they saw was concluded.
pub(super) struct Answering<'m, 'o>(pub &'m mut Measuring<'o>);

impl Observer for Answering<'_, '_> {
    fn interest(&self, layer: usize) -> Interest {
        self.0.interest(layer)
    }

    fn down(&mut self, _: &mut Recorder, _: usize, _: &ForwardRows) -> Result<()> {
        Ok(())
    }

    fn up(&mut self, rec: &mut Recorder, layer: usize, rows: &BackwardRows) -> Result<()> {
        self.0.up(rec, layer, rows)
    }

    fn done(&mut self, layer: usize) {
        self.0.done(layer);
    }
}

/// An observer that sees as well what one layer hands to those beyond, and leaves its gradient to them.
pub(super) struct Handing<'o> {
    own: &'o mut dyn Observer,
    layer: Option<usize>,
    /// The layer's output, once it was seen.
    pub output: Option<Tensor>,
}

impl<'o> Handing<'o> {
    /// With this layer, if there are any beyond.
    pub fn new(own: &'o mut dyn Observer, layer: Option<usize>) -> Handing<'o> {
        Handing { own, layer, output: None }
    }
}

impl Observer for Handing<'_> {
    fn interest(&self, layer: usize) -> Interest {
        if self.layer == Some(layer) { Interest::Whole } else { self.own.interest(layer) }
    }

    fn down(&mut self, rec: &mut Recorder, layer: usize, rows: &ForwardRows) -> Result<()> {
        if self.layer == Some(layer) {
            self.output = Some(rows.part.x.clone());
        }
        if self.own.interest(layer) == Interest::None { Ok(()) } else { self.own.down(rec, layer, rows) }
    }

    fn up(&mut self, rec: &mut Recorder, layer: usize, rows: &BackwardRows) -> Result<()> {
        if self.own.interest(layer) == Interest::None { Ok(()) } else { self.own.up(rec, layer, rows) }
    }

    fn done(&mut self, layer: usize) {
        self.own.done(layer);
    }
}

impl Observer for Measuring<'_> {
    fn interest(&self, layer: usize) -> Interest {
        let own = self.terms.iter().filter(|(term, _)| term.layer == layer);
        own.map(|(term, _)| term.aim.interest()).max().unwrap_or(Interest::None)
    }

    fn down(&mut self, rec: &mut Recorder, layer: usize, rows: &ForwardRows) -> Result<()> {
        for (term, walk, slot) in self.at(layer) {
            rec.scope(term.family.phase(), layer);
            walk.see(rec, rows)?;
            if rows.last {
                walk.conclude(rec, &slot)?;
            }
        }
        Ok(())
    }

    fn up(&mut self, rec: &mut Recorder, layer: usize, rows: &BackwardRows) -> Result<()> {
        let BackwardRows { x, d_x, mut accumulate, start } = *rows;
        for (term, walk, slot) in self.at(layer) {
            rec.scope(term.family.phase(), layer);
            walk.up(rec, &BackwardRows { x, d_x, accumulate, start }, &slot)?;
            accumulate = true;
        }
        Ok(())
    }

    fn done(&mut self, layer: usize) {
        self.at(layer).for_each(|(_, walk, _)| walk.done());
    }
}
