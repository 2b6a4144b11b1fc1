//! Runs on hardware that rounds otherwise: contracted products, other orders of sums, denormals that are zeros.

use super::{small, street_and_swirl};
use pollster::block_on;
use scumble::choices::{Method, StyleLoss};
use scumble::gpu::Gpu;
use scumble::painter::Painter;
use scumble::settings::Settings;

/// The losses that a run ends with, on a device of its own, which perturbs what its kernels write, or does not.
fn last_losses(settings: &Settings, seed: Option<u32>) -> [f32; 4] {
    block_on(async {
        let gpu = Gpu::open().await.unwrap();
        if let Some(seed) = seed {
            gpu.perturb(seed);
        }
        let mut painter = Painter::new(&gpu, &street_and_swirl(), settings).await.unwrap();
        let mut last = None;
        loop {
            let progress = painter.step().await.unwrap();
            last = progress.losses.last().cloned().or(last);
            if progress.finished {
                assert_eq!(progress.setbacks, 0, "{seed:?}");
                let losses = last.expect("a run tells its losses");
                return [losses.total, losses.content, losses.style, losses.tv];
            }
        }
    })
}

#[test]
fn a_part_in_a_million_changes_no_loss_by_one_in_a_hundred() {
    let cases = [
        (Method::Adam, StyleLoss::MeanCovariance),
        (Method::Adam, StyleLoss::Wasserstein), // Newton-Schulz rounds
        (Method::Adam, StyleLoss::Gram),
        (Method::Lbfgs, StyleLoss::Gram),
    ];
    for (optimizer, style_loss) in cases {
        let settings = Settings { optimizer, style_loss, ..small(64, 24) };
        let [exact, perturbed] = [None, Some(7)].map(|seed| last_losses(&settings, seed));
        println!("{optimizer:?}, {style_loss:?}: {exact:?}, perturbed {perturbed:?}");
        assert_ne!(exact, perturbed, "{optimizer:?}, {style_loss:?}: nothing was perturbed");
        let far = (perturbed[0] / exact[0] - 1.0).abs();
        assert!(far < 0.01, "{optimizer:?}, {style_loss:?}: total {} in place of {}", perturbed[0], exact[0]);
    }
}
