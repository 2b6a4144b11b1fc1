//! The program from outside, as a person at a terminal meets it: what it paints, which files it leaves, what it says when
//! something is wrong, and how it ends.

use assert_cmd::Command;
use assert_cmd::assert::Assert;
use scumble::image::{Format, Label, Picture, WORKING_EDGE, decode, encode, read_label, resize};
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::time::Duration;

#[path = "terminal/batch.rs"]
mod batch;
#[path = "terminal/outputs.rs"]
mod outputs;
#[path = "terminal/styles.rs"]
mod styles;

/// No run here takes this long, even beside other work on a slow processor; what takes longer hangs.
const LIMIT: Duration = Duration::from_secs(300);
/// Longest edge of what is painted: the smallest sizes take a software driver no time but that of its compiler.
const EDGE: u32 = 24;

/// A folder of its own for each test, and the program at work in it.
struct Desk(PathBuf);

impl Desk {
    fn new(name: &str) -> Desk {
        let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("terminal").join(name);
        // What an earlier run has left must not be taken for what this one paints.
        let _ = std::fs::remove_dir_all(&folder);
        std::fs::create_dir_all(&folder).unwrap();
        Desk(folder)
    }

    fn run(&self, arguments: &[&str]) -> Assert {
        let mut program = Command::new(env!("CARGO_BIN_EXE_scumble"));
        // Some drivers complain where this is not set.
        program.current_dir(&self.0).env("XDG_RUNTIME_DIR", &self.0).timeout(LIMIT).args(arguments).assert()
    }

    /// Paints the street like the swirl in two small steps, with these arguments besides; returns what was said.
    fn paint(&self, arguments: &[&str]) -> String {
        self.paint_for(2, arguments)
    }

    fn paint_for(&self, iterations: u32, arguments: &[&str]) -> String {
        let [photo, painting] = ["street.jpg", "swirl.jpg"].map(sample);
        let usual = ["--size", &EDGE.to_string(), "--iterations", &iterations.to_string()];
        let assert = self.run(&[&[photo.as_str(), painting.as_str()], &usual[..], arguments].concat()).success();
        assert_eq!(assert.get_output().stdout, b"", "standard output stays free");
        String::from_utf8(assert.get_output().stderr.clone()).unwrap()
    }

    fn file(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.0.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    fn picture(&self, name: &str) -> Picture {
        decode(&self.file(name), WORKING_EDGE).unwrap().picture
    }

    fn settings(&self, name: &str) -> Value {
        let label = read_label(&self.file(name)).unwrap_or_else(|| panic!("{name} has no label"));
        serde_json::from_str::<Value>(&label.settings.unwrap()).unwrap()["settings"].take()
    }

    /// Leaves a picture whose left half is black and whose right half is white; returns its name.
    fn right_half(&self) -> &'static str {
        let picture = Picture::new(2, 1, vec![0.0, 0.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0]);
        let bytes = encode(&picture, Format::Png, &Label::default()).unwrap();
        std::fs::write(self.0.join("right.png"), bytes).unwrap();
        "right.png"
    }
}

fn sample(name: &str) -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("www/samples").join(name).to_str().unwrap().to_owned()
}

/// What a run that fails with this exit code says.
fn said(assert: Assert, code: i32) -> String {
    let assert = assert.code(code);
    assert_eq!(assert.get_output().stdout, b"");
    String::from_utf8(assert.get_output().stderr.clone()).unwrap()
}

/// A sentence for a person: one line with a full stop, and nothing that only its programmer understands.
fn assert_sentence(text: &str) {
    assert!(text.ends_with(".\n") && text.trim_end().lines().count() == 1, "no sentence: {text:?}");
    for word in ["panicked", "Err(", "Error {", "called `"] {
        assert!(!text.contains(word), "{word} in {text:?}");
    }
}

fn apart(a: &Picture, b: &Picture, columns: std::ops::Range<u32>) -> f32 {
    assert_eq!((a.width, a.height), (b.width, b.height));
    let pixels = a.rgba.chunks(4).zip(b.rgba.chunks(4)).enumerate();
    let own = pixels.filter(|(index, _)| columns.contains(&(*index as u32 % a.width)));
    own.map(|(_, (a, b))| (0..3).map(|c| (a[c] - b[c]).abs()).sum::<f32>()).sum()
}

