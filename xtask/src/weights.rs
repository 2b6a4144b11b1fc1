//! `cargo xtask weights [FILE or URL] [--origin torchvision|caffe] [--out FOLDER]`: turns a published VGG19 into the shards
//! that the page and the terminal load. Reads, normalises, packs; the library does the work.

use anyhow::{Context, Result, bail, ensure};
use scumble::weights::{self, Manifest, Origin, shards};
use std::fs;
use std::path::{Path, PathBuf};

/// Where VGG19 is published, in the order in which we ask. The first name carries the start of its SHA-256.
const PUBLISHED: [&str; 2] = [
    "https://download.pytorch.org/models/vgg19-dcbb9e9d.pth",
    "https://huggingface.co/timm/vgg19.tv_in1k/resolve/main/model.safetensors",
];

/// The most bytes we download; torchvision's file has 575 million, most of them the classifier that we leave aside.
const DOWNLOAD_LIMIT: u64 = 1_000_000_000;

const USAGE: &str = "cargo xtask weights [FILE or URL] [--origin torchvision|caffe] [--out FOLDER]";

/// What the command line asks for.
#[derive(Debug, PartialEq)]
struct Request {
    /// A path or an address; nothing means the published ones.
    from: Option<String>,
    origin: Option<Origin>,
    out: PathBuf,
}

/// Makes the shards and tells what it did.
///
/// # Errors
/// A sentence that says what was tried and what to do.
pub fn run(args: &[String]) -> Result<()> {
    let request = parse(args)?;
    let (from, bytes) = match &request.from {
        Some(from) => (from.clone(), fetch(from)?),
        None => fetch_published()?,
    };
    check_name(&from, &bytes)?;
    let mut network = weights::read(&bytes, request.origin).with_context(|| format!("Reading {from} failed"))?;
    weights::normalise(&mut network);
    let (manifest, files) = weights::write(&network)?;
    save(&request.out, &manifest, &files)
        .with_context(|| format!("Writing to {} failed; check that the folder is writable", request.out.display()))?;
    print!("{}", summary(&from, &request.out, &manifest));
    Ok(())
}

fn parse(args: &[String]) -> Result<Request> {
    let out = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap_or(Path::new(".")).join("weights");
    let mut request = Request { from: None, origin: None, out };
    let mut args = args.iter();
    while let Some(arg) = args.next() {
        match arg.as_str() {
            "--origin" => {
                request.origin = Some(match args.next().map(String::as_str) {
                    Some("torchvision") => Origin::Torchvision,
                    Some("caffe") => Origin::Caffe,
                    found => bail!("--origin is {}; it must be torchvision or caffe.", found.unwrap_or("missing")),
                });
            }
            "--out" => request.out = args.next().context("--out needs a folder.")?.into(),
            _ if arg.starts_with('-') => bail!("There is no option {arg}. Usage: {USAGE}"),
            _ if request.from.is_some() => bail!("One file at a time, please. Usage: {USAGE}"),
            _ => request.from = Some(arg.clone()),
        }
    }
    Ok(request)
}

fn fetch_published() -> Result<(String, Vec<u8>)> {
    let mut reasons = String::new();
    for url in PUBLISHED {
        println!("Asking {url}");
        match fetch(url) {
            Ok(bytes) => return Ok((url.to_owned(), bytes)),
            Err(reason) => reasons += &format!("\n  {reason}"),
        }
    }
    bail!(
        "VGG19 could not be downloaded:{reasons}\nDownload one of the two files in a browser and pass it along: \
         cargo xtask weights vgg19-dcbb9e9d.pth"
    )
}

fn fetch(from: &str) -> Result<Vec<u8>> {
    if !from.starts_with("https://") && !from.starts_with("http://") {
        return fs::read(from).with_context(|| format!("{from} cannot be read; check the path"));
    }
    let read = || ureq::get(from).call()?.body_mut().with_config().limit(DOWNLOAD_LIMIT).read_to_vec();
    read().map_err(|error| anyhow::anyhow!("{from} did not answer ({error})."))
}

/// PyTorch names its files with the first eight digits of their SHA-256; holds a file to that.
fn check_name(from: &str, bytes: &[u8]) -> Result<()> {
    let digits = from.strip_suffix(".pth").and_then(|stem| stem.rsplit_once('-')).map_or("", |(_, digits)| digits);
    if digits.len() == 8 && digits.bytes().all(|c| c.is_ascii_hexdigit()) {
        let found = &weights::sha256_hex(bytes)[..8];
        ensure!(
            found == digits,
            "{from} is damaged: its name promises a SHA-256 that begins with {digits}, it begins with {found}. Download it again."
        );
    }
    Ok(())
}

/// Writes the shards, then the manifest, then removes shards of earlier runs, so that the folder is never without a
/// complete set.
fn save(out: &Path, manifest: &Manifest, files: &[shards::ShardFile]) -> Result<()> {
    fs::create_dir_all(out)?;
    for (name, bytes) in files {
        fs::write(out.join(name), bytes)?;
    }
    fs::write(out.join(shards::MANIFEST), manifest.to_json())?;
    for entry in fs::read_dir(out)? {
        let path = entry?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        let is_shard = name.starts_with("vgg19-") && name.ends_with(".safetensors");
        if is_shard && files.iter().all(|(file, _)| file != name) {
            fs::remove_file(&path)?;
        }
    }
    Ok(())
}

fn summary(from: &str, out: &Path, manifest: &Manifest) -> String {
    let megabytes = |shards: &[weights::Shard]| shards.iter().map(|shard| shard.bytes).sum::<usize>() as f64 / 1e6;
    let layers = manifest.shards.iter().map(|shard| shard.convolutions.len()).sum::<usize>();
    let mut text = format!(
        "{} from {from}\n  by {}, {}\n  SHA-256 {}\nlayers: {layers}, size: {:.1} MB, shards: {}, written to {}\n",
        manifest.source.name,
        manifest.source.attribution,
        manifest.source.licence,
        manifest.source.sha256,
        megabytes(&manifest.shards),
        manifest.shards.len(),
        out.display(),
    );
    if let Ok(shards) = manifest.shards_through("conv5_1") {
        text += &format!("up to conv5_1, all that the usual style needs: {:.1} MB\n", megabytes(shards));
    }
    for shard in &manifest.shards {
        let (first, last) = (shard.convolutions.first(), shard.convolutions.last());
        let layers = match first.zip(last) {
            Some((first, last)) if first != last => format!("{first} to {last}"),
            _ => first.cloned().unwrap_or_default(),
        };
        text += &format!("  {}  {:>7} B  {layers}\n", shard.file, shard.bytes);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_understood() {
        let args = ["file.pth", "--origin", "caffe", "--out", "here"].map(str::to_owned);
        let expected = Request { from: Some("file.pth".into()), origin: Some(Origin::Caffe), out: "here".into() };
        assert_eq!(parse(&args).unwrap(), expected);
        for wrong in [&["--origin", "tf"][..], &["--origin"], &["--fast"], &["a", "b"]] {
            let args: Vec<String> = wrong.iter().map(|&arg| arg.to_owned()).collect();
            assert!(parse(&args).is_err(), "{wrong:?}");
        }
    }

    #[test]
    fn a_name_with_a_hash_is_held_to_it() {
        assert!(check_name("vgg19-e3b0c442.pth", b"").is_ok()); // the SHA-256 of nothing
        assert!(check_name("vgg19-dcbb9e9d.pth", b"").unwrap_err().to_string().contains("begins with e3b0c442"));
        assert!(check_name("my-network.pth", b"").is_ok());
    }
}
