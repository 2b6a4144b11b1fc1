//! This turns the host's clock into milliseconds. A browser's moves in steps of up to 0.1 ms.

/// Milliseconds since some moment that stays the same.
#[cfg(not(target_arch = "wasm32"))]
pub fn now_ms() -> f64 {
    use std::sync::OnceLock;
    use std::time::Instant;
    static START: OnceLock<Instant> = OnceLock::new();
    START.get_or_init(Instant::now).elapsed().as_secs_f64() * 1e3
}

/// Milliseconds since some moment that stays the same.
#[cfg(target_arch = "wasm32")]
pub fn now_ms() -> f64 {
    use wasm_bindgen::prelude::*;
    #[wasm_bindgen]
    extern "C" {
        /// A property of the global scope, which a worker has as well as a page.
        #[wasm_bindgen(js_namespace = performance)]
        fn now() -> f64;
    }
    now()
}
