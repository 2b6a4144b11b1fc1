//! This turns what a person chose into the numbers of a run: one description for the page and the terminal.

use crate::choices::{Colours, Method, ModelKind, Pooling, Precision, Recipe, Start, StyleLoss};
use crate::{Error, Result};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Everything that a person can choose. Missing fields take their defaults; unknown ones are refused.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
pub struct Settings {
    /// Whose way of painting.
    pub recipe: Recipe,
    /// The feature model.
    pub model: ModelKind,
    /// Longest edge of the finished picture in pixels, 16 to 4096.
    pub size: u32,
    /// How much of the painting, how little of the photo, 0 to 100.
    pub strength: f32,
    /// How large the painting's strokes are, in units of their size when both pictures have the same longest edge; 0.25 to
    /// 4.
    pub style_scale: f32,
    /// The same of each painting, times that of all; those without a number keep it. 0.25 to 4.
    pub style_scales: Vec<f32>,
    /// How much each painting counts; those without a number count 1.
    pub blend: Vec<f32>,
    /// Seed of everything random.
    pub seed: u32,
    /// What the painting starts from.
    pub start: Start,
    /// How much grey noise is mixed into that, 0 to 1.
    pub start_noise: f32,
    /// The optimiser.
    pub optimizer: Method,
    /// VGG19's pooling.
    pub pooling: Pooling,
    /// How styles are compared.
    pub style_loss: StyleLoss,
    /// The layers whose statistics are the style, and how many times its usual share each has; none: the model's own.
    pub style_layers: BTreeMap<String, f32>,
    /// The layers that hold the content, and how many times its usual share each has; none: the model's own.
    pub content_layers: BTreeMap<String, f32>,
    /// Paint without a photo: only the paintings' texture, in the first one's proportions.
    pub texture: bool,
    /// Show the painting only where the mask is white; elsewhere the photo stays.
    pub masked: bool,
    /// Let paintings go only to the places that they were given.
    pub placed: bool,
    /// Let opposite edges fit together, so that copies can lie side by side.
    pub seamless: bool,
    /// End a scale when its loss has stopped to fall.
    pub stop_early: bool,
    /// Whose colours.
    pub colours: Colours,
    /// How smooth, 0 to 100.
    pub smoothness: f32,
    /// How features are stored.
    pub precision: Precision,
    /// Multiplies the numbers of iterations, 0.1 to 10.
    pub effort: f32,
    /// Iterations at every scale instead of the schedule's own numbers.
    pub iterations: Option<u32>,
    /// At most so many scales, the largest ones; 1 to 16. A run that goes on from a finished picture has no use for small ones.
    pub scales: Option<u32>,
}

impl Default for Settings {
    fn default() -> Settings {
        Settings {
            recipe: Recipe::default(),
            model: ModelKind::default(),
            size: 384,
            strength: 50.0,
            style_scale: 1.0,
            style_scales: Vec::new(),
            blend: Vec::new(),
            seed: 1,
            start: Start::default(),
            start_noise: 0.0,
            optimizer: Method::default(),
            pooling: Pooling::default(),
            style_loss: StyleLoss::default(),
            style_layers: BTreeMap::new(),
            content_layers: BTreeMap::new(),
            texture: false,
            masked: false,
            placed: false,
            seamless: false,
            stop_early: false,
            colours: Colours::default(),
            smoothness: 50.0,
            precision: Precision::default(),
            effort: 1.0,
            iterations: None,
            scales: None,
        }
    }
}

impl Settings {
    /// Reads the page's JSON.
    ///
    /// # Errors
    /// [`Error::Setting`] for anything unknown or out of range.
    pub fn from_json(json: &str) -> Result<Settings> {
        let settings: Settings = serde_json::from_str(json).map_err(|e| Error::Setting {
            name: "file",
            found: format!("not understood ({e})"),
            expected: "JSON with known fields".into(),
        })?;
        settings.check()?;
        Ok(settings)
    }

