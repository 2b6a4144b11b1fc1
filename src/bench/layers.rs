//! This turns timed steps into a table: how long every layer takes in every phase, and how long every kernel.

use super::work::Work;
use crate::Result;
use crate::clock::now_ms;
use crate::gpu::{Clock, Gpu, Phase, Scope, Span};
use crate::painter::Painter;
use serde::{Deserialize, Serialize};

/// Where the time of an iteration goes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Layers {
    /// Whose clock took the times.
    pub clock: Clock,
    /// Every layer in every phase, in the order in which they run.
    pub scopes: Vec<ScopeTime>,
    /// Every kernel, the slowest first; empty on [`Clock::Fence`].
    pub kernels: Vec<KernelTime>,
}

/// One phase at one layer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ScopeTime {
    /// The phase; none for what was recorded without one.
    pub phase: Option<Phase>,
    /// The layer's name, or "pixels".
    pub layer: String,
    /// Milliseconds of an iteration.
    pub ms: f64,
    /// Operations of an iteration, counted from the table, in units of 1e9.
    pub gflop: f64,
    /// Bytes to move at least, counted from the table.
    pub bytes: f64,
}

/// All dispatches of one kernel.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct KernelTime {
    /// Its name.
    pub name: String,
    /// Milliseconds of an iteration.
    pub ms: f64,
}

/// Steps that are timed, of which the medians count.
const STEPS: usize = 3;

impl Layers {
    /// Times a few steps of a painter.
    ///
    /// # Errors
    /// Where the device failed.
    pub async fn measure(gpu: &Gpu, painter: &mut Painter, work: &Work) -> Result<Layers> {
        // All runs have the same parts.
        let mut runs: Vec<Vec<Span>> = Vec::new();
        for _ in 0..STEPS {
            runs.push(painter.step_timed(now_ms).await?);
        }
        let mut parts = runs[0].clone();
        for (index, part) in parts.iter_mut().enumerate() {
            let mut times: Vec<f64> = runs.iter().map(|run| run[index].ms).collect();
            times.sort_by(f64::total_cmp);
            part.ms = times[STEPS / 2];
        }

        let mut kernels: Vec<KernelTime> = sums(&parts, |part| part.kernel)
            .into_iter()
            .filter_map(|(kernel, ms)| Some(KernelTime { name: kernel?.into(), ms }))
            .collect();
        kernels.sort_by(|a, b| b.ms.total_cmp(&a.ms));
        let scopes = sums(&parts, |part| part.scope).into_iter().map(|(scope, ms)| row(work, scope, ms)).collect();
        Ok(Layers { clock: gpu.clock(), scopes, kernels })
    }
}

/// Adds up the times of parts with the same key, in the order of their first.
fn sums<K: PartialEq>(parts: &[Span], key: impl Fn(&Span) -> K) -> Vec<(K, f64)> {
    let mut sums: Vec<(K, f64)> = Vec::new();
    for part in parts {
        let key = key(part);
        match sums.iter_mut().find(|(other, _)| *other == key) {
            Some((_, ms)) => *ms += part.ms,
            None => sums.push((key, part.ms)),
        }
    }
    sums
}

fn row(work: &Work, scope: Option<Scope>, ms: f64) -> ScopeTime {
    let Some(scope) = scope else {
        return ScopeTime { phase: None, layer: "(unnamed)".into(), ms, gflop: 0.0, bytes: 0.0 };
    };
    let (flop, bytes) = work.at(scope).map_or((0.0, 0.0), |part| (part.flop, part.bytes));
    let layer = work.names.get(scope.layer).cloned().unwrap_or_default();
    ScopeTime { phase: Some(scope.phase), layer, ms, gflop: flop / 1e9, bytes }
}
