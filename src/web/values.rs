//! This turns results into JavaScript's values, and errors into its errors.

use crate::image::{Picture, encode_png};
use crate::painter::checkpoint::Checkpoint;
use crate::schedule::Scale;
use crate::{Error, Result};
use js_sys::{JSON, Object, Reflect, Uint8Array, Uint8ClampedArray};
use serde::Serialize;
use wasm_bindgen::prelude::*;

#[derive(Serialize)]
struct RunPlan<'p> {
    scales: &'p [Scale],
    iterations: u32,
}

/// The plan of a run: {scales, iterations}.
pub(super) fn plan(scales: &[Scale]) -> Result<JsValue, JsValue> {
    object(&RunPlan { scales, iterations: scales.iter().map(|scale| scale.iterations).sum() })
}

/// Pixels as a page draws them.
pub(super) fn frame(picture: &Picture) -> Result<JsValue, JsValue> {
    let rgba: Vec<u8> = picture.rgba.iter().map(|value| (value * 255.0).round() as u8).collect();
    let frame = Object::new();
    Reflect::set(&frame, &"width".into(), &picture.width.into())?;
    Reflect::set(&frame, &"height".into(), &picture.height.into())?;
    Reflect::set(&frame, &"rgba".into(), &Uint8ClampedArray::from(rgba.as_slice()))?;
    Ok(frame.into())
}

/// A run to go on from: after how many steps, and its file.
pub(super) fn kept(run: &Checkpoint) -> Result<JsValue, JsValue> {
    let kept = Object::new();
    Reflect::set(&kept, &"iteration".into(), &(run.standing.before + run.standing.step).into())?;
    Reflect::set(&kept, &"file".into(), bytes(run.to_bytes())?.as_ref())?;
    Ok(kept.into())
}

/// That something was not given yet.
pub(super) fn missing(which: &str) -> Error {
    Error::Missing { what: format!("The {which}"), remedy: "Choose one first.".into() }
}

/// Anything that can be written as JSON, as an object of JavaScript.
pub(super) fn object(value: &impl Serialize) -> Result<JsValue, JsValue> {
    let json = serde_json::to_string(value).map_err(|e| JsValue::from_str(&e.to_string()))?;
    JSON::parse(&json)
}

/// An `Error` for JavaScript whose name is the kind and whose message is the sentence.
pub(super) fn thrown(error: Error) -> JsValue {
    let thrown = js_sys::Error::new(&error.to_string());
    thrown.set_name(error.kind());
    thrown.into()
}

/// A picture as PNG bytes, without a label.
pub(super) fn png(picture: &Picture) -> Result<Uint8Array, JsValue> {
    bytes(encode_png(picture))
}

/// A file, or why there is none.
pub(super) fn bytes(file: Result<Vec<u8>>) -> Result<Uint8Array, JsValue> {
    Ok(Uint8Array::from(file.map_err(thrown)?.as_slice()))
}

/// Anything that serde can write, as JSON.
pub(super) fn json(value: &impl Serialize) -> Result<serde_json::Value, JsValue> {
    serde_json::to_value(value).map_err(|e| JsValue::from_str(&e.to_string()))
}
