//! This turns an adapter into what it says of itself, and what is found out on it before it paints.

use crate::Result;
use crate::clock::now_ms;
use crate::gpu::{Clock, Gpu};
use crate::kernels::{GemmVariant, Work};
use crate::tuning;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// An adapter's limits and the tuner's choices.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Card {
    /// Its name and driver.
    pub adapter: String,
    /// Bytes of the longest array that a kernel can read.
    pub longest_array_bytes: u64,
    /// Bytes of memory that a workgroup can share.
    pub workgroup_bytes: u32,
    /// Invocations of a workgroup at most.
    pub workgroup_invocations: u32,
    /// Whether it stores numbers in 16 bits.
    pub has_half: bool,
    /// Whether it has a clock of its own.
    pub has_timestamps: bool,
    /// Milliseconds that the tuner took, with the compiling of what it tried.
    pub tuning_ms: f64,
    /// The variant that it chose for every kind of work.
    pub choices: BTreeMap<String, String>,
}

impl Card {
    /// Opens the adapter and tunes it.
    ///
    /// # Errors
    /// Where no adapter answers, or it fails.
    pub async fn look() -> Result<Card> {
        let gpu = Gpu::open_for_timing().await?;
        let limits = gpu.limits();
        let started = now_ms();
        tuning::tune(&gpu).await?;
        let tuning_ms = now_ms() - started;
        let choice = |work| (format!("{work:?}"), format!("{:?}", GemmVariant::on(&gpu, work)));
        Ok(Card {
            adapter: gpu.describe(),
            longest_array_bytes: gpu.longest_array(),
            workgroup_bytes: limits.max_compute_workgroup_storage_size,
            workgroup_invocations: limits.max_compute_invocations_per_workgroup,
            has_half: gpu.has_half(),
            has_timestamps: gpu.clock() == Clock::Timestamps,
            tuning_ms,
            choices: Work::ALL.into_iter().map(choice).collect(),
        })
    }
}
