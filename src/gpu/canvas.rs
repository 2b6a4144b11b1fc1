//! This turns a picture on the device into what a canvas shows.

use super::wgsl::wgsl;
use super::{Gpu, Shape, Tensor};
use crate::{Error, Result};
use bytemuck::{Pod, Zeroable};

/// A canvas that shows a picture tensor, without the values ever leaving the device.
pub struct Canvas {
    surface: wgpu::Surface<'static>,
    format: wgpu::TextureFormat,
    alpha_mode: wgpu::CompositeAlphaMode,
    pipeline: wgpu::RenderPipeline,
    layout: wgpu::BindGroupLayout,
    size: Option<(u32, u32)>,
}

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Params {
    width: u32,
    height: u32,
}

const WGSL: &str = wgsl!("../../shaders/present.wgsl");

impl Canvas {
    /// Takes over a canvas (on the web an `OffscreenCanvas`).
    ///
    /// # Errors
    /// [`Error::Gpu`] where the adapter cannot draw to it.
    pub fn new(gpu: &Gpu, target: impl Into<wgpu::SurfaceTarget<'static>>) -> Result<Canvas> {
        let problem = |detail: String| Error::Gpu { detail };
        let surface = gpu.instance().create_surface(target).map_err(|e| problem(e.to_string()))?;
        let capabilities = surface.get_capabilities(gpu.adapter());
        // The picture is already encoded for the screen, so the canvas must not encode it a second time.
        let format = capabilities.formats.iter().copied().find(|format| !format.is_srgb());
        let format = format.ok_or_else(|| problem("the canvas offers no plain colour format".into()))?;
        let alpha_mode = wgpu::CompositeAlphaMode::Opaque;
        let device = gpu.device();
        let storage = wgpu::BufferBindingType::Storage { read_only: true };
        let entry = |binding, ty| wgpu::BindGroupLayoutEntry {
            binding,
            visibility: wgpu::ShaderStages::FRAGMENT,
            ty: wgpu::BindingType::Buffer { ty, has_dynamic_offset: false, min_binding_size: None },
            count: None,
        };
        let layout = device.create_bind_group_layout(&wgpu::BindGroupLayoutDescriptor {
            label: Some("present"),
            entries: &[entry(0, wgpu::BufferBindingType::Uniform), entry(1, storage)],
        });
        let module = device.create_shader_module(wgpu::ShaderModuleDescriptor {
            label: Some("present"),
            source: wgpu::ShaderSource::Wgsl(WGSL.into()),
        });
        let pipeline_layout = device.create_pipeline_layout(&wgpu::PipelineLayoutDescriptor {
            label: Some("present"),
            bind_group_layouts: &[Some(&layout)],
            immediate_size: 0,
        });
        let pipeline = device.create_render_pipeline(&wgpu::RenderPipelineDescriptor {
            label: Some("present"),
            layout: Some(&pipeline_layout),
            vertex: wgpu::VertexState {
                module: &module,
                entry_point: Some("vertex"),
                compilation_options: Default::default(),
                buffers: &[],
            },
            primitive: Default::default(),
            depth_stencil: None,
            multisample: Default::default(),
            fragment: Some(wgpu::FragmentState {
                module: &module,
                entry_point: Some("fragment"),
                compilation_options: Default::default(),
                targets: &[Some(format.into())],
            }),
            multiview_mask: None,
            cache: None,
        });
        Ok(Canvas { surface, format, alpha_mode, pipeline, layout, size: None })
    }

    /// Draws `picture`; the canvas takes its size. A frame that the browser cannot take now is left out.
    pub fn show(&mut self, gpu: &Gpu, picture: &Tensor) {
        let Shape { width, height, .. } = picture.shape();
        if self.size != Some((width, height)) {
            self.configure(gpu, width, height);
        }
        let frame = match self.surface.get_current_texture() {
            wgpu::CurrentSurfaceTexture::Success(frame) | wgpu::CurrentSurfaceTexture::Suboptimal(frame) => frame,
            wgpu::CurrentSurfaceTexture::Outdated => return self.configure(gpu, width, height),
            _ => return,
        };
        let device = gpu.device();
        let uniform = device.create_buffer(&wgpu::BufferDescriptor {
            label: Some("present"),
            size: size_of::<Params>() as u64,
            usage: wgpu::BufferUsages::UNIFORM | wgpu::BufferUsages::COPY_DST,
            mapped_at_creation: false,
        });
        gpu.queue().write_buffer(&uniform, 0, bytemuck::bytes_of(&Params { width, height }));
        let bind_group = device.create_bind_group(&wgpu::BindGroupDescriptor {
            label: Some("present"),
            layout: &self.layout,
            entries: &[
                wgpu::BindGroupEntry { binding: 0, resource: uniform.as_entire_binding() },
                wgpu::BindGroupEntry { binding: 1, resource: picture.buffer().as_entire_binding() },
            ],
        });
        let view = frame.texture.create_view(&Default::default());
        let mut encoder = device.create_command_encoder(&Default::default());
        {
            let mut pass = encoder.begin_render_pass(&wgpu::RenderPassDescriptor {
                label: Some("present"),
                color_attachments: &[Some(wgpu::RenderPassColorAttachment {
                    view: &view,
                    depth_slice: None,
                    resolve_target: None,
                    ops: wgpu::Operations {
                        load: wgpu::LoadOp::Clear(wgpu::Color::WHITE),
                        store: wgpu::StoreOp::Store,
                    },
                })],
                ..Default::default()
            });
            pass.set_pipeline(&self.pipeline);
            pass.set_bind_group(0, &bind_group, &[]);
            pass.draw(0..3, 0..1);
        }
        gpu.submit(encoder.finish());
        gpu.queue().present(frame);
    }

    fn configure(&mut self, gpu: &Gpu, width: u32, height: u32) {
        self.size = Some((width, height));
        let configuration = wgpu::SurfaceConfiguration {
            usage: wgpu::TextureUsages::RENDER_ATTACHMENT,
            format: self.format,
            color_space: Default::default(),
            width,
            height,
            present_mode: wgpu::PresentMode::Fifo,
            desired_maximum_frame_latency: 2,
            alpha_mode: self.alpha_mode,
            view_formats: Vec::new(),
        };
        self.surface.configure(gpu.device(), &configuration);
    }
}
