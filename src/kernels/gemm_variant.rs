//! How much an invocation makes of a product of matrices. No way is the fastest everywhere, so [`crate::tuning`] tries them.

use std::collections::BTreeMap;

use crate::gpu::Gpu;

/// How much an invocation makes, and how it comes by its factors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum GemmVariant {
    /// 8 rows of 16 columns, each invocation for itself.
    #[default]
    Narrow,
    /// 16 rows of 16 columns: half of the loads, twice the registers.
    Wide,
    /// 8 rows of 16 columns, factors shared through workgroup memory: a quarter of the loads, and barriers.
    Shared,
}

/// Under what name the finding is kept: browsers and saved pictures hold it, so it stays as it is.
const QUESTION: &str = "reach of products";

/// With fewer rows than these, who makes many rows makes more than there are.
const FEW_ROWS: u32 = 16;

impl GemmVariant {
    /// All there are.
    pub const ALL: [GemmVariant; 3] = [GemmVariant::Narrow, GemmVariant::Wide, GemmVariant::Shared];

    /// The best variant on this device for matrices of so many rows.
    pub fn on(gpu: &Gpu, rows: u32) -> GemmVariant {
        if rows < FEW_ROWS { GemmVariant::Narrow } else { GemmVariant::found(gpu).unwrap_or_default() }
    }

    /// The fastest variant on this device, if it was measured.
    pub fn found(gpu: &Gpu) -> Option<GemmVariant> {
        gpu.findings().get(QUESTION).and_then(|answer| GemmVariant::ALL.get(answer as usize).copied())
    }

    /// What these findings say.
    pub fn told(findings: &BTreeMap<String, u32>) -> Option<GemmVariant> {
        GemmVariant::ALL.get(*findings.get(QUESTION)? as usize).copied()
    }

    /// Remembers it.
    pub fn note(self, gpu: &Gpu) {
        gpu.findings().note(QUESTION, self as u32);
    }
}
