//! This turns the crate and the files of `www/` into a site in `dist/`.

use std::{
    env,
    fs::{self, File},
    io::{self, BufRead, BufReader},
    path::{Path, PathBuf},
    process::Stdio,
};

use anyhow::{Context, Result, anyhow, bail, ensure};
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use wasm_bindgen_cli_support::Bindgen;

use crate::{process, setup};

/// The most that the WebAssembly may weigh in bytes once Brotli has compressed it: about one photograph, so that a
/// visitor on a slow line waits for the weights and not for the program.
const WASM_LIMIT_BYTES: u64 = 600_000;

/// The built-in model's file, and the most that it may weigh in bytes once Brotli has compressed it.
const STUDENT: &str = "student.safetensors";
const STUDENT_LIMIT_BYTES: u64 = 450_000;

/// What a new style begins with.
const START: &str = "start.style";

/// The library that reads and writes films: its files in `libraries/node_modules`, and what the site calls them. (Not every host
/// knows that `.mjs` is JavaScript.)
const MEDIABUNNY: [(&str, &str); 2] =
    [("mediabunny/dist/bundles/mediabunny.min.mjs", "mediabunny.js"), ("mediabunny/LICENSE", "mediabunny.LICENSE.txt")];

/// `cargo xtask build`.
pub fn run(args: &[String]) -> Result<()> {
    if let Some(arg) = args.first() {
        bail!("`cargo xtask build` takes no arguments, but found `{arg}`");
    }
    build().map(drop)
}

/// Builds the site and says where it stands. The old site stays until the new one is complete.
pub fn build() -> Result<PathBuf> {
    setup::wasm_target()?;
    setup::libraries()?;
    let wasm = compile(&[])?;

    let root = process::root();
    let (dist, staging) = (root.join("dist"), root.join("dist.tmp"));
    remove_dir(&staging)?;
    copy_page(&root.join("www"), &staging)?;
    bind(&wasm, &staging.join("pkg"))?;
    fs::create_dir_all(staging.join("weights"))?;
    for file in [STUDENT, START] {
        copy(&root.join("weights").join(file), &staging.join("weights").join(file))?;
    }
    fs::create_dir_all(staging.join("libraries"))?;
    for (from, to) in MEDIABUNNY {
        copy(&root.join("libraries/node_modules").join(from), &staging.join("libraries").join(to))?;
    }
    fs::write(staging.join("_headers"), headers(&policy(&staging)?))?;
    // Before VGG19's weights, which keep a cache of their own.
    fs::write(staging.join("precache.js"), precache(&staging)?)?;
    copy_weights(&root.join("weights"), &staging.join("weights"))?;

    let compressed_bytes = brotli_bytes(&staging.join("pkg/scumble_bg.wasm"))?;
    let student_bytes = brotli_bytes(&staging.join("weights").join(STUDENT))?;
    report(&staging, compressed_bytes, student_bytes)?;
    ensure!(
        student_bytes <= STUDENT_LIMIT_BYTES,
        "the built-in model weighs {} bytes compressed, {} over its limit. `distil/pack.py` can round it to fewer steps",
        grouped(student_bytes),
        grouped(student_bytes - STUDENT_LIMIT_BYTES),
    );
    ensure!(
        compressed_bytes <= WASM_LIMIT_BYTES,
        "the WebAssembly weighs {} bytes compressed, {} over its limit. Find what grew (a new dependency or feature?) \
         and make it smaller; dist/ still holds the build before, dist.tmp/ this one",
        grouped(compressed_bytes),
        grouped(compressed_bytes - WASM_LIMIT_BYTES),
    );
    replace_dir(&staging, &dist)?;
    Ok(dist)
}

/// Compiles the library with these of its features to WebAssembly. Cargo itself says where the file stands, because a
/// developer may have moved the target directory.
pub fn compile(features: &[&str]) -> Result<PathBuf> {
    println!("Compiling the library to WebAssembly.");
    let mut cargo = process::cargo("build");
    cargo
        .args(["--lib", "--target", setup::WASM_TARGET, "--profile", "web", "--locked"])
        .args(["--features", &features.join(",")])
        .args(["--message-format", "json-render-diagnostics"])
        .args(["--config", &format!("target.{}.rustflags={}", setup::WASM_TARGET, json!(flags()?))])
        .stdout(Stdio::piped());
    let mut child = cargo.spawn().map_err(|error| process::could_not_start(&cargo, &error))?;
    let mut wasm = None;
    for line in BufReader::new(child.stdout.take().expect("stdout is piped")).lines() {
        wasm = wasm_in_message(&line?).or(wasm);
    }
    ensure!(child.wait()?.success(), "the library does not compile to WebAssembly. The compiler's words stand above");
    wasm.ok_or_else(|| anyhow!("cargo made no .wasm file. Does [lib] in Cargo.toml still list the crate-type cdylib?"))
}

