//! The browser's face, and the only room that knows JavaScript: typed errors, bytes and JSON in, bytes and objects out.

mod files;
mod run;
mod school;
mod sketch;
mod sketches;
mod styles;
mod values;

use crate::choices::{ModelKind, Recipe};
use crate::gpu::{Canvas, Gpu};
use crate::image::{Picture, WORKING_EDGE, decode, fit, resize};
use crate::kernels;
use crate::model::vgg19;
use crate::objective::losses;
use crate::painter::checkpoint::Checkpoint;
use crate::painter::{Painter, Print, Sources};
use crate::schedule;
use crate::settings::Settings;
use crate::style::Instant;
use crate::tuning;
use crate::weights::{self, Manifest, ModelWeights};
use crate::{Error, Result};
use js_sys::Uint8Array;
use run::{Look, Run};
use school::School;
use serde::Serialize;
use sketch::Sketch;
use std::collections::BTreeMap;
use std::rc::Rc;
use values::{frame, json, kept, missing, object, plan, png, thrown};
use wasm_bindgen::prelude::*;

/// The worker's state: the device, the canvas, the pictures, and a run while there is one.
#[wasm_bindgen]
pub struct Studio {
    gpu: Gpu,
    canvas: Canvas,
    lying: BTreeMap<String, Lying>,
    weights: BTreeMap<ModelKind, Rc<ModelWeights>>,
    run: Option<Run>,
    sketches: BTreeMap<u32, Sketch>,
    /// The style that repaints the photo, and the one that repaints the frames of a camera or a film.
    instants: [Option<Instant>; 2],
    school: Option<School>,
    shown_ms: f64,
    /// Steps of the run at work that the picture shown has; none before the first.
    shown_step: Option<u32>,
    /// Of a print, what is looked at closely.
    look: Option<Look>,
}

/// A picture that was dropped, and when its camera took it.
struct Lying {
    picture: Rc<Picture>,
    taken: Option<String>,
}

/// The uses of pictures: "second" is another painting, "place" where that goes.
const USES: [&str; 6] = ["photo", "painting", "second", "place", "mask", "start"];

/// The canvas is redrawn at most this often: a screen shows no more.
const FRAME_MS: f64 = 30.0;

#[derive(Serialize)]
struct Accepted {
    width: u32,
    height: u32,
    notes: Vec<String>,
}

#[wasm_bindgen]
impl Studio {
    /// Opens the graphics device and takes over the canvas.
    pub async fn open(canvas: web_sys::OffscreenCanvas) -> Result<Studio, JsValue> {
        console_error_panic_hook::set_once();
        let gpu = Gpu::open().await.map_err(thrown)?;
        let canvas = Canvas::new(&gpu, wgpu::SurfaceTarget::OffscreenCanvas(canvas)).map_err(thrown)?;
        gpu.warm_up(kernels::USUAL);
        gpu.warm_up(losses::USUAL);
        let (lying, weights, run, sketches, instants, school) = Default::default();
        Ok(Studio {
            gpu,
            canvas,
            lying,
            weights,
            run,
            sketches,
            instants,
            school,
            shown_ms: 0.0,
            shown_step: None,
            look: None,
        })
    }

    /// The settings that each recipe decides, by its name, as JSON.
    pub fn recipes() -> Result<String, JsValue> {
        let decided = Recipe::decides();
        let mut all = serde_json::Map::new();
        for recipe in Recipe::ALL {
            let serde_json::Value::Object(mut settings) = json(&recipe.settings())? else { continue };
            let name = settings["recipe"].as_str().unwrap_or_default().to_owned();
            settings.retain(|key, _| decided.contains(key.as_str()));
            all.insert(name, serde_json::Value::Object(settings));
        }
        Ok(serde_json::Value::Object(all).to_string())
    }

    /// The adapter's name, for people.
    #[wasm_bindgen(getter)]
    pub fn adapter(&self) -> String {
        self.gpu.describe()
    }

    /// The findings about the graphics device, as JSON to be kept for the next visit.
    #[wasm_bindgen(getter)]
    pub fn findings(&self) -> Result<String, JsValue> {
        json(&self.gpu.findings().all()).map(|findings| findings.to_string())
    }

