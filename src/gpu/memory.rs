//! Memory on the device: how much of it the engine holds now, and held at most, and where a tensor has its share.

use std::cell::OnceCell;
use std::rc::Rc;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A shared counter of the bytes held in tensors.
#[derive(Debug, Clone, Default)]
pub struct Memory(Arc<Counters>);

#[derive(Debug, Default)]
struct Counters {
    held: AtomicU64,
    peak: AtomicU64,
}

impl Memory {
    /// Bytes held now.
    pub fn held(&self) -> u64 {
        self.0.held.load(Ordering::Relaxed)
    }

    /// The most bytes that were ever held at once.
    pub fn peak(&self) -> u64 {
        self.0.peak.load(Ordering::Relaxed)
    }

    /// The same, and from now on the most since this moment.
    pub fn take_peak(&self) -> u64 {
        self.0.peak.swap(self.held(), Ordering::Relaxed)
    }

    /// Counts `bytes` until the returned allocation is dropped.
    pub(super) fn allocate(&self, bytes: u64) -> Allocation {
        let held = self.0.held.fetch_add(bytes, Ordering::Relaxed) + bytes;
        self.0.peak.fetch_max(held, Ordering::Relaxed);
        Allocation { memory: self.clone(), bytes }
    }
}

/// Bytes that are held; dropping it gives them back.
#[derive(Debug)]
pub(super) struct Allocation {
    memory: Memory,
    bytes: u64,
}

impl Drop for Allocation {
    fn drop(&mut self) {
        self.memory.0.held.fetch_sub(self.bytes, Ordering::Relaxed);
    }
}

/// Where a tensor's values are: known from the beginning, or once its program is finished.
#[derive(Debug, Default)]
pub(super) struct Storage(OnceCell<(wgpu::Buffer, Rc<Allocation>)>);

impl Storage {
    /// Says so.
    pub fn settle(&self, buffer: wgpu::Buffer, allocation: Rc<Allocation>) {
        let settled = self.0.set((buffer, allocation));
        debug_assert!(settled.is_ok(), "a tensor stays where it is");
    }

    pub fn buffer(&self) -> &wgpu::Buffer {
        &self.0.get().expect("a recording is finished before anybody looks at what it makes").0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_peak_outlives_what_was_freed() {
        let memory = Memory::default();
        let first = memory.allocate(100);
        let second = memory.allocate(50);
        drop(first);
        let third = memory.allocate(20);
        assert_eq!((memory.held(), memory.peak()), (70, 150));
        drop((second, third));
        assert_eq!((memory.held(), memory.peak()), (0, 150));
        let fourth = memory.allocate(30);
        assert_eq!((memory.take_peak(), memory.peak()), (150, 30), "the next peak begins with what is held");
        drop(fourth);
    }
}