/// Flags for rustc.
fn flags() -> Result<Vec<String>> {
    // SHA-256 with loops that are not unrolled: two kilobytes less to download.
    let compact = ["--cfg", r#"sha2_backend_soft="compact""#].map(str::to_owned);
    Ok([anonymous_paths()?, compact.to_vec()].concat())
}

/// Flags that leave out where this machine keeps the crates: a panic names its file, whoever hosts the site need not
/// tell the name of their home folder with it, and the site weighs the same wherever it was built.
fn anonymous_paths() -> Result<Vec<String>> {
    let home = env::var_os("CARGO_HOME").map(PathBuf::from).or_else(|| Some(env::home_dir()?.join(".cargo")));
    let registries = home.context("cargo's home folder is not known; set CARGO_HOME")?.join("registry/src");
    if !registries.is_dir() {
        return Ok(Vec::new()); // vendored crates stand below this folder
    }
    let flag = |entry: io::Result<fs::DirEntry>| Ok(format!("--remap-path-prefix={}=crates", entry?.path().display()));
    fs::read_dir(registries)?.map(flag).collect()
}

/// Writes the JavaScript side of a compiled library beside it into a folder.
pub fn bind(wasm: &Path, folder: &Path) -> Result<()> {
    Bindgen::new()
        .input_path(wasm)
        .out_name("scumble")
        .web(true)?
        // `init()` without arguments finds the .wasm beside the .js.
        .omit_default_module_path(false)
        // The names of functions are a sixth of the download, and a panic names its file and line without them.
        .remove_name_section(true)
        .remove_producers_section(true)
        .typescript(true)
        .generate(folder)
        .context("wasm-bindgen could not write the JavaScript side of the library")?;
    let script = folder.join("scumble.js");
    let written = fs::read_to_string(&script).with_context(|| format!("{} is unreadable", script.display()))?;
    Ok(fs::write(&script, bare(&written))?)
}

/// A generated script without doc comments, indentation and empty lines: nobody wrote it to be read.
fn bare(script: &str) -> String {
    let script = without_docs(script);
    script.lines().map(str::trim).filter(|line| !line.is_empty()).flat_map(|line| [line, "\n"]).collect()
}

/// The `.wasm` file that one line of `cargo build --message-format json` announces, if it announces one.
fn wasm_in_message(line: &str) -> Option<PathBuf> {
    let message: Value = serde_json::from_str(line).ok()?;
    let files = message.get("filenames")?.as_array()?;
    files.iter().filter_map(Value::as_str).find(|file| file.ends_with(".wasm")).map(PathBuf::from)
}

/// The policy that index.html sets for itself. A worker has one only if the host sends it as a header.
pub fn policy(site: &Path) -> Result<String> {
    let page = fs::read_to_string(site.join("index.html"))?;
    let behind = page.split_once(r#"http-equiv="Content-Security-Policy" content=""#).map(|(_, behind)| behind);
    let policy = behind.and_then(|behind| behind.split('"').next());
    Ok(policy.context("index.html has no Content-Security-Policy in a meta element")?.into())
}

/// What Netlify and Cloudflare Pages read from `_headers`: header lines for every path.
fn headers(policy: &str) -> String {
    format!("/*\n  Content-Security-Policy: {policy}\n  X-Content-Type-Options: nosniff\n")
}

/// What the service worker keeps: the site's files with their hashes, and a version that changes with any byte of them or of
/// the service worker itself.
fn precache(site: &Path) -> Result<String> {
    let mut paths = Vec::new();
    files_below(site, site, &mut paths)?;
    // Types are for programmers, hosts read what begins with an underscore, and a style is had when it is picked.
    paths.retain(|path| !path.ends_with(".d.ts") && !path.ends_with(".style") && !path.starts_with('_'));
    paths.sort();
    let mut files = Map::new();
    for path in paths {
        let hash = sha256(&fs::read(site.join(&path))?);
        // A folder's address is that of its index.html.
        files.insert(format!("./{}", if path == "index.html" { "" } else { &path }), hash.into());
    }
    let version = sha256(serde_json::to_string(&files)?.as_bytes());
    files.remove("./sw.js"); // the browser keeps it itself
    let list = serde_json::to_string_pretty(&files)?;
    Ok(format!("// Made with the site.\nself.PRECACHE = {{ version: '{}', files: {list} }};\n", &version[..16]))
}

/// The SHA-256 of these bytes in hexadecimal digits.
fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The files below `folder`, as paths from `site` with slashes.
fn files_below(site: &Path, folder: &Path, files: &mut Vec<String>) -> Result<()> {
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.is_dir() {
            files_below(site, &path, files)?;
        } else {
            let names: Vec<_> = path.strip_prefix(site)?.iter().map(|name| name.to_string_lossy()).collect();
            files.push(names.join("/"));
        }
    }
    Ok(())
}

/// Copies the manifest of the weights and the shards it lists. Without a manifest the site does without weights.
fn copy_weights(from: &Path, to: &Path) -> Result<()> {
    let manifest = from.join("manifest.json");
    if !manifest.is_file() {
        println!("There are no weights yet, so the site will do without: see weights/README.md.");
        return Ok(());
    }
    let text = fs::read_to_string(&manifest).with_context(|| format!("{} is unreadable", manifest.display()))?;
    let shards = shards(&text).with_context(|| {
        format!("{} is no list of shards. Make it again with `cargo xtask weights`", manifest.display())
    })?;
    fs::create_dir_all(to)?;
    copy(&manifest, &to.join("manifest.json"))?;
    for shard in shards {
        copy(&from.join(&shard), &to.join(&shard))?;
    }
    Ok(())
}

/// The files that a manifest lists. The library reads manifests with more care; here it would cost every build of xtask
/// the build of the whole library.
fn shards(manifest: &str) -> Option<Vec<String>> {
    let json: Value = serde_json::from_str(manifest).ok()?;
    let file = |shard: &Value| shard["file"].as_str().map(str::to_owned);
    json["shards"].as_array()?.iter().map(file).collect()
}

/// Prints what the site weighs, one line for each thing at its top.
fn report(site: &Path, compressed_bytes: u64, student_bytes: u64) -> Result<()> {
    println!("\nThe site, in bytes:");
    let mut entries = fs::read_dir(site)?.collect::<io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::file_name);
    for entry in entries {
        let mark = if entry.path().is_dir() { "/" } else { "" };
        println!("{:>14}  {}{mark}", grouped(size(&entry.path())?), entry.file_name().to_string_lossy());
    }
    println!("{:>14}  in all", grouped(size(site)?));
    println!(
        "\nOf these, pkg/scumble_bg.wasm takes {}: {} when Brotli has compressed it, of at most {}.",
        grouped(size(&site.join("pkg/scumble_bg.wasm"))?),
        grouped(compressed_bytes),
        grouped(WASM_LIMIT_BYTES)
    );
    println!(
        "The built-in model takes {} compressed, of at most {}.",
        grouped(student_bytes),
        grouped(STUDENT_LIMIT_BYTES)
    );
    Ok(())
}

