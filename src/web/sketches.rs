//! Sketches: small runs beside the main one, to choose from, to compare, to look at a layer by, or to time.

use super::Studio;
use super::values::{frame, missing, object, plan, thrown};
use crate::image::likeness::Likeness;
use crate::image::resize;
use crate::painter::Painter;
use crate::settings::Settings;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl Studio {
    /// Begins the sketch of this number; returns its plan.
    #[wasm_bindgen(js_name = beginSketch)]
    pub async fn begin_sketch(&mut self, number: u32, settings: String) -> Result<JsValue, JsValue> {
        self.sketches.remove(&number);
        let settings = Settings::from_json(&settings).map_err(thrown)?;
        let sources = self.sources(&settings).map_err(thrown)?;
        let painter = Painter::new(&self.gpu, &sources, &settings).await.map_err(thrown)?;
        let plan = plan(painter.scales());
        self.sketches.insert(number, painter);
        plan
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
        self.canvas.show(&self.gpu, sketch.shown());
        self.gpu.fence().wait(&self.gpu).await;
        Ok(())
    }

    /// How alike a sketch is to the photo and the painting, by measures that no loss has seen: {edges, colour, grain, border}.
    #[wasm_bindgen(js_name = measureSketch)]
    pub async fn measure_sketch(&self, number: u32) -> Result<JsValue, JsValue> {
        let result = self.sketch(number)?.picture().await.map_err(thrown)?;
        let fitting = |which: &str| {
            let picture = self.picture(which).ok_or_else(|| thrown(missing(which)))?;
            Ok::<_, JsValue>(resize(&picture, result.width, result.height))
        };
        object(&Likeness::of(&result, &fitting("photo")?, &fitting("painting")?))
    }

    /// Drops a sketch.
    #[wasm_bindgen(js_name = endSketch)]
    pub fn end_sketch(&mut self, number: u32) {
        self.sketches.remove(&number);
    }
}

impl Studio {
    fn sketch(&self, number: u32) -> Result<&Painter, JsValue> {
        self.sketches.get(&number).ok_or_else(|| thrown(missing("sketch")))
    }
}
