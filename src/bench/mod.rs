//! This turns an adapter into numbers: what it can do at most, and how much of that an iteration gets out of it.
//!
//! Natively `cargo xtask bench` calls it, in a browser the worker of `tests/browser/bench.mjs`. Only with the feature
//! `bench`.

mod card;
mod ceilings;
mod inputs;
#[cfg(feature = "occupancy")]
mod iteration;
mod layers;
mod pipelines;
mod printing;
mod row;
#[cfg(target_arch = "wasm32")]
mod web;
mod work;

pub use card::Card;
pub use ceilings::Ceilings;
#[cfg(feature = "occupancy")]
pub use iteration::iteration;
pub use layers::{KernelTime, Layers, ScopeTime};
pub use pipelines::Pipelines;
pub use printing::Printing;
pub use row::{Question, Row};

use crate::Result;
use crate::gpu::{Gpu, Kernel};
use crate::kernels;
use crate::objective::losses;
use serde::{Deserialize, Serialize};

/// Every kernel of the engine.
pub fn all_kernels() -> Vec<&'static Kernel> {
    kernels::ALL.into_iter().chain(losses::KERNELS).collect()
}

/// An adapter and its rates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Machine {
    /// Its name and driver.
    pub adapter: String,
    /// The time before the first step can run.
    pub pipelines: Pipelines,
    /// Its highest rates.
    pub ceilings: Ceilings,
}

impl Machine {
    /// Opens the adapter and measures it. Call it first in a process: drivers remember what they compiled, and some even
    /// keep it on disk from one process to the next.
    ///
    /// # Errors
    /// Where no adapter answers, or it computes nonsense.
    pub async fn measure() -> Result<Machine> {
        let gpu = Gpu::open().await?;
        let pipelines = Pipelines::measure(&gpu).await?;
        let ceilings = Ceilings::measure(&gpu).await?;
        Ok(Machine { adapter: gpu.describe(), pipelines, ceilings })
    }
}
