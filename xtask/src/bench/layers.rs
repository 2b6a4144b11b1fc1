//! This turns the time of every layer in every phase into a table, beside what the adapter could do.

use scumble::bench::{Ceilings, Layers, ScopeTime};
use scumble::gpu::{Clock, Phase};

/// What the columns mean.
pub const LEGEND: &str = "\
GFLOP and GB of a layer are counted from the table of layers: direct convolutions and covariances; every map and kernel
once, in f32. The roofline is the smaller of the rate of multiplying and adding, and the rate of copying times operations
per byte. Over 100 %: a faster algorithm, or caches that are faster than the memory.";

/// Prints the table of a row whose iterations take `iteration_ms`.
pub fn print(layers: &Layers, iteration_ms: f64, ceilings: &Ceilings) {
    match layers.clock {
        Clock::Timestamps => println!("\n    Where the time goes, by the device's timestamps:"),
        Clock::Fence => println!(
            "\n    Where the time goes, by this machine's clock. The adapter has no timestamps, so every part is sent\n    \
             and waited for alone, and its way there and back counts as well:"
        ),
    }
    println!("    layer        phase              ms   GFLOP/s      GB/s   of roofline");
    for scope in &layers.scopes {
        println!("    {}", line(scope, ceilings));
    }
    let ms: f64 = layers.scopes.iter().map(|scope| scope.ms).sum();
    println!("    {:<24} {ms:>9.2}   (the whole iteration, not taken apart: {iteration_ms:.2})\n", "all of them");
    for kernel in &layers.kernels {
        println!("    {:<28} {:>9.2} {:>7.1} %", kernel.name, kernel.ms, 100.0 * kernel.ms / ms);
    }
    println!();
}

fn line(scope: &ScopeTime, ceilings: &Ceilings) -> String {
    let seconds = scope.ms / 1e3;
    // The same as the rate divided by the roofline, and also right where there is nothing to multiply.
    let at_best = (scope.gflop / ceilings.gflop_per_s).max(scope.bytes / 1e9 / ceilings.gbyte_per_s);
    let share = if scope.bytes > 0.0 { format!("{:.0} %", 100.0 * at_best / seconds) } else { "-".into() };
    format!(
        "{:<12} {:<11} {:>9.2} {:>9.2} {:>9.2} {:>13}",
        scope.layer,
        scope.phase.map_or("", phase),
        scope.ms,
        scope.gflop / seconds,
        scope.bytes / 1e9 / seconds,
        share,
    )
}

fn phase(phase: Phase) -> &'static str {
    match phase {
        Phase::Forward => "forward",
        Phase::Content => "content",
        Phase::Style => "style",
        Phase::Variation => "variation",
        Phase::Backward => "backward",
        Phase::Optimizer => "optimiser",
    }
}
