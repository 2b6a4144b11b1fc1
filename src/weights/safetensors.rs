//! Turns a safetensors file into named tensors. The format: <https://huggingface.co/docs/safetensors>.

use super::tensors::{Budget, Element, Tensors, View};
use super::{DOWNLOAD_AGAIN, unusable};
use crate::error::Result;
use ::safetensors::{Dtype, SafeTensors};

/// Reads the tensors whose names `wanted` accepts; f16, bf16, f32 and f64.
///
/// # Errors
/// [`Error::Weights`](crate::Error::Weights) when the header is malformed or does not fit the bytes that follow it, or
/// when a wanted tensor holds no floats.
pub fn read(bytes: &[u8], wanted: impl Fn(&str) -> bool) -> Result<Tensors> {
    let file = SafeTensors::deserialize(bytes)
        .map_err(|error| unusable(format!("the safetensors file cannot be opened ({error})"), DOWNLOAD_AGAIN))?;
    let mut budget = Budget::of(bytes);
    let mut tensors = Tensors::default();
    for (name, stored) in file.iter() {
        if !wanted(name) {
            tensors.others.push(name.to_owned());
            continue;
        }
        let element = match stored.dtype() {
            Dtype::F16 => Element::F16,
            Dtype::BF16 => Element::Bf16,
            Dtype::F32 => Element::F32,
            Dtype::F64 => Element::F64,
            other => {
                return Err(unusable(
                    format!("the tensor {name} is stored as {other:?}"),
                    "Use a file with 16-bit or 32-bit floats.",
                ));
            }
        };
        let shape = stored.shape().to_vec();
        let view = View { element, offset: 0, strides: row_major(&shape), shape };
        tensors.found.insert(name.to_owned(), budget.read(name, &view, stored.data())?);
    }
    tensors.others.sort();
    Ok(tensors)
}

/// The strides of a tensor without gaps, in elements; saturating, because the sizes are not checked yet.
fn row_major(shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![1usize; shape.len()];
    for at in (1..shape.len()).rev() {
        strides[at - 1] = strides[at].saturating_mul(shape[at]);
    }
    strides
}
