//! Why a file is refused, and what helps.

use crate::Error;

/// The remedy when the file is whole but not what Scumble reads.
pub(super) const ANOTHER_FILE: &str =
    "Use torchvision's vgg19-dcbb9e9d.pth, timm's vgg19.tv_in1k model.safetensors, or another VGG19 saved by PyTorch.";

/// The remedy when the file contradicts itself.
pub(super) const DOWNLOAD_AGAIN: &str = "The file may be damaged or cut off; download it again.";

/// The remedy when a `.pth` holds more than plain tensors.
pub(super) const SAVE_PLAIN: &str = "Save only the plain weights, with torch.save(model.state_dict(), \"vgg19.pth\").";

/// An [`Error::Weights`]; `problem` is a clause without a full stop, `remedy` a whole sentence.
pub(super) fn unusable(problem: impl Into<String>, remedy: impl Into<String>) -> Error {
    Error::Weights { problem: problem.into(), remedy: remedy.into() }
}
