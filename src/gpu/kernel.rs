//! This turns a WGSL file and its list of bindings into a compute pipeline, once.

/// How a kernel touches a binding. Bindings are numbered in the order of the list, in group 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Access {
    /// The uniform `Params` block.
    Params,
    /// A storage buffer that is only read.
    Read,
    /// A storage buffer that is written (and perhaps read).
    Write,
}

/// One compute shader: its name, source, workgroup and bindings. The name is the shader's file name (with the variant,
/// where a shader has several), the pipeline's label and the test's subject.
#[derive(Debug)]
pub struct Kernel {
    /// The file name in `shaders/` without its ending, and the variant if there are several.
    pub name: &'static str,
    /// The WGSL source.
    pub wgsl: &'static str,
    /// The `@workgroup_size` of the shader.
    pub workgroup: [u32; 3],
    /// `size_of` the Rust twin of the shader's `Params`.
    pub params_bytes: usize,
    /// The bindings, in order.
    pub bindings: &'static [Access],
    /// Values for the shader's `override` constants.
    pub constants: &'static [(&'static str, f64)],
}

/// What is built from a [`Kernel`].
#[derive(Debug, Clone)]
pub(super) struct Pipeline {
    pub pipeline: wgpu::ComputePipeline,
    pub layout: wgpu::BindGroupLayout,
}

impl Kernel {
    /// Compiles the shader; on some drivers this takes a second.
    pub(super) fn build(&self, device: &wgpu::Device) -> Pipeline {
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
            source: wgpu::ShaderSource::Wgsl(self.wgsl.into()),
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
        Access::Read => wgpu::BufferBindingType::Storage { read_only: true },
        Access::Write => wgpu::BufferBindingType::Storage { read_only: false },
    };
    wgpu::BindGroupLayoutEntry {
        binding,
        visibility: wgpu::ShaderStages::COMPUTE,
        ty: wgpu::BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None },
        count: None,
    }
}
