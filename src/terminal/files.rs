//! Files that are read.

use clap::ValueEnum;
use scumble::image::{Decoded, Picture, WORKING_EDGE, decode};
use scumble::painter::Sources;
use scumble::settings::Settings;
use scumble::weights::{self, Manifest, ModelWeights};
use std::collections::btree_map::Entry;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// Where VGG19's weights are.
#[derive(clap::Args)]
pub struct WeightsFile {
    /// VGG19's weights: a folder made by `cargo xtask weights`, or a .pth or .safetensors file.
    #[arg(long, default_value = "weights")]
    weights: PathBuf,
    /// Whose network the weights file holds, if it cannot be recognised.
    #[arg(long)]
    origin: Option<OriginName>,
}

#[derive(Clone, Copy, ValueEnum)]
enum OriginName {
    Torchvision,
    Caffe,
}

impl WeightsFile {
    /// Reads the weights that the settings need, if they do not come with the program.
    pub fn read_into(&self, sources: &mut Sources, settings: &Settings) -> Result<(), String> {
        if let Entry::Vacant(missing) = sources.weights.entry(settings.model) {
            missing.insert(Rc::new(weights_file(&self.weights, self.origin)?));
        }
        Ok(())
    }
}

/// Endings of the pictures in a folder.
const ENDINGS: [&str; 6] = ["png", "jpg", "jpeg", "webp", "gif", "bmp"];

/// The pictures in a folder, by name; or the file itself.
pub fn pictures_in(path: &Path) -> Result<Vec<PathBuf>, String> {
    if !path.is_dir() {
        return Ok(vec![path.to_owned()]);
    }
    let failed = |e: std::io::Error| format!("{} cannot be read: {e}.", path.display());
    let entries = std::fs::read_dir(path).map_err(failed)?;
    let mut files = entries.map(|entry| Ok(entry.map_err(failed)?.path())).collect::<Result<Vec<_>, String>>()?;
    let ending = |file: &Path| file.extension().and_then(|ending| ending.to_str()).map(str::to_lowercase);
    files.retain(|file| ending(file).is_some_and(|ending| ENDINGS.contains(&ending.as_str())));
    files.sort();
    match files.is_empty() {
        true => Err(format!("There are no pictures in {}.", path.display())),
        false => Ok(files),
    }
}

/// The photos to learn with: those of a folder, one alone, or none.
pub fn photos(path: Option<&Path>) -> Result<Vec<Rc<Picture>>, String> {
    let files = path.map(pictures_in).transpose()?.unwrap_or_default();
    files.iter().map(|path| picture(path)).collect()
}

/// Reads a picture, and says what was changed on the way.
pub fn picture(path: &Path) -> Result<Rc<Picture>, String> {
    Ok(Rc::new(decoded(path, WORKING_EDGE)?.picture))
}

/// The same with this longest edge at most, and with what else the file tells.
pub fn decoded(path: &Path, edge: u32) -> Result<Decoded, String> {
    let decoded = decode(&read(path)?, edge).map_err(|e| format!("{}: {e}", path.display()))?;
    for note in &decoded.notes {
        eprintln!("{}: {note}", path.display());
    }
    Ok(decoded)
}

fn weights_file(path: &Path, origin: Option<OriginName>) -> Result<ModelWeights, String> {
    let problem = |e: scumble::Error| format!("{}: {e}", path.display());
    if !path.exists() {
        return Err(format!(
            "{} is not there. `cargo xtask weights` makes it, from a file with VGG19's weights.",
            path.display()
        ));
    }
    if path.is_dir() {
        let text = read(&path.join("manifest.json")).map_err(|e| format!("{e} `cargo xtask weights` makes it."))?;
        let manifest = Manifest::parse(&String::from_utf8_lossy(&text)).map_err(problem)?;
        let shards = manifest.shards.iter().map(|shard| read(&path.join(&shard.file)));
        return weights::assemble(&manifest, &shards.collect::<Result<Vec<_>, _>>()?).map_err(problem);
    }
    let origin = origin.map(|name| match name {
        OriginName::Torchvision => weights::Origin::Torchvision,
        OriginName::Caffe => weights::Origin::Caffe,
    });
    let mut read_weights = weights::read(&read(path)?, origin).map_err(problem)?;
    weights::normalise(&mut read_weights);
    Ok(read_weights)
}

/// Reads a file.
pub fn read(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|e| format!("{} cannot be read: {e}.", path.display()))
}