    /// Whether a run can go on with `next` from where it stands. Strength, smoothness, strokes, shares, colours, and how
    /// much the layers count only say where to go; everything else says where from, or how.
    pub fn steers_to(&self, next: &Settings) -> bool {
        let steered = Settings {
            strength: next.strength,
            style_scale: next.style_scale,
            style_scales: next.style_scales.clone(),
            blend: next.blend.clone(),
            colours: next.colours,
            masked: next.masked,
            placed: next.placed,
            smoothness: next.smoothness,
            style_loss: next.style_loss,
            style_layers: next.style_layers.clone(),
            content_layers: next.content_layers.clone(),
            stop_early: next.stop_early,
            ..self.clone()
        };
        steered == *next
    }

    /// Whether every number is in its range.
    ///
    /// # Errors
    /// [`Error::Setting`] names the first that is not.
    pub fn check(&self) -> Result<()> {
        within("size", self.size as f32, 16.0, 4096.0)?;
        within("strength", self.strength, 0.0, 100.0)?;
        within("style-scale", self.style_scale, 0.25, 4.0)?;
        self.style_scales.iter().try_for_each(|&size| within("style-scales", size, 0.25, 4.0))?;
        within("start-noise", self.start_noise, 0.0, 1.0)?;
        self.blend.iter().try_for_each(|&share| within("blend", share, 0.0, 1000.0))?;
        self.style_layers.values().try_for_each(|&weight| within("style-layers", weight, 0.0, 1000.0))?;
        self.content_layers.values().try_for_each(|&weight| within("content-layers", weight, 0.0, 1000.0))?;
        within("smoothness", self.smoothness, 0.0, 100.0)?;
        within("effort", self.effort, 0.1, 10.0)?;
        within("iterations", self.iterations.unwrap_or(1) as f32, 1.0, 100_000.0)?;
        within("scales", self.scales.unwrap_or(1) as f32, 1.0, 16.0)?;
        if self.recipe != Recipe::Scumble && self.model != ModelKind::Vgg19 {
            return Err(Error::Setting {
                name: "model",
                found: "the built-in one".into(),
                expected: "VGG19 for a recipe that was published for it".into(),
            });
        }
        if self.texture && self.colours != Colours::Painting {
            return Err(Error::Setting {
                name: "colours",
                found: "the photo's".into(),
                expected: "the painting's where a texture is painted without a photo".into(),
            });
        }
        Ok(())
    }
}

fn within(name: &'static str, value: f32, least: f32, most: f32) -> Result<()> {
    if (least..=most).contains(&value) {
        return Ok(());
    }
    Err(Error::Setting { name, found: value.to_string(), expected: format!("between {least} and {most}") })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_page_json_is_read() {
        let settings = Settings::from_json(
            r#"{"model":"vgg19","size":256,"start":"style-statistics","optimizer":"lbfgs","pooling":"max","colours":"photo"}"#,
        )
        .unwrap();
        let expected = Settings {
            model: ModelKind::Vgg19,
            size: 256,
            start: Start::StyleStatistics,
            optimizer: Method::Lbfgs,
            pooling: Pooling::Max,
            colours: Colours::Photo,
            ..Settings::default()
        };
        assert_eq!(settings, expected);
    }

    #[test]
    fn goals_can_change_on_the_way_and_the_rest_cannot() {
        let run = Settings::default();
        assert!(run.steers_to(&Settings { strength: 80.0, blend: vec![1.0, 2.0], ..run.clone() }));
        assert!(!run.steers_to(&Settings { strength: 80.0, size: 128, ..run.clone() }));
    }

    #[test]
    fn what_is_out_of_range_or_unknown_is_named() {
        let strength = Settings { strength: 101.0, ..Settings::default() }.check().unwrap_err().to_string();
        assert_eq!(strength, "The setting strength is 101; it must be between 0 and 100.");
        let nan = Settings { smoothness: f32::NAN, ..Settings::default() }.check();
        assert!(nan.is_err());
        assert!(Settings::from_json(r#"{"sise":3}"#).unwrap_err().to_string().contains("sise"));
    }
}
