//! The trait of all losses: a loss makes a target, and the target measures a picture on its way through a network.

use super::guide::LayerGuide;
use super::lens::Lens;
use super::moments::{Centering, Moments};
use crate::Result;
use crate::gpu::{Phase, Recorder, Shape, Tensor};
use crate::network::{BackwardRows, ForwardRows, Interest};
use std::fmt::Debug;
use std::rc::Rc;

pub use crate::kernels::moments_loss::Slot;
pub use crate::model::Units;

/// Which of the three curves a loss belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Keeps the photo.
    Content,
    /// Brings the painting.
    Style,
    /// Keeps the picture smooth.
    Variation,
}

/// The kind of target that a loss needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Needs {
    /// The photo's features.
    Features,
    /// The paintings' statistics.
    Moments(Centering),
    /// Nothing but the picture itself.
    Nothing,
}

/// The photo's or the paintings' values at one layer, for a loss there.
pub enum Goal<'g> {
    /// The photo's features there, perhaps in a tile.
    Features(&'g Tensor, Option<OfTile>),
    /// The paintings' statistics there, in one region of the picture.
    Moments(Box<LayerMoments>),
    /// Nothing was looked for.
    Nothing(Option<OfTile>),
}

/// What a loss has to know where it sees a tile of a picture, and adds to its slot what that has of the whole loss.
pub struct OfTile {
    /// A number for each pixel of the layer's map: 1 where it is the tile's own, which no other tile counts, else 0.
    pub own: Tensor,
    /// The map of the whole picture.
    pub whole: Shape,
    /// The squared norm of the whole photo's features there.
    pub norm: f32,
}

/// The paintings' statistics in one layer.
pub struct LayerMoments {
    /// Of the layer itself.
    pub moments: Moments,
    /// A linear map to apply before they are compared.
    pub lens: Option<Lens>,
    /// Where in the picture they are compared; everywhere, if there is none.
    pub guide: Option<LayerGuide>,
}

/// A loss. It knows neither its layer nor its weight: a [`Term`] adds them.
pub trait Loss: Debug {
    /// The curve it belongs to.
    fn family(&self) -> Family;

    /// The kind of target that it needs.
    fn needs(&self) -> Needs;

    /// The factor that makes it a loss of the weights file's own features, where those that it sees are `growth` times as large.
    fn unit(&self, growth: f32) -> f32;

    /// Makes its target of the goal that it [needs](Loss::needs).
    ///
    /// # Errors
    /// Where the device cannot hold it.
    fn aim(&self, rec: &mut Recorder, weight: f32, goal: Goal) -> Result<Box<dyn Aim>>;
}

/// A loss with its weight and its target, for one layer.
pub trait Aim {
    /// How it wants to see the layer.
    fn interest(&self) -> Interest;

    /// Begins a walk through the network.
    fn walk(&self) -> Box<dyn Walk + '_>;
}

/// A loss on one walk down the network and up again.
pub trait Walk {
    /// On the way down: sees rows of the layer; those that need only the way up do nothing.
    ///
    /// # Errors
    /// Where the device cannot hold what it makes of them.
    fn see(&mut self, _rec: &mut Recorder, _rows: &ForwardRows) -> Result<()> {
        Ok(())
    }

    /// It saw all rows: records the loss of what they add up to, if that is what it needs.
    ///
    /// # Errors
    /// Where the device cannot hold what it makes of them.
    fn conclude(&mut self, _rec: &mut Recorder, _slot: &Slot) -> Result<()> {
        Ok(())
    }

    /// The sums of what it saw, for those who let it see several tiles: they begin at zero.
    fn sums(&self) -> Vec<Tensor> {
        Vec::new()
    }

    /// On the way up: adds its gradient. The loss is in its slot by then.
    ///
    /// # Errors
    /// Where the device cannot hold what it needs.
    fn up(&self, rec: &mut Recorder, rows: &BackwardRows, slot: &Slot) -> Result<()>;

    /// The way up left the layer: tensors that were held for it can go.
    fn done(&mut self) {}
}

/// One summand of the whole loss: a loss at a layer, with a weight.
#[derive(Debug, Clone)]
pub struct Term {
    /// The tapped layer of the table.
    pub layer: usize,
    /// The loss there.
    pub loss: Rc<dyn Loss>,
    /// How much it counts.
    pub weight: f32,
}

impl Term {
    /// This loss at this layer, with this weight.
    pub fn new(layer: usize, loss: impl Loss + 'static, weight: f32) -> Term {
        Term { layer, loss: Rc::new(loss), weight }
    }
}

impl Family {
    /// All of them.
    pub const ALL: [Family; 3] = [Family::Content, Family::Style, Family::Variation];

    /// Under which name its kernels are timed.
    pub(super) fn phase(self) -> Phase {
        match self {
            Family::Content => Phase::Content,
            Family::Style => Phase::Style,
            Family::Variation => Phase::Variation,
        }
    }
}

impl Needs {
    /// About which point second moments are taken, if it needs any.
    pub(super) fn centering(self) -> Option<Centering> {
        match self {
            Needs::Moments(centering) => Some(centering),
            Needs::Features | Needs::Nothing => None,
        }
    }
}
