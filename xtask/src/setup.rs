//! This turns a bare machine into one that can build and test Scumble, or into a sentence that says what to type.
//!
//! What is already there is left alone. What Rust needs comes through rustup, what the system needs through its
//! package manager, and what the page and the browser tests need through npm.

use std::{env, fs, path::PathBuf, process::Command};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use crate::process;

/// The platform of the code that a browser runs.
pub const WASM_TARGET: &str = "wasm32-unknown-unknown";

/// The oldest Node.js whose test runner knows every option we use.
const NODE_MAJOR: u32 = 20;

/// Makes sure that the compiler can make WebAssembly.
pub fn wasm_target() -> Result<()> {
    let mut rustc = process::command("rustc");
    rustc.args(["--print", "target-libdir", "--target", WASM_TARGET]);
    if process::ask(&mut rustc).is_some_and(|folder| PathBuf::from(folder).is_dir()) {
        return Ok(());
    }
    println!("Adding the compiler's target {WASM_TARGET}.");
    rustup(&["target", "add", WASM_TARGET])
}

/// Makes sure that `cargo fmt` and `cargo clippy` are there.
pub fn rust_components() -> Result<()> {
    for (subcommand, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if process::ask(process::cargo(subcommand).arg("--version")).is_none() {
            println!("Adding {component}.");
            rustup(&["component", "add", component])?;
        }
    }
    Ok(())
}

fn rustup(args: &[&str]) -> Result<()> {
    ensure!(
        process::find("rustup").is_some(),
        "`rustup {}` is needed, but rustup is not in PATH. Install it from https://rustup.rs, or add this part of Rust \
         the way your system does",
        args.join(" ")
    );
    process::run(process::command("rustup").args(args))
}

/// A program or driver that comes from the system's package manager.
pub struct Need {
    what: &'static str,
    is_there: fn() -> bool,
    /// The packages that bring it. Where there are none, `note` says what to do.
    packages: fn(Manager) -> &'static [&'static str],
    note: &'static str,
}

/// The package managers whose package names we know.
#[derive(Clone, Copy, PartialEq)]
pub enum Manager {
    Apt,
    Dnf,
    Pacman,
    Brew,
}

/// The software GPU that the tests of the kernels run on, and the loader that finds it.
pub const LAVAPIPE: Need = Need {
    what: "lavapipe, the software Vulkan driver",
    is_there: || !lavapipe_drivers().is_empty() && VULKAN.is_there(),
    packages: |manager| mesa(manager, &["vulkan-swrast", "vulkan-icd-loader"]),
    note: "Install Mesa's Vulkan drivers, or run `cargo xtask test --gpu` to test on this machine's GPU.",
};

/// The compiler of AMD's graphics cards, which needs no card.
pub const RADV: Need = Need {
    what: "RADV, Mesa's Vulkan driver for AMD's graphics cards,",
    is_there: || !radv_drivers().is_empty() && VULKAN.is_there(),
    packages: |manager| mesa(manager, &["vulkan-radeon", "vulkan-icd-loader"]),
    note: "It comes with Mesa's Vulkan drivers, on Linux alone (Debian: mesa-vulkan-drivers).",
};

/// Mesa's Vulkan drivers and the loader. Only Pacman has a package for each driver.
fn mesa(manager: Manager, pacman: &'static [&'static str]) -> &'static [&'static str] {
    match manager {
        Manager::Apt => &["mesa-vulkan-drivers", "libvulkan1"],
        Manager::Dnf => &["mesa-vulkan-drivers", "vulkan-loader"],
        Manager::Pacman => pacman,
        Manager::Brew => &[],
    }
}