#[test]
fn help_names_every_option() {
    let help = Desk::new("help").run(&["--help"]).success();
    let help = String::from_utf8(help.get_output().stdout.clone()).unwrap();
    let flags: Vec<&str> = help.split(|c: char| !c.is_ascii_alphanumeric() && c != '-').collect();
    for option in OPTIONS {
        assert!(flags.contains(&format!("--{option}").as_str()), "--{option} is not in:\n{help}");
    }
    let named = help.lines().map(str::trim_start).filter(|line| line.starts_with('-')).count();
    assert_eq!(
        named,
        OPTIONS.len() + 2,
        "all options, --help and --version; or the list of this test is short:\n{help}"
    );
}

const OPTIONS: [&str; 37] = [
    "checkpoint",
    "resume",
    "force",
    "print",
    "memory",
    "out",
    "deep",
    "recipe",
    "model",
    "weights",
    "origin",
    "size",
    "strength",
    "style-scale",
    "style-scales",
    "blend",
    "smoothness",
    "style-loss",
    "style-layers",
    "content-layers",
    "texture",
    "seamless",
    "stop-early",
    "precision",
    "mask",
    "place",
    "effort",
    "iterations",
    "scales",
    "seed",
    "start",
    "start-noise",
    "start-picture",
    "optimizer",
    "pooling",
    "colours",
    "losses",
];

#[test]
fn the_version_is_told() {
    let version = Desk::new("version").run(&["--version"]).success();
    assert_eq!(version.get_output().stdout, concat!("scumble ", env!("CARGO_PKG_VERSION"), "\n").as_bytes());
}

#[test]
fn the_ending_chooses_the_format() {
    let desk = Desk::new("format");
    let photo = decode(&std::fs::read(sample("street.jpg")).unwrap(), WORKING_EDGE).unwrap().picture;
    let photo = resize(&photo, EDGE, 18);
    let beginnings: [(&str, &[u8]); 3] = [("a.png", b"\x89PNG"), ("b.JPEG", b"\xff\xd8\xff"), ("c.webp", b"RIFF")];
    for (name, beginning) in beginnings {
        let told = desk.paint(&["-o", name]);
        assert!(told.contains("Painting on ") && told.contains(&format!("{name} (24 x 18)")), "{told}");
        assert!(desk.file(name).starts_with(beginning), "{name} begins with {:02x?}", &desk.file(name)[..4]);
        assert!(apart(&desk.picture(name), &photo, 0..EDGE) > 10.0, "{name} is the photo");
    }
    let [png, webp] = ["a.png", "c.webp"].map(|name| desk.picture(name));
    assert!(png == webp, "both keep every pixel");
    desk.paint(&["--deep"]);
    let deep = desk.file("scumble.png");
    assert_eq!((deep[24], desk.file("a.png")[24]), (16, 8), "bits a channel");
}

#[test]
fn losses_become_a_table() {
    let desk = Desk::new("losses");
    desk.paint(&["--losses", "losses.csv"]);
    let table = String::from_utf8(desk.file("losses.csv")).unwrap();
    let (head, rows) = table.split_once('\n').unwrap();
    assert_eq!(head, "iteration,content,style,tv,total");
    let rows: Vec<Vec<f64>> =
        rows.lines().map(|row| row.split(',').map(|number| number.parse().unwrap()).collect()).collect();
    assert_eq!(rows.iter().map(|row| row[0]).collect::<Vec<_>>(), [1.0, 2.0], "a row before every iteration");
    for row in &rows {
        let [_, content, style, tv, total] = row[..] else { panic!("{row:?} has five columns") };
        assert!(style > 0.0 && tv > 0.0 && (content + style + tv - total).abs() < 1e-5 * total, "{row:?}");
    }
    assert!(rows[1][4] < rows[0][4], "the loss falls: {rows:?}");
}

#[test]
fn a_texture_needs_no_photo() {
    let desk = Desk::new("texture");
    let size = EDGE.to_string();
    let texture = ["--texture", "--size", &size, "--iterations", "2", "--losses", "losses.csv"];
    desk.run(&[&[sample("points.jpg").as_str()], &texture[..]].concat()).success();
    let picture = desk.picture("scumble.png");
    assert_eq!((picture.width, picture.height), (24, 18), "the painting's proportions");
    let table = String::from_utf8(desk.file("losses.csv")).unwrap();
    let mut contents = table.lines().skip(1).map(|row| row.split(',').nth(1).unwrap().parse::<f64>().unwrap());
    assert!(contents.all(|content| content == 0.0), "no photo is held: {table}");
    assert_eq!(desk.settings("scumble.png")["texture"], true);
}

