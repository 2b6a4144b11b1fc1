//! This turns a program into the time of each of its parts: on the device's own clock where it has one, else on ours.

use super::recorder::{Dispatch, Name, Program};
use super::{Gpu, Scope, readback};
use crate::Result;
use std::ops::Range;

/// Whose clock took the time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Clock {
    /// The device's, around every part, all parts in one submission.
    Timestamps,
    /// Ours: every part is submitted alone and waited for, so that its way there and back counts as well.
    Fence,
}

/// Neighbouring dispatches that were timed together.
#[derive(Debug, Clone, PartialEq)]
pub struct Span {
    /// Their scope, if the recorder knows it.
    pub scope: Option<Scope>,
    /// The kernel that they all run; none on [`Clock::Fence`], where shorter parts would be mostly overhead.
    pub kernel: Option<&'static str>,
    /// Milliseconds.
    pub ms: f64,
}

/// The most timestamps of one query set (WebGPU's limit).
const MAX_TIMESTAMPS: usize = 4096;

impl Gpu {
    /// As [`Gpu::open`], with timestamps where the adapter offers them. The product does not ask for what it does not use.
    ///
    /// # Errors
    /// As [`Gpu::open`].
    pub async fn open_for_timing() -> Result<Gpu> {
        Gpu::open_with(wgpu::Features::TIMESTAMP_QUERY, false).await
    }

    /// What kernels may take at most.
    pub fn limits(&self) -> wgpu::Limits {
        self.device().limits()
    }

    /// Whose clock [`Program::submit_timed`] looks at.
    pub fn clock(&self) -> Clock {
        match self.device().features().contains(wgpu::Features::TIMESTAMP_QUERY) {
            true => Clock::Timestamps,
            false => Clock::Fence,
        }
    }
}

impl Program {
    /// Runs the whole program once and waits for it; returns its parts in their order.
    ///
    /// # Errors
    /// Where the device failed.
    pub async fn submit_timed(&self, gpu: &Gpu, now_ms: impl Fn() -> f64) -> Result<Vec<Span>> {
        let clock = gpu.clock();
        let mut spans: Vec<(Range<usize>, Span)> = Vec::new();
        for (index, Dispatch { name: Name { scope, kernel }, .. }) in self.dispatches.iter().enumerate() {
            let kernel = (clock == Clock::Timestamps).then_some(*kernel);
            match spans.last_mut() {
                Some((range, span)) if (span.scope, span.kernel) == (*scope, kernel) => range.end = index + 1,
                _ => spans.push((index..index + 1, Span { scope: *scope, kernel, ms: 0.0 })),
            }
        }
        // Nothing that was queued earlier may run into the first part.
        gpu.fence().wait(gpu).await;
        match clock {
            Clock::Timestamps => self.by_timestamps(gpu, &mut spans).await?,
            Clock::Fence => {
                for (range, span) in &mut spans {
                    let before = now_ms();
                    self.submit_range(gpu, range.clone());
                    gpu.fence().wait(gpu).await;
                    span.ms = now_ms() - before;
                }
            }
        }
        gpu.check()?;
        Ok(spans.into_iter().map(|(_, span)| span).collect())
    }

    /// A pass for every span, with a timestamp at its beginning and one at its end.
    async fn by_timestamps(&self, gpu: &Gpu, spans: &mut [(Range<usize>, Span)]) -> Result<()> {
        let ms_per_tick = f64::from(gpu.queue().get_timestamp_period()) * 1e-6;
        for spans in spans.chunks_mut(MAX_TIMESTAMPS / 2) {
            let count = 2 * spans.len() as u32;
            let queries = gpu.device().create_query_set(&wgpu::QuerySetDescriptor {
                label: Some("timestamps"),
                ty: wgpu::QueryType::Timestamp,
                count,
            });
            let resolved = gpu.device().create_buffer(&wgpu::BufferDescriptor {
                label: Some("timestamps"),
                size: u64::from(count) * 8,
                usage: wgpu::BufferUsages::QUERY_RESOLVE | wgpu::BufferUsages::COPY_SRC,
                mapped_at_creation: false,
            });
            let mut encoder = gpu.device().create_command_encoder(&Default::default());
            for (begin, (range, _)) in (0..).step_by(2).zip(spans.iter()) {
                let mut pass = encoder.begin_compute_pass(&wgpu::ComputePassDescriptor {
                    label: None,
                    timestamp_writes: Some(wgpu::ComputePassTimestampWrites {
                        query_set: &queries,
                        beginning_of_pass_write_index: Some(begin),
                        end_of_pass_write_index: Some(begin + 1),
                    }),
                });
                self.dispatches[range.clone()].iter().for_each(|dispatch| dispatch.encode(&mut pass));
            }
            encoder.resolve_query_set(&queries, 0..count, &resolved, 0);
            gpu.submit(encoder.finish());
            let ticks: Vec<u64> = readback::read_buffer(gpu, &resolved).await?;
            for ((_, span), pair) in spans.iter_mut().zip(ticks.chunks_exact(2)) {
                span.ms = pair[1].saturating_sub(pair[0]) as f64 * ms_per_tick;
            }
        }
        Ok(())
    }
}
