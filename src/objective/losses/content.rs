//! Content: the squared difference to the photo's features (Gatys, Ecker, Bethge 2016).
//!
//! Relative, it is divided by the photo's own square; absolute, it is the mean over all values.

use super::super::loss::{Aim, Family, Goal, Loss, Needs, Slot, Units, Walk};
use super::super::moments::{squared_norm, sums};
use crate::Result;
use crate::gpu::{Kernel, Recorder, Shape, Tensor};
use crate::kernels::{LINE, grid_of_sums, kernel, total};
use crate::network::{BackwardRows, Interest};
use bytemuck::{Pod, Zeroable};

/// The loss.
#[derive(Debug, Clone, Copy)]
pub struct Content(
    /// Its units.
    pub Units,
);

impl Loss for Content {
    fn family(&self) -> Family {
        Family::Content
    }

    fn needs(&self) -> Needs {
        Needs::Features
    }

    fn unit(&self, growth: f32) -> f32 {
        self.0.of_file(growth, 2)
    }

    fn aim(&self, rec: &mut Recorder, weight: f32, goal: Goal) -> Result<Box<dyn Aim>> {
        let Goal::Features(features, tile) = goal else { unreachable!("it needs features") };
        let features = features.clone();
        let whole = tile.as_ref().map_or(features.shape(), |tile| tile.whole);
        let (norm, norm_scale) = match (self.0, &tile) {
            (Units::Relative, None) => {
                let norm = rec.gpu().tensor("norm", Shape::vector(1))?;
                squared_norm(rec, &features, &norm, 0)?;
                (norm, 1.0)
            }
            (Units::Relative, Some(tile)) => (rec.gpu().upload("norm", Shape::vector(1), &[tile.norm; 4])?, 1.0),
            (Units::Absolute, _) => {
                (rec.gpu().upload("one", Shape::vector(1), &[1.0; 4])?, whole.pixels() as f32 * whole.channels as f32)
            }
        };
        Ok(Box::new(Target { features, own: tile.map(|tile| tile.own), norm, norm_scale, weight }))
    }
}

/// The photo's features, and what the loss is divided by: the first number of `norm` times `norm_scale`.
struct Target {
    features: Tensor,
    /// The pixels that count, of a tile.
    own: Option<Tensor>,
    norm: Tensor,
    norm_scale: f32,
    weight: f32,
}

impl Aim for Target {
    fn interest(&self) -> Interest {
        Interest::Whole
    }

    fn walk(&self) -> Box<dyn Walk + '_> {
        Box::new(self)
    }
}

impl Walk for &Target {
    fn up(&self, rec: &mut Recorder, rows: &BackwardRows, slot: &Slot) -> Result<()> {
        let BackwardRows { x, d_x, accumulate, .. } = *rows;
        let own = self.own.as_ref();
        let target = Photo { features: &self.features, own, norm: &self.norm, norm_scale: self.norm_scale };
        let partials = sums(rec, x.shape().vectors())?;
        record(rec, x, &target, self.weight, d_x, accumulate, &partials);
        total::record(rec, &partials, slot.losses, slot.slot, own.is_some());
        Ok(())
    }
}

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Params {
    vectors: u32,
    weight: f32,
    norm_scale: f32,
    accumulate: u32,
    gradient_scale: f32,
    blocks: u32,
}

/// The compute kernel.
pub const KERNEL: Kernel =
    kernel!("content_loss", LINE, Params, [Source, Source, Read, Read, Target, Write], ["workgroup_sum"]);

/// The same for a tile, of which some pixels count.
pub const OF_TILE: Kernel = Kernel { name: "content_loss_of_tile", constants: &[("OF_TILE", 1.0)], ..KERNEL };

/// The photo's features, and the norm of the loss.
pub struct Photo<'t> {
    /// The photo's features, shaped as `x`.
    pub features: &'t Tensor,
    /// Of a tile: a weight for each pixel, 1 where no other tile counts it.
    pub own: Option<&'t Tensor>,
    /// The loss is divided by this tensor's first number ...
    pub norm: &'t Tensor,
    /// ... times this.
    pub norm_scale: f32,
}

/// Writes the loss times `weight` into `partials` ([`sums_for`](crate::kernels::sums_for)) and its gradient into `d_x`.
pub fn record(
    rec: &mut Recorder,
    x: &Tensor,
    photo: &Photo,
    weight: f32,
    d_x: &Tensor,
    accumulate: bool,
    partials: &Tensor,
) {
    assert_eq!((x.shape(), x.shape()), (photo.features.shape(), d_x.shape()), "shapes of content_loss");
    let vectors = x.shape().vectors();
    let params = Params {
        vectors,
        weight,
        norm_scale: photo.norm_scale,
        accumulate: accumulate.into(),
        gradient_scale: d_x.dtype().gradient_scale(),
        blocks: x.shape().blocks(),
    };
    let (kernel, own) = photo.own.map_or((&KERNEL, photo.norm), |own| (&OF_TILE, own));
    let tensors = [x, photo.features, photo.norm, own, d_x, partials];
    rec.dispatch(kernel, &params, &tensors, grid_of_sums(kernel, partials));
}