    /// Those that decide how a picture is rounded, as JSON, for its file.
    #[wasm_bindgen(getter)]
    pub fn variants(&self) -> String {
        tuning::variants(&self.gpu)
    }

    /// Takes what was found out about a device, by an earlier visit or by whoever painted a file, in place of all that is known.
    /// What cannot be read or is no finding of ours will be found out again.
    pub fn recall(&self, findings: &str) {
        tuning::recall(&self.gpu, findings);
    }

    /// Decodes a dropped file and keeps it for one of the uses "photo", "painting", "second" (another painting), "place"
    /// (where that goes), "mask" or "start".
    #[wasm_bindgen(js_name = setPicture)]
    pub fn set_picture(&mut self, which: &str, bytes: &[u8]) -> Result<JsValue, JsValue> {
        check_use(which).map_err(thrown)?;
        let decoded = decode(bytes, WORKING_EDGE).map_err(thrown)?;
        let (width, height) = (decoded.picture.width, decoded.picture.height);
        let lying = Lying { picture: Rc::new(decoded.picture), taken: decoded.taken };
        self.lying.insert(which.to_owned(), lying);
        object(&Accepted { width, height, notes: decoded.notes })
    }

    /// Forgets a picture.
    #[wasm_bindgen(js_name = clearPicture)]
    pub fn clear_picture(&mut self, which: &str) -> Result<(), JsValue> {
        check_use(which).map_err(thrown)?;
        self.lying.remove(which);
        Ok(())
    }

    /// A picture as the engine sees it, as PNG bytes with this longest edge.
    pub fn thumbnail(&self, which: &str, longest_edge: u32) -> Result<Uint8Array, JsValue> {
        png(&self.fitting(which, longest_edge.clamp(1, WORKING_EDGE))?)
    }

    /// Takes the built-in model from the file that lies beside the page.
    #[wasm_bindgen(js_name = loadStudent)]
    pub fn load_student(&mut self, bytes: &[u8]) -> Result<(), JsValue> {
        let student = weights::read_student(bytes).map_err(thrown)?;
        self.weights.insert(ModelKind::Student, Rc::new(student));
        Ok(())
    }

    /// How many leading shards of a manifest a run needs.
    #[wasm_bindgen(js_name = neededShards)]
    pub fn needed_shards(&self, manifest: &str) -> Result<usize, JsValue> {
        let manifest = Manifest::parse(manifest).map_err(thrown)?;
        // A site may carry only the first layers.
        let needed = manifest.shards_through(vgg19::deepest_style().name).unwrap_or(&manifest.shards);
        Ok(needed.len())
    }

    /// Takes VGG19 from downloaded shards, after checking every hash.
    #[wasm_bindgen(js_name = loadShards)]
    pub fn load_shards(&mut self, manifest: &str, shards: Vec<Uint8Array>) -> Result<(), JsValue> {
        let manifest = Manifest::parse(manifest).map_err(thrown)?;
        let shards: Vec<Vec<u8>> = shards.iter().map(Uint8Array::to_vec).collect();
        let vgg19 = weights::assemble(&manifest, &shards).map_err(thrown)?;
        self.weights.insert(ModelKind::Vgg19, Rc::new(vgg19));
        Ok(())
    }

    /// Takes VGG19 from a dropped .pth or .safetensors file.
    #[wasm_bindgen(js_name = loadWeightsFile)]
    pub fn load_weights_file(&mut self, bytes: &[u8]) -> Result<JsValue, JsValue> {
        let mut read = weights::read(bytes, None).map_err(thrown)?;
        weights::normalise(&mut read);
        let source = serde_json::json!({ "source": read.source.name });
        self.weights.insert(ModelKind::Vgg19, Rc::new(read));
        object(&source)
    }

    /// Whether a model can be painted with now.
    #[wasm_bindgen(js_name = hasModel)]
    pub fn has_model(&self, model: &str) -> bool {
        let model: Option<ModelKind> = serde_json::from_value(model.into()).ok();
        model.is_some_and(|model| self.weights.contains_key(&model))
    }

    /// Begins a run; returns its plan.
    pub async fn start(&mut self, settings: String) -> Result<JsValue, JsValue> {
        self.run = None;
        let settings = Settings::from_json(&settings).map_err(thrown)?;
        let sources = self.sources(&settings).map_err(thrown)?;
        let painter = Painter::new(&self.gpu, &sources, &settings).await.map_err(thrown)?;
        self.begin(Run::Painting(painter.into()))
    }

