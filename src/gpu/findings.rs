//! Findings about a device, such as the fastest variant of a kernel: numbers under names. A device keeps them while it is open;
//! page and terminal may keep them for longer.

use std::cell::RefCell;
use std::collections::BTreeMap;

/// Numbers under names.
#[derive(Debug, Default)]
pub struct Findings(RefCell<BTreeMap<String, u32>>);

impl Findings {
    /// The number under this name, if there is one.
    pub fn get(&self, name: &str) -> Option<u32> {
        self.0.borrow().get(name).copied()
    }

    /// Remembers a number.
    pub fn note(&self, name: &str, value: u32) {
        self.0.borrow_mut().insert(name.into(), value);
    }

    /// Forgets all of them.
    pub fn forget(&self) {
        self.0.take();
    }

    /// All of them.
    pub fn all(&self) -> BTreeMap<String, u32> {
        self.0.borrow().clone()
    }
}
