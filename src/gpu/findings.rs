//! Findings about a device, such as the fastest variant of a kernel: numbers under names. A device keeps them while it is open;
//! page and terminal may keep them for longer.

use std::cell::{Cell, RefCell};
use std::collections::BTreeMap;

/// Numbers under names.
#[derive(Debug, Default)]
pub struct Findings {
    numbers: RefCell<BTreeMap<String, u32>>,
    confirmed: Cell<bool>,
}

impl Findings {
    /// The number under this name, if there is one.
    pub fn get(&self, name: &str) -> Option<u32> {
        self.numbers.borrow().get(name).copied()
    }

    /// Remembers a number.
    pub fn note(&self, name: &str, value: u32) {
        self.numbers.borrow_mut().insert(name.into(), value);
    }

    /// Forgets all of them.
    pub fn forget(&self) {
        self.numbers.take();
        self.confirmed.set(false);
    }

    /// All of them.
    pub fn all(&self) -> BTreeMap<String, u32> {
        self.numbers.borrow().clone()
    }

    /// Notes that they hold for the device as it is now, which need not be asked again while it is open.
    pub fn confirm(&self) {
        self.confirmed.set(true);
    }

    /// Whether somebody noted that, and nothing was forgotten since.
    pub fn are_confirmed(&self) -> bool {
        self.confirmed.get()
    }
}
