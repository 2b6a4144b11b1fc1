//! This turns a list of dispatches into a program: recorded once per size, submitted every step.

use super::kernel::Pipeline;
use super::memory::Storage;
use super::planning::Timeline;
use super::scope::Scope;
use super::{Access, DType, Elements, Gpu, Kernel, Phase, Shape, Tensor};
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
    written: Vec<Written>,
    /// How many dispatches the programs before this one have, all together.
    ends: Vec<usize>,
    timeline: Timeline,
    /// What is in use until the program at work ends.
    until_end: Vec<Tensor>,
    scope: Option<Scope>,
}

/// A dispatch whose tensors may not have buffers yet.
struct Written {
    pipeline: Pipeline,
    uniform: wgpu::Buffer,
    places: Vec<Place>,
    grid: Grid,
    name: Name,
    #[cfg(feature = "occupancy")]
    elements: Elements,
    #[cfg(feature = "occupancy")]
    params: Vec<u8>,
}

/// Where a tensor's values are: in a buffer, and from which byte on how many of it; none where that is the whole of it.
type Place = (Rc<Storage>, Option<(u64, u64)>);

/// The scope that a dispatch is timed under.
#[derive(Clone, Copy)]
#[cfg_attr(not(feature = "bench"), expect(dead_code, reason = "only the benchmark asks"))]
pub(super) struct Name {
    pub scope: Option<Scope>,
    pub kernel: &'static str,
}

pub(super) struct Dispatch {
    pipeline: wgpu::ComputePipeline,
    bind_group: wgpu::BindGroup,
    grid: Grid,
    #[cfg_attr(not(feature = "bench"), expect(dead_code, reason = "only the benchmark asks"))]
    pub(super) name: Name,
    #[cfg(feature = "occupancy")]
    elements: Elements,
    #[cfg(feature = "occupancy")]
    params: Vec<u8>,
    /// The bind group keeps the buffers; these keep them counted.
    _storages: Vec<Rc<Storage>>,
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
            written: Vec::new(),
            ends: Vec::new(),
            timeline: Timeline::default(),
            until_end: Vec::new(),
            scope: None,
        }
    }

    /// The device it records for.
    pub fn gpu(&self) -> &'g Gpu {
        self.gpu
    }

    /// Says what the dispatches that follow are for, until it is said again: `layer` is the index in the network's table,
    /// 0 for the pixels. Only `cargo xtask bench --layers` listens.
    pub fn scope(&mut self, phase: Phase, layer: usize) {
        self.scope = Some(Scope { phase, layer });
    }

    /// A tensor for the program's own use, with any values. Once its last handle is dropped, other tensors have its buffer:
    /// keep a handle of whatever is read after the recording.
    ///
    /// # Errors
    /// As [`Gpu::tensor`].
    pub fn tensor(&self, label: &str, shape: Shape) -> Result<Tensor> {
        self.map(label, shape, DType::F32)
    }

    /// The same for values that are stored as `dtype` says.
    ///
    /// # Errors
    /// As [`Gpu::tensor`].
    pub fn map(&self, label: &str, shape: Shape, dtype: DType) -> Result<Tensor> {
        self.gpu.fits(shape.bytes_of(dtype))?;
        let label = Rc::<str>::from(label);
        let (storage, loan) = self.timeline.lend(label.clone(), shape.bytes_of(dtype));
        Ok(Tensor::new(storage, label, shape, dtype).lent(loan))
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
        let elements = elements(kernel, tensors);
        let pipeline = self.gpu.pipeline(kernel, elements);
        let places = tensors.iter().map(|tensor| (tensor.storage.clone(), tensor.range())).collect();
        let name = Name { scope: self.scope, kernel: kernel.name };
        self.written.push(Written {
            pipeline,
            uniform: uniform.clone(),
            places,
            grid,
            name,
            #[cfg(feature = "occupancy")]
            elements,
            #[cfg(feature = "occupancy")]
            params: params.to_vec(),
        });
        self.timeline.tick();
        #[cfg(feature = "bench")]
        self.perturb(kernel, tensors);
        Uniform(uniform)
    }

    /// Keeps a tensor's values until this program ends; other programs may have its buffer. The handle that comes back can be read right
    /// after the program ran. It can be written right before, if the tensor was asked for at the program's beginning.
    pub fn until_end(&mut self, tensor: Tensor) -> Tensor {
        let beyond = tensor.beyond_its_loan();
        self.until_end.push(tensor);
        beyond
    }

    /// Ends a program and begins the next one. Both may run any number of times, in any order: only tensors that have handles now
    /// keep their values from one to the other, and all others share buffers.
    pub fn end_program(&mut self) {
        self.ends.push(self.written.len());
        self.until_end.clear();
        self.timeline.cut();
    }

    /// The program.
    pub fn finish(self) -> Program {
        let [program] = self.finish_all().try_into().unwrap_or_else(|_| unreachable!("no other was ended"));
        program
    }

    /// All programs, in their order.
    pub fn finish_all(self) -> Vec<Program> {
        let Recorder { gpu, written, mut ends, timeline, .. } = self;
        timeline.settle(gpu);
        ends.push(written.len());
        let mut all = written.into_iter().map(|written| written.bind(gpu));
        let lengths = ends.iter().scan(0, |last, end| Some(end - std::mem::replace(last, *end)));
        lengths.map(|length| Program { dispatches: all.by_ref().take(length).collect() }).collect()
    }

    /// Runs what was recorded once; for preparations.
    pub fn submit(self) {
        let gpu = self.gpu;
        self.finish().submit(gpu);
    }
}

