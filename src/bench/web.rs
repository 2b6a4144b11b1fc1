//! This turns a worker's questions into measurements, as JSON. Like [`crate::web`], it knows JavaScript.

use super::{Machine, Row};
use crate::choices::ModelKind;
use serde::{Deserialize, Serialize};
use wasm_bindgen::prelude::*;

#[derive(Deserialize)]
struct Asked {
    model: ModelKind,
    size: u32,
    layers: bool,
}

/// Measures the adapter: a [`Machine`].
#[wasm_bindgen(js_name = benchMachine)]
pub async fn machine() -> Result<String, JsValue> {
    console_error_panic_hook::set_once();
    json(&Machine::measure().await.map_err(thrown)?)
}

/// Measures `{model, size, layers}`: a [`Row`].
#[wasm_bindgen(js_name = benchRow)]
pub async fn row(asked: String) -> Result<String, JsValue> {
    console_error_panic_hook::set_once();
    let Asked { model, size, layers } = serde_json::from_str(&asked).map_err(thrown)?;
    json(&Row::measure(model, size, layers).await.map_err(thrown)?)
}

fn json(value: &impl Serialize) -> Result<String, JsValue> {
    serde_json::to_string(value).map_err(thrown)
}

fn thrown(error: impl ToString) -> JsValue {
    js_sys::Error::new(&error.to_string()).into()
}
