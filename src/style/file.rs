//! A `.style` file: a trained network, and what is known about it.
//!
//! It is a safetensors file. Convolutions are stored as whole numbers of 8 bits with a scale for each output
//! channel, everything else in 16 bits; its header says what the style is. Nothing in a file is believed.

use crate::stylizer::{Kind, Parameter, Size, Table, unnamed};
use crate::weights::safetensors as file;
use crate::{Error, Result};
use half::f16;
use safetensors::{Dtype, SafeTensors};
use serde::{Deserialize, Serialize};
use std::collections::HashMap;

/// The key of the header's text.
const ABOUT: &str = "scumble.style";
/// The name of the painting's small picture, a PNG file.
const THUMBNAIL: &str = "thumbnail";
/// The version of the format that this program writes, and the only one that it reads.
const FORMAT: u32 = 1;
/// No style is larger, in bytes: the widest network comes to less.
const LARGEST: usize = 8 << 20;

/// The header: what the style is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct About {
    /// The version of the format.
    pub format: u32,
    /// The program that made it.
    pub made: String,
    /// Its name, that of the painting for example.
    pub name: String,
    /// How large its network is.
    pub network: Size,
    /// The longest edge of the photos that it was trained on, in pixels.
    pub size: u32,
    /// How many steps it was trained.
    pub steps: u32,
    /// The settings that say what the style is, as the page's JSON.
    pub settings: serde_json::Value,
    /// A note on who may use it for what.
    pub licence: String,
}

impl About {
    /// Of a style that this program makes.
    pub fn new(name: &str, network: Size, size: u32, steps: u32, settings: serde_json::Value) -> About {
        let made = concat!("Scumble ", env!("CARGO_PKG_VERSION")).to_owned();
        let licence = "The style follows the rights of its painting.".to_owned();
        About { format: FORMAT, made, name: name.to_owned(), network, size, steps, settings, licence }
    }
}

/// A trained network with what is known about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Style {
    /// What it is.
    pub about: About,
    /// A small PNG of the painting; empty, if there is none.
    pub thumbnail: Vec<u8>,
    /// All parameters as the file holds them, in the order of the network's table ([`crate::stylizer::named`]).
    pub parameters: Vec<Vec<f32>>,
}

impl Style {
    /// What other paintings have taught: parameters that a new style learns from faster than from random ones. A page fetches the file
    /// that lies beside it.
    #[cfg(not(target_arch = "wasm32"))]
    pub fn start() -> Style {
        Style::from_bytes(include_bytes!("../../weights/start.style")).expect("a test reads this file")
    }

    /// The style with these parameters, rounded as a file holds them: so it paints the same before it was saved and after.
    ///
    /// # Panics
    /// Where there are not as many parameters as the table has.
    pub fn new(about: About, thumbnail: Vec<u8>, parameters: &[Vec<f32>]) -> Style {
        let table = Table::new(about.network);
        assert_eq!(parameters.len(), table.parameters().len(), "parameters of a style");
        let rounded = |(parameter, values): (&Parameter, &Vec<f32>)| match channels(parameter) {
            Some(outputs) => {
                let (whole, scales) = quantised(values, outputs);
                let length = values.len() / outputs;
                whole.iter().enumerate().map(|(at, &value)| f32::from(value) * scales[at / length]).collect()
            }
            None => values.iter().map(|&value| f16::from_f32(value).to_f32()).collect(),
        };
        let parameters = table.parameters().iter().zip(parameters).map(rounded).collect();
        Style { about, thumbnail, parameters }
    }

    /// All parameters as the device holds them.
    pub fn values(&self) -> Vec<f32> {
        unnamed(&self.table(), &self.parameters)
    }

    /// The network's table.
    pub fn table(&self) -> Table {
        Table::new(self.about.network)
    }

    /// The file.
    ///
    /// # Errors
    /// Where it could not be written.
    pub fn to_bytes(&self) -> Result<Vec<u8>> {
        let table = self.table();
        let mut stored: Vec<(String, Dtype, Vec<usize>, Vec<u8>)> = Vec::new();
        for (parameter, values) in table.parameters().iter().zip(&self.parameters) {
            match channels(parameter) {
                Some(outputs) => {
                    let (whole, scales) = quantised(values, outputs);
                    let bytes = whole.iter().map(|value| value.cast_unsigned()).collect();
                    stored.push((parameter.name.clone(), Dtype::I8, shape(parameter), bytes));
                    let bytes = scales.iter().flat_map(|scale| scale.to_le_bytes()).collect();
                    stored.push((format!("{}.scale", parameter.name), Dtype::F32, vec![outputs], bytes));
                }
                None => {
                    let bytes = values.iter().flat_map(|&value| f16::from_f32(value).to_le_bytes()).collect();
                    stored.push((parameter.name.clone(), Dtype::F16, shape(parameter), bytes));
                }
            }
        }
        if !self.thumbnail.is_empty() {
            stored.push((THUMBNAIL.into(), Dtype::U8, vec![self.thumbnail.len()], self.thumbnail.clone()));
        }
        let about = serde_json::to_string(&self.about).map_err(|e| Error::Encode { detail: e.to_string() })?;
        let stored = stored.iter().map(|(name, dtype, shape, bytes)| (&**name, *dtype, shape.clone(), &**bytes));
        file::write(stored.collect(), HashMap::from([(ABOUT.to_owned(), about)]))
    }

