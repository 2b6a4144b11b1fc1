//! This turns two places on the disk into pairs of a photo and a painting.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

/// A photo and a painting.
pub struct Pair {
    /// Both files' names.
    pub name: String,
    pub photo: PathBuf,
    pub painting: PathBuf,
}

/// All pairs, or so many: each photo with another painting first, so that a few already show much.
pub fn of(photos: &Path, paintings: &Path, most: Option<usize>) -> Result<Vec<Pair>> {
    let (photos, paintings) = (pictures(photos)?, pictures(paintings)?);
    let stem = |path: &Path| path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let diagonals = (0..paintings.len()).flat_map(|shift| (0..photos.len()).map(move |photo| (photo, photo + shift)));
    let pair = |(photo, painting): (usize, usize)| {
        let (photo, painting) = (&photos[photo], &paintings[painting % paintings.len()]);
        Pair { name: format!("{}-x-{}", stem(photo), stem(painting)), photo: photo.clone(), painting: painting.clone() }
    };
    Ok(diagonals.map(pair).take(most.unwrap_or(usize::MAX)).collect())
}

/// The pictures of a folder, by name; or the one file.
fn pictures(place: &Path) -> Result<Vec<PathBuf>> {
    if place.is_file() {
        return Ok(vec![place.into()]);
    }
    let entries = fs::read_dir(place).with_context(|| format!("Looking into {}", place.display()))?;
    let mut files = Vec::new();
    for entry in entries {
        let path = entry?.path();
        let ending = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        if ["png", "jpg", "jpeg", "webp"].contains(&ending.as_str()) {
            files.push(path);
        }
    }
    files.sort();
    ensure!(!files.is_empty(), "there are no PNG, JPEG or WebP files in {}", place.display());
    Ok(files)
}
