//! This turns a kernel into the SPIR-V that wgpu would hand to a Vulkan driver, and keeps what it was made of.

use anyhow::{Context, Result, anyhow};
use naga::Module;
use naga::back::{pipeline_constants::process_overrides, spv};
use naga::proc::{BoundsCheckPolicies, BoundsCheckPolicy};
use naga::valid::{Capabilities, ValidationFlags, Validator};
use scumble::gpu::{Elements, Kernel};

/// A translated kernel.
pub struct Shader {
    /// naga's own form, with all constants filled in.
    pub module: Module,
    /// SPIR-V.
    pub words: Vec<u32>,
}

/// The options are those of wgpu-hal (`vulkan/adapter.rs`) for a driver of Vulkan 1.3, but for the bounds of buffers: wgpu trusts
/// RADV's robustBufferAccess2 with them, browsers check them in the shader.
///
/// # Errors
/// Where the kernel is no valid WGSL.
pub fn translate(kernel: &Kernel, elements: Elements) -> Result<Shader> {
    let wgsl = kernel.source(elements);
    let name = kernel.name;
    let module = naga::front::wgsl::parse_str(&wgsl);
    let module = module.map_err(|error| anyhow!("{}", error.emit_to_string_with_path(&wgsl, name)))?;
    let valid = Validator::new(ValidationFlags::all(), Capabilities::SHADER_FLOAT16).validate(&module);
    let info = valid.map_err(|error| anyhow!("{}", error.emit_to_string_with_path(&wgsl, name)))?;
    let constants = kernel.constants.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect();
    let entry = (naga::ShaderStage::Compute, "main");
    let (module, info) = process_overrides(&module, &info, Some(entry), &constants).context(name)?;
    let options = spv::Options {
        lang_version: (1, 6),
        flags: spv::WriterFlags::LABEL_VARYINGS,
        fake_missing_bindings: true,
        bounds_check_policies: BoundsCheckPolicies {
            index: BoundsCheckPolicy::Restrict,
            buffer: BoundsCheckPolicy::Restrict,
            image_load: BoundsCheckPolicy::Restrict,
            binding_array: BoundsCheckPolicy::Unchecked,
        },
        zero_initialize_workgroup_memory: spv::ZeroInitializeWorkgroupMemoryMode::Native,
        ..spv::Options::default()
    };
    let pipeline = spv::PipelineOptions { shader_stage: entry.0, entry_point: entry.1.into() };
    let words = spv::write_vec(&module, &info, &options, Some(&pipeline)).context(name)?;
    Ok(Shader { module: module.into_owned(), words })
}