    /// Begins a print of the run's picture, with this longest edge and within so many MiB of the device's memory; returns its plan.
    /// Where `from_start`, it is one of the picture that lies there as the start. `photo` is the photo's file: where it is seen itself,
    /// it is read again, as large as the print.
    pub async fn print(
        &mut self,
        settings: String,
        edge: u32,
        memory: u32,
        from_start: bool,
        photo: Option<Vec<u8>>,
    ) -> Result<JsValue, JsValue> {
        let settings = Settings::from_json(&settings).map_err(thrown)?;
        let mut sources = self.sources(&settings).map_err(thrown)?;
        if let Some(file) = photo.filter(|_| Print::shows_photo(&sources, &settings)) {
            sources.photo = Some(Rc::new(decode(&file, edge.max(WORKING_EDGE)).map_err(thrown)?.picture));
        }
        // The run's own picture has more than 8 bits, and its own colours.
        let painted = match (&sources.start, self.run.take()) {
            (Some(start), _) if from_start => start.as_ref().clone(),
            (_, Some(run)) => run.painted().await.map_err(thrown)?,
            _ => return Err(thrown(missing("painting in progress"))),
        };
        let memory = u64::from(memory) << 20;
        let print = Print::new(&self.gpu, &sources, &settings, &painted, edge, memory).await.map_err(thrown)?;
        self.begin(Run::Printing(print.into()))
    }

    /// Goes on with a run that was broken off: the file of a [checkpoint](Studio::poll_checkpoint), perhaps at another size. Returns its
    /// plan.
    pub async fn resume(&mut self, file: Vec<u8>, size: Option<u32>) -> Result<JsValue, JsValue> {
        self.run = None;
        let run = Checkpoint::from_bytes(&file).map_err(thrown)?;
        drop(file);
        let sources = self.sources(&run.settings).map_err(thrown)?;
        let painter = Painter::resume(&self.gpu, &sources, &run, size).await.map_err(thrown)?;
        self.begin(Run::Painting(painter.into()))
    }

    /// The run as it stands, {iteration, file} to go on from, without waiting: sends for it, and later has it; undefined until then.
    #[wasm_bindgen(js_name = pollCheckpoint)]
    pub fn poll_checkpoint(&mut self) -> Result<JsValue, JsValue> {
        self.run()?.poll_checkpoint().map_err(thrown)?.map_or(Ok(JsValue::UNDEFINED), |run| kept(&run))
    }

    /// Lets settings and paintings take effect on the run at work; false if they need a new one.
    pub async fn steer(&mut self, settings: String) -> Result<bool, JsValue> {
        let settings = Settings::from_json(&settings).map_err(thrown)?;
        let sources = self.sources(&settings).map_err(thrown)?;
        self.run()?.steer(&sources, &settings).await.map_err(thrown)
    }

    /// Takes one step and shows it; of a print, one tile, and shows what came of the last one of a step.
    pub async fn step(&mut self) -> Result<JsValue, JsValue> {
        let progress = self.run()?.step().await.map_err(thrown)?;
        let now = js_sys::Date::now();
        let is_due = now - self.shown_ms > FRAME_MS && self.shown_step != Some(progress.iteration);
        if let Some(run) = &self.run
            && (progress.finished || is_due)
        {
            run.show(&self.gpu, &mut self.canvas, self.look).map_err(thrown)?;
            (self.shown_ms, self.shown_step) = (now, Some(progress.iteration));
        }
        object(&progress)
    }

    /// Shows so many pixels of a print, around a point in fractions of its width and height, from now on; none: all of it, reduced.
    pub fn look(&mut self, x: f64, y: f64, columns: u32, rows: u32) -> Result<(), JsValue> {
        self.look = (columns > 0).then_some(Look { middle: (x, y), pixels: (columns, rows) });
        match &self.run {
            Some(run) if run.is_print() => run.show(&self.gpu, &mut self.canvas, self.look).map_err(thrown),
            _ => Ok(()),
        }
    }

