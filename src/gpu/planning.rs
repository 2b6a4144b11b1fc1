//! This turns the times at which a program's tensors are in use into few buffers that they share.
//!
//! Dispatches run in the order in which they are recorded, so a tensor is in use from the dispatch after it was asked for
//! to the last before its last handle was dropped while recording; two tensors whose times do not overlap can have the same
//! buffer. The plan is "greedy by size" (Pisarchyk & Lee 2020, "Efficient memory management for deep neural net
//! inference"): the largest first, each into the smallest buffer that is free at its time.

use super::Gpu;
use super::memory::Storage;
use std::cell::RefCell;
use std::ops::Range;
use std::rc::{Rc, Weak};

/// When the tensors of one recording are in use; time is counted in dispatches.
#[derive(Debug, Default)]
pub(super) struct Timeline(Rc<RefCell<Uses>>);

#[derive(Debug, Default)]
struct Uses {
    now: usize,
    uses: Vec<Use>,
}

#[derive(Debug)]
struct Use {
    storage: Rc<Storage>,
    label: Rc<str>,
    bytes: u64,
    time: Range<usize>,
    /// Whether it is in use for good, whenever its last handle is dropped.
    stays: bool,
}

/// Ends its tensor's use when it is dropped, if the recording still goes on.
#[derive(Debug)]
pub(super) struct Loan {
    // Weak: a tensor that outlives the recording is in use for good.
    timeline: Weak<RefCell<Uses>>,
    index: usize,
}

impl Drop for Loan {
    fn drop(&mut self) {
        if let Some(timeline) = self.timeline.upgrade() {
            let mut uses = timeline.borrow_mut();
            let now = uses.now;
            let own = &mut uses.uses[self.index];
            if !own.stays {
                own.time.end = now;
            }
        }
    }
}

impl Timeline {
    /// A place without a buffer yet, in use from now on until the loan is dropped.
    pub fn lend(&self, label: Rc<str>, bytes: u64) -> (Rc<Storage>, Loan) {
        let mut uses = self.0.borrow_mut();
        let storage = Rc::new(Storage::default());
        let time = uses.now..usize::MAX;
        uses.uses.push(Use { storage: storage.clone(), label, bytes, time, stays: false });
        (storage, Loan { timeline: Rc::downgrade(&self.0), index: uses.uses.len() - 1 })
    }

    /// A dispatch was recorded.
    pub fn tick(&self) {
        self.0.borrow_mut().now += 1;
    }

    /// A program ended, and another begins. They may run in turn, so that tensors that are in use now are in use for good.
    pub fn cut(&self) {
        for own in self.0.borrow_mut().uses.iter_mut().filter(|own| own.time.end == usize::MAX) {
            (own.time, own.stays) = (0..usize::MAX, true);
        }
    }

    /// Gives every tensor its buffer.
    pub fn settle(self, gpu: &Gpu) {
        let uses = std::mem::take(&mut self.0.borrow_mut().uses);
        let wishes: Vec<_> = uses.iter().map(|each| (each.bytes, each.time.clone())).collect();
        let places = share(&wishes);
        for leader in 0..uses.len() {
            // The leader is the largest of those that share its buffer.
            if places[leader] == leader {
                let Use { bytes, label, .. } = &uses[leader];
                let (buffer, allocation) = gpu.buffer(label, *bytes);
                for (each, _) in uses.iter().zip(&places).filter(|(_, place)| **place == leader) {
                    each.storage.settle(buffer.clone(), allocation.clone());
                }
            }
        }
    }
}

/// For each of the wishes, bytes and a time, the one whose buffer it shares: itself, or a larger one.
fn share(wishes: &[(u64, Range<usize>)]) -> Vec<usize> {
    let mut order: Vec<_> = (0..wishes.len()).collect();
    // Of equals the earlier first.
    order.sort_unstable_by_key(|&wish| (std::cmp::Reverse(wishes[wish].0), wish));
    let mut leaders: Vec<(usize, Vec<Range<usize>>)> = Vec::new();
    let mut places = vec![0; wishes.len()];
    for wish in order {
        let time = &wishes[wish].1;
        let free =
            |taken: &[Range<usize>]| taken.iter().all(|other| other.end <= time.start || time.end <= other.start);
        // The last is the smallest.
        match leaders.iter_mut().rev().find(|(_, taken)| free(taken)) {
            Some((leader, taken)) => {
                taken.push(time.clone());
                places[wish] = *leader;
            }
            None => {
                leaders.push((wish, vec![time.clone()]));
                places[wish] = wish;
            }
        }
    }
    places
}

#[cfg(test)]
mod tests {
    use super::share;

    #[test]
    fn what_is_in_use_at_the_same_time_is_not_shared() {
        // 0 and 1 overlap, 2 comes after both and fits the smaller better; 3 is larger than all.
        assert_eq!(share(&[(30, 0..4), (20, 2..6), (20, 6..9), (40, 9..usize::MAX)]), [3, 1, 1, 3]);
        assert_eq!(share(&[(5, 0..3), (5, 3..6), (5, 2..4)]), [0, 0, 2]);
        assert!(share(&[]).is_empty());
    }
}
