//! This turns what a person chose into the numbers of a run: one table for the engine, the page and the terminal.

#[cfg(not(target_arch = "wasm32"))]
mod control;
mod rules;
mod table;

#[cfg(not(target_arch = "wasm32"))]
pub use control::{Control, Description, Kind, Widget};
pub use rules::{Numbers, Rules};

use crate::choices::{Colours, Method, ModelKind, Pooling, Precision, Recipe, Start, StyleLoss};
use crate::{Error, Result};
use rules::{NEW_RUN, STEERS};
use std::collections::BTreeMap;

/// Groups of the page's form.
#[cfg(not(target_arch = "wasm32"))]
mod groups {
    pub const FIRST: &str = "Settings";
    pub const BASICS: &str = "Size and model";
    pub const STYLE: &str = "Style";
    pub const CANVAS: &str = "Canvas";
    pub const METHOD: &str = "Method";
}

// Each row: what it is (the terminal's help says the same), its name, type and default; its rules; its control on the page.
// From this come the struct, its default, its JSON, all checks, the terminal's options, the page's form and docs/controls.md.
table::settings! {
    /// The way of painting. It chooses model, start, optimizer and pooling, where those are not given.
    recipe: Recipe = Recipe::Scumble, NEW_RUN,
        Control::menu(METHOD, "Recipe").hint("The others need VGG19, and patience.");
    /// The feature model: "student" is built in, "vgg19" needs a file.
    model: ModelKind = ModelKind::Student, NEW_RUN, BY_HAND;
    /// Longest edge of the finished picture in pixels.
    size: u32 = 384, NEW_RUN.within(16.0, 4096.0),
        Control::offers(BASICS, "Longest edge", &[
            (128.0, "128 px"), (192.0, "192 px"), (256.0, "256 px"), (384.0, "384 px"), (512.0, "512 px"), (768.0, "768 px"),
            (1024.0, "1024 px"),
        ]);
    /// How much of the painting, how little of the photo.
    strength: f32 = 50.0, STEERS.within(0.0, 100.0),
        Control::slider(FIRST, "Strength", 1).hint("Higher takes more of the painting and keeps less of the photo.");
    /// How large the painting's strokes are: 1 where both pictures have the same longest edge.
    style_scale: f32 = 1.0, STEERS.within(0.25, 4.0),
        Control::offers(STYLE, "Strokes", &[
            (0.5, "half as large"), (0.7, "finer"), (1.0, "as painted"), (1.4, "coarser"), (2.0, "twice as large"),
        ]);
    /// The size of each painting's own strokes, times `style-scale`, e.g. 1,0.5; paintings without a number keep theirs.
    style_scales: Vec<f32> = Vec::new(), STEERS.within(0.25, 4.0), BY_HAND;
    /// How much each painting counts, e.g. 2,1; paintings without a number count 1.
    blend: Vec<f32> = Vec::new(), STEERS.within(0.0, 1000.0), BY_HAND;
    /// Seed of everything random.
    seed: u32 = 1, NEW_RUN, BY_HAND;
    /// The canvas to start from; "picture" needs a picture of your own.
    start: Start = Start::Photo, NEW_RUN, Control::menu(CANVAS, "Start from");
    /// How much grey noise is mixed into the start.
    start_noise: f32 = 0.0, NEW_RUN.within(0.0, 1.0), Control::slider(CANVAS, "Added noise", 100);
    /// The optimiser.
    optimizer: Method = Method::Adam, NEW_RUN, Control::menu(METHOD, "Optimiser");
    /// VGG19's pooling.
    pooling: Pooling = Pooling::Average, NEW_RUN, Control::menu(METHOD, "Pooling");
    /// The statistics that styles are compared by; "usual" leaves the choice to recipe and model.
    style_loss: StyleLoss = StyleLoss::Usual, STEERS, Control::menu(STYLE, "Compared by");
    /// The layers whose statistics are the style, and how many times its usual share each has, e.g. relu1_1=1,relu3_1=0.5;
    /// without any, the model's own.
    style_layers: BTreeMap<String, f32> = BTreeMap::new(), STEERS.within(0.0, 1000.0), BY_HAND;
    /// The layers that hold the content, and how many times its usual share each has, e.g. relu4_2=1; without any, the model's
    /// own.
    content_layers: BTreeMap<String, f32> = BTreeMap::new(), STEERS.within(0.0, 1000.0), WITHOUT;
    /// Paint without a photo: all pictures are paintings, and only their texture is wanted, in the first one's proportions.
    texture: bool = false, NEW_RUN, Control::check(CANVAS, "Texture only").hint("without the photo");
    /// Show the painting only where the mask is white; elsewhere the photo stays.
    masked: bool = false, STEERS, Control::check(CANVAS, "Mask").hint("the photo stays where it is black");
    /// Let paintings go only to the places that they were given.
    placed: bool = false, STEERS, BY_HAND;
    /// Let opposite edges fit together, so that copies can lie side by side.
    seamless: bool = false, NEW_RUN, Control::check(CANVAS, "Seamless").hint("opposite edges fit together");
    /// End a scale when its loss stops falling.
    stop_early: bool = false, STEERS, Control::check(METHOD, "End early").hint("when nothing changes");
    /// The colours of the result: the painting's, the photo's, or those of a painting that was given the photo's palette (matched)
    /// or its tones (histogram).
    colours: Colours = Colours::Painting, STEERS, Control::menu(STYLE, "Colours of");
    /// How smooth the result is.
    smoothness: f32 = 50.0, STEERS.within(0.0, 100.0),
        Control::slider(METHOD, "Smoothness", 1).hint("Lower keeps the grain, higher smooths it.");
    /// How features are stored: full is 32 bits; half is 16 bits and takes less memory, on graphics adapters that have them; usual
    /// is half on graphics cards and full elsewhere.
    precision: Precision = Precision::Usual, NEW_RUN, WITHOUT;
    /// Multiplies the numbers of iterations.
    effort: f32 = 1.0, NEW_RUN.within(0.1, 10.0),
        Control::offers(METHOD, "Iterations", &[(0.5, "quick"), (1.0, "normal"), (2.0, "long")]);
    /// Iterations at every scale, instead of the schedule's own numbers.
    iterations: Option<u32> = None, NEW_RUN.within(1.0, 100_000.0), WITHOUT;
    /// At most so many scales, the largest ones. A run that goes on from a finished picture has no use for small ones.
    scales: Option<u32> = None, NEW_RUN.within(1.0, 16.0), WITHOUT;
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

    /// Whether a run can go on with `next` from where it stands: what differs only says where to go, and not where from, or how.
    pub fn steers_to(&self, next: &Settings) -> bool {
        self.differing(next).all(|(_, rules)| rules.steers)
    }

    /// Whether every number is in its range, and all choices go together.
    ///
    /// # Errors
    /// [`Error::Setting`] names the first that does not.
    pub fn check(&self) -> Result<()> {
        self.check_ranges()?;
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
