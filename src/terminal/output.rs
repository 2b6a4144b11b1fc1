//! Where results go: everything is checked before the work begins, and a file is written whole or not at all.

use scumble::image::Format;
use std::io::Write as _;
use std::path::{Path, PathBuf};

/// Writes a file: beside its place first, so that a failure leaves what was there before.
pub fn write(path: &Path, bytes: &[u8]) -> Result<(), String> {
    let failed = |e: std::io::Error| format!("{} cannot be written: {e}.", path.display());
    if path.exists() && !path.is_file() {
        return std::fs::write(path, bytes).map_err(failed); // a pipe, or a device
    }
    let beside = beside(path);
    let whole = || {
        let mut file = std::fs::File::create(&beside)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        std::fs::rename(&beside, path)
    };
    whole().map_err(|e| {
        let _ = std::fs::remove_file(&beside);
        failed(e)
    })
}

/// Gives a file another name, in place of what had it.
pub fn rename(from: &Path, to: &Path) -> Result<(), String> {
    std::fs::rename(from, to).map_err(|e| format!("{} cannot be renamed to {}: {e}.", from.display(), to.display()))
}

/// Whether a file can be written there after long work. It overwrites none of those that are read, unless that is wanted.
pub fn check<'p>(path: &Path, read: impl IntoIterator<Item = &'p PathBuf>, force: bool) -> Result<(), String> {
    let cannot = |why: &str| Err(format!("{} cannot be written: {why}", path.display()));
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty());
    if !folder.is_none_or(Path::is_dir) {
        return cannot("its folder is not there.");
    }
    if path.is_dir() {
        return cannot("it is a folder. Name a file.");
    }
    let place = |path: &Path| std::fs::canonicalize(path).ok();
    let own = place(path);
    if !force && own.is_some() && read.into_iter().any(|one| place(one) == own) {
        return Err(format!("{} is read as well. Name another file, or add --force to overwrite it.", path.display()));
    }
    if path.exists() && !path.is_file() {
        return Ok(());
    }
    let beside = beside(path);
    let probed = std::fs::File::create(&beside).and_then(|_| std::fs::remove_file(&beside));
    probed.or_else(|e| cannot(&format!("{e}.")))
}

/// The format that a file's name ends in; PNG, if it has no ending.
pub fn format(path: &Path, deep: bool) -> Result<Format, String> {
    let ending = path.extension().map(|ending| ending.to_string_lossy().to_lowercase());
    match ending.as_deref() {
        Some("png") | None if deep => Ok(Format::Png16),
        Some("png") | None => Ok(Format::Png),
        Some(_) if deep => Err(format!("{} cannot have 16 bits a channel; only a .png can.", path.display())),
        Some("jpg" | "jpeg") => Ok(Format::Jpeg),
        Some("webp") => Ok(Format::Webp),
        Some(other) => {
            Err(format!("{} cannot be written: pictures end in .png, .jpg or .webp, not in .{other}.", path.display()))
        }
    }
}

/// Where a file lies until it is whole.
pub fn beside(path: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(format!(".{}.part.", std::process::id()));
    name.push(path.file_name().unwrap_or_default()); // last, for its ending tells the format
    path.with_file_name(name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_leaves_what_was_there() {
        let folder = std::env::temp_dir().join(format!("scumble-output-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let path = folder.join("a.png");
        write(&path, b"first").unwrap();
        write(&path, b"second").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"second");
        // Something stands where the new one would lie until it is whole.
        std::fs::create_dir(beside(&path)).unwrap();
        let why = write(&path, b"third").unwrap_err();
        assert!(why.contains("a.png cannot be written: "), "{why}");
        assert!(check(&path, [], false).is_err(), "told beforehand");
        assert_eq!(std::fs::read(&path).unwrap(), b"second");
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