/// The size of a file, or of all files below a folder.
fn size(path: &Path) -> Result<u64> {
    if path.is_file() {
        return Ok(path.metadata()?.len());
    }
    fs::read_dir(path)?.map(|entry| size(&entry?.path())).sum()
}

/// How many bytes of a file a web server sends that compresses as well as Brotli can.
fn brotli_bytes(path: &Path) -> Result<u64> {
    let mut file = File::open(path)?;
    let params = brotli::enc::BrotliEncoderParams { quality: 11, lgwin: 22, ..Default::default() };
    Ok(brotli::BrotliCompress(&mut file, &mut io::sink(), &params)? as u64)
}

/// A number as one reads it aloud: 1234567 as `1 234 567`.
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let groups: Vec<&str> = digits.as_bytes().rchunks(3).rev().map(|group| str::from_utf8(group).unwrap()).collect();
    groups.join(" ")
}

/// Copies the files of the page. Its types are for programmers, so they stay behind.
fn copy_page(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from).with_context(|| format!("{} cannot be read", from.display()))? {
        let entry = entry?;
        let (from, to) = (entry.path(), to.join(entry.file_name()));
        let name = entry.file_name().to_string_lossy().into_owned();
        if from.is_dir() {
            copy_page(&from, &to)?;
        } else if name.ends_with(".js") {
            let script = fs::read_to_string(&from).with_context(|| format!("{} is unreadable", from.display()))?;
            fs::write(&to, without_docs(&script))?;
        } else if !name.ends_with(".d.ts") {
            copy(&from, &to)?;
        }
    }
    Ok(())
}

/// A script without its doc comments, which hold its types. Each line keeps its number, so that a browser's errors name the
/// lines of the source.
fn without_docs(script: &str) -> String {
    let mut inside = false;
    let mut lines = String::new();
    for line in script.lines() {
        let text = line.trim();
        let has_code_behind = text.contains("*/") && !text.ends_with("*/");
        inside |= text.starts_with("/**") && !has_code_behind;
        lines.push_str(if inside { "" } else { line });
        lines.push('\n');
        inside &= !text.ends_with("*/");
    }
    lines
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).with_context(|| format!("{} could not be copied to {}", from.display(), to.display()))?;
    Ok(())
}

