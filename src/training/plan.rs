//! The numbers of a training.

use crate::stylizer::{COARSE, Size};
use crate::{Error, Result};

/// How a style is learned.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Plan {
    /// The longest edge of the photos that the style is meant for, in pixels; so large the painting is seen too, if the settings
    /// do not say otherwise.
    pub size: u32,
    /// Width and height of the pieces of photos that it learns with, in pixels; a multiple of 4.
    pub crop: u32,
    /// Steps.
    pub steps: u32,
    /// Pieces of photos for a step.
    pub batch: u32,
    /// Adam's learning rate at its highest.
    pub rate: f32,
    /// Decay of the average of the parameters, which is what a style keeps.
    pub decay: f32,
    /// The length that a piece's gradient is clipped to.
    pub longest: f32,
    /// How much the photo's content counts, in units of what it does for the painter. A network comes less near to the painting's
    /// manner than the painter; with less content it comes nearer.
    pub content: f32,
    /// How much it counts that a photo which moved a little, or has other noise, gives the same picture.
    pub stability: f32,
    /// The network.
    pub network: Size,
    /// Seed of everything random.
    pub seed: u32,
}

impl Default for Plan {
    fn default() -> Plan {
        Plan {
            size: 256,
            crop: 128,
            steps: 3000,
            batch: 1,
            rate: 2e-3,
            decay: 0.99,
            longest: 1.0,
            content: 0.5,
            stability: 0.0,
            network: Size::default(),
            seed: 1,
        }
    }
}

/// The smallest and the largest edge that a style can be meant for.
const SIZES: (u32, u32) = (64, 1024);
/// Steps in which the rate rises; then it falls as half a cosine does.
const RISE: f32 = 50.0;
/// The share of it that is left at the end.
const LAST: f32 = 0.05;

impl Plan {
    /// The usual plan for photos with this longest edge, as near to it as a training can be.
    pub fn for_size(edge: u32) -> Plan {
        let usual = Plan::default();
        let size = edge.clamp(SIZES.0, SIZES.1);
        Plan { size, crop: usual.crop.min(size / COARSE * COARSE), ..usual }
    }

    /// Whether a training can follow it.
    ///
    /// # Errors
    /// [`Error::Setting`] names the first number that is out of range.
    pub fn check(&self) -> Result<()> {
        let range = |name, value: f32, least: f32, most: f32| match (least..=most).contains(&value) {
            true => Ok(()),
            false => {
                Err(Error::Setting { name, found: value.to_string(), expected: format!("between {least} and {most}") })
            }
        };
        range("size", self.size as f32, SIZES.0 as f32, SIZES.1 as f32)?;
        range("crop", self.crop as f32, 32.0, 512.0)?;
        range("steps", self.steps as f32, 1.0, 1e6)?;
        range("batch", self.batch as f32, 1.0, 64.0)?;
        range("content", self.content, 0.0, 100.0)?;
        range("stability", self.stability, 0.0, 1e4)?;
        let wrong =
            |name, found: String, expected: &str| Err(Error::Setting { name, found, expected: expected.into() });
        if !self.network.is_possible() {
            let Size { width, blocks } = self.network;
            return wrong(
                "network",
                format!("{width} wide with {blocks} blocks"),
                "4, 8, ... 64 wide with 1 to 16 blocks",
            );
        }
        if !self.crop.is_multiple_of(COARSE) {
            return wrong("crop", self.crop.to_string(), "a multiple of 4");
        }
        Ok(())
    }

    /// The learning rate of a step, from 0.
    pub fn rate_at(&self, step: u32) -> f32 {
        let passed = step as f32 / self.steps as f32;
        let rise = ((step + 1) as f32 / RISE).min(1.0);
        let fall = 0.5 + 0.5 * (std::f32::consts::PI * passed).cos();
        self.rate * rise * (LAST + (1.0 - LAST) * fall)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_rate_rises_and_falls() {
        let plan = Plan { steps: 1000, rate: 1.0, ..Plan::default() };
        let rates = [0, 24, 49, 500, 999].map(|step| (plan.rate_at(step) * 100.0).round());
        assert_eq!(rates, [2.0, 50.0, 99.0, 52.0, 5.0]);
    }

    #[test]
    fn what_cannot_be_followed_is_named() {
        let wrong = Plan { crop: 130, ..Plan::default() }.check().unwrap_err().to_string();
        assert_eq!(wrong, "The setting crop is 130; it must be a multiple of 4.");
        assert!(Plan::default().check().is_ok());
    }
}
