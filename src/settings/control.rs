//! Descriptions of settings, for the terminal's options, the page's form and docs/controls.md. The wasm holds none of them,
//! because the page is written beforehand (`tests/settings.rs`).

use crate::choices::Choice;
use std::collections::BTreeMap;

/// A setting, described.
#[derive(Debug, Clone, Copy)]
pub struct Description {
    /// Its name in JSON, in the terminal and on the page.
    pub key: &'static str,
    /// Its doc comment, line by line.
    pub doc: &'static [&'static str],
    /// The kind of its values.
    pub kind: Kind,
    /// Range, and whether it steers.
    pub rules: super::Rules,
    /// Its place on the page.
    pub control: Control,
}

/// The kind of a setting's values.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    /// True or false.
    Flag,
    /// A number.
    Number,
    /// A whole number.
    Whole,
    /// One of these, each with its label.
    Word(fn() -> Vec<(String, &'static str)>),
    /// A number for each painting.
    Numbers,
    /// A number for each named layer.
    Layers,
}

/// A control of the page's form.
#[derive(Debug, Clone, Copy)]
pub struct Control {
    /// Under which heading.
    pub group: &'static str,
    /// Its appearance.
    pub widget: Widget,
    /// Its label in English.
    pub label: &'static str,
    /// A few words more.
    pub hint: &'static str,
}

/// The appearance of a control.
#[derive(Debug, Clone, Copy)]
pub enum Widget {
    /// The form has none: only files, links and the terminal bring the setting.
    None,
    /// www/settings/settings.js turns it into controls of its own.
    ByHand,
    /// A box to check.
    Check,
    /// A slider of 0 to 100, of which so many are 1.
    Slider(u32),
    /// A list of a word's choices.
    Menu,
    /// A list of these numbers with their labels.
    Offers(&'static [(f32, &'static str)]),
}

/// Without a control.
pub const WITHOUT: Control = Control::new("", Widget::None, "");

/// With controls that are made by hand.
pub const BY_HAND: Control = Control::new("", Widget::ByHand, "");

impl Control {
    /// Under a heading.
    const fn new(group: &'static str, widget: Widget, label: &'static str) -> Control {
        Control { group, widget, label, hint: "" }
    }

    /// A box to check.
    pub const fn check(group: &'static str, label: &'static str) -> Control {
        Control::new(group, Widget::Check, label)
    }

    /// A slider from 0 to 100, of which `per_unit` are 1.
    pub const fn slider(group: &'static str, label: &'static str, per_unit: u32) -> Control {
        Control::new(group, Widget::Slider(per_unit), label)
    }

    /// A list of all choices.
    pub const fn menu(group: &'static str, label: &'static str) -> Control {
        Control::new(group, Widget::Menu, label)
    }

    /// A list of some numbers.
    pub const fn offers(group: &'static str, label: &'static str, offers: &'static [(f32, &'static str)]) -> Control {
        Control::new(group, Widget::Offers(offers), label)
    }

    /// With a few words more.
    pub const fn hint(self, hint: &'static str) -> Control {
        Control { hint, ..self }
    }
}

/// A type that settings have.
pub trait Described {
    /// The kind of its values.
    const KIND: Kind;
}

impl Described for bool {
    const KIND: Kind = Kind::Flag;
}

impl Described for f32 {
    const KIND: Kind = Kind::Number;
}

impl Described for u32 {
    const KIND: Kind = Kind::Whole;
}

impl Described for Option<u32> {
    const KIND: Kind = Kind::Whole;
}

impl Described for Vec<f32> {
    const KIND: Kind = Kind::Numbers;
}

impl Described for BTreeMap<String, f32> {
    const KIND: Kind = Kind::Layers;
}

impl<T: Choice> Described for T {
    const KIND: Kind = Kind::Word(words::<T>);
}

/// The words of a choice, with their labels.
fn words<T: Choice>() -> Vec<(String, &'static str)> {
    let word = |value: &T| serde_json::to_value(value).ok().and_then(|word| word.as_str().map(str::to_owned));
    T::LABELS.iter().filter_map(|(value, label)| Some((word(value)?, *label))).collect()
}

impl Description {
    /// The doc comment as one text.
    pub fn text(&self) -> String {
        self.doc.iter().map(|line| line.trim()).collect::<Vec<_>>().join(" ")
    }
}
