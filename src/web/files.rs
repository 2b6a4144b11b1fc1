//! This turns what was painted into files, and files into what they were painted from.

use super::Studio;
use super::run::Run;
use super::values::{bytes, object, thrown};
use crate::Result;
use crate::image::{Format, Label, decode, encode, encode_animation, read_label};
use js_sys::{Array, Object, Reflect, Uint8Array};
use wasm_bindgen::prelude::*;

#[wasm_bindgen]
impl Studio {
    /// The picture as it stands, or another one of its history (PNG bytes), as a file ("png", "png16", "jpeg", "webp"), labelled
    /// with when the photo was taken and how large it is on paper; PNG also with how it was painted, as JSON, and with files by
    /// their names.
    pub async fn save(
        &self,
        format: String,
        settings: Option<String>,
        names: Vec<String>,
        files: Vec<Uint8Array>,
        frame: Option<Uint8Array>,
        dots_per_inch: Option<u16>,
    ) -> Result<Uint8Array, JsValue> {
        let format: Format = serde_json::from_value(format.into()).map_err(|e| JsValue::from_str(&e.to_string()))?;
        let taken = self.lying.get("photo").and_then(|photo| photo.taken.clone());
        let enclosed = names.into_iter().zip(files.iter().map(Uint8Array::to_vec)).collect();
        let label = Label { taken, dots_per_inch, settings, enclosed };
        let picture = match (frame, self.at_work()) {
            (Some(frame), _) => decode(&frame.to_vec(), u32::MAX).map_err(thrown)?.picture,
            (None, Ok(Run::Printing(print))) => return bytes(encode(print.as_ref(), format, &label)),
            (None, run) => run?.picture().await.map_err(thrown)?,
        };
        bytes(encode(&picture, format, &label))
    }

    /// How a PNG file was painted, {settings, enclosed: [{name, bytes}]}, if Scumble saved it; nothing of it is checked.
    #[wasm_bindgen(js_name = readLabel)]
    pub fn read_label(bytes: &[u8]) -> Result<JsValue, JsValue> {
        let Some(label) = read_label(bytes) else { return Ok(JsValue::UNDEFINED) };
        let enclosed = Array::new();
        for (name, contents) in label.enclosed {
            let file = Object::new();
            Reflect::set(&file, &"name".into(), &name.into())?;
            Reflect::set(&file, &"bytes".into(), &Uint8Array::from(contents.as_slice()))?;
            enclosed.push(&file);
        }
        let read = object(&serde_json::json!({ "settings": label.settings }))?;
        Reflect::set(&read, &"enclosed".into(), &enclosed)?;
        Ok(read)
    }

    /// Frames of one size, RGBA with 8 bits a channel, as an animated PNG.
    #[wasm_bindgen(js_name = encodeAnimation)]
    pub fn encode_animation(
        width: u32,
        height: u32,
        frames: Vec<Uint8Array>,
        frame_ms: u16,
        last_ms: u16,
    ) -> Result<Uint8Array, JsValue> {
        let frames: Vec<Vec<u8>> = frames.iter().map(Uint8Array::to_vec).collect();
        bytes(encode_animation(width, height, &frames, frame_ms, last_ms))
    }
}
