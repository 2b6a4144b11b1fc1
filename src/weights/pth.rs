//! Turns a PyTorch checkpoint into named tensors, without Python and without executing anything.
//!
//! Two containers carry the same pickle (`torch/serialization.py` is the only specification):
//! - since 1.6 a zip whose entries are stored uncompressed: `<prefix>/data.pkl`, and the bytes of each storage in
//!   `<prefix>/data/<key>`;
//! - before, a stream: pickles of a magic number, a protocol version, facts about the system, the object and the list of
//!   storage keys; then for each key its element count (8 bytes) and its bytes. torchvision's vgg19-dcbb9e9d.pth of
//!   2017 is one: <https://github.com/pytorch/vision/issues/125>.

use super::globals::{Global, printable};
use super::pickle::{Pickle, Value};
use super::refusal::{ANOTHER_FILE, DOWNLOAD_AGAIN, SAVE_PLAIN, unusable};
use super::tensors::{Budget, Element, Tensors, View};
use crate::error::{Error, Result};
use rawzip::{CompressionMethod, ZipArchive, ZipFileHeaderRecord, ZipSliceArchive, ZipVerification};
use std::collections::{BTreeMap, HashMap};

/// 0x1950a86a20f9469cfc6c, little-endian: the first pickle of a stream (`MAGIC_NUMBER`).
const MAGIC: [u8; 10] = [0x6c, 0xfc, 0x9c, 0x46, 0xf9, 0x20, 0x6a, 0xa8, 0x50, 0x19];

/// The stream's protocol version (`PROTOCOL_VERSION`).
const STREAM_VERSION: i64 = 1001;

/// Dimensions of a tensor at most; a convolution has four.
const MOST_DIMENSIONS: usize = 8;

/// Keys under which training scripts keep the state_dict inside of a larger checkpoint.
const NESTED: [&str; 3] = ["state_dict", "model_state_dict", "model"];

/// Reads the tensors whose names `wanted` accepts; f16, bf16, f32 and f64 storages, views with any strides.
///
/// # Errors
/// [`Error::Weights`] when the file is cut off or damaged, when its pickle mentions anything but tensors, when it is
/// big-endian or when a wanted tensor holds no floats or reaches beyond its storage.
pub fn read(bytes: &[u8], wanted: impl Fn(&str) -> bool) -> Result<Tensors> {
    if bytes.starts_with(b"PK") { read_zip(bytes, wanted) } else { read_stream(bytes, wanted) }
}

fn read_zip(bytes: &[u8], wanted: impl Fn(&str) -> bool) -> Result<Tensors> {
    let zip = ZipArchive::from_slice(bytes).map_err(|error| damaged("the zip archive", &error))?;
    let mut archive = Archive::new(&zip)?;
    let data = archive.entries.keys().copied().find(|name| name.ends_with(DATA));
    let data =
        data.ok_or_else(|| unusable("the zip archive has no data.pkl, so PyTorch did not write it", ANOTHER_FILE))?;
    let prefix = data.trim_end_matches("data.pkl");
    if let Some(order) = archive.optional_entry(&format!("{prefix}byteorder"))?
        && order != b"little"
    {
        return Err(big_endian());
    }
    let pickle = Pickle::parse(archive.entry(data)?)?;
    let state = State::of(&pickle, wanted)?;
    state.read(bytes, |key| archive.entry(&format!("{prefix}data/{key}")))
}

/// How the name of the pickle's entry ends.
const DATA: &str = "/data.pkl";

/// A zip archive in memory.
struct Archive<'a> {
    zip: &'a ZipSliceArchive<&'a [u8]>,
    /// All whose names are UTF-8.
    entries: BTreeMap<&'a str, ZipFileHeaderRecord<'a>>,
    /// The bytes whose checksums may still be taken: each byte's once, so entries that lie upon each other cost no time.
    unchecked: usize,
    /// The entries whose checksums were right: thousands of tensors can lie in one.
    checked: HashMap<&'a str, &'a [u8]>,
}