#[test]
fn a_mask_keeps_the_photo_where_it_is_black() {
    let desk = Desk::new("mask");
    desk.paint(&["-o", "whole.png"]);
    desk.paint(&["-o", "masked.png", "--mask", desk.right_half()]);
    let [whole, masked] = ["whole.png", "masked.png"].map(|name| desk.picture(name));
    let photo = decode(&std::fs::read(sample("street.jpg")).unwrap(), WORKING_EDGE).unwrap().picture;
    let photo = resize(&photo, masked.width, masked.height);
    // In between, the mask is resampled from one pixel to the next.
    let (kept, painted) = (apart(&masked, &photo, 0..5), apart(&whole, &photo, 0..5));
    assert!(kept < 0.1 * painted, "kept {kept}, painted {painted}");
    assert!(apart(&masked, &whole, 19..24) < 0.1, "where it is white, it is as without a mask");
}

#[test]
fn a_painting_goes_where_it_is_placed() {
    let desk = Desk::new("place");
    let second = sample("ink.jpg");
    desk.paint_for(12, &[&second, "-o", "everywhere.png"]);
    desk.paint_for(12, &[&second, "-o", "placed.png", "--place", &format!("2={}", desk.right_half())]);
    desk.paint_for(12, &["-o", "first.png"]);
    let [everywhere, placed, first] = ["everywhere.png", "placed.png", "first.png"].map(|name| desk.picture(name));
    let [left, right] = [0..8, 16..24];
    let of = |picture: &Picture| apart(picture, &first, left.clone()) / apart(picture, &first, right.clone());
    let (with, without) = (of(&placed), of(&everywhere));
    assert!(with < 0.8 * without, "left for right it is as far from the first painting's as {with}, usually {without}");
    assert_eq!(desk.settings("placed.png")["placed"], true);

    let too_many = desk.run(&[&sample("street.jpg"), &sample("swirl.jpg"), "--place", "2=right.png"]);
    let sentence = said(too_many, 1);
    assert_sentence(&sentence);
    assert!(sentence.contains("painting 2") && sentence.contains("right.png"), "{sentence}");
}

/// Every option that is a setting, with what the saved picture then says.
#[test]
fn all_settings_reach_the_picture() {
    let desk = Desk::new("settings");
    let place = format!("2={}", desk.right_half());
    let given: [(&str, &str, Value); 22] = [
        ("recipe", "scumble", json!("scumble")),
        ("model", "student", json!("student")),
        ("size", "32", json!(32)),
        ("strength", "60", json!(60.0)),
        ("style-scale", "1.5", json!(1.5)),
        ("style-scales", "1.25,0.5", json!([1.25, 0.5])),
        ("blend", "2,1", json!([2.0, 1.0])),
        ("smoothness", "25", json!(25.0)),
        ("style-loss", "gram", json!("gram")),
        ("style-layers", "relu1_1,relu2_1=0.5", json!({ "relu1_1": 1.0, "relu2_1": 0.5 })),
        ("content-layers", "relu2_1=2", json!({ "relu2_1": 2.0 })),
        ("precision", "full", json!("full")),
        ("effort", "0.5", json!(0.5)),
        ("iterations", "3", json!(3)),
        ("scales", "2", json!(2)),
        ("seed", "9", json!(9)),
        ("start", "picture", json!("picture")),
        ("start-noise", "0.25", json!(0.25)),
        ("optimizer", "lbfgs", json!("lbfgs")),
        ("pooling", "max", json!("max")),
        ("colours", "histogram", json!("histogram")),
        ("weights", "nowhere", Value::Null), // where files are is no setting
    ];
    let pictures = ["street.jpg", "swirl.jpg", "ink.jpg"].map(sample);
    let mut arguments: Vec<String> = pictures.to_vec();
    arguments.extend(given.iter().flat_map(|(name, value, _)| [format!("--{name}"), (*value).to_owned()]));
    for argument in ["--seamless", "--stop-early", "--mask", "right.png", "--place", &place, "--start-picture"] {
        arguments.push(argument.to_owned());
    }
    arguments.push(sample("cubes.jpg"));
    desk.run(&arguments.iter().map(String::as_str).collect::<Vec<_>>()).success();
    let settings = desk.settings("scumble.png");
    for (name, _, expected) in &given {
        assert_eq!(settings[name], *expected, "{name}");
    }
    for (name, expected) in
        [("seamless", true), ("stop-early", true), ("masked", true), ("placed", true), ("texture", false)]
    {
        assert_eq!(settings[name], expected, "{name}");
    }
}