    /// Reads a file.
    ///
    /// # Errors
    /// [`Error::Style`] where it is no style, damaged, of another version, or too large.
    pub fn from_bytes(bytes: &[u8]) -> Result<Style> {
        let refused = |problem: &str| Error::Style { problem: problem.into() };
        if bytes.len() > LARGEST {
            return Err(refused("it is larger than any style is"));
        }
        let (_, header) = SafeTensors::read_metadata(bytes).map_err(|_| refused("it is damaged, or no style"))?;
        let about = header.metadata().as_ref().and_then(|texts| texts.get(ABOUT));
        let about = about.ok_or_else(|| refused("it holds numbers, but not those of a style"))?;
        let about: About = serde_json::from_str(about).map_err(|_| refused("its description is damaged"))?;
        if about.format != FORMAT {
            return Err(refused("another version of Scumble made it"));
        }
        if !about.network.is_possible() {
            return Err(refused("its network has a size that no style has"));
        }
        let table = Table::new(about.network);
        let wanted = |name: &str| table.parameters().iter().any(|parameter| parameter.name == name);
        let mut found = file::read(bytes, &wanted).map_err(|_| refused("it is damaged"))?.found;
        let parameters = table.parameters().iter().map(|parameter| {
            let stored = found.remove(&parameter.name).filter(|stored| stored.shape == shape(parameter));
            let values =
                stored.map(|stored| stored.values).filter(|values| values.iter().all(|value| value.is_finite()));
            values.ok_or_else(|| refused("a part of its network is missing or damaged"))
        });
        let parameters = parameters.collect::<Result<_>>()?;
        let thumbnail =
            SafeTensors::deserialize(bytes).ok().and_then(|read| Some(read.tensor(THUMBNAIL).ok()?.data().to_vec()));
        Ok(Style { about, thumbnail: thumbnail.unwrap_or_default(), parameters })
    }
}

/// The output channels of a convolution's weights, which have a scale each.
fn channels(parameter: &Parameter) -> Option<usize> {
    match parameter.kind {
        Kind::Weights { outputs, .. } => Some(outputs as usize),
        Kind::Bias(_) | Kind::Norm(_) => None,
    }
}

/// The shape of a parameter in the file, outermost first.
fn shape(parameter: &Parameter) -> Vec<usize> {
    match parameter.kind {
        Kind::Weights { outputs, inputs, kernel } => {
            [outputs, inputs, kernel, kernel].map(|size| size as usize).to_vec()
        }
        Kind::Bias(channels) => vec![channels as usize],
        Kind::Norm(channels) => vec![2, channels as usize],
    }
}

/// Whole numbers of 8 bits, and for each output channel what they are multiplied with. Numbers that were rounded like that
/// once stay as they are.
fn quantised(values: &[f32], outputs: usize) -> (Vec<i8>, Vec<f32>) {
    let mut whole = Vec::with_capacity(values.len());
    let mut scales = Vec::with_capacity(outputs);
    for channel in values.chunks(values.len() / outputs) {
        let most = channel.iter().fold(0.0f32, |most, value| most.max(value.abs()));
        let scale = if most > 0.0 { most / 127.0 } else { 1.0 };
        whole.extend(channel.iter().map(|value| (value / scale).round().clamp(-127.0, 127.0) as i8));
        scales.push(scale);
    }
    (whole, scales)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::stylizer::{initial, named};

    fn style() -> Style {
        let network = Size { width: 4, blocks: 1 };
        let table = Table::new(network);
        let about = About::new("Night", network, 256, 60, serde_json::json!({ "strength": 50.0 }));
        Style::new(about, vec![1, 2, 3], &named(&table, &initial(&table, 1)))
    }

    #[test]
    fn the_start_that_comes_along_is_whole() {
        assert_eq!(Style::start().about.network, Size::default());
    }

    #[test]
    fn there_and_back_bit_for_bit() {
        let style = style();
        let bytes = style.to_bytes().unwrap();
        let read = Style::from_bytes(&bytes).unwrap();
        assert_eq!(read, style);
        assert_eq!(read.to_bytes().unwrap(), bytes);
    }

    #[test]
    fn the_usual_network_stays_below_450_kilobytes() {
        let network = Size::default();
        let table = Table::new(network);
        let about = About::new("Night", network, 256, 60, serde_json::json!({}));
        let bytes = Style::new(about, vec![0; 12_000], &named(&table, &initial(&table, 1))).to_bytes().unwrap();
        assert!(bytes.len() <= 450_000, "{} bytes", bytes.len());
    }

    #[test]
    fn hostile_files_are_refused_in_words() {
        let good = style().to_bytes().unwrap();
        let sentence = |bytes: &[u8]| Style::from_bytes(bytes).unwrap_err().to_string();
        assert!(sentence(b"").starts_with("This style cannot be used"));
        assert!(sentence(&vec![0; LARGEST + 1]).contains("larger than any style"));
        // Cut off anywhere, or with any byte of the header changed, it is refused or still whole; it never panics.
        for length in (0..good.len()).step_by(97) {
            assert!(Style::from_bytes(&good[..length]).is_err(), "cut to {length} bytes");
        }
        let header = 8 + u64::from_le_bytes(good[..8].try_into().unwrap()) as usize;
        for at in 0..header {
            let mut changed = good.clone();
            changed[at] ^= 0x15;
            let _ = Style::from_bytes(&changed);
        }
        let with = |from: &str, to: &str| {
            let text = String::from_utf8_lossy(&good[..header]).into_owned();
            assert!(text.contains(from), "{from} in {text}");
            let mut changed = good.clone();
            let at = text.find(from).unwrap();
            changed[at..at + from.len()].copy_from_slice(to.as_bytes());
            sentence(&changed)
        };
        let quoted = |text: &str| text.replace('"', "\\\"");
        assert!(with(&quoted(r#""format":1"#), &quoted(r#""format":7"#)).contains("another version"));
        assert!(with(&quoted(r#""width":4"#), &quoted(r#""width":0"#)).contains("a size that no style has"));
        assert!(with("down1.norm", "down1.nose").contains("missing or damaged"));
    }
}