    /// The picture as it stands: {width, height, rgba}, 8 bits a channel.
    pub async fn snapshot(&self) -> Result<JsValue, JsValue> {
        frame(&self.at_work()?.picture().await.map_err(thrown)?)
    }

    /// Where the losses remain, as grey pictures: those of the photo and those of the painting, each {width, height, rgba}.
    pub async fn remaining(&self) -> Result<Vec<JsValue>, JsValue> {
        self.at_work()?.remaining().await.map_err(thrown)?.iter().map(frame).collect()
    }

    /// The scales and iterations of a run with these settings, without beginning it.
    pub fn plan(&self, settings: &str) -> Result<JsValue, JsValue> {
        let settings = Settings::from_json(settings).map_err(thrown)?;
        let picture = self.subject(&settings)?;
        plan(&schedule::scales((picture.width, picture.height), &settings))
    }

    /// The same of a print with this longest edge, of a picture that is `from` pixels long.
    #[wasm_bindgen(js_name = planPrint)]
    pub fn plan_print(&self, settings: &str, from: u32, edge: u32) -> Result<JsValue, JsValue> {
        let settings = Settings::from_json(settings).map_err(thrown)?;
        let picture = self.subject(&settings)?;
        plan(&schedule::print_scales((picture.width, picture.height), from, edge, &settings))
    }

    /// Bytes that the engine holds on the device now.
    #[wasm_bindgen(getter)]
    pub fn held(&self) -> f64 {
        self.gpu.memory().held() as f64
    }

    /// The most bytes that it held at once since this was asked before.
    #[wasm_bindgen(js_name = takePeak)]
    pub fn take_peak(&self) -> f64 {
        self.gpu.memory().take_peak() as f64
    }

    /// Bytes of the longest array that the device takes.
    #[wasm_bindgen(getter, js_name = longestArray)]
    pub fn longest_array(&self) -> f64 {
        self.gpu.longest_array() as f64
    }

    /// Drops the run; the pictures stay.
    pub fn stop(&mut self) {
        self.run = None;
    }

    fn begin(&mut self, run: Run) -> Result<JsValue, JsValue> {
        let plan = plan(run.scales());
        (self.run, self.shown_step, self.look) = (Some(run), None, None);
        plan
    }

    /// The inputs of a run with these settings: the second painting only if they give its share.
    fn sources(&self, settings: &Settings) -> Result<Sources> {
        let mut paintings = vec![self.picture("painting").ok_or_else(|| missing("painting"))?];
        if settings.blend.len() > 1 {
            paintings.push(self.picture("second").ok_or_else(|| missing("second painting"))?);
        }
        let place = self.picture("place");
        if settings.placed && place.is_none() {
            return Err(missing("place of the second painting"));
        }
        Ok(Sources {
            photo: self.picture("photo"),
            places: vec![None, place],
            paintings,
            mask: self.picture("mask"),
            start: self.picture("start"),
            weights: self.weights.clone(),
        })
    }

    fn picture(&self, which: &str) -> Option<Rc<Picture>> {
        self.lying.get(which).map(|lying| lying.picture.clone())
    }

    /// A picture with this longest edge.
    fn fitting(&self, which: &str, longest_edge: u32) -> std::result::Result<Picture, JsValue> {
        let picture = self.picture(which).ok_or_else(|| thrown(missing(which)))?;
        let (width, height) = fit(picture.width, picture.height, longest_edge);
        Ok(resize(&picture, width, height))
    }

    /// What a picture has its shape from.
    fn subject(&self, settings: &Settings) -> Result<Rc<Picture>, JsValue> {
        let which = if settings.texture { "painting" } else { "photo" };
        self.picture(which).ok_or_else(|| thrown(missing(which)))
    }

    fn at_work(&self) -> Result<&Run, JsValue> {
        self.run.as_ref().ok_or_else(|| thrown(missing("painting in progress")))
    }

    fn run(&mut self) -> Result<&mut Run, JsValue> {
        self.run.as_mut().ok_or_else(|| thrown(missing("painting in progress")))
    }
}

fn check_use(which: &str) -> Result<()> {
    if USES.contains(&which) {
        return Ok(());
    }
    let (found, expected) = (which.into(), format!("one of {}", USES.join(", ")));
    Err(Error::Setting { name: "picture", found, expected })
}
