//! No kernel that is not listed here spills registers on AMD's RDNA 2, or takes more than 128 of them, which leave a SIMD four
//! waves; and what is listed still does. `cargo xtask occupancy` prints the numbers.
#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Registers that an invocation may take.
const REGISTERS: u64 = 128;

/// Kernels that take more: name, registers, and spilled ones, at most. The numbers are those of Mesa 22.3; take a row out when
/// its kernel does better.
const KNOWN: [(&str, u64, u64); 44] = [
    ("batched_gemm", 256, 2),
    ("batched_gemm f16>f16", 240, 2),
    ("batched_gemm f16>f32", 240, 2),
    ("batched_gemm f32>f16", 256, 2),
    ("batched_gemm_shared", 248, 0),
    ("batched_gemm_shared f16>f16", 248, 0),
    ("batched_gemm_shared f16>f32", 248, 0),
    ("batched_gemm_shared f32>f16", 248, 0),
    ("batched_gemm_shared_transposed", 248, 0),
    ("batched_gemm_shared_transposed f16>f16", 248, 0),
    ("batched_gemm_shared_transposed f16>f32", 248, 0),
    ("batched_gemm_shared_transposed f32>f16", 248, 0),
    ("batched_gemm_transposed", 256, 2),
    ("batched_gemm_transposed f16>f16", 248, 2),
    ("batched_gemm_transposed f16>f32", 248, 2),
    ("batched_gemm_transposed f32>f16", 256, 2),
    ("batched_gemm_wide", 256, 191),
    ("batched_gemm_wide f16>f16", 256, 191),
    ("batched_gemm_wide f16>f32", 256, 191),
    ("batched_gemm_wide f32>f16", 256, 191),
    ("batched_gemm_wide_transposed", 256, 191),
    ("batched_gemm_wide_transposed f16>f16", 256, 191),
    ("batched_gemm_wide_transposed f16>f32", 256, 191),
    ("batched_gemm_wide_transposed f32>f16", 256, 191),
    ("conv", 256, 0),
    ("conv f16>f16", 240, 0),
    ("conv f16>f32", 240, 0),
    ("conv f32>f16", 256, 0),
    ("conv_from_picture", 256, 0),
    ("conv_from_picture f16>f16", 256, 0),
    ("conv_from_picture f16>f32", 256, 0),
    ("conv_from_picture f32>f16", 256, 0),
    ("conv_to_picture", 144, 0),
    ("conv_to_picture f16>f16", 136, 0),
    ("conv_to_picture f16>f32", 136, 0),
    ("conv_to_picture f32>f16", 144, 0),
    ("covariance_wide", 256, 123),
    ("covariance_wide f16>f32", 256, 123),
    ("square_matmul_wide", 256, 99),
    ("winograd_input", 168, 0),
    ("winograd_input f16>f32", 168, 0),
    ("winograd_input_gradient", 168, 0),
    ("winograd_input_gradient f16>f32", 168, 0),
    ("winograd_weights", 168, 0),
];

/// What the command stores of a run for RDNA 2. Where the driver is missing, its own sentence says what to install.
fn stored() -> Value {
    let json = Path::new(env!("CARGO_TARGET_TMPDIR")).join("occupancy.json");
    let mut xtask = Command::new(env!("CARGO_BIN_EXE_xtask"));
    let output = xtask.args(["occupancy", "--family", "navi21", "--size", "128", "--json"]).arg(&json).output();
    let output = output.expect("xtask starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_str(&std::fs::read_to_string(json).unwrap()).unwrap()
}

#[test]
fn occupancy_of_every_kernel_is_as_good_as_is_known() {
    let stored = stored();
    let kernels = stored["kernels"].as_object().unwrap();
    assert!(kernels.len() > 60, "{} kernels", kernels.len());
    let mut known: BTreeMap<&str, (u64, u64)> =
        KNOWN.iter().map(|&(name, vgprs, spilled)| (name, (vgprs, spilled))).collect();
    let mut complaints = Vec::new();
    for (name, row) in kernels {
        let (vgprs, spilled) = (row["vgprs"].as_u64().unwrap(), row["spilled"].as_u64().unwrap());
        let is_over = vgprs > REGISTERS || spilled > 0;
        match known.remove(name.as_str()) {
            None if is_over => complaints.push(format!("{name} takes {vgprs} registers and spills {spilled}")),
            Some(_) if !is_over => complaints.push(format!("{name} is well, and should leave the list")),
            Some((most, most_spilled)) if vgprs > most || spilled > most_spilled => {
                complaints.push(format!(
                    "{name} takes {vgprs} registers, not {most}, and spills {spilled}, not {most_spilled}"
                ));
            }
            _ => {}
        }
    }
    complaints.extend(known.keys().map(|name| format!("{name} is listed, and no kernel")));
    assert!(complaints.is_empty(), "{}", complaints.join("\n"));
    for model in ["vgg19", "student"] {
        let parts = stored["iterations"][format!("{model} at 128 px")].as_array().unwrap();
        assert!(parts.iter().all(|part| part["clocks"].as_f64().unwrap() > 0.0), "{model}: {parts:?}");
        assert!(parts.len() > 10, "{model}: {} kernels in an iteration", parts.len());
    }
}
