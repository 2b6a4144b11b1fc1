//! Turns stored bytes into named tensors of 32-bit floats, never allocating more than the file can back.

use super::refusal::{DOWNLOAD_AGAIN, SAVE_PLAIN, unusable};
use crate::error::Result;
use half::{bf16, f16};
use std::collections::BTreeMap;

/// One tensor, widened or rounded to f32.
#[derive(Debug, Clone, PartialEq)]
pub struct Tensor {
    /// The sizes, outermost first; empty for a single number.
    pub shape: Vec<usize>,
    /// The values, row-major, as many as the product of `shape`.
    pub values: Vec<f32>,
}

/// The contents of a file.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Tensors {
    /// The tensors that were asked for, by their name in the file.
    pub found: BTreeMap<String, Tensor>,
    /// The names of all others, for messages.
    pub others: Vec<String>,
}

/// How one element is stored, little-endian.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Element {
    F16,
    Bf16,
    F32,
    F64,
    /// A whole number, to be multiplied by a scale.
    I8,
    /// Whole numbers or truth values of so many bytes; carried so that a counter beside the weights does no harm.
    Whole(usize),
}

impl Element {
    /// Bytes of one element.
    pub(super) fn size(self) -> usize {
        match self {
            Self::F16 | Self::Bf16 => 2,
            Self::F32 => 4,
            Self::F64 => 8,
            Self::I8 => 1,
            Self::Whole(size) => size,
        }
    }

    /// One element from exactly [`size`](Self::size) bytes; NaN, which no network may hold, for anything else.
    fn decode(self, bytes: &[u8]) -> f32 {
        match self {
            Self::F16 => bytes.try_into().map_or(f32::NAN, |bytes| f16::from_le_bytes(bytes).to_f32()),
            Self::Bf16 => bytes.try_into().map_or(f32::NAN, |bytes| bf16::from_le_bytes(bytes).to_f32()),
            Self::F32 => bytes.try_into().map_or(f32::NAN, f32::from_le_bytes),
            Self::F64 => bytes.try_into().map_or(f32::NAN, |bytes| f64::from_le_bytes(bytes) as f32),
            Self::I8 => bytes.try_into().map_or(f32::NAN, |bytes| f32::from(i8::from_le_bytes(bytes))),
            Self::Whole(_) => f32::NAN,
        }
    }
}

/// A tensor as a window into a storage; nothing about it has been checked.
#[derive(Debug, Clone)]
pub(super) struct View {
    pub(super) element: Element,
    /// The first element, counted in elements.
    pub(super) offset: usize,
    pub(super) shape: Vec<usize>,
    /// Distance between neighbours along each dimension, in elements.
    pub(super) strides: Vec<usize>,
}

/// The bytes that all tensors of one file may still claim. Views can overlap, so without it a file of a few kilobytes
/// could ask for any amount of memory.
pub(super) struct Budget(usize);

impl Budget {
    /// As many bytes as the file has.
    pub(super) fn of(file: &[u8]) -> Self {
        Self(file.len())
    }

    /// Copies the tensor called `name` out of its storage into row-major order.
    pub(super) fn read(&mut self, name: &str, view: &View, storage: &[u8]) -> Result<Tensor> {
        let size = view.element.size();
        let overrun = || unusable(format!("the tensor {name} reaches beyond its stored bytes"), DOWNLOAD_AGAIN);
        if matches!(view.element, Element::Whole(_)) {
            return Err(unusable(format!("the tensor {name} holds whole numbers, not floats"), SAVE_PLAIN));
        }
        let count = product(&view.shape).ok_or_else(overrun)?;
        let claimed = count.checked_mul(size).ok_or_else(overrun)?;
        self.0 = self.0.checked_sub(claimed).ok_or_else(overrun)?;

        let last = view.last_element().ok_or_else(overrun)?;
        let end = last.checked_add(1).and_then(|end| end.checked_mul(size)).ok_or_else(overrun)?;
        if count > 0 && end > storage.len() {
            return Err(overrun());
        }
        let values = if count == 0 {
            Vec::new()
        } else if view.is_contiguous() {
            let bytes = &storage[view.offset * size..view.offset * size + claimed];
            bytes.chunks_exact(size).map(|bytes| view.element.decode(bytes)).collect()
        } else {
            (0..count)
                .map(|at| view.position(at) * size)
                .map(|at| view.element.decode(&storage[at..at + size]))
                .collect()
        };
        Ok(Tensor { shape: view.shape.clone(), values })
    }
}

impl View {
    /// The largest element index that the view touches, `None` on overflow or when strides are missing.
    fn last_element(&self) -> Option<usize> {
        if self.strides.len() != self.shape.len() {
            return None;
        }
        self.shape.iter().zip(&self.strides).try_fold(self.offset, |last, (&size, &stride)| {
            last.checked_add(size.saturating_sub(1).checked_mul(stride)?)
        })
    }

    /// Whether row-major order is the order in the storage; dimensions of one element do not matter.
    fn is_contiguous(&self) -> bool {
        let mut expected = 1;
        self.shape.iter().zip(&self.strides).rev().all(|(&size, &stride)| {
            let fits = size == 1 || stride == expected;
            expected *= size;
            fits
        })
    }

    /// Where the `at`-th value in row-major order lies in the storage.
    fn position(&self, mut at: usize) -> usize {
        let mut position = self.offset;
        for (&size, &stride) in self.shape.iter().zip(&self.strides).rev() {
            position += at % size * stride;
            at /= size;
        }
        position
    }
}

/// The number of elements, `None` on overflow.
fn product(shape: &[usize]) -> Option<usize> {
    shape.iter().try_fold(1usize, |count, &size| count.checked_mul(size))
}
