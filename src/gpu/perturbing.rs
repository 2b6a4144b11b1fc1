//! This turns a device into one that rounds otherwise, as other hardware does: after every dispatch, what its kernel may have
//! written is off by a random part in a million. For a test.

use super::wgsl::wgsl;
use super::{Access, DType, Gpu, Grid, Kernel, Recorder, Tensor};
use bytemuck::{Pod, Zeroable};

#[repr(C)]
#[derive(Clone, Copy, Pod, Zeroable)]
struct Params {
    vectors: u32,
    seed: u32,
}

const PERTURB: Kernel = Kernel {
    name: "perturb",
    wgsl: wgsl!("perturb.wgsl"),
    common: &[],
    workgroup: [64, 1, 1],
    params_bytes: size_of::<Params>(),
    bindings: &[Access::Params, Access::Write],
    constants: &[],
};

impl Gpu {
    /// Perturbs all that is recorded from now on.
    pub fn perturb(&self, seed: u32) {
        self.perturbation().set(Some(seed));
    }
}

impl Recorder<'_> {
    /// Perturbs what a dispatch of `kernel` has written, if that is wished. Whole numbers and 16 bits stay as they are.
    pub(super) fn perturb(&mut self, kernel: &Kernel, tensors: &[&Tensor]) {
        if kernel.name == PERTURB.name {
            return;
        }
        for (binding, (access, tensor)) in (1..).zip(kernel.bindings[1..].iter().zip(tensors)) {
            let is_written = matches!(access, Access::Write | Access::Target);
            let Some(seed) = self.gpu().perturbation().get() else { return };
            if !is_written || tensor.dtype() != DType::F32 || holds_whole_numbers(kernel, binding) {
                continue;
            }
            self.gpu().perturbation().set(Some(seed.wrapping_add(1)));
            let vectors = tensor.shape().vectors();
            self.dispatch(&PERTURB, &Params { vectors, seed }, &[tensor], Grid::line(&PERTURB, vectors));
        }
    }
}

fn holds_whole_numbers(kernel: &Kernel, binding: u32) -> bool {
    let declared = format!("@binding({binding}) var<storage, read_write>");
    let mut lines = kernel.common.iter().chain([&kernel.wgsl]).flat_map(|file| file.lines());
    lines.any(|line| line.contains(&declared) && line.contains("u32"))
}