#[test]
fn a_print_is_the_picture_made_larger() {
    let desk = Desk::new("print");
    desk.paint(&["-o", "small.png"]);
    desk.paint(&["-o", "large.png", "--print", "70", "--memory", "64", "--losses", "losses.csv"]);
    let (small, large) = (desk.picture("small.png"), desk.picture("large.png"));
    assert_eq!((small.width, large.width), (EDGE, 70));
    let reduced = resize(&large, small.width, small.height);
    let off = apart(&small, &reduced, 0..EDGE) / (3 * small.width * small.height) as f32;
    assert!(off < 0.15, "reduced it is the picture, but for {off} a value");
    let losses = String::from_utf8(desk.file("losses.csv")).unwrap();
    let steps: Vec<u32> = losses.lines().skip(1).map(|line| line.split(',').next().unwrap().parse().unwrap()).collect();
    assert!(steps.len() > 2 && steps.windows(2).all(|pair| pair[1] == pair[0] + 1), "{steps:?}");

    let [photo, painting] = ["street.jpg", "swirl.jpg"].map(sample);
    let small = ["--size", "64", "--iterations", "1"];
    let refused = |more: &[&str]| said(desk.run(&[&[photo.as_str(), painting.as_str()], &small[..], more].concat()), 1);
    let too_small = refused(&["--print", "64"]);
    assert!(too_small.contains("larger than the picture: --print is 64 px"), "{too_small}");
    let too_little = refused(&["--print", "80", "--memory", "2", "-o", "kept.png"]);
    assert!(too_little.contains("memory is 2 MiB") && too_little.contains("saved as it was painted"), "{too_little}");
    assert_eq!(desk.picture("kept.png").width, 64);
}

#[test]
fn a_print_shows_the_photo_at_its_own_size() {
    let desk = Desk::new("print of a part");
    let (width, height) = (WORKING_EDGE + 10, 20);
    let stripe = |column: u32| if column.is_multiple_of(2) { [0.0, 0.0, 0.0, 1.0] } else { [1.0; 4] };
    let stripes = Picture::new(width, height, (0..width * height).flat_map(|pixel| stripe(pixel % width)).collect());
    let nowhere = Picture::new(1, 1, vec![0.0, 0.0, 0.0, 1.0]);
    for (name, picture) in [("stripes.png", &stripes), ("nowhere.png", &nowhere)] {
        std::fs::write(desk.0.join(name), encode(picture, Format::Png, &Label::default()).unwrap()).unwrap();
    }
    let own = ["stripes.png"; 2]; // its own painting, since that is as small
    let print = ["--size", "1024", "--print", &width.to_string(), "--mask", "nowhere.png", "-o", "large.png"];
    let quick = ["--iterations", "1", "--scales", "1"];
    desk.run(&[&own[..], &print[..], &quick].concat()).success();
    let print = decode(&desk.file("large.png"), width).unwrap().picture;
    assert_eq!(apart(&stripes, &print, 0..width), 0.0, "stripes of a pixel are still there");
}

#[test]
fn a_seed_gives_the_same_file_again() {
    let desk = Desk::new("seed");
    for (name, seed) in [("a.png", "4"), ("b.png", "4"), ("c.png", "5")] {
        desk.paint(&["-o", name, "--start", "noise", "--seed", seed]);
    }
    assert!(desk.file("a.png") == desk.file("b.png"), "bit for bit");
    assert!(apart(&desk.picture("a.png"), &desk.picture("c.png"), 0..EDGE) > 1.0);
}