/// The Vulkan loader alone, for tests on a real GPU.
pub const VULKAN: Need = Need {
    what: "the Vulkan loader",
    is_there: || {
        let folders = ["/usr/lib".into(), "/usr/lib64".into(), "/usr/local/lib".into(), {
            format!("/usr/lib/{}-linux-gnu", env::consts::ARCH)
        }];
        folders.iter().any(|folder: &String| PathBuf::from(folder).join("libvulkan.so.1").exists())
    },
    packages: |manager| match manager {
        Manager::Apt => &["libvulkan1"],
        Manager::Dnf => &["vulkan-loader"],
        Manager::Pacman => &["vulkan-icd-loader"],
        Manager::Brew => &[],
    },
    note: "Install the Vulkan loader (libvulkan.so.1) and the driver of your GPU.",
};

/// The browser of the browser tests.
pub const CHROMIUM: Need = Need {
    what: "Chromium",
    is_there: || chromium().is_some(),
    packages: |manager| match manager {
        // Ubuntu's package is an empty shell around a snap, which starts neither in a container nor from a script.
        Manager::Apt if is_ubuntu() => &[],
        Manager::Apt | Manager::Dnf | Manager::Pacman => &["chromium"],
        Manager::Brew => &["--cask", "google-chrome"],
    },
    note: "Install Google Chrome from https://www.google.com/chrome (on Ubuntu take its .deb, because the package \
           `chromium-browser` only brings a snap), or set CHROMIUM to the program of any Chromium, or leave the \
           browser tests out with --no-browser.",
};

/// What brings the page's library, and runs the browser tests.
pub const NODE: Need = Need {
    what: "Node.js 20 or newer, with npm",
    is_there: || node_major().is_some_and(|major| major >= NODE_MAJOR) && npm_version().is_some(),
    packages: |manager| match manager {
        Manager::Apt | Manager::Pacman => &["nodejs", "npm"],
        Manager::Dnf => &["nodejs", "nodejs-npm"],
        Manager::Brew => &["node"],
    },
    note: "Install it from https://nodejs.org, because this system's own package is too old.",
};

impl Need {
    fn is_there(&self) -> bool {
        (self.is_there)()
    }
}

