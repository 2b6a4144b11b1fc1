//! This turns SPIR-V into what Mesa's RADV makes of it, on a null device: a driver without a graphics card.
//!
//! It is the only module of the workspace that may hold `unsafe` code: Vulkan is a C library. Nothing is ever submitted; the
//! device compiles pipelines and tells of them (`VK_KHR_pipeline_executable_properties`).
#![allow(unsafe_code)]

use std::collections::BTreeMap;
use std::ffi::{CStr, c_char};

use anyhow::{Context, Result, bail};
use ash::vk;
use scumble::gpu::Access;

/// The open device.
pub struct Compiler {
    device: ash::Device,
    executables: ash::khr::pipeline_executable_properties::Device,
    instance: ash::Instance,
    /// Keeps the loader's library loaded.
    _entry: ash::Entry,
}

/// What the driver tells of a pipeline: names and numbers.
pub type Statistics = BTreeMap<String, u64>;

impl Compiler {
    /// Opens the first device of the driver that the loader finds.
    ///
    /// # Errors
    /// Where there is no loader or no device, or the device does not tell of its pipelines.
    pub fn open() -> Result<Compiler> {
        // SAFETY: the loader's library runs its own initialisation; `entry` outlives all that is made of it.
        let entry = unsafe { ash::Entry::load() }.context("the Vulkan loader cannot be loaded")?;
        let application = vk::ApplicationInfo::default().api_version(vk::API_VERSION_1_3);
        let info = vk::InstanceCreateInfo::default().application_info(&application);
        // SAFETY: the structures live until the call returns.
        let instance = unsafe { entry.create_instance(&info, None) }.context("no Vulkan driver answers")?;
        match open_device(&instance) {
            Ok(device) => {
                let executables = ash::khr::pipeline_executable_properties::Device::new(&instance, &device);
                Ok(Compiler { device, executables, instance, _entry: entry })
            }
            Err(error) => {
                // SAFETY: nothing was made of the instance.
                unsafe { instance.destroy_instance(None) };
                Err(error)
            }
        }
    }

    /// Compiles the entry point `main` of a compute shader with these bindings, all in group 0.
    ///
    /// # Errors
    /// Where the driver refuses it.
    pub fn compile(&self, spirv: &[u32], bindings: &[Access]) -> Result<Statistics> {
        let bindings: Vec<_> = (0..).zip(bindings).map(|(number, access)| binding(number, *access)).collect();
        // SAFETY: all structures live until the calls that read them return, and what is made is destroyed below, in the
        // reverse order, and used nowhere else; where a call fails, what was made before it ends with the process.
        unsafe {
            let module = self.device.create_shader_module(&vk::ShaderModuleCreateInfo::default().code(spirv), None)?;
            let layouts = [self.device.create_descriptor_set_layout(
                &vk::DescriptorSetLayoutCreateInfo::default().bindings(&bindings),
                None,
            )?];
            let layout = self
                .device
                .create_pipeline_layout(&vk::PipelineLayoutCreateInfo::default().set_layouts(&layouts), None)?;
            let stage = vk::PipelineShaderStageCreateInfo::default()
                .stage(vk::ShaderStageFlags::COMPUTE)
                .module(module)
                .name(c"main");
            let info = vk::ComputePipelineCreateInfo::default()
                .flags(vk::PipelineCreateFlags::CAPTURE_STATISTICS_KHR)
                .stage(stage)
                .layout(layout);
            let made = self.device.create_compute_pipelines(vk::PipelineCache::null(), &[info], None);
            let pipeline = made.map_or_else(|(_, code)| Err(code), |pipelines| Ok(pipelines[0]));
            let told = pipeline.map(|pipeline| self.told(pipeline));
            self.device.destroy_pipeline(pipeline.unwrap_or_default(), None);
            self.device.destroy_pipeline_layout(layout, None);
            self.device.destroy_descriptor_set_layout(layouts[0], None);
            self.device.destroy_shader_module(module, None);
            told.context("the driver refused the shader")?
        }
    }

