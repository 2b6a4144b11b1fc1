//! This turns a WGSL file and its list of bindings into a compute pipeline, once.

use super::wgsl::wgsl;

/// How a kernel touches a binding. Bindings are numbered in the order of the list, in group 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// The uniform `Params` block.
    Params,
    /// A storage buffer that is only read.
    Read,
    /// A storage buffer that is written (and perhaps read).
    Write,
    /// As `Read`, of values that may be stored in 16 bits: `array<Source>` in the shader.
    Source,
    /// As `Write`, of values that may be stored in 16 bits: `array<Target>` in the shader.
    Target,
}

/// How the values of a tensor are stored; everything is computed in f32.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum DType {
    /// f32.
    #[default]
    F32,
    /// f16, on devices with `shader-f16`: half of the memory, three decimals.
    F16,
}

impl DType {
    /// Both, the usual one first.
    pub const ALL: [DType; 2] = [DType::F32, DType::F16];

    /// Bytes of a vector of four.
    pub fn vector_bytes(self) -> u64 {
        match self {
            DType::F32 => 16,
            DType::F16 => 8,
        }
    }

    /// Gradients are stored as so many times themselves: those of a loss of about 1 to each of a million values would
    /// vanish in f16 (Micikevicius et al. 2018, "Mixed precision training").
    pub fn gradient_scale(self) -> f32 {
        match self {
            DType::F32 => 1.0,
            DType::F16 => (1 << 18) as f32,
        }
    }

    /// The file of `shaders/common/` that declares `Source`.
    fn source_file(self) -> &'static str {
        match self {
            DType::F32 => wgsl!("../../shaders/common/source_f32.wgsl"),
            DType::F16 => wgsl!("../../shaders/common/source_f16.wgsl"),
        }
    }

    /// The file of `shaders/common/` that declares `Target`, and how a value becomes one.
    fn target_file(self) -> &'static str {
        match self {
            DType::F32 => wgsl!("../../shaders/common/target_f32.wgsl"),
            DType::F16 => wgsl!("../../shaders/common/target_f16.wgsl"),
        }
    }
}

/// The file of `shaders/common/` that lets a shader speak of 16 bits; it has to stand first.
const F16: &str = wgsl!("../../shaders/common/f16.wgsl");

/// How a kernel's sources and its targets are stored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub struct Elements {
    /// Of all its [`Access::Source`]s.
    pub source: DType,
    /// Of all its [`Access::Target`]s.
    pub target: DType,
}

/// One compute shader: its name, source, workgroup and bindings. The name is the shader's file name (with the variant,
/// where a shader has several), the pipeline's label and the test's subject.
#[derive(Debug)]
pub struct Kernel {
    /// The file name in `shaders/` without its ending, and the variant if there are several.
    pub name: &'static str,
    /// The shader's own file, without comments.
    pub wgsl: &'static str,
    /// The files of `shaders/common/` that it uses; those that declare `Source` and `Target` come by themselves.
    pub common: &'static [&'static str],
    /// The `@workgroup_size` of the shader.
    pub workgroup: [u32; 3],
    /// `size_of` the Rust twin of the shader's `Params`.
    pub params_bytes: usize,
    /// The bindings, in order.
    pub bindings: &'static [Access],
    /// Values for the shader's `override` constants.
    pub constants: &'static [(&'static str, f64)],
}

/// A compiled [`Kernel`].
#[derive(Debug, Clone)]
pub(super) struct Pipeline {
    pub pipeline: wgpu::ComputePipeline,
    pub layout: wgpu::BindGroupLayout,
}

impl Kernel {
    /// Every way in which its tensors can be stored.
    pub fn storages(&self) -> Vec<Elements> {
        let ways = |access| if self.bindings.contains(&access) { &DType::ALL[..] } else { &DType::ALL[..1] };
        let pairs = ways(Access::Source)
            .iter()
            .flat_map(|&source| ways(Access::Target).iter().map(move |&target| Elements { source, target }));
        pairs.collect()
    }

    /// The whole shader for values that are stored this way: nothing but files, one after the other.
    pub fn source(&self, elements: Elements) -> String {
        let mut files = Vec::new();
        if elements != Elements::default() {
            files.push(F16);
        }
        if self.bindings.contains(&Access::Source) {
            files.push(elements.source.source_file());
        }
        if self.bindings.contains(&Access::Target) {
            files.push(elements.target.target_file());
        }
        files.extend(self.common);
        files.push(self.wgsl);
        files.join("\n")
    }

    /// Compiles the shader; on some drivers this takes a second.
    pub(super) fn build(&self, device: &wgpu::Device, elements: Elements) -> Pipeline {
        let entries: Vec<_> = self.bindings.iter().enumerate().map(|(i, access)| entry(i as u32, *access)).collect();
        let layout = device
            .create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor { label: Some(self.name), entries: &entries });
        let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some(self.name),
            bind_group_layouts: &[Some(&layout)],
            immediate_size: 0,
        });
        let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some(self.name),
            source: wgpu::ShaderSource::Wgsl(self.source(elements).into()),
        });
        let pipeline = device.create_compute_pipeline(&wgpu::ComputePipelineDescriptor {
            label: Some(self.name),
            layout: Some(&pipeline_layout),
            module: &module,
            entry_point: Some("main"),
            compilation_options: wgpu::PipelineCompilationOptions { constants: self.constants, ..Default::default() },
            cache: None,
        });
        Pipeline { pipeline, layout }
    }
}

fn entry(binding: u32, access: Access) -> wgpu::BindGroupLayoutEntry {
    let ty = match access {
        Access::Params => wgpu::BufferBindingType::Uniform,
        Access::Read | Access::Source => wgpu::BufferBindingType::Storage { read_only: true },
        Access::Write | Access::Target => wgpu::BufferBindingType::Storage { read_only: false },
    };
    wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::COMPUTE,
        ty: wgpu::BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None },
        count: None,
    }
}
