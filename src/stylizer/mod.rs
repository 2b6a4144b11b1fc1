//! This turns a photo into a picture in one pass: the second approach, fast style transfer.
//!
//! A feed-forward network for each style (Johnson, Alahi & Fei-Fei 2016), with instance normalisation (Ulyanov, Vedaldi &
//! Lempitsky 2017) and enlarging by copies (Odena, Dumoulin & Olah 2016). [`crate::training`] finds its parameters.

mod down;
mod parameters;
mod table;
mod up;

pub use down::Walk;
pub use parameters::{initial, named, unnamed};
pub use table::{COARSE, Kind, Layer, Op, Parameter, Size, Table};

use crate::Result;
use crate::gpu::{Gpu, Shape, Tensor};
use crate::kernels::conv;

/// A network on the device, for photos of any size.
pub struct Stylizer {
    table: Table,
    parameters: Tensor,
    /// The bias of convolutions that have none.
    zeros: Tensor,
}

impl Stylizer {
    /// The network of this table with these parameters, as [`initial`] or [`unnamed`] lays them out.
    ///
    /// # Errors
    /// Where the device cannot hold them.
    pub fn new(gpu: &Gpu, table: Table, parameters: &[f32]) -> Result<Stylizer> {
        let uploaded = gpu.upload("parameters", table.parameters_shape(), parameters)?;
        let most = table.layers().iter().map(|layer| layer.channels).max().unwrap_or(0);
        Ok(Stylizer { table, parameters: uploaded, zeros: gpu.tensor("zeros", Shape::vector(most))? })
    }

    /// The topology.
    pub fn table(&self) -> &Table {
        &self.table
    }

    /// All parameters, one behind the other, each at its [place](Parameter::first).
    pub fn parameters(&self) -> &Tensor {
        &self.parameters
    }

    /// The values of one parameter in a tensor that is laid out as all of them.
    fn view(&self, index: usize, of: &Tensor) -> Tensor {
        let Parameter { name, first, .. } = &self.table.parameters()[index];
        of.view(name, *first, self.table.parameters()[index].shape())
    }

    fn own(&self, index: usize) -> Tensor {
        self.view(index, &self.parameters)
    }

    /// The bias of a convolution, or zeros.
    fn bias(&self, bias: Option<usize>, channels: u32) -> Tensor {
        bias.map_or_else(|| self.zeros.view("zeros", 0, Shape::vector(channels)), |bias| self.own(bias))
    }
}

/// The packed shape of a convolution's weights.
fn packed_shape(outputs: u32, inputs: u32, kernel: u32) -> Shape {
    conv::packed_shape(outputs as usize, inputs as usize, kernel as usize)
}
