//! Total variation: the mean squared difference of neighbouring pixels. It keeps the picture smooth.

use super::super::loss::{Aim, Family, Goal, Loss, Needs, OfTile, Slot, Walk};
use super::super::moments::sums;
use crate::Result;
use crate::gpu::{Kernel, Recorder, Shape, Tensor};
use crate::kernels::{LINE, grid_of_sums, kernel, total};
use crate::network::{BackwardRows, Interest};
use bytemuck::{Pod, Zeroable};

/// The loss. Its layer is the picture itself, the table's first.
#[derive(Debug, Clone, Copy)]
pub struct Variation;

impl Loss for Variation {
    fn family(&self) -> Family {
        Family::Variation
    }

    fn needs(&self) -> Needs {
        Needs::Nothing
    }

    fn unit(&self, _growth: f32) -> f32 {
        1.0
    }

    fn aim(&self, _rec: &mut Recorder, weight: f32, goal: Goal) -> Result<Box<dyn Aim>> {
        let Goal::Nothing(tile) = goal else { unreachable!("it needs nothing") };
        Ok(Box::new(Weighed { weight, tile }))
    }
}

/// There is no target, only a weight.
struct Weighed {
    weight: f32,
    tile: Option<OfTile>,
}

impl Aim for Weighed {
    fn interest(&self) -> Interest {
        Interest::Whole
    }

    fn walk(&self) -> Box<dyn Walk + '_> {
        Box::new(self)
    }
}

impl Walk for &Weighed {
    fn up(&self, rec: &mut Recorder, rows: &BackwardRows, slot: &Slot) -> Result<()> {
        let BackwardRows { x, d_x, accumulate, .. } = *rows;
        let partials = sums(rec, x.shape().pixels())?;
        record(rec, x, self.weight, self.tile.as_ref().map(|tile| (&tile.own, tile.whole)), d_x, accumulate, &partials);
        total::record(rec, &partials, slot.losses, slot.slot, self.tile.is_some());
        Ok(())
    }
}

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Params {
    height: u32,
    width: u32,
    across: f32,
    down: f32,
    accumulate: u32,
}

/// The compute kernel.
pub const KERNEL: Kernel = kernel!("variation_loss", LINE, Params, [Read, Read, Write, Write], ["workgroup_sum"]);

/// The same for a tile, of which some pixels count.
pub const OF_TILE: Kernel = Kernel { name: "variation_loss_of_tile", constants: &[("OF_TILE", 1.0)], ..KERNEL };

/// Writes the loss times `weight` into `partials` ([`sums_for`](crate::kernels::sums_for)) and its gradient into `d_x`. Of a tile
/// only the pixels count that its weights, 1 or 0, let, each with its neighbours to the right and below; then the whole
/// picture's shape says how many there are.
pub fn record(
    rec: &mut Recorder,
    x: &Tensor,
    weight: f32,
    tile: Option<(&Tensor, Shape)>,
    d_x: &Tensor,
    accumulate: bool,
    partials: &Tensor,
) {
    let Shape { height, width, .. } = x.shape();
    assert_eq!(x.shape(), d_x.shape(), "shapes of variation_loss");
    let (kernel, own, whole) = tile.map_or((&KERNEL, x, x.shape()), |(own, whole)| (&OF_TILE, own, whole));
    let per = |pairs: u32| if pairs == 0 { 0.0 } else { weight / (3.0 * pairs as f32) };
    let params = Params {
        height,
        width,
        across: per(whole.height * (whole.width - 1)),
        down: per((whole.height - 1) * whole.width),
        accumulate: accumulate.into(),
    };
    rec.dispatch(kernel, &params, &[x, own, d_x, partials], grid_of_sums(kernel, partials));
}
