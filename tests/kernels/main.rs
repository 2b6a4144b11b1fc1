//! Every kernel on the GPU against its naive f64 twin, at awkward sizes.
//!
//! Run with `-- --nocapture` to see the worst error of every case; a missing adapter fails and says what to install.

mod adjoints;
mod agreement;
mod alarms;
mod convolution;
mod folding;
mod geometry;
mod half;
mod lanes;
mod losses;
mod margins;
mod optimizers;
mod recycling;
mod roots;
mod statistics;
mod stylizing;
mod winograd;
mod workbench;
