//! Turns weights into files that a browser can fetch one by one, cache and check, and back.
//!
//! A manifest (JSON) lists the shards in the network's order; each shard is a safetensors file of whole layers in 16-bit
//! floats, with tensors `conv1_1.weight` and `conv1_1.bias`. A shard ends at conv5_1, the deepest layer of the usual style
//! loss, so that no byte behind it has to be fetched.

use super::model_weights::ModelWeights;
use super::origin::{Source, sha256_hex};
use super::refusal::unusable;
use super::tensors::Tensors;
use super::{names, safetensors};
use crate::error::{Error, Result};
use crate::model::vgg19::{self, CONVOLUTIONS};
use crate::model::{ConvWeights, Preprocessing};
use ::safetensors::{Dtype, tensor::TensorView};
use half::f16;
use serde::{Deserialize, Serialize};

/// The version of the layout that this code writes and reads.
pub const FORMAT: u32 = 2;

/// The most bytes of one shard, so that a broken download costs little.
pub const SHARD_LIMIT: usize = 8_000_000;

/// The name of the manifest beside the shards.
pub const MANIFEST: &str = "manifest.json";

/// The only model of this format.
const MODEL: &str = "vgg19";

/// The remedy for everything that our own files can suffer.
const MAKE_AGAIN: &str = "Reload the page; if it stays, make the shards again with cargo xtask weights.";

/// The contents of a folder of shards.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`FORMAT`].
    pub format: u32,
    /// The model's name, `vgg19`.
    pub model: String,
    /// Origin, name, attribution, licence and SHA-256 of the original file.
    #[serde(flatten)]
    pub source: Source,
    /// The network's input normalisation.
    pub preprocessing: Preprocessing,
    /// How much larger each convolution's activations are than in the original file.
    pub growth: Vec<f32>,
    /// The shards, from the pixels upwards; together they hold a prefix of the table.
    pub shards: Vec<Shard>,
}

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shard {
    /// Its name beside the manifest, e.g. `vgg19-0-0a1b2c3d.safetensors`; the digits begin its SHA-256.
    pub file: String,
    /// Its length.
    pub bytes: usize,
    /// Its SHA-256, 64 lower-case hexadecimal digits.
    pub sha256: String,
    /// The whole layers in it, e.g. `conv1_1`, in order.
    pub convolutions: Vec<String>,
}

/// A shard's file name and its bytes.
pub type ShardFile = (String, Vec<u8>);

impl Manifest {
    /// Reads a manifest and checks all that can be checked without the shards.
    ///
    /// # Errors
    /// [`Error::Weights`] when it is no manifest, of another version, or names files or layers that cannot be.
    pub fn parse(text: &str) -> Result<Self> {
        let manifest: Self =
            serde_json::from_str(text).map_err(|error| broken(format!("it cannot be read ({error})")))?;
        if manifest.format != FORMAT || manifest.model != MODEL {
            let found = format!("version {} for {:?}", manifest.format, manifest.model);
            return Err(broken(format!("it is of {found}, this Scumble reads version {FORMAT} for {MODEL:?}")));
        }
        for shard in &manifest.shards {
            let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
            if shard.file.starts_with('.') || shard.file.is_empty() || !shard.file.chars().all(plain) {
                return Err(broken(format!("{:?} is no plain file name", shard.file)));
            }
            if shard.bytes == 0 || shard.bytes > SHARD_LIMIT {
                return Err(broken(format!(
                    "{} has {} bytes, it may have 1 to {SHARD_LIMIT}",
                    shard.file, shard.bytes
                )));
            }
            let digit = |c: u8| c.is_ascii_digit() || (b'a'..=b'f').contains(&c);
            if shard.sha256.len() != 64 || !shard.sha256.bytes().all(digit) {
                return Err(broken(format!("the SHA-256 of {} is not 64 hexadecimal digits", shard.file)));
            }
            if shard.convolutions.is_empty() {
                return Err(broken(format!("{} holds no layer", shard.file)));
            }
        }
        let count: usize = manifest.shards.iter().map(|shard| shard.convolutions.len()).sum();
        if manifest.growth.len() != count || !manifest.growth.iter().all(|growth| growth.is_normal() && *growth > 0.0) {
            return Err(broken(format!("the growth of its {count} layers is {:?}", manifest.growth)));
        }
        let mut layers = manifest.shards.iter().flat_map(|shard| &shard.convolutions).enumerate();
        if let Some((at, name)) = layers.find(|(at, name)| CONVOLUTIONS.get(*at).is_none_or(|row| row.name != *name)) {
            return Err(broken(format!("its layer {at} is {name:?}, which VGG19 does not have there")));
        }
        if manifest.shards.is_empty() {
            return Err(broken("it lists no shards".to_owned()));
        }
        Ok(manifest)
    }

    /// The manifest as JSON, with a line feed at its end.
    pub fn to_json(&self) -> String {
        // A struct of plain fields always serialises.
        serde_json::to_string_pretty(self).unwrap_or_default() + "\n"
    }

    /// The shards that a run up to and including `conv_name` needs, in order.
    ///
    /// # Errors
    /// [`Error::Weights`] when no shard holds that layer.
    pub fn shards_through(&self, conv_name: &str) -> Result<&[Shard]> {
        let last = self.shards.iter().position(|shard| shard.convolutions.iter().any(|name| name == conv_name));
        let deepest = self.shards.last().and_then(|shard| shard.convolutions.last()).map_or("nothing", String::as_str);
        last.map(|last| &self.shards[..=last]).ok_or_else(|| {
            let problem = format!("they do not hold {conv_name}, they end with {deepest}");
            unusable(problem, "Make the shards from a file with all sixteen convolutions.")
        })
    }
}

