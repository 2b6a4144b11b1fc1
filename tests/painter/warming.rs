//! What is compiled ahead of a run is what the run uses.

use super::{small, street_and_swirl};
use pollster::block_on;
use scumble::gpu::{Gpu, Kernel};
use scumble::kernels::{self, GemmVariant};
use scumble::objective::losses;
use scumble::painter::Painter;
use std::collections::BTreeSet;

/// The kernels that are compiled ahead.
fn usual() -> impl Iterator<Item = &'static Kernel> {
    kernels::USUAL.into_iter().chain(losses::USUAL)
}

#[test]
fn what_is_compiled_ahead_is_what_a_usual_run_uses() {
    block_on(async {
        // A device of its own: what other runs have compiled must not be taken for what this one needs.
        let gpu = Gpu::open().await.unwrap();
        // Wider variants, where a device is faster with them, are compiled in order to find that out.
        GemmVariant::Narrow.prefer(&gpu);
        assert!(gpu.compiled().is_empty());
        let mut painter = Painter::new(&gpu, &street_and_swirl(), &small(128, 1)).await.unwrap();
        while !painter.step().await.unwrap().finished {}
        let used = gpu.compiled();
        let ahead: BTreeSet<&str> = usual().map(|kernel| kernel.name).collect();
        let in_vain: Vec<_> = ahead.difference(&used).collect();
        assert!(in_vain.is_empty(), "compiled ahead, and not used: {in_vain:?}");
        let late: Vec<_> = used.difference(&ahead).collect();
        assert!(late.is_empty(), "used, and not compiled ahead: {late:?}");

        let other = Gpu::open().await.unwrap();
        other.warm_up(usual());
        assert_eq!(other.compiled(), ahead);
    });
}
