//! `scumble train` and `scumble apply`.

use super::{Desk, apart, assert_sentence, said, sample};
use assert_cmd::Command;
use scumble::image::{WORKING_EDGE, decode, resize};
use scumble::style::{About, Style};
use scumble::stylizer::{Size, Table, initial, named};
use serde_json::Value;

/// The shortest training of a small style.
const SMALL: [&str; 8] = ["--steps", "2", "--size", "64", "--crop", "32", "--batch", "1"];

/// What a run that succeeds says.
fn told(desk: &Desk, arguments: &[&str]) -> String {
    let assert = desk.run(arguments).success();
    assert_eq!(assert.get_output().stdout, b"", "standard output stays free");
    String::from_utf8(assert.get_output().stderr.clone()).unwrap()
}

fn train(desk: &Desk, arguments: &[&str]) -> String {
    told(desk, &[&["train", &sample("swirl.jpg")], &SMALL[..], arguments].concat())
}

/// Leaves a style that was never trained; returns its name.
pub(super) fn untrained(desk: &Desk) -> &'static str {
    let network = Size { width: 4, blocks: 1 };
    let table = Table::new(network);
    let about = About::new("Untrained", network, 64, 0, serde_json::json!({}));
    let style = Style::new(about, Vec::new(), &named(&table, &initial(&table, 1)));
    std::fs::write(desk.0.join("untrained.style"), style.to_bytes().unwrap()).unwrap();
    "untrained.style"
}

#[test]
fn a_style_is_trained_and_repaints_a_photo() {
    let desk = Desk::new("style");
    let said = train(&desk, &["-o", "x.style", "--strength", "60", "--seed", "3"]);
    assert!(said.contains("Training on ") && said.contains("x.style ("), "{said}");
    let Style { about, thumbnail, .. } = Style::from_bytes(&desk.file("x.style")).unwrap();
    assert_eq!((about.name.as_str(), about.size, about.steps), ("swirl", 64, 2));
    assert_eq!((&about.settings["strength"], &about.settings["seed"]), (&60.0.into(), &3.into()));
    let thumbnail = decode(&thumbnail, WORKING_EDGE).unwrap().picture;
    let painting = decode(&std::fs::read(sample("swirl.jpg")).unwrap(), WORKING_EDGE).unwrap().picture;
    let small = resize(&painting, thumbnail.width, thumbnail.height);
    assert_eq!(thumbnail.width.max(thumbnail.height), 72);
    // The file's numbers of 8 bits are at most half a step away, on average a quarter.
    let pixels = 3 * thumbnail.width * thumbnail.height;
    assert!(apart(&thumbnail, &small, 0..72) < 0.5 / 255.0 * pixels as f32, "the painting's small picture");

    let photo = sample("cubes.thumb.jpg");
    let original = decode(&std::fs::read(&photo).unwrap(), WORKING_EDGE).unwrap().picture;
    let said = told(&desk, &["apply", "x.style", &photo, "-o", "y.png"]);
    assert_eq!(said, format!("y.png ({} x {})\n", original.width, original.height));
    let painted = desk.picture("y.png");
    let columns = 0..original.width;
    assert!(apart(&painted, &original, columns.clone()) > 0.05 * (original.width * original.height) as f32);
    let said = told(&desk, &["apply", "x.style", &photo, "-o", "small.jpg", "--size", "33"]);
    assert_eq!(said, "small.jpg (33 x 25)\n");
    assert!(desk.file("small.jpg").starts_with(b"\xff\xd8\xff"), "the ending chooses the format");
    // Another style paints another picture.
    told(&desk, &["apply", untrained(&desk), &photo, "-o", "z.png"]);
    assert!(apart(&painted, &desk.picture("z.png"), columns) > 0.0);
}

#[test]
fn a_style_for_phones_is_smaller() {
    let desk = Desk::new("small");
    train(&desk, &["-o", "small.style", "--small"]);
    let bytes = desk.file("small.style");
    assert_eq!(Style::from_bytes(&bytes).unwrap().about.network, Size::SMALL);
    assert!(bytes.len() < 130_000, "{} bytes", bytes.len());
    let products = |size| Table::new(size).products(256, 256) as f64;
    let share = products(Size::SMALL) / products(Size::default());
    assert!(share < 0.35, "{share} of the usual work");
}

