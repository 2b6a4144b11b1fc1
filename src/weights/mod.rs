//! Turns a weights file from the internet into a checked, normalised VGG19 and into small shards for the browser; and the
//! file that comes with Scumble into VGG19's student.
//!
//! ```text
//! .pth (zip or stream) ─ pickle ─┐
//!                                ├─ tensors ─ names ─ origin ─> ModelWeights ─ normalise ─ shards ─> manifest + files
//! .safetensors ──────────────────┘
//! ```
//!
//! Nothing in a file is believed: lengths are checked against the bytes that are there before anything is allocated, a
//! pickle is parsed as data and never executed, and every refusal says what was found and what to do.

mod calibration;
mod forward;
mod globals;
mod model_weights;
mod names;
pub mod normalise;
pub mod origin;
mod pickle;
pub mod pth;
mod refusal;
pub mod safetensors;
pub mod shards;
mod student;
pub mod tensors;

pub use crate::model::{ConvWeights, Preprocessing};
pub use calibration::{CALIBRATION_SIZE, dead_leaves};
pub use model_weights::ModelWeights;
pub use normalise::{mean_activations, normalise};
pub use origin::{Origin, Source, sha256_hex};
pub use shards::{Manifest, Shard, assemble, verify, write};
pub use student::{built_in, read_student};

use crate::error::Result;
use crate::model::vgg19;
use refusal::{ANOTHER_FILE, unusable};

/// Reads a `.pth` (PyTorch's zip, or its stream from before version 1.6) or `.safetensors` file that holds VGG19 under
/// one of its usual names; the classifier is left aside.
///
/// `told` settles which network this is. Without it the file's SHA-256 and then the first convolution decide
/// ([`origin::recognise`]). The weights come back as they are in the file; see [`normalise()`] for the next step.
///
/// # Errors
/// [`Error::Weights`](crate::Error::Weights) when the file is of another kind, cut off or damaged; when its pickle asks for anything but
/// tensors; when a tensor is missing, of another shape or not finite; when the origin cannot be told.
pub fn read(bytes: &[u8], told: Option<Origin>) -> Result<ModelWeights> {
    let tensors = match Container::of(bytes)? {
        Container::Torch => pth::read(bytes, names::is_ours)?,
        Container::Safetensors => safetensors::read(bytes, &names::is_ours)?,
    };
    let convolutions = names::convolutions(tensors, &vgg19::CONVOLUTIONS)?;
    let sha256 = sha256_hex(bytes);
    let origin = match told.or_else(|| Origin::of_known_file(&sha256)) {
        Some(origin) => origin,
        None => origin::recognise(&convolutions[0])?,
    };
    let growth = vec![1.0; convolutions.len()];
    Ok(ModelWeights { convolutions, preprocessing: origin.preprocessing(), growth, source: origin.source(sha256) })
}

/// The kinds of file that [`read`] opens.
enum Container {
    Torch,
    Safetensors,
}

impl Container {
    /// Judges by the first bytes alone; a name is never trusted.
    fn of(bytes: &[u8]) -> Result<Self> {
        let is_header_of_safetensors = bytes.get(8) == Some(&b'{') && bytes[..8] != [0; 8];
        let found = match bytes {
            [] => "the file is empty",
            [b'P', b'K', 3, 4, ..] | [0x80, 2..=5, ..] => return Ok(Self::Torch),
            _ if is_header_of_safetensors => return Ok(Self::Safetensors),
            _ if bytes.starts_with(b"version https://git-lfs") => {
                "the file is a Git LFS pointer of a few lines, not the weights themselves"
            }
            _ if bytes.starts_with(b"\x89HDF") => "the file is HDF5, as Keras writes it",
            _ if bytes.starts_with(b"MATLAB") => "the file is a MATLAB matrix",
            _ if bytes.get(257..262) == Some(b"ustar") => {
                "the file is a tar archive, as PyTorch saved before April 2017"
            }
            _ if bytes.trim_ascii_start().first() == Some(&b'<') => "the file is a web page",
            _ => "the file is neither a PyTorch .pth nor a .safetensors file",
        };
        Err(unusable(found, ANOTHER_FILE))
    }
}
