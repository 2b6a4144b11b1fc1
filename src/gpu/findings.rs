//! What was found out about a device, such as which variant of a kernel is fastest there: numbers under names, as long as the
//! device is open. Faces may keep them for longer.

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

    /// All of them.
    pub fn all(&self) -> BTreeMap<String, u32> {
        self.0.borrow().clone()
    }
}
