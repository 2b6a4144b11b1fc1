//! The parts of a program are timed in their order and under their names, on both clocks; and an adapter can be measured.
#![cfg(feature = "bench")]

use pollster::block_on;
use scumble::bench::{Machine, Question, Row};
use scumble::choices::{ModelKind, Precision};
use scumble::gpu::{Clock, Gpu, Phase, Recorder, Scope, Shape};
use scumble::kernels::{colour, dot};
use scumble::objective::moments::sums;
use std::time::Instant;

const MATRIX: [[f32; 3]; 3] = [[0.0, 1.0, 0.0], [0.0, 0.0, 1.0], [1.0, 0.0, 0.0]];

/// Two dispatches of one kernel and one of another forward, then one without a phase ... and with a phase again.
fn parts(gpu: &Gpu) -> Vec<(Option<Scope>, Option<&'static str>)> {
    let shape = Shape::new(64, 64, 3);
    let mut rec = Recorder::new(gpu);
    let x = rec.tensor("x", shape).unwrap();
    let y = rec.tensor("y", shape).unwrap();
    let products = sums(&rec, shape.vectors()).unwrap();
    colour::forward(&mut rec, &x, &y, &MATRIX, [0.0; 3], false);
    rec.scope(Phase::Forward, 1);
    colour::forward(&mut rec, &x, &y, &MATRIX, [0.0; 3], false);
    colour::forward(&mut rec, &y, &x, &MATRIX, [0.0; 3], false);
    dot::record(&mut rec, &x, &y, &products);
    rec.scope(Phase::Style, 2);
    dot::record(&mut rec, &x, &y, &products);
    let started = Instant::now();
    let now_ms = || started.elapsed().as_secs_f64() * 1e3;
    let before = now_ms();
    let spans = block_on(rec.finish().submit_timed(gpu, now_ms)).unwrap();
    let in_all: f64 = spans.iter().map(|span| span.ms).sum();
    assert!(in_all > 0.0 && in_all <= now_ms() - before, "{in_all} ms in all of {}", now_ms() - before);
    spans.into_iter().map(|span| (span.scope, span.kernel)).collect()
}

const FORWARD: Option<Scope> = Some(Scope { phase: Phase::Forward, layer: 1 });
const STYLE: Option<Scope> = Some(Scope { phase: Phase::Style, layer: 2 });

const PHASES: [(Option<Scope>, Option<&str>); 3] = [(None, None), (FORWARD, None), (STYLE, None)];

/// Where the device has timestamps, every kernel of a phase is timed; elsewhere every phase.
#[test]
fn a_device_is_timed_as_finely_as_its_clock_allows() {
    let gpu = block_on(Gpu::open_for_timing()).unwrap();
    let kernels = [(None, Some("colour")), (FORWARD, Some("colour")), (FORWARD, Some("dot")), (STYLE, Some("dot"))];
    let expected = match gpu.clock() {
        Clock::Timestamps => &kernels[..],
        Clock::Fence => &PHASES[..],
    };
    assert_eq!(parts(&gpu), expected);
}

#[test]
fn every_phase_is_timed_without_timestamps() {
    let gpu = block_on(Gpu::open()).unwrap();
    assert_eq!(gpu.clock(), Clock::Fence);
    assert_eq!(parts(&gpu), PHASES);
}

#[test]
fn an_adapter_and_a_tiny_picture_can_be_measured() {
    let machine = block_on(Machine::measure()).unwrap();
    assert!(machine.pipelines.first_use_ms > 0.0 && machine.ceilings.gflop_per_s > 0.0);
    let question = Question { model: ModelKind::Student, size: 32, precision: Precision::Full, layers: true };
    let row = block_on(Row::measure(question)).unwrap();
    let layers = row.layers.unwrap();
    assert!(row.gflop > 0.0 && row.peak_bytes > row.weight_bytes && !layers.scopes.is_empty());
}