impl<'a> Archive<'a> {
    fn new(zip: &'a ZipSliceArchive<&'a [u8]>) -> Result<Archive<'a>> {
        let (mut entries, mut all) = (BTreeMap::new(), zip.entries());
        while let Some(entry) = all.next_entry().map_err(|error| damaged("the zip archive", &error))? {
            if let Ok(name) = std::str::from_utf8(entry.file_path().as_bytes()) {
                entries.insert(name, entry);
            }
        }
        Ok(Archive { zip, entries, unchecked: zip.get_ref().len(), checked: HashMap::new() })
    }

    /// The bytes of one stored entry, borrowed from the file, once their CRC-32 has been checked.
    fn entry(&mut self, name: &str) -> Result<&'a [u8]> {
        let missing = || unusable(format!("{} is missing in the zip archive", printable(name)), DOWNLOAD_AGAIN);
        self.optional_entry(name)?.ok_or_else(missing)
    }

    fn optional_entry(&mut self, name: &str) -> Result<Option<&'a [u8]>> {
        let Some((&name, record)) = self.entries.get_key_value(name) else { return Ok(None) };
        if let Some(slice) = self.checked.get(name) {
            return Ok(Some(slice));
        }
        let what = format!("{} in the zip archive", printable(name));
        if record.compression_method() != CompressionMethod::STORE {
            return Err(unusable(
                format!("{what} is compressed"),
                "Use the .pth file as PyTorch wrote it, not zipped again.",
            ));
        }
        let entry = self.zip.get_entry(record.wayfinder()).map_err(|error| damaged(&what, &error))?;
        let (slice, claimed) = (entry.data(), entry.claim_verifier());
        self.unchecked = self
            .unchecked
            .checked_sub(slice.len())
            .ok_or_else(|| unusable(format!("{what} lies upon other entries"), DOWNLOAD_AGAIN))?;
        let found = ZipVerification { crc: rawzip::crc32(slice), uncompressed_size: slice.len() as u64 };
        claimed.valid(found).map_err(|error| damaged(&what, &error))?;
        self.checked.insert(name, slice);
        Ok(Some(slice))
    }
}

fn read_stream(bytes: &[u8], wanted: impl Fn(&str) -> bool) -> Result<Tensors> {
    let mut rest = bytes;
    let mut next = || -> Result<Pickle<'_>> {
        let pickle = Pickle::parse(rest)?;
        rest = &rest[pickle.length..];
        Ok(pickle)
    };
    if next()?.root != Value::BigInt(&MAGIC) {
        return Err(unusable("the file is a pickle, but PyTorch did not write it", ANOTHER_FILE));
    }
    match next()?.root {
        Value::Int(STREAM_VERSION) => {}
        _ => return Err(unusable("the file's PyTorch stream is of an unknown version", ANOTHER_FILE)),
    }
    let system = next()?;
    let Value::Dict(facts) = system.root else { return Err(odd_contents()) };
    if system.dict(facts).contains(&(Value::Text("little_endian"), Value::Bool(false))) {
        return Err(big_endian());
    }
    let object = next()?;
    let keys = next()?;
    let state = State::of(&object, wanted)?;
    let Value::Sequence(keys_at) = keys.root else { return Err(odd_contents()) };
    let elements = storages(&object);

    let mut found: HashMap<&str, &[u8]> = HashMap::new();
    for key in keys.sequence(keys_at) {
        let Value::Text(key) = *key else { return Err(odd_contents()) };
        let element = elements.get(key).ok_or_else(odd_contents)?;
        let cut_off = || unusable(format!("the file ends inside of storage {}", printable(key)), DOWNLOAD_AGAIN);
        let (count, after) = rest.split_first_chunk::<8>().ok_or_else(cut_off)?;
        let count = usize::try_from(u64::from_le_bytes(*count)).map_err(|_| cut_off())?;
        let size = count.checked_mul(element.size()).ok_or_else(cut_off)?;
        let (storage, after) = after.split_at_checked(size).ok_or_else(cut_off)?;
        found.insert(key, storage);
        rest = after;
    }
    state.read(bytes, |key| found.get(key).copied().ok_or_else(odd_contents))
}

