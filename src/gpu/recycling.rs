//! This turns buffers that a program has done with into buffers for what it does next.
//!
//! Dispatches run in the order in which they are recorded, so a buffer is free again as soon as the last handle of its
//! tensor is dropped while recording: whatever is recorded later also runs later.

use super::memory::Allocation;
use super::tensor::{Shape, Tensor};
use std::cell::RefCell;
use std::rc::{Rc, Weak};

/// The buffers that one recording has used and holds no values in any more.
#[derive(Debug, Default)]
pub(super) struct Pool(Rc<RefCell<Vec<Spare>>>);

#[derive(Debug, Clone)]
struct Spare {
    buffer: wgpu::Buffer,
    bytes: u64,
    allocation: Rc<Allocation>,
}

/// A buffer that returns to its pool when this is dropped, if the recording still goes on.
#[derive(Debug)]
pub(super) struct Loan {
    // Weak: what outlives the recording must not keep all that it has done with.
    pool: Weak<RefCell<Vec<Spare>>>,
    spare: Spare,
}

/// A spare buffer may be this many times as large as what is wanted: more would be a waste of it.
const MOST_WASTE: u64 = 2;

impl Pool {
    /// A tensor in the smallest spare buffer that fits, if there is one. It holds whatever was there before.
    pub fn take(&self, label: &str, shape: Shape) -> Option<Tensor> {
        let bytes = shape.bytes();
        let mut spares = self.0.borrow_mut();
        let fitting =
            spares.iter().enumerate().filter(|(_, spare)| (bytes..=bytes * MOST_WASTE).contains(&spare.bytes));
        let (index, _) = fitting.min_by_key(|(_, spare)| spare.bytes)?;
        let Spare { buffer, bytes, allocation } = spares.swap_remove(index);
        Some(self.lend(Tensor::new(buffer, label, shape, allocation), bytes))
    }

    /// Takes the tensor's buffer back when its last handle is dropped. The buffer has `bytes`.
    pub fn lend(&self, tensor: Tensor, bytes: u64) -> Tensor {
        let spare = Spare { buffer: tensor.buffer.clone(), bytes, allocation: tensor.allocation.clone() };
        tensor.lent(Loan { pool: Rc::downgrade(&self.0), spare })
    }
}

impl Drop for Loan {
    fn drop(&mut self) {
        if let Some(pool) = self.pool.upgrade() {
            pool.borrow_mut().push(self.spare.clone());
        }
    }
}
