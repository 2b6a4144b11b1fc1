//! Every WGSL file says what its Rust side believes: bindings, workgroup, size of the parameters, what it has in common with
//! others.

use naga::valid::{Capabilities, ValidationFlags, Validator};
use naga::{AddressSpace, Module, Scalar, StorageAccess, TypeInner};
use scumble::gpu::{Access, DType, Elements, Kernel};
use scumble::kernels;
use scumble::objective::losses;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

/// Every kernel.
fn all() -> Vec<&'static Kernel> {
    kernels::ALL.into_iter().chain(losses::KERNELS).collect()
}

/// What every WebGPU device allows (the default limits): storage buffers in a stage, threads in a workgroup, bytes of
/// workgroup memory.
const MAX_STORAGE_BUFFERS: usize = 8;
const MAX_THREADS: u32 = 256;
const MAX_WORKGROUP_BYTES: u32 = 16_384;

/// Parses and validates a kernel's shader for f32, with nothing beyond core WebGPU; and, where it can store in 16 bits, the
/// variants for that with f16 alone beyond it.
fn reflect_kernel(kernel: &Kernel) -> Module {
    for elements in kernel.storages() {
        reflect_with(kernel.name, &kernel.source(elements), Capabilities::SHADER_FLOAT16);
    }
    reflect(kernel.name, &kernel.source(Elements::default()))
}

/// Parses and validates with nothing beyond core WebGPU.
fn reflect(name: &str, wgsl: &str) -> Module {
    reflect_with(name, wgsl, Capabilities::empty())
}

fn reflect_with(name: &str, wgsl: &str, capabilities: Capabilities) -> Module {
    let module = naga::front::wgsl::parse_str(wgsl);
    let module = module.unwrap_or_else(|error| panic!("{}", error.emit_to_string_with_path(wgsl, name)));
    let valid = Validator::new(ValidationFlags::all(), capabilities).validate(&module);
    valid.unwrap_or_else(|error| panic!("{}", error.emit_to_string_with_path(wgsl, name)));
    module
}

/// The bindings of group 0 in the order of their numbers, which count from 0 without a gap.
fn bindings(name: &str, module: &Module) -> Vec<Access> {
    let mut found: Vec<(u32, Access)> = Vec::new();
    for (_, variable) in module.global_variables.iter() {
        let access = match variable.space {
            AddressSpace::Uniform => Access::Params,
            AddressSpace::Storage { access } if access.contains(StorageAccess::STORE) => Access::Write,
            AddressSpace::Storage { .. } => Access::Read,
            _ => continue,
        };
        let binding = variable.binding.unwrap_or_else(|| panic!("{name}: {:?} has no binding", variable.name));
        assert_eq!(binding.group, 0, "{name}: group of {:?}", variable.name);
        found.push((binding.binding, access));
    }
    found.sort_by_key(|(number, _)| *number);
    let numbers: Vec<u32> = found.iter().map(|(number, _)| *number).collect();
    assert_eq!(numbers, (0..found.len() as u32).collect::<Vec<_>>(), "{name}: numbers of the bindings");
    found.into_iter().map(|(_, access)| access).collect()
}

/// Bytes of the struct behind the uniform binding.
fn params_bytes(name: &str, module: &Module) -> u32 {
    let uniform = module.global_variables.iter().find(|(_, variable)| variable.space == AddressSpace::Uniform);
    let (_, uniform) = uniform.unwrap_or_else(|| panic!("{name}: no uniform"));
    let params = &module.types[uniform.ty];
    assert_eq!(params.name.as_deref(), Some("Params"), "{name}: name of the parameters");
    let TypeInner::Struct { span, .. } = params.inner else { panic!("{name}: the parameters are no struct") };
    span
}

fn workgroup_bytes(module: &Module) -> u32 {
    let shared = module.global_variables.iter().filter(|(_, variable)| variable.space == AddressSpace::WorkGroup);
    shared.map(|(_, variable)| module.types[variable.ty].inner.size(module.to_ctx())).sum()
}

