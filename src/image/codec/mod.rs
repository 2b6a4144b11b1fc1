//! Files to pixels and back: formats, dates and labels.

mod dates;
mod decode;
mod encode;
mod inspect;
mod jpeg;
mod label;
mod signature;

pub use decode::{Decoded, decode};
pub use encode::{Format, Label, encode, encode_animation, encode_png};
pub use label::read_label;
