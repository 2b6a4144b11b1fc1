//! Styles: networks that repaint a photo in one pass, and their training.

use super::Studio;
use super::school::School;
use super::values::{bytes, frame, missing, object, png, thrown};
use crate::image::{Picture, WORKING_EDGE, decode};
use crate::settings::Settings;
use crate::style::{Instant, Style};
use crate::stylizer::Size;
use crate::training::{Photos, Plan, Trainer};
use js_sys::{Object, Reflect, Uint8Array};
use std::rc::Rc;
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl Studio {
    /// Takes a style from its file, for the photo or for moving pictures; returns what it is, {name, size, steps, settings, licence,
    /// thumbnail}.
    #[wasm_bindgen(js_name = loadStyle)]
    pub fn load_style(&mut self, bytes: &[u8], moving: bool) -> Result<JsValue, JsValue> {
        let style = Style::from_bytes(bytes).map_err(thrown)?;
        let about = object(&style.about)?;
        Reflect::set(&about, &"thumbnail".into(), &Uint8Array::from(style.thumbnail.as_slice()))?;
        self.instants[usize::from(moving)] = Some(Instant::new(&self.gpu, &style).map_err(thrown)?);
        Ok(about)
    }

    /// Lets go of the style for the photo, or of that for moving pictures.
    #[wasm_bindgen(js_name = dropStyle)]
    pub fn drop_style(&mut self, moving: bool) {
        self.instants[usize::from(moving)] = None;
    }

    /// Repaints the photo with the style and shows it; returns {width, height} once the device is done.
    pub async fn stylize(&mut self, size: u32, strength: f32) -> Result<JsValue, JsValue> {
        let photo = self.fitting("photo", size)?;
        self.show_instant(&photo, strength)?;
        self.gpu.fence().wait(&self.gpu).await;
        object(&serde_json::json!({ "width": photo.width, "height": photo.height }))
    }

    /// Queues what the style for moving pictures makes of a frame, RGBA with 8 bits a channel. Nothing is shown.
    #[wasm_bindgen(js_name = stylizeFrame)]
    pub fn stylize_frame(&mut self, rgba: &[u8], width: u32, height: u32, strength: f32) -> Result<(), JsValue> {
        let rgba = rgba.iter().map(|&value| f32::from(value) / 255.0).collect();
        self.instant(true)?.paint(&Picture::new(width, height, rgba), strength).map_err(thrown)
    }

    /// The picture that the style made of the photo, as a PNG file without a label; or that of the frame, {width, height, rgba}.
    pub async fn stylized(&mut self, moving: bool) -> Result<JsValue, JsValue> {
        let picture = self.instant(moving)?.picture().await.map_err(thrown)?;
        if moving { frame(&picture) } else { png(&picture).map(JsValue::from) }
    }

    /// Begins the training of a style with the paintings at hand and these settings, on these photos (files) and drawn pictures;
    /// `plan` is an object with some of the numbers of [`Plan`], and `start` the file of a style to begin with.
    #[wasm_bindgen(js_name = beginTraining)]
    pub async fn begin_training(
        &mut self,
        settings: String,
        plan: Object,
        photos: Vec<Uint8Array>,
        start: Option<Uint8Array>,
    ) -> Result<(), JsValue> {
        self.school = None;
        let settings = Settings::from_json(&settings).map_err(thrown)?;
        let mut plan = planned(&plan);
        let start = start.map(|file| Style::from_bytes(&file.to_vec())).transpose().map_err(thrown)?;
        plan.network = start.as_ref().map_or(plan.network, |style| style.about.network);
        let start = start.map(|style| style.values());
        let sources = self.sources(&settings).map_err(thrown)?;
        let mut pictures: Vec<Rc<Picture>> = Vec::new();
        for file in photos {
            let decoded = decode(&file.to_vec(), WORKING_EDGE).map_err(thrown)?;
            pictures.push(Rc::new(decoded.picture));
        }
        let photo = self.picture("photo").ok_or_else(|| thrown(missing("photo")))?;
        let photos = Photos::of(pictures, &plan).and_drawn(plan.seed);
        let trainer =
            Trainer::new(&self.gpu, &sources, photos, &settings, &plan, start.as_deref()).await.map_err(thrown)?;
        let exam = trainer.exam(&sources, &photo).map_err(thrown)?;
        self.school = Some(School { trainer, exam, sources });
        Ok(())
    }

    /// Takes one step of the training: {step, steps, finished, losses}.
    #[wasm_bindgen(js_name = stepTraining)]
    pub async fn step_training(&mut self) -> Result<JsValue, JsValue> {
        let school = self.school.as_mut().ok_or_else(|| thrown(missing("training")))?;
        object(&school.trainer.step().await.map_err(thrown)?)
    }

    /// What the network makes of the photo so far: {width, height, rgba, losses}.
    #[wasm_bindgen(js_name = lookAtTraining)]
    pub async fn look_at_training(&self) -> Result<JsValue, JsValue> {
        let school = self.school()?;
        let parameters = school.trainer.parameters().await.map_err(thrown)?;
        let step = school.trainer.steps_taken();
        let (picture, losses) = school.exam.sit(step, &parameters).await.map_err(thrown)?;
        let seen = frame(&picture)?;
        Reflect::set(&seen, &"losses".into(), &object(&losses)?)?;
        Ok(seen)
    }

    /// The style as the training has it now, as a file.
    #[wasm_bindgen(js_name = trainedStyle)]
    pub async fn trained_style(&self, name: String) -> Result<Uint8Array, JsValue> {
        let School { trainer, sources, .. } = self.school()?;
        bytes(trainer.style(&name, sources).await.and_then(|style| style.to_bytes()))
    }

    /// Drops the training.
    #[wasm_bindgen(js_name = endTraining)]
    pub fn end_training(&mut self) {
        self.school = None;
    }
}

impl Studio {
    fn instant(&mut self, moving: bool) -> Result<&mut Instant, JsValue> {
        self.instants[usize::from(moving)].as_mut().ok_or_else(|| thrown(missing("style")))
    }

    fn show_instant(&mut self, photo: &Picture, strength: f32) -> Result<(), JsValue> {
        self.instant(false)?.paint(photo, strength).map_err(thrown)?;
        if let Some(shown) = self.instants[0].as_ref().and_then(Instant::shown) {
            self.canvas.show(&self.gpu, shown);
        }
        Ok(())
    }

    fn school(&self) -> Result<&School, JsValue> {
        self.school.as_ref().ok_or_else(|| thrown(missing("training")))
    }
}

/// The usual plan, but for the numbers that the page gives.
fn planned(given: &Object) -> Plan {
    let number = |of: &JsValue, name: &str| Reflect::get(of, &name.into()).ok().and_then(|value| value.as_f64());
    let whole = |of: &JsValue, name: &str, usual: u32| number(of, name).map_or(usual, |value| value as u32);
    let usual = Plan::default();
    let network = Reflect::get(given, &"network".into()).unwrap_or_default();
    let network = if network.is_object() { network } else { Object::new().into() };
    Plan {
        size: whole(given, "size", usual.size),
        crop: whole(given, "crop", usual.crop),
        steps: whole(given, "steps", usual.steps),
        batch: whole(given, "batch", usual.batch),
        stability: number(given, "stability").map_or(usual.stability, |value| value as f32),
        seed: whole(given, "seed", usual.seed),
        network: Size {
            width: whole(&network, "width", usual.network.width),
            blocks: whole(&network, "blocks", usual.network.blocks),
        },
        ..usual
    }
}
