//! This turns a table and its filters into features of a picture, and gradients of features into a gradient of pixels.
//!
//! A walk goes down the table and up again. With frozen weights the way up needs very little of what the way down made: of
//! a ReLU and the pool behind it, which values went through, a bit each; of a layer that a loss looks at, its output.
//! Nothing else is kept, and the largest maps, those of convolutions that read a picture, are not even then: they are done
//! in bands of rows, and again in bands on the way up. That is next to no work, the price of a map that is
//! never whole.

mod down;
mod filters;
mod observer;
mod plan;
mod reach;
mod room;
mod stretch;
mod up;

pub use observer::{BackwardRows, Features, ForwardRows, Interest, Observer};
pub use reach::Reach;
pub use room::{Room, is_card};
pub use stretch::Stretch;

use crate::Result;
use crate::gpu::{DType, Gpu, Recorder, Shape, Tensor};
use crate::model::{ConvWeights, Op, Table};
use filters::Filters;

/// A model on the device, ready to run on pictures of any size.
pub struct Network {
    table: Table,
    filters: Vec<Option<Filters>>,
    room: Option<Room>,
    dtype: DType,
}

impl Network {
    /// Uploads the filters that `taps` need. `filters` are those that the table's convolutions name.
    ///
    /// # Errors
    /// Where the device cannot hold them.
    pub fn new(gpu: &Gpu, table: Table, filters: &[ConvWeights], taps: &[usize]) -> Result<Network> {
        let needed = table.needed(taps);
        let mut uploaded: Vec<Option<Filters>> = filters.iter().map(|_| None).collect();
        for (layer, needed) in table.layers().iter().zip(&needed) {
            if let (Op::Convolution { filters: index, .. }, true) = (&layer.op, needed) {
                let winograd = plan::is_winograd(layer, table.layers());
                uploaded[*index] = Some(Filters::upload(gpu, &filters[*index], winograd)?);
            }
        }
        Ok(Network { table, filters: uploaded, room: None, dtype: DType::F32 })
    }

    /// The same network, with so much room whatever the picture's size.
    pub fn with_room(self, room: Room) -> Network {
        Network { room: Some(room), ..self }
    }

    /// How it stores its features.
    pub fn features(&self) -> DType {
        self.dtype
    }

    /// The same network, its features and their gradients stored as `dtype` says; pictures stay in f32.
    pub fn stored_as(self, dtype: DType) -> Network {
        Network { dtype, ..self }
    }

    /// The topology.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// Operations of the convolutions of a pass down and up, a product and a sum counted as two, however they are done.
    pub fn operations(&self, pixels: Shape) -> f64 {
        self.whole().operations(pixels)
    }

    /// The shapes of all layers' outputs for a picture of shape `pixels`; deep maps of tiny pictures have no positions.
    pub fn shapes(&self, pixels: Shape) -> Vec<Shape> {
        self.whole().shapes(pixels)
    }

    /// Records the walk down to the layers that `observer` is interested in, and back to nothing.
    ///
    /// # Errors
    /// Where the device cannot hold the features.
    pub fn forward(&self, rec: &mut Recorder, pixels: &Tensor, observer: &mut dyn Observer) -> Result<()> {
        self.whole().forward(rec, pixels, observer)
    }

    /// Records the walk down and up again; returns the gradient to the pixels of what `observer` adds on the way.
    ///
    /// # Errors
    /// Where the device cannot hold the features or the gradients.
    pub fn gradient(&self, rec: &mut Recorder, pixels: &Tensor, observer: &mut dyn Observer) -> Result<Tensor> {
        self.whole().gradient(rec, pixels, None, observer)
    }

    /// The map that a layer is of another, if it is linear and has as many channels.
    pub fn linear(&self, layer: usize) -> Option<Linear> {
        let layers = self.table.layers();
        let own = &layers[layer];
        if !plan::is_linear(own) || layers[own.input].channels != own.channels {
            return None;
        }
        let (forward, back) = (self.filters(own).direct(), self.filters(own).flipped());
        Some(Linear {
            input: own.input,
            matrix: forward.tiles.clone(),
            transposed: back.tiles.clone(),
            offset: forward.bias.clone(),
            zeros: back.bias.clone(),
        })
    }

    fn room(&self, gpu: &Gpu, pixels: Shape) -> Room {
        self.room.unwrap_or_else(|| Room::of(gpu, pixels))
    }

    /// How a map of this shape is stored.
    pub fn dtype(&self, shape: Shape) -> DType {
        plan::dtype_of(shape, self.dtype)
    }

    fn own(&self, filters: usize) -> &Filters {
        self.filters[filters].as_ref().expect("the filters of needed layers are uploaded")
    }
}

/// A layer y = matrix x + offset at every position, on the device.
pub struct Linear {
    /// The layer x.
    pub input: usize,
    /// C x C, in 4x4 tiles.
    pub matrix: Tensor,
    /// The same, rows and columns exchanged.
    pub transposed: Tensor,
    /// C.
    pub offset: Tensor,
    /// C.
    pub zeros: Tensor,
}