#[test]
fn several_photos_go_into_a_folder() {
    let desk = Desk::new("album");
    let style = untrained(&desk);
    let photos = ["cubes.thumb.jpg", "ink.thumb.jpg"];
    let [cubes, ink] = photos.map(sample);
    told(&desk, &["apply", style, &cubes, &ink, "-o", "album", "--size", "24"]);
    std::fs::create_dir(desk.0.join("photos")).unwrap();
    for name in photos {
        std::fs::copy(sample(name), desk.0.join("photos").join(name)).unwrap();
    }
    std::fs::write(desk.0.join("photos/notes.txt"), "These are my notes.\n").unwrap();
    told(&desk, &["apply", style, "photos", "-o", "again", "--size", "24"]);
    for name in photos {
        let painted = desk.picture(&format!("album/{name}"));
        assert_eq!(painted.width.max(painted.height), 24, "{name}");
        assert!(desk.file(&format!("album/{name}")) == desk.file(&format!("again/{name}")), "{name}");
    }
    assert_eq!(std::fs::read_dir(desk.0.join("again")).unwrap().count(), 2, "nothing else is there");
}

#[test]
fn a_training_is_kept_and_goes_on() {
    let desk = Desk::new("training");
    let painting = sample("swirl.jpg");
    let begun = train(&desk, &["-o", "a.style", "--checkpoint", "a.part", "--preview", &sample("street.jpg")]);
    assert!(begun.contains("Step 2: preview "), "{begun}");
    let preview = desk.picture("a.png");
    assert_eq!((preview.width, preview.height), (64, 48), "the preview, as large as the style's photos");
    // The training was at its end: what it had learned is all that the second run saves.
    told(&desk, &["train", &painting, "--resume", "a.part", "-o", "b.style"]);
    assert!(desk.file("a.style") == desk.file("b.style"), "bit for bit");
    // A training of its own may begin with a style.
    train(&desk, &["--start", untrained(&desk), "-o", "c.style"]);
    assert_eq!(Style::from_bytes(&desk.file("c.style")).unwrap().about.network, Size { width: 4, blocks: 1 });

    for (option, value) in
        [("--steps", "3"), ("--size", "64"), ("--crop", "32"), ("--batch", "1"), ("--stability", "1")]
    {
        let text = said(desk.run(&["train", &painting, "--resume", "a.part", option, value]), 2);
        assert!(text.contains("--resume") && text.contains(option), "{text}");
    }
}

#[test]
fn what_cannot_become_a_style_or_is_none_is_told_in_a_sentence() {
    let desk = Desk::new("no-style");
    let style = untrained(&desk);
    let cut = &desk.file(style)[..1000];
    std::fs::write(desk.0.join("cut.style"), cut).unwrap();
    std::fs::create_dir(desk.0.join("empty")).unwrap();
    let [photo, painting] = ["street.jpg", "swirl.jpg"].map(sample);
    let (photo, painting) = (photo.as_str(), painting.as_str());
    let cases: [(&[&str], &[&str]); 17] = [
        (&["apply", "nowhere.style", photo], &["nowhere.style", "cannot be read"]),
        (&["apply", photo, photo], &["street.jpg", "style cannot be used"]),
        (&["apply", "cut.style", photo], &["cut.style", "style cannot be used", "damaged"]),
        (&["apply", style, "nowhere.jpg"], &["nowhere.jpg", "cannot be read"]),
        (&["apply", style, style], &["untrained.style", "not a picture"]),
        (&["apply", style, "empty"], &["no pictures", "empty"]),
        (&["apply", style, photo, "--size", "0"], &["size is 0", "between 16 and 4096"]),
        (&["apply", style, photo, "--size", "16", "-o", "no/where.png"], &["where.png cannot be written"]),
        (&["train", "nowhere.jpg"], &["nowhere.jpg", "cannot be read"]),
        (&["train", style], &["untrained.style", "not a picture"]),
        (&["train", painting, "--photos", "empty"], &["no pictures", "empty"]),
        (&["train", painting, "--start", "nowhere.style"], &["nowhere.style", "cannot be read"]),
        (&["train", painting, "--resume", style], &["damaged, or no training"]),
        (&["train", painting, "--size", "32"], &["size is 32", "between 64 and 1024"]),
        (&["train", painting, "--steps", "0"], &["steps is 0", "between 1 and"]),
        (&["train", painting, "--crop", "4294967295"], &["crop is ", "between 32 and 512"]),
        (&["train", painting, "--strength", "101"], &["strength is 101", "between 0 and 100"]),
    ];
    for (arguments, parts) in cases {
        let text = said(desk.run(arguments), 1);
        // Where the device is open already, a line before says which one it is.
        let sentence = format!("{}\n", text.lines().last().unwrap_or_default());
        assert_sentence(&sentence);
        parts.iter().for_each(|part| assert!(sentence.contains(part), "{part:?} is not in: {sentence}"));
    }
    assert!(!desk.0.join("painting.style").exists() && !desk.0.join("scumble.png").exists(), "nothing is left");
}