#[test]
fn shaders_and_kernels_agree() {
    for kernel @ Kernel { name, workgroup, params_bytes: rust_bytes, bindings: rust_bindings, constants, .. } in all() {
        let module = reflect_kernel(kernel);
        let plain = rust_bindings.iter().map(|access| match access {
            Access::Source => Access::Read,
            Access::Target => Access::Write,
            other => *other,
        });
        assert_eq!(bindings(name, &module), plain.collect::<Vec<_>>(), "{name}: bindings in WGSL and in Rust");
        assert_eq!(params_bytes(name, &module) as usize, *rust_bytes, "{name}: bytes of Params in WGSL and in Rust");
        let [main] = &module.entry_points[..] else { panic!("{name}: one entry point") };
        assert_eq!(main.name, "main", "{name}: name of the entry point");
        assert_eq!(main.workgroup_size, *workgroup, "{name}: workgroup in WGSL and in Rust");
        for (constant, _) in *constants {
            let there = module.overrides.iter().any(|(_, declared)| declared.name.as_deref() == Some(constant));
            assert!(there, "{name}: no override {constant} in WGSL");
        }
    }
}

#[test]
fn every_device_has_room() {
    for kernel @ Kernel { name, workgroup, bindings, .. } in all() {
        let storage = bindings.iter().filter(|access| **access != Access::Params).count();
        assert!(storage <= MAX_STORAGE_BUFFERS, "{name}: {storage} storage buffers");
        assert!(workgroup.iter().product::<u32>() <= MAX_THREADS, "{name}: workgroup {workgroup:?}");
        let bytes = workgroup_bytes(&reflect_kernel(kernel));
        assert!(bytes <= MAX_WORKGROUP_BYTES, "{name}: {bytes} bytes of workgroup memory");
    }
}

/// Which bindings hold vectors of 16 bits.
fn half_bindings(module: &Module) -> BTreeSet<usize> {
    let half = |ty| matches!(module.types[ty].inner, TypeInner::Vector { scalar: Scalar::F16, .. });
    let holds = |ty| matches!(module.types[ty].inner, TypeInner::Array { base, .. } if half(base));
    let variables = module.global_variables.iter().filter(|(_, variable)| holds(variable.ty));
    variables.map(|(_, variable)| variable.binding.expect("only bindings are stored").binding as usize).collect()
}

#[test]
fn sources_and_targets_are_stored_as_asked() {
    for kernel in all() {
        for elements in kernel.storages() {
            let half = |access: &Access| match access {
                Access::Source => elements.source == DType::F16,
                Access::Target => elements.target == DType::F16,
                _ => false,
            };
            let asked = kernel.bindings.iter().enumerate().filter(|(_, access)| half(access)).map(|(index, _)| index);
            let module = reflect_with(kernel.name, &kernel.source(elements), Capabilities::SHADER_FLOAT16);
            assert_eq!(half_bindings(&module), asked.collect(), "{}: bindings of 16 bits, {elements:?}", kernel.name);
        }
    }
}

/// The WGSL files of a folder: name without ending, text without comments.
fn files(folder: &str) -> Vec<(String, String)> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join(folder);
    let paths = folder.read_dir().unwrap().map(|file| file.unwrap().path()).filter(|path| path.is_file());
    let stem = |path: &Path| path.file_stem().unwrap().to_str().unwrap().to_string();
    let code = |line: &str| line.split("//").next().unwrap().to_string() + "\n";
    let wgsl = |path: &Path| std::fs::read_to_string(path).unwrap().lines().map(code).collect();
    paths.map(|path| (stem(&path), wgsl(&path))).collect()
}

/// A shader that no kernel reads is dead; `present` belongs to the canvas. Variants of a shader share its file, and
/// their names begin with its name.
#[test]
fn every_file_is_a_kernel() {
    for (stem, wgsl) in files("shaders") {
        let readers: Vec<_> = all().into_iter().filter(|kernel| kernel.wgsl == wgsl).collect();
        assert!(stem == "present" || !readers.is_empty(), "{stem}.wgsl is not used");
        for kernel in readers {
            assert!(kernel.name.starts_with(&stem), "kernel {} reads {stem}.wgsl", kernel.name);
        }
    }
    let names: BTreeSet<_> = all().iter().map(|kernel| kernel.name).collect();
    assert_eq!(names.len(), all().len(), "two kernels share a name");
}