fn remove_dir(path: &Path) -> Result<()> {
    match fs::remove_dir_all(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => {
            Err(error).with_context(|| format!("{} could not be removed", path.display()))
        }
        _ => Ok(()),
    }
}

/// Puts `new` in the place of `old` with two renames, so that a server never shows half a site.
fn replace_dir(new: &Path, old: &Path) -> Result<()> {
    let aside = old.with_extension("old");
    remove_dir(&aside)?;
    if old.exists() {
        fs::rename(old, &aside).with_context(|| format!("{} could not be moved aside", old.display()))?;
    }
    fs::rename(new, old).with_context(|| format!("{} could not be renamed to {}", new.display(), old.display()))?;
    remove_dir(&aside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_grouped_by_three() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1 000", "1 234 567"]);
    }

    #[test]
    fn doc_comments_stay_behind_and_lines_keep_their_numbers() {
        let script = "// a\n/**\n * @type {A}\n */\nlet a; // b\n  /** b */\n  /** @type {B} */ (b).c();\n";
        assert_eq!(without_docs(script), "// a\n\n\n\nlet a; // b\n\n  /** @type {B} */ (b).c();\n");
    }

    #[test]
    fn a_generated_script_is_laid_bare() {
        assert_eq!(bare("/** a */\nclass A {\n\n    b() {}\n}\n"), "class A {\nb() {}\n}\n");
    }

    #[test]
    fn cargo_says_where_the_wasm_stands() {
        let artifact = r#"{"reason":"compiler-artifact","filenames":["/t/libscumble.rlib","/t/scumble.wasm"]}"#;
        assert_eq!(wasm_in_message(artifact), Some("/t/scumble.wasm".into()));
        assert_eq!(wasm_in_message(r#"{"reason":"build-finished","success":true}"#), None);
        assert_eq!(wasm_in_message("not JSON"), None);
    }

    #[test]
    fn the_precache_lists_the_site_and_knows_when_it_changed() -> Result<()> {
        let folder = std::env::temp_dir().join(format!("xtask-precache-{}", std::process::id()));
        fs::create_dir_all(folder.join("pkg"))?;
        for file in ["index.html", "sw.js", "pkg/a.wasm", "pkg/a.d.ts", "pkg/a.style"] {
            fs::write(folder.join(file), file)?;
        }
        let before = precache(&folder)?;
        assert!(before.contains("\"./\": ") && before.contains("\"./pkg/a.wasm\": \"5d4c"), "{before}");
        assert!(!before.contains("sw.js") && !before.contains("d.ts") && !before.contains(".style"), "{before}");
        for file in ["pkg/a.wasm", "sw.js"] {
            fs::write(folder.join(file), "another")?;
            assert_ne!(precache(&folder)?, before, "{file}");
            fs::write(folder.join(file), file)?;
        }
        remove_dir(&folder)
    }

    #[test]
    fn hosts_are_told_the_policy_of_the_page() -> Result<()> {
        let policy = policy(&process::root().join("www"))?;
        assert!(policy.starts_with("default-src 'self'; script-src 'self' 'wasm-unsafe-eval';"), "{policy}");
        assert_eq!(headers(&policy).lines().nth(1), Some(format!("  Content-Security-Policy: {policy}").as_str()));
        let readme = fs::read_to_string(process::root().join("README.md"))?;
        assert!(readme.contains(&format!("Content-Security-Policy: {policy}")), "README.md tells hosts another policy");
        Ok(())
    }

    #[test]
    fn a_manifest_lists_its_shards() {
        let manifest = r#"{"format":1,"shards":[{"file":"a.safetensors"},{"file":"b.safetensors"}]}"#;
        assert_eq!(shards(manifest), Some(vec!["a.safetensors".into(), "b.safetensors".into()]));
        assert_eq!(shards(r#"{"shards":[{"bytes":1}]}"#), None);
        assert_eq!(shards("{}"), None);
    }

    #[test]
    fn a_new_folder_takes_the_place_of_the_old() -> Result<()> {
        let folder = std::env::temp_dir().join(format!("xtask-replace-{}", std::process::id()));
        let (new, old) = (folder.join("dist.tmp"), folder.join("dist"));
        for version in ["first", "second"] {
            fs::create_dir_all(&new)?;
            fs::write(new.join(version), version)?;
            replace_dir(&new, &old)?;
        }
        assert!(old.join("second").is_file() && !old.join("first").exists());
        assert_eq!(fs::read_dir(&folder)?.count(), 1, "nothing is left aside");
        remove_dir(&folder)
    }
}
