//! This turns a worker's questions into measurements, as JSON. Like [`crate::web`], it knows JavaScript.

use super::{Machine, Question, Row};
use serde::Serialize;
use wasm_bindgen::prelude::*;

/// Measures the adapter: a [`Machine`].
#[wasm_bindgen(js_name = benchMachine)]
pub async fn machine() -> Result<String, JsValue> {
    console_error_panic_hook::set_once();
    json(&Machine::measure().await.map_err(thrown)?)
}

/// Measures a [`Question`]: a [`Row`].
#[wasm_bindgen(js_name = benchRow)]
pub async fn row(asked: String) -> Result<String, JsValue> {
    console_error_panic_hook::set_once();
    let question: Question = serde_json::from_str(&asked).map_err(thrown)?;
    json(&Row::measure(question).await.map_err(thrown)?)
}

fn json(value: &impl Serialize) -> Result<String, JsValue> {
    serde_json::to_string(value).map_err(thrown)
}

fn thrown(error: impl ToString) -> JsValue {
    js_sys::Error::new(&error.to_string()).into()
}
