//! A tensor: a buffer on the device, its shape and its name.

use super::kernel::DType;
use super::memory::Storage;
use super::planning::Loan;
use std::rc::Rc;

/// The shape of a feature map, channels last: H, W, C with C padded to whole blocks of four.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Shape {
    /// Rows.
    pub height: u32,
    /// Columns.
    pub width: u32,
    /// Channels that mean something; the padding up to a multiple of four is zero.
    pub channels: u32,
}

impl Shape {
    /// A map of `height` x `width` positions with `channels` values each.
    pub fn new(height: u32, width: u32, channels: u32) -> Shape {
        Shape { height, width, channels }
    }

    /// A row of `channels` values.
    pub fn vector(channels: u32) -> Shape {
        Shape::new(1, 1, channels)
    }

    /// A `channels` x `channels` matrix, stored in 4x4 tiles: tile (i, j) is column-major, tiles run along j.
    pub fn matrix(channels: u32) -> Shape {
        Shape::new(1, channels.next_multiple_of(4), channels)
    }

    /// Blocks of four channels.
    pub fn blocks(&self) -> u32 {
        self.channels.div_ceil(4)
    }

    /// Positions: height x width.
    pub fn pixels(&self) -> u32 {
        self.height * self.width
    }

    /// vec4 elements in the buffer.
    pub fn vectors(&self) -> u32 {
        self.pixels() * self.blocks()
    }

    /// Bytes in a buffer of f32.
    pub fn bytes(&self) -> u64 {
        self.bytes_of(DType::F32)
    }

    /// Bytes in a buffer of such elements.
    pub fn bytes_of(&self, dtype: DType) -> u64 {
        u64::from(self.height) * u64::from(self.width) * u64::from(self.blocks()) * dtype.vector_bytes()
    }

    /// The same positions with another number of channels.
    pub fn with_channels(self, channels: u32) -> Shape {
        Shape { channels, ..self }
    }
}

/// Every device can begin a view at a multiple of so many vectors: 256 bytes of f32.
pub const VIEW_ALIGNMENT: u32 = 16;

/// Values on the device. Cloning copies the handle, not the values.
#[derive(Debug, Clone)]
pub struct Tensor {
    pub(super) storage: Rc<Storage>,
    label: Rc<str>,
    shape: Shape,
    dtype: DType,
    /// The bytes before its first value, if it is a view of another tensor.
    view: Option<u64>,
    /// Ends the use of the buffer when the last handle is dropped, if a recording shares it.
    _loan: Option<Rc<Loan>>,
}

impl Tensor {
    pub(super) fn new(storage: Rc<Storage>, label: Rc<str>, shape: Shape, dtype: DType) -> Tensor {
        Tensor { storage, label, shape, dtype, view: None, _loan: None }
    }

    pub(super) fn lent(self, loan: Loan) -> Tensor {
        Tensor { _loan: Some(Rc::new(loan)), ..self }
    }

    /// The same values, whose buffer others may have whenever this one's loan ends.
    pub(super) fn beyond_its_loan(&self) -> Tensor {
        Tensor { _loan: None, ..self.clone() }
    }

    /// Some of this tensor's values as a tensor of their own, without a copy: those from the vector `first` on, a multiple of
    /// [`VIEW_ALIGNMENT`].
    pub fn view(&self, label: &str, first: u32, shape: Shape) -> Tensor {
        let end = u64::from(first) * self.dtype.vector_bytes() + shape.bytes_of(self.dtype);
        assert!(first.is_multiple_of(VIEW_ALIGNMENT) && end <= self.bytes(), "place of {label} in {}", self.label);
        let first = self.offset() + u64::from(first) * self.dtype.vector_bytes();
        Tensor { label: label.into(), shape, view: Some(first), ..self.clone() }
    }

    /// The bytes of its buffer before its first value.
    pub(super) fn offset(&self) -> u64 {
        self.view.unwrap_or(0)
    }

    /// Its place in the buffer as a shader may touch it; none where that is the whole of it.
    pub(super) fn range(&self) -> Option<(u64, u64)> {
        self.view.map(|first| (first, self.bytes()))
    }

    pub(super) fn buffer(&self) -> &wgpu::Buffer {
        self.storage.buffer()
    }

    /// Height, width and channels.
    pub fn shape(&self) -> Shape {
        self.shape
    }

    /// How each value is stored.
    pub fn dtype(&self) -> DType {
        self.dtype
    }

    /// Bytes of all values.
    pub fn bytes(&self) -> u64 {
        self.shape.bytes_of(self.dtype)
    }

    /// The name that drivers and error messages show.
    pub fn label(&self) -> &str {
        &self.label
    }
}
