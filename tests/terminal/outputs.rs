//! Where results go: what cannot be written is told before the work, and what was painted is saved whatever happens.

use super::{Desk, EDGE, assert_sentence, said, sample};
use scumble::image::{WORKING_EDGE, decode};
use std::io::Write as _;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// The street like the swirl; the results go to `out`.
fn refused(desk: &Desk, photo: &str, out: &[&str]) -> String {
    let assert = desk.run(&[&[photo, &sample("swirl.jpg"), "--size", "24", "--iterations", "2"], out].concat());
    let said = said(assert, 1);
    assert_sentence(&said);
    assert!(!said.contains("Painting on"), "before the work: {said}");
    said
}

#[test]
fn what_cannot_be_written_is_told_before_the_painting() {
    let desk = Desk::new("refused");
    let street = sample("street.jpg");
    let said = refused(&desk, &street, &["-o", "none/x.png"]);
    assert!(said.starts_with("none/x.png cannot be written: its folder is not there."), "{said}");
    let said = refused(&desk, &street, &["-o", "x.png", "--losses", "none/x.csv"]);
    assert!(said.starts_with("none/x.csv cannot be written"), "{said}");
    let said = refused(&desk, &street, &["-o", "."]);
    assert!(said.starts_with(". cannot be written: it is a folder."), "{said}");
    let said = refused(&desk, &street, &["-o", "x.tiff"]);
    assert!(said.contains("pictures end in .png, .jpg or .webp, not in .tiff."), "{said}");
    let said = refused(&desk, &street, &["-o", "x.jpg", "--deep"]);
    assert!(said.contains("only a .png can"), "{said}");
    assert_eq!(std::fs::read_dir(&desk.0).unwrap().count(), 0, "nothing is left behind");
}

#[test]
fn a_picture_that_is_read_is_overwritten_only_by_force() {
    let desk = Desk::new("force");
    let street = std::fs::read(sample("street.jpg")).unwrap();
    std::fs::write(desk.0.join("street.jpg"), &street).unwrap();
    let said = refused(&desk, "street.jpg", &["-o", "./street.jpg"]);
    assert!(said.contains("add --force to overwrite it"), "{said}");
    assert_eq!(desk.file("street.jpg"), street);
    let usual = ["street.jpg", &sample("swirl.jpg"), "--size", "24", "--iterations", "2", "-o", "street.jpg"];
    desk.run(&[&usual[..], &["--force"]].concat()).success();
    assert_eq!(desk.picture("street.jpg").width, EDGE);
}

#[test]
fn a_style_never_lands_on_what_it_reads() {
    let desk = Desk::new("style-force");
    let swirl = std::fs::read(sample("swirl.jpg")).unwrap();
    std::fs::write(desk.0.join("swirl.png"), &swirl).unwrap();
    let preview = sample("street.thumb.jpg");
    let assert = desk.run(&["train", "swirl.png", "-o", "swirl.style", "--preview", &preview, "--steps", "1"]);
    assert!(said(assert, 1).starts_with("swirl.png is read as well."));
    let untrained = super::styles::untrained(&desk);
    std::fs::create_dir(desk.0.join("other")).unwrap();
    for folder in [".", "other"] {
        std::fs::write(desk.0.join(folder).join("a.jpg"), std::fs::read(sample("cubes.thumb.jpg")).unwrap()).unwrap();
    }
    let assert = desk.run(&["apply", untrained, "a.jpg", "-o", "a.jpg"]);
    assert!(said(assert, 1).starts_with("a.jpg is read as well."));
    let assert = desk.run(&["apply", untrained, "a.jpg", "other/a.jpg", "-o", "painted"]);
    assert!(said(assert, 1).contains("would both become painted/a.jpg"));
}

/// A run that nobody waits for.
fn begun(desk: &Desk, photo: &str, options: &[&str]) -> Child {
    let mut program = Command::new(env!("CARGO_BIN_EXE_scumble"));
    program.current_dir(&desk.0).env("XDG_RUNTIME_DIR", &desk.0).stderr(Stdio::null());
    program.args([photo, &sample("swirl.jpg"), "-o", "x.png", "--losses", "x.csv"]).args(options).spawn().unwrap()
}

