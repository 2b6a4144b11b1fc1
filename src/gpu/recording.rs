//! This turns programs into lists of their dispatches, for those who count and do not run: on a device that does nothing.

use super::{Elements, Gpu, Program};
use crate::Result;

/// A dispatch as it was recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct Recorded {
    /// The kernel's name.
    pub kernel: &'static str,
    /// How its sources and targets are stored.
    pub elements: Elements,
    /// Workgroups along x, y and z.
    pub workgroups: [u32; 3],
    /// `Params` as the shader reads them, but for what changes from step to step.
    pub params: Vec<u8>,
}

impl Gpu {
    /// A device that records and never runs: what is read back are zeros. It needs no driver.
    ///
    /// # Errors
    /// As [`Gpu::open`].
    pub async fn open_for_recording() -> Result<Gpu> {
        let mut instance = wgpu::InstanceDescriptor::new_without_display_handle();
        instance.backends = wgpu::Backends::NOOP;
        instance.backend_options.noop = wgpu::NoopBackendOptions {
            features: Some(wgpu::Features::SHADER_F16),
            ..wgpu::NoopBackendOptions::enabled()
        };
        Gpu::open_on(instance, wgpu::Features::empty(), false).await
    }
}

impl Program {
    /// Its dispatches, in their order.
    pub fn recorded(&self) -> Vec<Recorded> {
        self.dispatches.iter().map(|dispatch| dispatch.recorded()).collect()
    }
}