#[test]
fn values_that_mean_nothing_are_refused_before_anything_is_painted() {
    let desk = Desk::new("values");
    let [photo, painting] = ["street.jpg", "swirl.jpg"].map(sample);
    let refused = |arguments: &[&str]| desk.run(&[&[photo.as_str(), painting.as_str()], arguments].concat());
    // What lies out of its range, or does not go together, is told by the engine's own sentence.
    let sentences: [(&[&str], &[&str]); 11] = [
        (&["--size", "8"], &["size is 8", "between 16 and 4096"]),
        (&["--size", "5000"], &["size is 5000"]),
        (&["--strength", "101"], &["strength is 101", "between 0 and 100"]),
        (&["--strength", "NaN"], &["strength is NaN"]),
        (&["--smoothness=-1"], &["smoothness is -1"]),
        (&["--style-scale", "5"], &["style-scale is 5", "0.25 and 4"]),
        (&["--effort", "0"], &["effort is 0", "0.1 and 10"]),
        (&["--iterations", "0"], &["iterations is 0"]),
        (&["--scales", "17"], &["scales is 17"]),
        (&["--start-noise", "2"], &["start-noise is 2"]),
        (&["--recipe", "gatys", "--model", "student"], &["model", "VGG19"]),
    ];
    for (arguments, parts) in sentences {
        let sentence = said(refused(arguments), 1);
        assert_sentence(&sentence);
        parts.iter().for_each(|part| assert!(sentence.contains(part), "{part:?} is not in: {sentence}"));
    }
    // What cannot be read at all is told by the reader of the command line, with the option's name.
    let unreadable: [&[&str]; 9] = [
        &["--size", "large"],
        &["--recipe", "nobody"],
        &["--model", "vgg99"],
        &["--style-loss", "sum"],
        &["--colours", "loud"],
        &["--precision", "some"],
        &["--style-layers", "relu1_1=much"],
        &["--place", "0=sky.png"],
        &["--place", "sky.png"],
    ];
    for arguments in unreadable {
        let text = said(refused(arguments), 2);
        assert!(text.contains(arguments[0]) && text.contains(arguments[1]), "{arguments:?}: {text}");
    }
    let unknown = said(refused(&["--sise", "64"]), 2);
    assert!(unknown.contains("--sise"), "{unknown}");
    let alone = said(desk.run(&[&photo]), 2);
    assert!(alone.to_lowercase().contains("paintings"), "one picture is too few: {alone}");
    assert!(!desk.0.join("scumble.png").exists(), "nothing is painted");
}

#[test]
fn files_that_are_not_what_they_should_be_are_named() {
    let desk = Desk::new("files");
    std::fs::write(desk.0.join("notes.jpg"), "These are my notes.\n").unwrap();
    std::fs::create_dir(desk.0.join("empty")).unwrap();
    let [photo, painting] = ["street.jpg", "swirl.jpg"].map(sample);
    let (photo, painting) = (photo.as_str(), painting.as_str());
    let cases: [(&[&str], &[&str]); 10] = [
        (&["nowhere.jpg", painting], &["nowhere.jpg", "cannot be read"]),
        (&[photo, "nowhere.jpg"], &["nowhere.jpg", "cannot be read"]),
        (&[photo, painting, "--mask", "nowhere.png"], &["nowhere.png", "cannot be read"]),
        (&["notes.jpg", painting], &["notes.jpg", "not a picture"]),
        (&[photo, painting, "--start", "picture"], &["picture to start from is missing"]),
        (&[photo, painting, "--style-layers", "relu9_9"], &["style-layers", "relu9_9", "relu1_1", "relu5_1"]),
        (&[photo, painting, "--content-layers", "pool1=2"], &["content-layers", "pool1", "relu4_2"]),
        (&[photo, painting, "--recipe", "gatys"], &["weights is not there", "cargo xtask weights"]),
        (&[photo, painting, "--recipe", "gatys", "--weights", "empty"], &["empty", "cargo xtask weights"]),
        (&[photo, painting, "--model", "vgg19", "--weights", "notes.jpg"], &["notes.jpg", "weights"]),
    ];
    for (arguments, parts) in cases {
        let small = ["--size", "16", "--iterations", "1"];
        let text = said(desk.run(&[arguments, &small].concat()), 1);
        // Where the device is open already, a line before says which one it is.
        let sentence = format!("{}\n", text.lines().last().unwrap_or_default());
        assert_sentence(&sentence);
        parts.iter().for_each(|part| assert!(sentence.contains(part), "{part:?} is not in: {sentence}"));
    }
    let text = said(desk.run(&[photo, painting, "--size", "16", "--iterations", "1", "-o", "no/where.png"]), 1);
    assert!(text.contains("where.png cannot be written"), "{text}");
}
