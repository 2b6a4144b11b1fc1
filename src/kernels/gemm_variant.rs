//! How much an invocation makes of a product of matrices, and of work that is like one. No way is the fastest everywhere, so
//! [`crate::tuning`] tries them.

use std::collections::BTreeMap;

use crate::gpu::Gpu;

/// How much an invocation makes, and how it comes by its factors.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum GemmVariant {
    /// 8 rows of 16 columns, each invocation for itself.
    #[default]
    Narrow,
    /// 16 rows of 16 columns: half of the loads, twice the registers. For processors that stand in for a card.
    Wide,
    /// 8 rows of 8 columns, factors shared through workgroup memory, and registers left for more invocations at once. For
    /// graphics cards.
    Shared,
}

/// What there are variants of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Work {
    /// Products of matrices with at least 16 rows.
    Products,
    /// Products of matrices with fewer: who makes many rows makes more than there are.
    FewRows,
    /// Covariances, and products of square matrices.
    Squares,
    /// Convolutions from and to pictures, and Winograd's transforms: [`GemmVariant::Shared`] takes fewer registers, the others are
    /// one.
    Convolutions,
}

/// Fewer rows than these are few.
const FEW_ROWS: u32 = 16;

impl Work {
    /// All there is.
    pub const ALL: [Work; 4] = [Work::Products, Work::FewRows, Work::Squares, Work::Convolutions];

    /// Products of so many rows.
    pub fn of_rows(rows: u32) -> Work {
        if rows < FEW_ROWS { Work::FewRows } else { Work::Products }
    }

    /// Under what name the finding is kept: browsers and saved pictures hold it, so it stays as it is.
    fn question(self) -> &'static str {
        match self {
            Work::Products => "reach of products",
            Work::FewRows => "reach of products of few rows",
            Work::Squares => "reach of squares",
            Work::Convolutions => "reach of convolutions",
        }
    }

    /// The variants of it that differ.
    pub fn variants(self) -> &'static [GemmVariant] {
        match self {
            Work::Products | Work::Squares => &GemmVariant::ALL,
            Work::FewRows | Work::Convolutions => &[GemmVariant::Narrow, GemmVariant::Shared],
        }
    }
}

impl GemmVariant {
    /// All there are.
    pub const ALL: [GemmVariant; 3] = [GemmVariant::Narrow, GemmVariant::Wide, GemmVariant::Shared];

    /// The best variant on this device, as far as it is known: what was not measured goes by the products.
    pub fn on(gpu: &Gpu, work: Work) -> GemmVariant {
        let all = gpu.findings().all();
        let found = |work| GemmVariant::told(&all, work);
        let nearest = || found(Work::Products).filter(|variant| work.variants().contains(variant));
        found(work).or_else(nearest).unwrap_or_default()
    }

    /// What these findings say of this work.
    pub fn told(findings: &BTreeMap<String, u32>, work: Work) -> Option<GemmVariant> {
        let variant = GemmVariant::ALL.get(*findings.get(work.question())? as usize).copied()?;
        work.variants().contains(&variant).then_some(variant)
    }

    /// Remembers it for this work.
    pub fn note(self, gpu: &Gpu, work: Work) {
        gpu.findings().note(work.question(), self as u32);
    }

    /// Takes it for all work.
    pub fn prefer(self, gpu: &Gpu) {
        gpu.findings().forget();
        self.note(gpu, Work::Products);
    }
}