#[test]
fn each_command_says_what_it_is_for() {
    let desk = Desk::new("commands");
    let purposes = [
        ("train", "Makes a style of a painting"),
        ("apply", "Repaints photos and films with a style"),
        ("compare", "Paints a pair slowly and at once"),
    ];
    for (command, purpose) in purposes {
        let help =
            |arguments: &[&str]| String::from_utf8(desk.run(arguments).success().get_output().stdout.clone()).unwrap();
        assert!(help(&[command, "--help"]).starts_with(purpose), "{command}");
        assert!(help(&["--help"]).contains(purpose), "{command}");
    }
}

#[test]
fn a_missing_folder_is_told_before_the_training() {
    let desk = Desk::new("nowhere");
    let said = said(desk.run(&["train", &sample("swirl.jpg"), "-o", "nowhere/x.style"]), 1);
    assert_eq!(said, "nowhere/x.style cannot be written: its folder is not there.\n");
}

#[test]
fn a_film_needs_ffmpeg_and_a_place_to_go() {
    let desk = Desk::new("film");
    std::fs::write(desk.0.join("film.mp4"), b"no film").unwrap();
    let said = said(desk.run(&["apply", untrained(&desk), "film.mp4"]), 1);
    assert_sentence(&said);
    assert!(said.contains("film.mp4 is a film, and scumble.png is none"), "{said}");
    let mut program = Command::new(env!("CARGO_BIN_EXE_scumble"));
    let arguments = ["apply", untrained(&desk), "film.mp4", "-o", "out.mp4"];
    let assert = program.current_dir(&desk.0).env("PATH", "").env("XDG_RUNTIME_DIR", &desk.0).args(arguments).assert();
    let said = super::said(assert, 1);
    assert_sentence(&said);
    assert!(said.starts_with("Films need ffprobe, which is not installed."), "{said}");
}

#[test]
fn both_approaches_are_compared() {
    let desk = Desk::new("compare");
    let (photo, painting) = (sample("street.jpg"), sample("swirl.jpg"));
    let said = told(&desk, &["compare", &photo, &painting, "-o", "both", "--size", "48", "--steps", "2"]);
    assert!(said.contains("goes on without VGG19"), "{said}");
    let report: Value = serde_json::from_slice(&desk.file("both/report.json")).unwrap();
    let ways = report["ways"].as_array().unwrap();
    assert_eq!(ways.iter().map(|way| way["file"].as_str().unwrap()).collect::<Vec<_>>(), ["scumble.png", "fast.png"]);
    for way in ways {
        assert_eq!(desk.picture(&format!("both/{}", way["file"].as_str().unwrap())).width, 48);
        let positive = |key: &str| way[key].as_f64().is_some_and(|number| number > 0.0);
        assert!(["first_s", "last_s", "passes", "gflop", "peak_mib", "colour"].into_iter().all(positive), "{way}");
        assert_eq!(way["judged"], serde_json::json!([]), "nobody judges without VGG19");
    }
    // Hundreds of passes against one.
    assert!(ways[0]["gflop"].as_f64() > ways[1]["gflop"].as_f64() && ways[1]["passes"] == 1);
    assert_eq!(report["training"]["steps"], 2);
    let page = String::from_utf8(desk.file("both/report.md")).unwrap();
    assert!(page.contains("It pays for itself after"), "{page}");
}
