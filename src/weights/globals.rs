//! Turns the Python names in a pickle into the few that a state_dict needs; all others are refused.

use super::refusal::{SAVE_PLAIN, unusable};
use super::tensors::Element;
use crate::error::Result;

/// The only names that a pickle may mention.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Global {
    OrderedDict,
    /// `torch._utils._rebuild_tensor(storage, offset, size, stride)`, and `_v2` with more arguments behind.
    RebuildTensor,
    /// `_rebuild_parameter(tensor, ...)`, `_rebuild_parameter_with_state` or `Parameter(tensor)`.
    Parameter,
    /// A class of storage, e.g. `torch.FloatStorage`.
    Storage(Element),
}

impl Global {
    /// The name that a pickle mentions.
    ///
    /// # Errors
    /// [`Error::Weights`](crate::Error::Weights) with the name, for every other one.
    pub(super) fn find(module: &str, name: &str) -> Result<Self> {
        Ok(match (module, name) {
            ("collections", "OrderedDict") => Self::OrderedDict,
            ("torch._utils", "_rebuild_tensor" | "_rebuild_tensor_v2") => Self::RebuildTensor,
            ("torch._utils", "_rebuild_parameter" | "_rebuild_parameter_with_state") => Self::Parameter,
            ("torch.nn.parameter", "Parameter") => Self::Parameter,
            ("torch", "HalfStorage") => Self::Storage(Element::F16),
            ("torch", "BFloat16Storage") => Self::Storage(Element::Bf16),
            ("torch", "FloatStorage") => Self::Storage(Element::F32),
            ("torch", "DoubleStorage") => Self::Storage(Element::F64),
            ("torch", "LongStorage") => Self::Storage(Element::Whole(8)),
            ("torch", "IntStorage") => Self::Storage(Element::Whole(4)),
            ("torch", "ShortStorage") => Self::Storage(Element::Whole(2)),
            ("torch", "CharStorage" | "ByteStorage" | "BoolStorage") => Self::Storage(Element::Whole(1)),
            _ => {
                let (module, name) = (printable(module), printable(name));
                let problem = format!("the file asks Python for {module}.{name}, which plain weights never need");
                return Err(unusable(problem, SAVE_PLAIN));
            }
        })
    }
}

/// At most 80 characters of a name from a file, without control characters.
pub(super) fn printable(name: &str) -> String {
    name.chars().map(|c| if c.is_control() { '?' } else { c }).take(80).collect()
}