/// A kernel that is declared and not listed would never be tested, nor measured.
#[test]
fn every_kernel_is_listed() {
    let mut declared = Vec::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for path in folder.read_dir().unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                // The benchmark's own kernels measure the device, and are none of the product's.
                folders.extend((path.file_name().unwrap() != "bench").then_some(path));
            } else if path.file_name().unwrap() != "perturbing.rs" {
                // nor does a test's own
                let text = std::fs::read_to_string(&path).unwrap();
                let constants = text
                    .split("const ")
                    .skip(1)
                    .filter_map(|rest| rest.split_once(": Kernel =\n").or(rest.split_once(": Kernel = ")));
                let ours = constants.filter(|(name, _)| name.chars().all(|c| c.is_ascii_uppercase() || c == '_'));
                declared
                    .extend(ours.map(|(_, value)| value.split('"').nth(1).expect("a kernel has a name").to_string()));
            }
        }
    }
    declared.sort();
    let mut listed: Vec<_> = all().into_iter().map(|kernel| kernel.name.to_string()).collect();
    listed.sort();
    assert_eq!(declared, listed, "kernels that the sources declare, and those in the two lists");
}

/// The names and keywords of some WGSL.
fn words(wgsl: &str) -> Vec<&str> {
    wgsl.split(|c: char| !(c.is_alphanumeric() || c == '_')).filter(|word| !word.is_empty()).collect()
}

/// What some WGSL declares with one of these words, at the beginning of a line.
fn declared<'w>(wgsl: &'w str, with: &[&str]) -> Vec<&'w str> {
    let lines = wgsl.lines().filter_map(|line| line.split_once(' '));
    lines.filter(|(first, _)| with.contains(first)).map(|(_, rest)| words(rest)[0]).collect()
}

/// What a common file is for: its functions, or, where it has none, all that it declares.
fn offers(wgsl: &str) -> Vec<&str> {
    let functions = declared(wgsl, &["fn"]);
    if functions.is_empty() { declared(wgsl, &["alias", "const", "struct"]) } else { functions }
}

#[test]
fn common_files_are_used() {
    let common = files("shaders/common");
    let mut stored = BTreeSet::new();
    for kernel in all() {
        for elements in kernel.storages() {
            let source = kernel.source(elements);
            stored.extend(common.iter().filter(|(_, wgsl)| source.contains(wgsl)).map(|(stem, _)| stem));
            // The whole shader is files, and nothing else.
            let all = common.iter().map(|(_, wgsl)| wgsl.as_str()).chain([kernel.wgsl]);
            let rest = all.fold(source.clone(), |rest, wgsl| rest.replacen(wgsl, "", 1));
            assert_eq!(rest.trim(), "", "{}: not from a file", kernel.name);
        }
        for own in kernel.common {
            let (stem, wgsl) = common.iter().find(|(_, wgsl)| wgsl == own).expect("what is common stands in common/");
            let rest = kernel.source(Elements::default()).replacen(wgsl.as_str(), "", 1);
            let (offers, rest) = (offers(wgsl), words(&rest));
            assert!(!offers.is_empty(), "{stem}.wgsl declares nothing");
            for name in offers {
                assert!(rest.contains(&name), "{} does not use {name} of {stem}.wgsl", kernel.name);
            }
        }
    }
    for (stem, _) in &common {
        assert!(stored.contains(stem), "no kernel names {stem}.wgsl");
    }
}

/// A function stands in one place: what several shaders need is common.
#[test]
fn no_function_stands_twice() {
    let mut bodies = BTreeMap::new();
    for (stem, wgsl) in files("shaders").into_iter().chain(files("shaders/common")) {
        for function in wgsl.split("\nfn ").skip(1) {
            let function = function.split("\n}").next().unwrap();
            if function.contains("@builtin") {
                continue;
            }
            if let Some(other) = bodies.insert(function.to_string(), stem.clone()) {
                panic!("{stem}.wgsl repeats a function of {other}.wgsl: fn {function}");
            }
        }
    }
}

#[test]
fn present_draws() {
    let module = reflect("present", include_str!("../shaders/present.wgsl"));
    assert_eq!(bindings("present", &module), [Access::Params, Access::Read]);
    assert_eq!(params_bytes("present", &module), 8);
    let entries: Vec<_> = module.entry_points.iter().map(|entry| entry.name.as_str()).collect();
    assert_eq!(entries, ["vertex", "fragment"]);
}
