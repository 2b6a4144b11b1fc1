//! The losses, one to a file, and the style losses by their names.

pub mod content;
mod gram;
mod mean_covariance;
mod moments;
pub mod variation;
pub mod wasserstein;

pub use content::Content;
pub use gram::Gram;
pub use mean_covariance::MeanCovariance;
pub use variation::Variation;
pub use wasserstein::Wasserstein;

use super::loss::{Loss, Units};
use crate::choices::StyleLoss;
use crate::gpu::Kernel;
use std::rc::Rc;

/// The kernels that one loss alone uses, for the tests that reflect them.
pub const KERNELS: [&Kernel; 5] =
    [&content::KERNEL, &content::OF_TILE, &variation::KERNEL, &variation::OF_TILE, &wasserstein::KERNEL];

/// Those of them that every run needs with the page's own settings.
pub const USUAL: [&Kernel; 2] = [&content::KERNEL, &variation::KERNEL];

/// The style loss of this name. A caller with a preset resolves "usual" first; here it means mean and covariance.
pub fn style(name: StyleLoss, units: Units) -> Rc<dyn Loss> {
    match name {
        StyleLoss::Usual | StyleLoss::MeanCovariance => Rc::new(MeanCovariance),
        StyleLoss::Gram => Rc::new(Gram(units)),
        StyleLoss::Wasserstein => Rc::new(Wasserstein(units)),
    }
}