/// Makes sure that every need is met: installs what is missing if that takes no password, or says what to type.
pub fn system(needs: &[&Need]) -> Result<()> {
    let missing: Vec<&Need> = needs.iter().copied().filter(|need| !need.is_there()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let what = missing.iter().map(|need| need.what).collect::<Vec<_>>().join("; ");
    let manager = manager();
    let packages = |need: &Need| manager.map_or(&[][..], need.packages);
    let names: Vec<&str> = missing.iter().flat_map(|need| packages(need)).copied().collect();

    if manager == Some(Manager::Apt) && !names.is_empty() && may_install() {
        println!("Missing: {what}. Installing {}.", names.join(", "));
        process::run(&mut apt_get(&["update", "-qq"]))?;
        process::run(apt_get(&["install", "-qq", "-y", "--no-install-recommends"]).args(&names))?;
    }

    let missing: Vec<&Need> = missing.into_iter().filter(|need| !need.is_there()).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let mut advice = String::new();
    for need in missing {
        let names = packages(need).join(" ");
        let line = match manager.filter(|_| !names.is_empty()) {
            Some(Manager::Apt) if may_install() => need.note.to_owned(),
            Some(Manager::Apt) => format!("Type: sudo apt-get install {names}"),
            Some(Manager::Dnf) => format!("Type: sudo dnf install {names}"),
            Some(Manager::Pacman) => format!("Type: sudo pacman -S {names}"),
            Some(Manager::Brew) => format!("Type: brew install {names}"),
            None => need.note.to_owned(),
        };
        advice += &format!("\n  {} is missing. {line}", need.what);
    }
    bail!("this needs more than this machine has:{advice}")
}

fn manager() -> Option<Manager> {
    let known =
        [("apt-get", Manager::Apt), ("dnf", Manager::Dnf), ("pacman", Manager::Pacman), ("brew", Manager::Brew)];
    known.into_iter().find(|(program, _)| process::find(program).is_some()).map(|(_, manager)| manager)
}

fn apt_get(args: &[&str]) -> Command {
    let mut command = if is_root() { process::command("env") } else { process::command("sudo") };
    if !is_root() {
        command.args(["-n", "env"]);
    }
    command.args(["DEBIAN_FRONTEND=noninteractive", "apt-get"]).args(args);
    command
}

/// Whether packages can be installed without anyone typing a password.
fn may_install() -> bool {
    is_root() || process::ask(process::command("sudo").args(["-n", "true"])).is_some()
}

fn is_root() -> bool {
    process::ask(process::command("id").arg("-u")).as_deref() == Some("0")
}

fn is_ubuntu() -> bool {
    let release = fs::read_to_string("/etc/os-release").unwrap_or_default();
    release.lines().any(|line| line == "ID=ubuntu")
}

/// The descriptions of lavapipe that the Vulkan loader reads, one for each architecture that is installed.
pub fn lavapipe_drivers() -> Vec<PathBuf> {
    drivers("lvp_icd")
}

/// The same of RADV.
pub fn radv_drivers() -> Vec<PathBuf> {
    drivers("radeon_icd")
}

fn drivers(name: &str) -> Vec<PathBuf> {
    let folders = ["/usr/share/vulkan/icd.d", "/usr/local/share/vulkan/icd.d", "/etc/vulkan/icd.d"];
    let files = folders.iter().filter_map(|folder| fs::read_dir(folder).ok()).flatten().flatten();
    let mut drivers: Vec<PathBuf> =
        files.filter(|file| file.file_name().to_string_lossy().starts_with(name)).map(|file| file.path()).collect();
    drivers.sort();
    drivers
}

/// A Chromium that starts: the one that CHROMIUM names, or else the first of the usual ones. `tests/browser/harness.mjs`
/// knows the same names.
pub fn chromium() -> Option<PathBuf> {
    if let Some(path) = env::var_os("CHROMIUM") {
        return Some(path.into());
    }
    let names = ["chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"];
    let apps = [
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
        "/Applications/Chromium.app/Contents/MacOS/Chromium",
    ];
    let installed = names.into_iter().filter_map(process::find);
    let mut candidates = installed.chain(apps.into_iter().map(PathBuf::from).filter(|path| path.is_file()));
    candidates.find(|path| process::ask(process::command(path).arg("--version")).is_some())
}

fn node_major() -> Option<u32> {
    let version = process::ask(process::command("node").arg("--version"))?;
    version.trim_start_matches('v').split('.').next()?.parse().ok()
}

fn npm_version() -> Option<String> {
    process::ask(npm().arg("--version"))
}

fn npm() -> Command {
    process::command(if cfg!(windows) { "npm.cmd" } else { "npm" })
}

/// Makes sure that `libraries/node_modules` holds what the page takes from others. What is there needs no Node.
pub fn libraries() -> Result<()> {
    if are_installed("libraries", "dependencies")? {
        return Ok(());
    }
    system(&[&NODE])?;
    install("libraries", "the page")
}

/// Makes sure that `tests/browser/node_modules` holds what the browser tests need.
pub fn test_packages() -> Result<()> {
    if are_installed("tests/browser", "devDependencies")? {
        Ok(())
    } else {
        install("tests/browser", "the browser tests")
    }
}

/// Whether a folder's `node_modules` holds what its `package.json` pins.
fn are_installed(folder: &str, kind: &str) -> Result<bool> {
    let read = |file: &str| -> Result<Value> {
        let text = fs::read_to_string(process::root().join(folder).join(file))
            .with_context(|| format!("{folder}/{file} is unreadable"))?;
        serde_json::from_str(&text).with_context(|| format!("{folder}/{file} is not JSON"))
    };
    let manifest = read("package.json")?;
    let mut pinned = manifest[kind].as_object().into_iter().flatten();
    Ok(pinned.all(|(name, version)| {
        read(&format!("node_modules/{name}/package.json")).is_ok_and(|package| &package["version"] == version)
    }))
}

fn install(folder: &str, whose: &str) -> Result<()> {
    println!("Installing the packages of {whose}.");
    process::run(npm().args(["ci", "--no-audit", "--no-fund"]).current_dir(process::root().join(folder)))
}
