//! Rules of a setting: its range, and whether a run can follow a change.

use crate::choices::Choice;
use crate::{Error, Result};
use std::collections::BTreeMap;

/// One row's rules.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    /// Whether a run can go on with another value of it: it says where to go, and not where from, or how.
    pub steers: bool,
    /// The smallest and the largest number, if it is one, or holds some.
    pub range: Option<(f32, f32)>,
}

/// A change needs a new run.
pub const NEW_RUN: Rules = Rules { steers: false, range: None };

/// A change takes effect on the run at work.
pub const STEERS: Rules = Rules { steers: true, range: None };

impl Rules {
    /// With this range, bounds included.
    pub const fn within(self, least: f32, most: f32) -> Rules {
        Rules { range: Some((least, most)), ..self }
    }

    /// Whether all numbers of `value` are in the range.
    ///
    /// # Errors
    /// [`Error::Setting`] names the setting.
    pub fn check(&self, key: &'static str, value: &dyn Numbers) -> Result<()> {
        let Some((least, most)) = self.range else { return Ok(()) };
        match value.numbers().into_iter().find(|number| !(least..=most).contains(number)) {
            None => Ok(()),
            Some(wrong) => {
                let expected = format!("between {least} and {most}");
                Err(Error::Setting { name: key, found: wrong.to_string(), expected })
            }
        }
    }
}

/// The numbers that a value holds.
pub trait Numbers {
    /// None for flags and words.
    fn numbers(&self) -> Vec<f32> {
        Vec::new()
    }
}

impl Numbers for bool {}

impl<T: Choice> Numbers for T {}

impl Numbers for f32 {
    fn numbers(&self) -> Vec<f32> {
        vec![*self]
    }
}

impl Numbers for u32 {
    fn numbers(&self) -> Vec<f32> {
        vec![*self as f32]
    }
}

impl<T: Numbers> Numbers for Option<T> {
    fn numbers(&self) -> Vec<f32> {
        self.as_ref().map(T::numbers).unwrap_or_default()
    }
}

impl Numbers for Vec<f32> {
    fn numbers(&self) -> Vec<f32> {
        self.clone()
    }
}

impl Numbers for BTreeMap<String, f32> {
    fn numbers(&self) -> Vec<f32> {
        self.values().copied().collect()
    }
}
