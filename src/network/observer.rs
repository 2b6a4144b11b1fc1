//! Observers of a walk: they see layers on the way down, and add gradients to them on the way up.

use crate::Result;
use crate::gpu::{Recorder, Shape, Tensor};
use crate::kernels::Part;

/// How an observer wants to see a layer's output, from least to most.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Interest {
    /// Not at all.
    None,
    /// Some rows after the other will do.
    Rows,
    /// Only as a whole.
    Whole,
}

/// Rows of a layer's output.
pub struct ForwardRows<'t> {
    /// Where they are; `accumulate` is false for the first of the map.
    pub part: Part<'t>,
    /// The whole map.
    pub map: Shape,
    /// Pixels of the map before those that count.
    pub start: u32,
    /// Whether they are the last of the map.
    pub last: bool,
}

impl ForwardRows<'_> {
    /// Whether it is the whole map at once.
    pub fn is_whole(&self) -> bool {
        self.part.pixels == self.map.pixels()
    }
}

/// Rows of a layer on the way up.
pub struct BackwardRows<'t> {
    /// The layer's output.
    pub x: &'t Tensor,
    /// The gradient to it, to be overwritten, ...
    pub d_x: &'t Tensor,
    /// ... or to be added to.
    pub accumulate: bool,
    /// Pixels of the map before them.
    pub start: u32,
}

/// An observer of a walk.
pub trait Observer {
    /// How it wants to see a layer.
    fn interest(&self, layer: usize) -> Interest;

    /// On the way down: rows of a layer that it is interested in.
    ///
    /// # Errors
    /// Where the device cannot hold what it makes of them.
    fn down(&mut self, rec: &mut Recorder, layer: usize, rows: &ForwardRows) -> Result<()>;

    /// On the way up, for every layer that it is interested in: adds its gradient.
    ///
    /// # Errors
    /// Where the device cannot hold what it needs.
    fn up(&mut self, _rec: &mut Recorder, _layer: usize, _rows: &BackwardRows) -> Result<()> {
        unreachable!("who has no gradient to add only looks down")
    }

    /// All rows of a layer were gone through on the way up: what was held for it can go.
    fn done(&mut self, _layer: usize) {}
}

/// An observer that keeps some layers' outputs as they are.
#[derive(Debug)]
pub struct Features {
    layers: Vec<(usize, Option<Tensor>)>,
}

impl Features {
    /// Of these layers; empty before a walk.
    pub fn of(layers: impl IntoIterator<Item = usize>) -> Features {
        Features { layers: layers.into_iter().map(|layer| (layer, None)).collect() }
    }

    /// The output of one of them, after a walk.
    pub fn at(&self, layer: usize) -> &Tensor {
        let found = self.layers.iter().find(|(own, _)| *own == layer).and_then(|(_, output)| output.as_ref());
        found.expect("only layers that were asked for are asked about, after a walk")
    }
}

impl Observer for Features {
    fn interest(&self, layer: usize) -> Interest {
        if self.layers.iter().any(|(own, _)| *own == layer) { Interest::Whole } else { Interest::None }
    }

    fn down(&mut self, _: &mut Recorder, layer: usize, rows: &ForwardRows) -> Result<()> {
        for (own, output) in &mut self.layers {
            if *own == layer {
                *output = Some(rows.part.x.clone());
            }
        }
        Ok(())
    }
}
