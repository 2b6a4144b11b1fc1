//! Turns a safetensors file into named tensors, and back. The format: <https://huggingface.co/docs/safetensors>.

use super::refusal::{DOWNLOAD_AGAIN, unusable};
use super::tensors::{Budget, Element, Tensor, Tensors, View};
use crate::error::{Error, Result};
use ::safetensors::tensor::TensorView;
use ::safetensors::{Dtype, SafeTensors, serialize};
use std::collections::HashMap;

/// A tensor to be written: its name, kind, shape and bytes.
pub type Stored<'t> = (&'t str, Dtype, Vec<usize>, &'t [u8]);

/// Tensors, and texts by their keys, as a file.
///
/// # Errors
/// [`Error::Encode`] where a tensor has not as many bytes as its shape asks for.
pub fn write(tensors: Vec<Stored>, texts: HashMap<String, String>) -> Result<Vec<u8>> {
    let failed = |error: ::safetensors::SafeTensorError| Error::Encode { detail: error.to_string() };
    let view = |(name, dtype, shape, bytes)| Ok((name, TensorView::new(dtype, shape, bytes).map_err(failed)?));
    let views = tensors.into_iter().map(view).collect::<Result<Vec<_>>>()?;
    serialize(views, Some(texts)).map_err(failed)
}

/// The text of this key in the header of a file, if it has one.
pub fn text(file: &[u8], key: &str) -> Option<String> {
    let (_, header) = SafeTensors::read_metadata(file).ok()?;
    header.metadata().as_ref()?.get(key).cloned()
}

/// Reads the tensors whose names `wanted` accepts; f16, bf16, f32 and f64, and i8 where the file also holds `NAME.scale`: one
/// f32 for each of its outermost indexes, which its values are multiplied by.
///
/// # Errors
/// [`Error::Weights`] when the header is malformed or does not fit the bytes that follow it, or
/// when a wanted tensor holds no floats.
pub fn read(bytes: &[u8], wanted: &dyn Fn(&str) -> bool) -> Result<Tensors> {
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
            Dtype::I8 if file.tensor(&scale_of(name)).is_ok() => Element::I8,
            other => {
                return Err(unusable(
                    format!("the tensor {name} is stored as {other:?}"),
                    "Use a file with 16-bit or 32-bit floats.",
                ));
            }
        };
        let shape = stored.shape().to_vec();
        let view = View { element, offset: 0, strides: row_major(&shape), shape };
        let mut tensor = budget.read(name, &view, stored.data())?;
        if element == Element::I8 {
            let scales = file.tensor(&scale_of(name)).ok().filter(|scales| scales.dtype() == Dtype::F32);
            scale(&mut tensor, scales.as_ref().map_or(&[], |scales| scales.data())).ok_or_else(|| {
                unusable(format!("the tensor {} does not fit {name}", scale_of(name)), DOWNLOAD_AGAIN)
            })?;
        }
        tensors.found.insert(name.to_owned(), tensor);
    }
    tensors.others.sort_unstable();
    Ok(tensors)
}

/// The factors of whole numbers of 8 bits.
fn scale_of(name: &str) -> String {
    format!("{name}.scale")
}

/// Multiplies each outermost part of a tensor by its scale; `None` where there are not as many.
fn scale(tensor: &mut Tensor, scales: &[u8]) -> Option<()> {
    let parts = *tensor.shape.first()?;
    if scales.len() != 4 * parts || parts == 0 {
        return None;
    }
    let length = (tensor.values.len() / parts).max(1);
    for (values, scale) in tensor.values.chunks_mut(length).zip(scales.as_chunks().0) {
        values.iter_mut().for_each(|value| *value *= f32::from_le_bytes(*scale));
    }
    Some(())
}

/// The strides of a tensor without gaps, in elements; saturating, because the sizes are not checked yet.
fn row_major(shape: &[usize]) -> Vec<usize> {
    let mut strides = vec![1usize; shape.len()];
    for at in (1..shape.len()).rev() {
        strides[at - 1] = strides[at].saturating_mul(shape[at]);
    }
    strides
}
