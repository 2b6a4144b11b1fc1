//! Turns the file of the built-in model into its weights.

use super::model_weights::ModelWeights;
use super::origin::{Origin, sha256_hex};
use super::refusal::unusable;
use super::{names, safetensors};
use crate::error::Result;
use crate::model::student::CONVOLUTIONS;

/// The remedy for a file that comes with Scumble.
const BUILD_AGAIN: &str = "Reload the page; if it stays, the site has to be built again.";

/// Reads the file of the student (`weights/student.safetensors`), as the training writes it.
///
/// # Errors
/// [`Error::Weights`](crate::Error::Weights) where it is cut off, damaged or of another network.
pub fn read_student(bytes: &[u8]) -> Result<ModelWeights> {
    let is_ours = |name: &str| CONVOLUTIONS.iter().any(|row| name.strip_prefix(row.name).is_some_and(is_part));
    let convolutions = names::convolutions(safetensors::read(bytes, &is_ours)?, &CONVOLUTIONS)?;
    if convolutions.len() != CONVOLUTIONS.len() {
        let problem = format!("the built-in model ends with {}", CONVOLUTIONS[convolutions.len() - 1].name);
        return Err(unusable(problem, BUILD_AGAIN));
    }
    let (origin, growth) = (Origin::Student, vec![1.0; convolutions.len()]);
    let (preprocessing, source) = (origin.preprocessing(), origin.source(sha256_hex(bytes)));
    Ok(ModelWeights { convolutions, preprocessing, growth, source })
}

/// The endings that tensors add to a layer's name.
fn is_part(rest: &str) -> bool {
    matches!(rest, ".weight" | ".bias")
}

/// The student that comes with the program; a page fetches the file that lies beside it.
pub fn built_in() -> Option<ModelWeights> {
    #[cfg(target_arch = "wasm32")]
    return None;
    #[cfg(not(target_arch = "wasm32"))]
    Some(read_student(include_bytes!("../../weights/student.safetensors")).expect("a test reads this file"))
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_file_that_comes_along_is_whole() {
        assert_eq!(super::built_in().unwrap().convolutions.len(), super::CONVOLUTIONS.len());
    }
}