/// How the kernel's sources and targets are stored.
fn elements(kernel: &Kernel, tensors: &[&Tensor]) -> Elements {
    let bound = || kernel.bindings[1..].iter().zip(tensors);
    let of = |which: Access| {
        let mut elements = bound().filter(|(access, _)| **access == which).map(|(_, tensor)| tensor.dtype());
        let first = elements.next().unwrap_or_default();
        assert!(elements.all(|other| other == first), "{which:?}s of {} are stored in two ways", kernel.name);
        first
    };
    let plain = |(access, tensor): (&Access, &&Tensor)| {
        matches!(access, Access::Source | Access::Target) || tensor.dtype() == DType::F32
    };
    assert!(bound().all(plain), "a tensor of {} is stored in 16 bits", kernel.name);
    Elements { source: of(Access::Source), target: of(Access::Target) }
}

impl Written {
    fn bind(self, gpu: &Gpu) -> Dispatch {
        let Written { pipeline, uniform, places, grid, name, .. } = self;
        let buffers = places.iter().map(|(storage, range)| (storage.buffer(), *range));
        let entries: Vec<_> = (0..)
            .zip(std::iter::once((&uniform, None)).chain(buffers))
            .map(|(binding, (buffer, range))| wgpu::BindGroupEntry { binding, resource: resource(buffer, range) })
            .collect();
        let bind_group = gpu.device().create_bind_group(&wgpu::BindGroupDescriptor {
            label: None,
            layout: &pipeline.layout,
            entries: &entries,
        });
        Dispatch {
            pipeline: pipeline.pipeline,
            bind_group,
            grid,
            name,
            #[cfg(feature = "occupancy")]
            elements: self.elements,
            #[cfg(feature = "occupancy")]
            params: self.params,
            _storages: places.into_iter().map(|(storage, _)| storage).collect(),
        }
    }
}

/// A buffer, or some of its bytes.
fn resource(buffer: &wgpu::Buffer, range: Option<(u64, u64)>) -> wgpu::BindingResource<'_> {
    match range {
        None => buffer.as_entire_binding(),
        Some((offset, bytes)) => {
            wgpu::BindingResource::Buffer(wgpu::BufferBinding { buffer, offset, size: wgpu::BufferSize::new(bytes) })
        }
    }
}

/// A finished list of dispatches.
#[derive(Default)]
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
        gpu.submit(encoder.finish());
    }
}

#[cfg(feature = "occupancy")]
impl Dispatch {
    pub(super) fn recorded(&self) -> super::Recorded {
        super::Recorded {
            kernel: self.name.kernel,
            elements: self.elements,
            workgroups: self.grid.0,
            params: self.params.clone(),
        }
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
