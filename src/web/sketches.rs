//! Sketches: small runs beside the main one, to choose from, to compare, to look at a layer by, or to time.

use super::Studio;
use super::sketch::Sketch;
use super::values::{frame, missing, object, thrown};
use crate::choices::ModelKind;
use crate::image::likeness::Likeness;
use crate::judge::Judge;
use crate::painter::Painter;
use crate::settings::Settings;
use crate::style::{Instant, Style, TRAINED_STRENGTH};
use js_sys::Uint8Array;
use serde::Serialize;
use wasm_bindgen::prelude::*;

/// What can be said of a finished sketch without having seen it being painted.
#[derive(Serialize)]
struct Measures {
    gflop: f64,
    edges: f64,
    colour: f64,
    r: Option<f64>,
    layout: Option<f64>,
}

#[wasm_bindgen]
impl Studio {
    /// Begins the sketch of this number. With a style (a file), that paints the photo at the settings' size, as it was trained.
    #[wasm_bindgen(js_name = beginSketch)]
    pub async fn begin_sketch(
        &mut self,
        number: u32,
        settings: String,
        style: Option<Uint8Array>,
    ) -> Result<(), JsValue> {
        self.sketches.remove(&number);
        let settings = Settings::from_json(&settings).map_err(thrown)?;
        let sketch = match style {
            Some(file) => {
                let photo = self.fitting("photo", settings.size)?;
                let style = Style::from_bytes(&file.to_vec()).map_err(thrown)?;
                let mut instant = Instant::new(&self.gpu, &style).map_err(thrown)?;
                instant.paint(&photo, TRAINED_STRENGTH).map_err(thrown)?;
                Sketch::Pass(Box::new(instant))
            }
            None => {
                let sources = self.sources(&settings).map_err(thrown)?;
                Sketch::Run(Box::new(Painter::new(&self.gpu, &sources, &settings).await.map_err(thrown)?))
            }
        };
        self.sketches.insert(number, sketch);
        Ok(())
    }

    /// Takes one step of a sketch.
    #[wasm_bindgen(js_name = stepSketch)]
    pub async fn step_sketch(&mut self, number: u32) -> Result<JsValue, JsValue> {
        let sketch = self.sketches.get_mut(&number).ok_or_else(|| thrown(missing("sketch")))?;
        object(&sketch.step().await.map_err(thrown)?)
    }

    /// A sketch as it stands: {width, height, rgba}. It waits until the device has done all its steps.
    #[wasm_bindgen(js_name = lookAtSketch)]
    pub async fn look_at_sketch(&self, number: u32) -> Result<JsValue, JsValue> {
        frame(&self.sketch(number)?.picture().await.map_err(thrown)?)
    }

    /// Shows a sketch on the canvas. It waits until the device has done all its steps.
    #[wasm_bindgen(js_name = showSketch)]
    pub async fn show_sketch(&mut self, number: u32) -> Result<(), JsValue> {
        let sketch = self.sketches.get(&number).ok_or_else(|| thrown(missing("sketch")))?;
        if let Some(shown) = sketch.shown() {
            self.canvas.show(&self.gpu, shown);
        }
        self.gpu.fence().wait(&self.gpu).await;
        Ok(())
    }

    /// Measures of a sketch that no loss has seen: {gflop, edges, colour, r, layout}, the last two only with VGG19.
    #[wasm_bindgen(js_name = measureSketch)]
    pub async fn measure_sketch(&self, number: u32) -> Result<JsValue, JsValue> {
        let sketch = self.sketch(number)?;
        let result = sketch.picture().await.map_err(thrown)?;
        let size = result.width.max(result.height);
        let (photo, painting) = (self.fitting("photo", size)?, self.fitting("painting", size)?);
        // Without them, or where a site carries only VGG19's first layers, or the device has no room left, nobody judges.
        let weights = self.weights.get(&ModelKind::Vgg19);
        let scores = match weights.and_then(|weights| Judge::new(&self.gpu, weights).ok()) {
            Some(judge) => Some(judge.nearness(&result, &photo, &painting).await.map_err(thrown)?),
            None => None,
        };
        let Likeness { edges, colour, .. } = Likeness::of(&result, &photo, &painting);
        let [r, layout] = [0, 1].map(|index| scores.map(|scores| scores[index]));
        object(&Measures { gflop: sketch.operations() / 1e9, edges, colour, r, layout })
    }

    /// Drops a sketch.
    #[wasm_bindgen(js_name = endSketch)]
    pub fn end_sketch(&mut self, number: u32) {
        self.sketches.remove(&number);
    }
}

impl Studio {
    fn sketch(&self, number: u32) -> Result<&Sketch, JsValue> {
        self.sketches.get(&number).ok_or_else(|| thrown(missing("sketch")))
    }
}