    /// The statistics of a pipeline's one executable.
    fn told(&self, pipeline: vk::Pipeline) -> Result<Statistics> {
        let info = vk::PipelineExecutableInfoKHR::default().pipeline(pipeline).executable_index(0);
        // SAFETY: the pipeline exists and was made with the flag that captures them.
        let statistics = unsafe { self.executables.get_pipeline_executable_statistics(&info) }?;
        statistics.iter().map(|each| Ok((text(&each.name)?, number(each)))).collect()
    }
}

impl Drop for Compiler {
    fn drop(&mut self) {
        // SAFETY: pipelines and all else were destroyed when they had been looked at.
        unsafe {
            self.device.destroy_device(None);
            self.instance.destroy_instance(None);
        }
    }
}

/// The features that a shader of ours can ask for, and the extension that tells of pipelines.
fn open_device(instance: &ash::Instance) -> Result<ash::Device> {
    // SAFETY: the instance is alive, and the structures live until the calls return.
    unsafe {
        let physical = instance.enumerate_physical_devices().context("the driver lists no device")?;
        let Some(&physical) = physical.first() else { bail!("the driver lists no device") };
        let queues = [vk::DeviceQueueCreateInfo::default().queue_family_index(0).queue_priorities(&[1.0])];
        let extensions: [*const c_char; 1] = [ash::khr::pipeline_executable_properties::NAME.as_ptr()];
        let mut executables =
            vk::PhysicalDevicePipelineExecutablePropertiesFeaturesKHR::default().pipeline_executable_info(true);
        let mut vulkan11 = vk::PhysicalDeviceVulkan11Features::default().storage_buffer16_bit_access(true);
        let mut vulkan12 = vk::PhysicalDeviceVulkan12Features::default()
            .shader_float16(true)
            .vulkan_memory_model(true)
            .vulkan_memory_model_device_scope(true);
        let mut vulkan13 = vk::PhysicalDeviceVulkan13Features::default().shader_zero_initialize_workgroup_memory(true);
        let info = vk::DeviceCreateInfo::default()
            .queue_create_infos(&queues)
            .enabled_extension_names(&extensions)
            .push_next(&mut executables)
            .push_next(&mut vulkan11)
            .push_next(&mut vulkan12)
            .push_next(&mut vulkan13);
        instance.create_device(physical, &info, None).context("the device lacks what the shaders need")
    }
}

fn binding(number: u32, access: Access) -> vk::DescriptorSetLayoutBinding<'static> {
    let kind = match access {
        Access::Params => vk::DescriptorType::UNIFORM_BUFFER,
        _ => vk::DescriptorType::STORAGE_BUFFER,
    };
    vk::DescriptorSetLayoutBinding::default()
        .binding(number)
        .descriptor_type(kind)
        .descriptor_count(1)
        .stage_flags(vk::ShaderStageFlags::COMPUTE)
}

/// A statistic as a whole number, whatever the driver counts it in.
fn number(statistic: &vk::PipelineExecutableStatisticKHR) -> u64 {
    use vk::PipelineExecutableStatisticFormatKHR as Format;
    // SAFETY: the format says which field of the union was written.
    unsafe {
        match statistic.format {
            Format::BOOL32 => statistic.value.b32.into(),
            Format::INT64 => statistic.value.i64.unsigned_abs(),
            Format::UINT64 => statistic.value.u64,
            _ => statistic.value.f64 as u64,
        }
    }
}

/// A name in a fixed field, ended by a zero.
fn text(field: &[c_char]) -> Result<String> {
    // SAFETY: c_char and u8 have the same size and alignment, and every pattern is a value of both.
    let bytes = unsafe { std::slice::from_raw_parts(field.as_ptr().cast(), field.len()) };
    Ok(CStr::from_bytes_until_nul(bytes).context("a name has no end")?.to_string_lossy().into_owned())
}