/// Sends a signal and waits for the end; returns the exit code.
#[cfg(unix)]
fn ended(run: &mut Child, signal: &str) -> Option<i32> {
    let sent = Command::new("kill").args([signal, &run.id().to_string()]).status().unwrap();
    assert!(sent.success());
    let began = Instant::now();
    loop {
        match run.try_wait().unwrap() {
            Some(status) => return status.code(),
            None if began.elapsed() > Duration::from_secs(120) => {
                run.kill().unwrap();
                panic!("{signal}: it goes on");
            }
            None => std::thread::sleep(Duration::from_millis(50)),
        }
    }
}

/// A pipe can be read but once.
#[cfg(unix)]
#[test]
fn a_photo_may_come_through_a_pipe() {
    let desk = Desk::new("pipe");
    assert!(Command::new("mkfifo").arg(desk.0.join("photo")).status().unwrap().success());
    let mut run = begun(&desk, "photo", &["--size", "24", "--iterations", "2"]);
    let bytes = std::fs::read(sample("street.jpg")).unwrap();
    std::fs::OpenOptions::new().write(true).open(desk.0.join("photo")).unwrap().write_all(&bytes).unwrap();
    assert!(run.wait().unwrap().success());
    assert_eq!(desk.picture("x.png").width, EDGE);
}

/// Longer than anybody waits.
#[cfg(unix)]
const ENDLESS: [&str; 4] = ["--size", "24", "--iterations", "100000"];

#[cfg(unix)]
#[test]
fn who_stops_a_run_has_its_picture() {
    let desk = Desk::new("interrupted");
    for signal in ["-INT", "-TERM"] {
        let mut run = begun(&desk, &sample("street.jpg"), &ENDLESS);
        // Long enough that it paints; if it still prepares, it stops after its first step.
        std::thread::sleep(Duration::from_secs(5));
        assert_eq!(ended(&mut run, signal), Some(130), "{signal}");
        assert_eq!(decode(&desk.file("x.png"), WORKING_EDGE).unwrap().picture.width, EDGE, "{signal}");
        assert!(String::from_utf8(desk.file("x.csv")).unwrap().starts_with("iteration,"), "{signal}");
        std::fs::remove_file(desk.0.join("x.png")).unwrap();
    }
}

#[cfg(unix)]
#[test]
fn a_run_that_was_killed_goes_on_from_its_checkpoint() {
    let desk = Desk::new("resumed");
    let mut run = begun(&desk, &sample("street.jpg"), &[&ENDLESS[..], &["--checkpoint", "run.part"]].concat());
    let began = Instant::now();
    while !desk.0.join("run.part").exists() {
        assert!(began.elapsed() < Duration::from_secs(120), "it is not kept");
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(ended(&mut run, "-KILL"), None);
    assert!(!desk.0.join("x.png").exists());
    let mut run = begun(&desk, &sample("street.jpg"), &["--resume", "run.part"]);
    std::thread::sleep(Duration::from_secs(5));
    assert_eq!(ended(&mut run, "-INT"), Some(130));
    assert_eq!(desk.picture("x.png").width, EDGE);
    let losses = String::from_utf8(desk.file("x.csv")).unwrap();
    let first: u32 = losses.lines().nth(1).and_then(|line| line.split(',').next()).unwrap().parse().unwrap();
    assert!(first > 1, "it went on at step {first}");
}

#[test]
fn only_a_run_goes_on() {
    let desk = Desk::new("no-run");
    std::fs::write(desk.0.join("a.part"), b"no run").unwrap();
    let (street, swirl) = (sample("street.jpg"), sample("swirl.jpg"));
    let told = said(desk.run(&[&street, &swirl, "--resume", "a.part"]), 1);
    assert!(told.starts_with("a.part: This run cannot go on: the file is damaged"), "{told}");
    let told = said(desk.run(&[&street, &swirl, "--resume", "a.part", "--strength", "20"]), 2);
    assert!(told.contains("cannot be used with"), "{told}");
}