/// The element type of every storage that a pickle mentions.
fn storages<'a>(pickle: &Pickle<'a>) -> HashMap<&'a str, Element> {
    pickle.persistent().filter_map(|at| storage(pickle, at)).map(|(element, key)| (key, element)).collect()
}

/// Reads `("storage", class, key, location, count, ...)`.
fn storage<'a>(pickle: &Pickle<'a>, at: usize) -> Option<(Element, &'a str)> {
    match pickle.sequence(at) {
        [Value::Text("storage"), Value::Global(Global::Storage(element)), Value::Text(key), ..] => {
            Some((*element, key))
        }
        _ => None,
    }
}

/// The tensors of a state_dict that were asked for, still as windows into storages.
struct State<'a> {
    views: BTreeMap<&'a str, (&'a str, View)>,
    others: Vec<String>,
}

impl<'a> State<'a> {
    fn of(pickle: &Pickle<'a>, wanted: impl Fn(&str) -> bool) -> Result<Self> {
        let Value::Dict(root) = pickle.root else {
            return Err(unusable("the file holds a single object, not a dictionary of named tensors", SAVE_PLAIN));
        };
        let nested = pickle.dict(root).iter().find_map(|(key, value)| match (key, value) {
            (Value::Text(key), Value::Dict(at)) if NESTED.contains(key) => Some(*at),
            _ => None,
        });
        let mut state = Self { views: BTreeMap::new(), others: Vec::new() };
        for (key, value) in pickle.dict(nested.unwrap_or(root)) {
            let Value::Text(name) = *key else { continue };
            if !wanted(name) {
                state.others.push(printable(name));
                continue;
            }
            let view = view(pickle, *value)
                .ok_or_else(|| unusable(format!("{} is not a plain tensor", printable(name)), SAVE_PLAIN))?;
            state.views.insert(name, view);
        }
        state.others.sort_unstable();
        Ok(state)
    }

    /// Copies the values out of their storages.
    fn read(self, file: &[u8], mut storage: impl FnMut(&str) -> Result<&'a [u8]>) -> Result<Tensors> {
        let mut budget = Budget::of(file);
        let mut tensors = Tensors { others: self.others, ..Tensors::default() };
        for (name, (key, view)) in self.views {
            let tensor = budget.read(name, &view, storage(key)?)?;
            tensors.found.insert(name.to_owned(), tensor);
        }
        Ok(tensors)
    }
}

/// Interprets `_rebuild_tensor(storage, offset, size, stride, ...)`, at most two parameters deep; the storage's key and
/// the window.
fn view<'a>(pickle: &Pickle<'a>, mut value: Value<'a>) -> Option<(&'a str, View)> {
    for _ in 0..3 {
        let Value::Call(global, arguments) = value else { return None };
        match (global, pickle.sequence(arguments)) {
            (Global::Parameter, [inner, ..]) => value = *inner,
            (
                Global::RebuildTensor,
                [Value::Persistent(at), Value::Int(offset), Value::Sequence(shape), Value::Sequence(strides), ..],
            ) => {
                let (element, key) = storage(pickle, *at)?;
                let offset = usize::try_from(*offset).ok()?;
                let (shape, strides) = (sizes(pickle, *shape)?, sizes(pickle, *strides)?);
                return Some((key, View { element, offset, shape, strides }));
            }
            _ => return None,
        }
    }
    None
}

/// A tuple of sizes; `None` when one is negative or no whole number, or when there are too many.
fn sizes(pickle: &Pickle<'_>, at: usize) -> Option<Vec<usize>> {
    let size = |value: &Value<'_>| match value {
        Value::Int(size) => usize::try_from(*size).ok(),
        _ => None,
    };
    let sizes = pickle.sequence(at);
    if sizes.len() > MOST_DIMENSIONS { None } else { sizes.iter().map(size).collect() }
}

fn damaged(what: &str, error: &dyn std::fmt::Display) -> Error {
    unusable(format!("{what} cannot be read ({error})"), DOWNLOAD_AGAIN)
}

fn big_endian() -> Error {
    unusable("the file was written on a big-endian computer", "Save it again on an ordinary one.")
}

fn odd_contents() -> Error {
    unusable("the file's table of contents does not match its storages", DOWNLOAD_AGAIN)
}
