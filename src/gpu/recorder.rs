//! This turns a list of dispatches into a program: recorded once per size, submitted every step.

use super::memory::Allocation;
use super::recycling::Pool;
#[cfg(feature = "bench")]
use super::scope::Scope;
use super::{Access, Gpu, Kernel, Phase, Shape, Tensor};
use crate::Result;
use bytemuck::Pod;
use std::ops::Range;
use std::rc::Rc;

/// How many workgroups to start. Never zero: an empty dispatch is silent, and the bug it hides is not.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grid([u32; 3]);

/// WebGPU's default limit on workgroups along one dimension.
const MAX_WORKGROUPS: u32 = 65_535;

impl Grid {
    /// Enough workgroups of `kernel` to give every one of `threads` along x, y and z an invocation.
    pub fn over(kernel: &Kernel, threads: [u32; 3]) -> Grid {
        Grid([0, 1, 2].map(|axis| threads[axis].div_ceil(kernel.workgroup[axis]))).checked(kernel)
    }

    /// A line of `threads`, folded into rows along y where it is longer than one dimension allows. The shader finds
    /// its place with `id.x + id.y * (num_workgroups.x * workgroup_size.x)`.
    pub fn line(kernel: &Kernel, threads: u32) -> Grid {
        let workgroups = threads.div_ceil(kernel.workgroup[0]);
        let rows = workgroups.div_ceil(MAX_WORKGROUPS).max(1);
        Grid([workgroups.div_ceil(rows), rows, 1]).checked(kernel)
    }

    fn checked(self, kernel: &Kernel) -> Grid {
        assert!(self.0.iter().all(|&n| (1..=MAX_WORKGROUPS).contains(&n)), "grid {:?} of {}", self.0, kernel.name);
        self
    }
}

/// Writes dispatches down. The order is the order of execution; each sees what the ones before it wrote.
pub struct Recorder<'g> {
    gpu: &'g Gpu,
    dispatches: Vec<Dispatch>,
    pool: Pool,
    #[cfg(feature = "bench")]
    scope: Option<Scope>,
}

pub(super) struct Dispatch {
    pipeline: wgpu::ComputePipeline,
    bind_group: wgpu::BindGroup,
    grid: Grid,
    /// What is timed together with this, and under which names.
    #[cfg(feature = "bench")]
    pub(super) scope: Option<Scope>,
    #[cfg(feature = "bench")]
    pub(super) kernel: &'static str,
    /// The bind group keeps the buffers; these keep them counted.
    _allocations: Vec<Rc<Allocation>>,
}

/// The `Params` of one recorded dispatch, for those that change from step to step.
pub struct Uniform(wgpu::Buffer);

impl Uniform {
    /// Takes effect at the next submit.
    pub fn write(&self, gpu: &Gpu, params: &impl Pod) {
        gpu.queue().write_buffer(&self.0, 0, bytemuck::bytes_of(params));
    }
}

impl<'g> Recorder<'g> {
    /// An empty program.
    pub fn new(gpu: &'g Gpu) -> Recorder<'g> {
        Recorder {
            gpu,
            dispatches: Vec::new(),
            pool: Pool::default(),
            #[cfg(feature = "bench")]
            scope: None,
        }
    }

    /// The device it records for.
    pub fn gpu(&self) -> &'g Gpu {
        self.gpu
    }

    /// Says what the dispatches that follow are for, until it is said again: `layer` is the index in the network's table,
    /// 0 for the pixels. Only `cargo xtask bench --layers` listens; without the feature `bench` this is nothing.
    #[cfg_attr(not(feature = "bench"), allow(unused_variables))]
    pub fn scope(&mut self, phase: Phase, layer: usize) {
        #[cfg(feature = "bench")]
        {
            self.scope = Some(Scope { phase, layer });
        }
    }

    /// A tensor for the program's own use, with any values. When its last handle is dropped, its buffer serves tensors
    /// that are asked for later: keep a handle of whatever is read after the recording.
    ///
    /// # Errors
    /// As [`Gpu::tensor`].
    pub fn tensor(&self, label: &str, shape: Shape) -> Result<Tensor> {
        match self.pool.take(label, shape) {
            Some(tensor) => Ok(tensor),
            None => Ok(self.pool.lend(self.gpu.tensor(label, shape)?, shape.bytes())),
        }
    }

    /// Appends one dispatch. `tensors` follow the kernel's bindings after `Params`.
    pub fn dispatch<P: Pod>(&mut self, kernel: &Kernel, params: &P, tensors: &[&Tensor], grid: Grid) -> Uniform {
        self.dispatch_bytes(kernel, bytemuck::bytes_of(params), tensors, grid)
    }

    /// The same with `Params` as the shader reads them.
    pub(crate) fn dispatch_bytes(
        &mut self,
        kernel: &Kernel,
        params: &[u8],
        tensors: &[&Tensor],
        grid: Grid,
    ) -> Uniform {
        assert_eq!(kernel.params_bytes, params.len(), "size of the params of {}", kernel.name);
        assert_eq!(kernel.bindings.len(), tensors.len() + 1, "number of bindings of {}", kernel.name);
        assert_eq!(kernel.bindings[0], Access::Params, "first binding of {}", kernel.name);
        let device = self.gpu.device();
        let uniform = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some(kernel.name),
            size: params.len() as u64,
            usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        self.gpu.queue().write_buffer(&uniform, 0, params);
        let uniform = Uniform(uniform);
        let pipeline = self.gpu.pipeline(kernel);
        let buffers = std::iter::once(&uniform.0).chain(tensors.iter().map(|tensor| &tensor.buffer));
        let entries: Vec<_> = (0..)
            .zip(buffers)
            .map(|(binding, buffer)| wgpu::BindGroupEntry { binding, resource: buffer.as_entire_binding() })
            .collect();
        let bind_group = device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some(kernel.name),
            layout: &pipeline.layout,
            entries: &entries,
        });
        let _allocations = tensors.iter().map(|tensor| tensor.allocation.clone()).collect();
        self.dispatches.push(Dispatch {
            pipeline: pipeline.pipeline,
            bind_group,
            grid,
            #[cfg(feature = "bench")]
            scope: self.scope,
            #[cfg(feature = "bench")]
            kernel: kernel.name,
            _allocations,
        });
        uniform
    }

    /// The program.
    pub fn finish(self) -> Program {
        Program { dispatches: self.dispatches }
    }

    /// Runs what was recorded once; for preparations.
    pub fn submit(self) {
        let gpu = self.gpu;
        self.finish().submit(gpu);
    }
}

/// A finished list of dispatches.
pub struct Program {
    pub(super) dispatches: Vec<Dispatch>,
}

impl Program {
    /// Queues the whole program as one submission and returns at once.
    pub fn submit(&self, gpu: &Gpu) {
        self.submit_range(gpu, 0..self.dispatches.len());
    }

    /// Queues some of the program as one submission.
    pub(super) fn submit_range(&self, gpu: &Gpu, range: Range<usize>) {
        let mut encoder = gpu.device().create_command_encoder(&Default::default());
        {
            let mut pass = encoder.begin_compute_pass(&Default::default());
            self.dispatches[range].iter().for_each(|dispatch| dispatch.encode(&mut pass));
        }
        gpu.queue().submit([encoder.finish()]);
    }
}

impl Dispatch {
    pub(super) fn encode(&self, pass: &mut wgpu::ComputePass) {
        let Grid([x, y, z]) = self.grid;
        pass.set_pipeline(&self.pipeline);
        pass.set_bind_group(0, &self.bind_group, &[]);
        pass.dispatch_workgroups(x, y, z);
    }
}
