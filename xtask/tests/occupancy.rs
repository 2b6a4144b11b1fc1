//! On AMD's cards of the GCN and RDNA 2 families no kernel spills registers, or takes more than 128 of them, which leave RDNA 2 four
//! waves a SIMD; but for those whose variants for cards stand beside them. `cargo xtask occupancy` prints the numbers.
#![cfg(target_os = "linux")]

use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Registers that an invocation may take.
const REGISTERS: u64 = 128;

/// Kernels for processors that stand in for a card: there, registers cost nothing, and fewer loads are worth more. On a card
/// the tuner takes their `_shared`, `_short` and `_split` variants.
const FOR_PROCESSORS: [&str; 12] = [
    "batched_gemm",
    "batched_gemm_transposed",
    "batched_gemm_wide",
    "batched_gemm_wide_transposed",
    "conv",
    "conv_from_picture",
    "conv_to_picture",
    "covariance_wide",
    "square_matmul_wide",
    "winograd_input",
    "winograd_input_gradient",
    "winograd_output",
];

/// Winograd's transforms have little to compute and wait for memory all the more: of a card's they take at most so many.
const OF_TRANSFORMS: u64 = 96;

/// What the command stores of a run for a family. Where the driver is missing, its own sentence says what to install.
fn stored(family: &str) -> Value {
    let json = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("occupancy-{family}.json"));
    let mut xtask = Command::new(env!("CARGO_BIN_EXE_xtask"));
    xtask.args(["occupancy", "--family", family, "--size", "128", "--products", "shared", "--json"]).arg(&json);
    let output = xtask.output().expect("xtask starts");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_str(&std::fs::read_to_string(json).unwrap()).unwrap()
}

/// Whether a kernel, which may be named with how its tensors are stored, is one for processors.
fn is_for_processors(name: &str) -> bool {
    FOR_PROCESSORS.contains(&name.split(' ').next().unwrap())
}

#[test]
fn kernels_leave_cards_room() {
    for family in ["navi21", "vega10"] {
        let stored = stored(family);
        let kernels = stored["kernels"].as_object().unwrap();
        assert!(kernels.len() > 60, "{family}: {} kernels", kernels.len());
        for (name, row) in kernels {
            let (vgprs, spilled) = (row["vgprs"].as_u64().unwrap(), row["spilled"].as_u64().unwrap());
            let most = if name.starts_with("winograd_") && name.contains("_split") { OF_TRANSFORMS } else { REGISTERS };
            let is_well = vgprs <= most && spilled == 0;
            assert!(
                is_well || is_for_processors(name),
                "{family}: {name} takes {vgprs} registers and spills {spilled}"
            );
        }
        for name in FOR_PROCESSORS {
            let most = if name.starts_with("winograd_") { OF_TRANSFORMS } else { REGISTERS };
            let is_well = kernels[name]["vgprs"].as_u64().unwrap() <= most;
            assert!(!is_well, "{family}: {name} is well, and should leave the list");
        }
        for model in ["vgg19", "student"] {
            let parts = stored["iterations"][format!("{model} at 128 px with shared products")].as_array().unwrap();
            assert!(parts.len() > 10, "{family}, {model}: {} kernels in an iteration", parts.len());
            for part in parts {
                assert!(part["clocks"].as_f64().unwrap() > 0.0, "{family}, {model}: {part}");
                assert!(!is_for_processors(part["kernel"].as_str().unwrap()), "{family}, {model}: {part}");
            }
        }
    }
}
