//! The browser's face, and the only file that knows JavaScript: typed errors, bytes and JSON in, bytes and objects out.

use crate::gpu::{Canvas, Gpu};
use crate::image::{Picture, WORKING_EDGE, decode, encode_png, fit, resize};
use crate::kernels;
use crate::model::vgg19;
use crate::painter::{Painter, Sources};
use crate::recipe::Recipe;
use crate::settings::Settings;
use crate::weights::{self, Manifest, Vgg19Weights};
use crate::{Error, Result};
use js_sys::{JSON, Uint8Array};
use serde::Serialize;
use std::collections::BTreeMap;
use std::rc::Rc;
use wasm_bindgen::prelude::*;

/// What the worker holds: the device, the canvas, the pictures, and a run while there is one.
#[wasm_bindgen]
pub struct Studio {
    gpu: Gpu,
    canvas: Canvas,
    photo: Option<Rc<Picture>>,
    painting: Option<Rc<Picture>>,
    second: Option<Rc<Picture>>,
    mask: Option<Rc<Picture>>,
    place: Option<Rc<Picture>>,
    start: Option<Rc<Picture>>,
    vgg19: Option<Rc<Vgg19Weights>>,
    painter: Option<Painter>,
    shown_ms: f64,
}

/// The canvas is redrawn at most this often: a screen shows no more.
const FRAME_MS: f64 = 30.0;

#[derive(Serialize)]
struct Accepted {
    width: u32,
    height: u32,
    notes: Vec<String>,
}

#[derive(Serialize)]
struct Plan<'p> {
    scales: &'p [crate::schedule::Scale],
    iterations: u32,
}

#[wasm_bindgen]
impl Studio {
    /// Opens the graphics device and takes over the canvas.
    pub async fn open(canvas: web_sys::OffscreenCanvas) -> Result<Studio, JsValue> {
        console_error_panic_hook::set_once();
        let gpu = Gpu::open().await.map_err(thrown)?;
        let canvas = Canvas::new(&gpu, wgpu::SurfaceTarget::OffscreenCanvas(canvas)).map_err(thrown)?;
        gpu.warm_up(kernels::USUAL);
        let (photo, painting, second, mask, place, start, vgg19, painter) = Default::default();
        Ok(Studio { gpu, canvas, photo, painting, second, mask, place, start, vgg19, painter, shown_ms: 0.0 })
    }

    /// The settings of all recipes by name, as JSON.
    pub fn recipes() -> Result<String, JsValue> {
        let all = Recipe::ALL.map(|recipe| serde_json::to_value(recipe.settings()));
        let all: serde_json::Result<Vec<_>> = all.into_iter().collect();
        let all = all.map_err(|e| JsValue::from_str(&e.to_string()))?;
        let named =
            all.into_iter().map(|settings| (settings["recipe"].as_str().unwrap_or_default().to_owned(), settings));
        Ok(serde_json::Value::Object(named.collect()).to_string())
    }

    /// The adapter's name, for people.
    #[wasm_bindgen(getter)]
    pub fn adapter(&self) -> String {
        self.gpu.describe()
    }

    /// What was found out about the graphics device, as JSON to be kept for the next visit.
    #[wasm_bindgen(getter)]
    pub fn findings(&self) -> Result<String, JsValue> {
        serde_json::to_string(&self.gpu.findings()).map_err(|e| JsValue::from_str(&e.to_string()))
    }

    /// Takes what an earlier visit found out about the same device; what cannot be read will be found out again.
    pub fn recall(&self, findings: &str) {
        let findings: BTreeMap<String, u32> = serde_json::from_str(findings).unwrap_or_default();
        for (name, value) in &findings {
            self.gpu.note(name, *value);
        }
    }

    /// Decodes a dropped file and keeps it as "photo", "painting", "second" (another painting), "place"
    /// (where that goes), "mask" or "start".
    #[wasm_bindgen(js_name = setPicture)]
    pub fn set_picture(&mut self, which: &str, bytes: &[u8]) -> Result<JsValue, JsValue> {
        let decoded = decode(bytes, WORKING_EDGE).map_err(thrown)?;
        let (width, height) = (decoded.picture.width, decoded.picture.height);
        *self.slot(which).map_err(thrown)? = Some(Rc::new(decoded.picture));
        object(&Accepted { width, height, notes: decoded.notes })
    }

    /// Forgets a picture.
    #[wasm_bindgen(js_name = clearPicture)]
    pub fn clear_picture(&mut self, which: &str) -> Result<(), JsValue> {
        *self.slot(which).map_err(thrown)? = None;
        Ok(())
    }

    /// A picture as the engine sees it, as PNG bytes with this longest edge.
    pub fn thumbnail(&mut self, which: &str, longest_edge: u32) -> Result<Uint8Array, JsValue> {
        let slot = self.slot(which).map_err(thrown)?;
        let picture = slot.clone().ok_or_else(|| thrown(missing(which)))?;
        let (width, height) = fit(picture.width, picture.height, longest_edge.clamp(1, WORKING_EDGE));
        png(&resize(&picture, width, height))
    }

    /// How many leading shards of a manifest a run needs.
    #[wasm_bindgen(js_name = neededShards)]
    pub fn needed_shards(&self, manifest: &str) -> Result<usize, JsValue> {
        let manifest = Manifest::parse(manifest).map_err(thrown)?;
        let depth = vgg19::STYLE_TAPS.iter().filter_map(|tap| vgg19::depth_of(tap)).max().unwrap_or(1);
        // A site may carry only the first layers.
        let needed = manifest.shards_through(vgg19::CONVOLUTIONS[depth - 1].name).unwrap_or(&manifest.shards);
        Ok(needed.len())
    }

