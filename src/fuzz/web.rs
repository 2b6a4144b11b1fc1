//! This lets JavaScript hand the files to their readers. Like [`crate::web`], it knows JavaScript.

use super::{Cases, READERS};
use wasm_bindgen::prelude::*;

/// The files of one reader and one seed.
#[wasm_bindgen]
pub struct FuzzCases(Cases);

#[wasm_bindgen]
impl FuzzCases {
    /// The names of all readers.
    pub fn readers() -> Vec<String> {
        console_error_panic_hook::set_once();
        READERS.iter().map(|reader| reader.name.to_owned()).collect()
    }

    /// The files for the reader of this index.
    #[wasm_bindgen(constructor)]
    pub fn new(index: usize, seed: u32) -> FuzzCases {
        FuzzCases(Cases::new(&READERS[index], seed))
    }

    /// Whether the reader takes the file of this number.
    pub fn read(&self, number: u32) -> bool {
        (self.0.reader.read)(&self.0.file(number))
    }
}