/// Packs weights into shards of at most [`SHARD_LIMIT`] bytes, rounded to 16-bit floats: the manifest, and each file's
/// name and bytes. The same weights give the same bytes.
///
/// # Errors
/// [`Error::Weights`] when a value is beyond 65504, the largest 16-bit float; [`normalise`](super::normalise()) first.
pub fn write(weights: &ModelWeights) -> Result<(Manifest, Vec<ShardFile>)> {
    let mut groups: Vec<(usize, Vec<&ConvWeights>)> = Vec::new();
    let mut closed = true;
    for convolution in &weights.convolutions {
        // The header of a layer takes some 200 bytes; 1000 are generous.
        let size = 2 * (convolution.weight.len() + convolution.bias.len()) + 1000;
        match groups.last_mut().filter(|(total, _)| !closed && total + size <= SHARD_LIMIT) {
            Some((total, group)) => {
                *total += size;
                group.push(convolution);
            }
            None => groups.push((size, vec![convolution])),
        }
        // Nobody has to download what no loss looks at by default.
        closed = convolution.name == vgg19::deepest_style().name;
    }
    let mut shards = Vec::new();
    let mut files = Vec::new();
    for (at, (_, group)) in groups.into_iter().enumerate() {
        let bytes = pack(&group)?;
        let sha256 = sha256_hex(&bytes);
        let file = format!("{MODEL}-{at}-{}.safetensors", &sha256[..8]);
        let convolutions = group.iter().map(|convolution| convolution.name.clone()).collect();
        shards.push(Shard { file: file.clone(), bytes: bytes.len(), sha256, convolutions });
        files.push((file, bytes));
    }
    let ModelWeights { preprocessing, ref growth, ref source, .. } = *weights;
    let (growth, source) = (growth.clone(), source.clone());
    Ok((Manifest { format: FORMAT, model: MODEL.to_owned(), source, preprocessing, growth, shards }, files))
}

/// One shard's bytes.
fn pack(group: &[&ConvWeights]) -> Result<Vec<u8>> {
    let mut stored = Vec::new();
    for convolution in group {
        let ConvWeights { name, out_channels, in_channels, kernel, weight, bias } = convolution;
        let shape = vec![*out_channels, *in_channels, *kernel, *kernel];
        stored.push((format!("{name}.weight"), shape, halves(name, weight)?));
        stored.push((format!("{name}.bias"), vec![*out_channels], halves(name, bias)?));
    }
    let failed = |error| unusable(format!("a shard cannot be written ({error})"), "This is a defect of Scumble.");
    let mut views = Vec::new();
    for (name, shape, bytes) in &stored {
        views.push((name, TensorView::new(Dtype::F16, shape.clone(), bytes).map_err(failed)?));
    }
    ::safetensors::serialize(views, None).map_err(failed)
}

/// Rounds to 16-bit floats, little-endian.
fn halves(name: &str, values: &[f32]) -> Result<Vec<u8>> {
    let mut bytes = Vec::with_capacity(2 * values.len());
    for &value in values {
        let half = f16::from_f32(value);
        if !half.is_finite() {
            let problem = format!("{name} holds {value:e}, and a 16-bit float ends at 65504");
            return Err(unusable(problem, "Normalise the weights before writing them."));
        }
        bytes.extend(half.to_le_bytes());
    }
    Ok(bytes)
}

/// Checks a downloaded shard against its manifest entry.
///
/// # Errors
/// [`Error::Weights`] when its length or its SHA-256 differs.
pub fn verify(shard: &Shard, bytes: &[u8]) -> Result<()> {
    let Shard { file, bytes: expected, sha256, .. } = shard;
    if bytes.len() != *expected {
        return Err(unusable(format!("{file} has {} bytes instead of {expected}", bytes.len()), MAKE_AGAIN));
    }
    let found = sha256_hex(bytes);
    if found != *sha256 {
        let problem = format!("{file} is damaged: its SHA-256 begins with {}, not {}", &found[..8], &sha256[..8]);
        return Err(unusable(problem, MAKE_AGAIN));
    }
    Ok(())
}

/// Puts weights together from the first shards of a manifest, in order; as many as there are, so that a run up to conv5_1
/// can stop early. Each is [verified](verify) first.
///
/// # Errors
/// [`Error::Weights`] when there are no shards or too many, or when one is damaged or does not hold what the manifest says.
pub fn assemble(manifest: &Manifest, shards: &[Vec<u8>]) -> Result<ModelWeights> {
    if shards.is_empty() || shards.len() > manifest.shards.len() {
        let problem = format!("there are {} shards, the manifest lists {}", shards.len(), manifest.shards.len());
        return Err(unusable(problem, MAKE_AGAIN));
    }
    let mut tensors = Tensors::default();
    let mut expected = 0;
    for (shard, bytes) in manifest.shards.iter().zip(shards) {
        verify(shard, bytes)?;
        tensors.found.extend(safetensors::read(bytes, &names::is_ours)?.found);
        expected += shard.convolutions.len();
    }
    let convolutions = names::convolutions(tensors, &CONVOLUTIONS)?;
    if convolutions.len() != expected {
        let problem = format!("the shards hold {} layers, the manifest lists {expected}", convolutions.len());
        return Err(unusable(problem, MAKE_AGAIN));
    }
    Ok(ModelWeights {
        convolutions,
        preprocessing: manifest.preprocessing,
        growth: manifest.growth[..expected].to_vec(),
        source: manifest.source.clone(),
    })
}

/// A manifest that cannot be right.
fn broken(problem: String) -> Error {
    unusable(format!("their manifest is broken: {problem}"), MAKE_AGAIN)
}
