//! This turns a graphics adapter into tensors, kernels and programs; no wgpu object is created anywhere else.
//!
//! [`Gpu`] is the open device. [`Tensor`]s live on it. A [`Recorder`] writes down dispatches of [`Kernel`]s once;
//! the finished [`Program`] is submitted as often as wanted. Values come back through [`readback`], late and
//! without anybody waiting in the loop.

mod canvas;
mod device;
mod findings;
mod kernel;
mod memory;
#[cfg(feature = "bench")]
mod perturbing;
mod planning;
pub mod readback;
mod recorder;
#[cfg(feature = "occupancy")]
mod recording;
mod scope;
mod tensor;
#[cfg(feature = "bench")]
mod timing;
pub(crate) mod wgsl;

pub use canvas::Canvas;
pub use device::{Fence, Gpu};
pub use findings::Findings;
pub use kernel::{Access, DType, Elements, Kernel};
pub use memory::Memory;
pub use recorder::{Grid, Program, Recorder, Uniform};
#[cfg(feature = "occupancy")]
pub use recording::Recorded;
pub use scope::{Phase, Scope};
pub use tensor::{Shape, Tensor, VIEW_ALIGNMENT};
#[cfg(feature = "bench")]
pub use timing::{Clock, Span};