    /// Takes VGG19 from downloaded shards, after checking every hash.
    #[wasm_bindgen(js_name = loadShards)]
    pub fn load_shards(&mut self, manifest: &str, shards: Vec<Uint8Array>) -> Result<(), JsValue> {
        let manifest = Manifest::parse(manifest).map_err(thrown)?;
        let shards: Vec<Vec<u8>> = shards.iter().map(Uint8Array::to_vec).collect();
        self.vgg19 = Some(Rc::new(weights::assemble(&manifest, &shards).map_err(thrown)?));
        self.gpu.warm_up(kernels::VGG19);
        Ok(())
    }

    /// Takes VGG19 from a dropped .pth or .safetensors file.
    #[wasm_bindgen(js_name = loadWeightsFile)]
    pub fn load_weights_file(&mut self, bytes: &[u8]) -> Result<JsValue, JsValue> {
        let mut read = weights::read(bytes, None).map_err(thrown)?;
        weights::normalise(&mut read);
        let source = serde_json::json!({ "source": read.source.name });
        self.vgg19 = Some(Rc::new(read));
        self.gpu.warm_up(kernels::VGG19);
        object(&source)
    }

    /// Whether a model can be painted with now.
    #[wasm_bindgen(js_name = hasModel)]
    pub fn has_model(&self, model: &str) -> bool {
        match model {
            "vgg19" => self.vgg19.is_some(),
            model => model == "filter-bank",
        }
    }

    /// Begins a run; returns its plan.
    pub async fn start(&mut self, settings: String) -> Result<JsValue, JsValue> {
        self.painter = None;
        let settings = Settings::from_json(&settings).map_err(thrown)?;
        let sources = self.sources(&settings).map_err(thrown)?;
        let painter = Painter::new(&self.gpu, &sources, &settings).await.map_err(thrown)?;
        let iterations = painter.scales().iter().map(|scale| scale.iterations).sum();
        let plan = object(&Plan { scales: painter.scales(), iterations });
        self.painter = Some(painter);
        plan
    }

    /// Lets settings and paintings take effect on the run at work; false if they need a new one.
    pub async fn steer(&mut self, settings: String) -> Result<bool, JsValue> {
        let settings = Settings::from_json(&settings).map_err(thrown)?;
        let sources = self.sources(&settings).map_err(thrown)?;
        let painter = self.painter.as_mut().ok_or_else(|| thrown(missing("painting in progress")))?;
        painter.steer(&sources, &settings).await.map_err(thrown)
    }

    /// Takes one step and shows it.
    pub async fn step(&mut self) -> Result<JsValue, JsValue> {
        let painter = self.painter.as_mut().ok_or_else(|| thrown(missing("painting in progress")))?;
        let progress = painter.step().await.map_err(thrown)?;
        let now = js_sys::Date::now();
        if progress.finished || now - self.shown_ms > FRAME_MS {
            self.canvas.show(&self.gpu, painter.shown());
            self.shown_ms = now;
        }
        object(&progress)
    }

    /// The picture as it stands, as PNG bytes.
    #[wasm_bindgen(js_name = savePng)]
    pub async fn save_png(&mut self) -> Result<Uint8Array, JsValue> {
        let painter = self.painter.as_ref().ok_or_else(|| thrown(missing("painting in progress")))?;
        png(&painter.picture().await.map_err(thrown)?)
    }

    /// Drops the run; the pictures stay.
    pub fn stop(&mut self) {
        self.painter = None;
    }

    /// What a run with these settings is painted from: the second painting only if they say how much it counts.
    fn sources(&self, settings: &Settings) -> Result<Sources> {
        let mut paintings = vec![self.painting.clone().ok_or_else(|| missing("painting"))?];
        if settings.blend.len() > 1 {
            paintings.push(self.second.clone().ok_or_else(|| missing("second painting"))?);
        }
        if settings.placed && self.place.is_none() {
            return Err(missing("place of the second painting"));
        }
        Ok(Sources {
            photo: self.photo.clone(),
            places: vec![None, self.place.clone()],
            paintings,
            mask: self.mask.clone(),
            start: self.start.clone(),
            vgg19: self.vgg19.clone(),
        })
    }

    fn slot(&mut self, which: &str) -> Result<&mut Option<Rc<Picture>>> {
        match which {
            "photo" => Ok(&mut self.photo),
            "painting" => Ok(&mut self.painting),
            "second" => Ok(&mut self.second),
            "mask" => Ok(&mut self.mask),
            "place" => Ok(&mut self.place),
            "start" => Ok(&mut self.start),
            other => Err(Error::Setting {
                name: "picture",
                found: other.into(),
                expected: "photo, painting, second, place, mask or start".into(),
            }),
        }
    }
}

fn missing(which: &str) -> Error {
    Error::Missing { what: format!("The {which}"), remedy: "Choose one first.".into() }
}

fn png(picture: &Picture) -> Result<Uint8Array, JsValue> {
    Ok(Uint8Array::from(encode_png(picture).map_err(thrown)?.as_slice()))
}

fn object(value: &impl Serialize) -> Result<JsValue, JsValue> {
    let json = serde_json::to_string(value).map_err(|e| JsValue::from_str(&e.to_string()))?;
    JSON::parse(&json)
}

/// An `Error` for JavaScript whose name is the kind and whose message is the sentence.
fn thrown(error: Error) -> JsValue {
    let thrown = js_sys::Error::new(&error.to_string());
    thrown.set_name(error.kind());
    thrown.into()
}
