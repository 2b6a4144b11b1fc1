//! What the page and docs/controls.md say of the engine's tables, against these tables. `WRITE=1 cargo test --test settings` writes
//! it anew.

use scumble::choices::ModelKind;
use scumble::model::{Model, vgg19};
use scumble::settings::{Description, Kind, Settings, Widget};
use serde_json::Value;
use std::fmt::Write as _;
use std::path::PathBuf;

/// Labels that are longer stand above their list.
const LONGEST_INLINE: usize = 12;

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

/// Compares a file with what it should be, or writes it.
fn compare(file: &str, expected: impl FnOnce(&str) -> String) {
    let path = root().join(file);
    let found = std::fs::read_to_string(&path).unwrap();
    let expected = expected(&found);
    if std::env::var_os("WRITE").is_some() {
        std::fs::write(&path, &expected).unwrap();
        return;
    }
    let different = found.lines().zip(expected.lines()).find(|(found, expected)| found != expected);
    assert!(
        found == expected,
        "{file} is not what the table of settings says: {different:?}. `WRITE=1 cargo test --test settings` writes it."
    );
}

fn default_of(key: &str) -> Value {
    serde_json::to_value(Settings::default()).unwrap()[key].clone()
}

/// The choices of a list, as the form's values and labels.
fn choices(setting: &Description) -> Vec<(String, String)> {
    match (setting.control.widget, setting.kind) {
        (Widget::Offers(offers), _) => {
            offers.iter().map(|(value, label)| (value.to_string(), (*label).into())).collect()
        }
        (Widget::Menu, Kind::Word(words)) => words().into_iter().map(|(word, label)| (word, label.into())).collect(),
        other => panic!("{} has no list: {other:?}", setting.key),
    }
}

/// The markup of a control, without the indentation of its first line.
fn markup(setting: &Description, indent: &str) -> String {
    let Description { key, control, .. } = setting;
    let (label, hint) = (control.label, control.hint);
    let mut lines = Vec::new();
    let described = if hint.is_empty() { String::new() } else { format!(r#" aria-describedby="{key}-hint""#) };
    match control.widget {
        Widget::None | Widget::ByHand => panic!("{key} has no control that is written here"),
        Widget::Check => {
            let small = if hint.is_empty() { String::new() } else { format!("<small>{hint}</small>") };
            return format!(
                r#"<label class="check" data-setting="{key}"><input type="checkbox" id="{key}" name="{key}"><span>{label}{small}</span></label>"#
            );
        }
        Widget::Slider(per_unit) => {
            let value = default_of(key).as_f64().unwrap() * f64::from(per_unit);
            let unit = if per_unit == 1 { String::new() } else { format!(r#" data-per-unit="{per_unit}""#) };
            lines.push(format!(r#"<div class="field" data-setting="{key}">"#));
            lines.push(format!(
                r#"  <div class="field-line"><label for="{key}">{label}</label><output for="{key}" id="{key}-value">{value}</output></div>"#
            ));
            lines.push(format!(
                r#"  <input type="range" id="{key}" name="{key}" min="0" max="100" value="{value}"{unit}{described}>"#
            ));
        }
        Widget::Menu | Widget::Offers(_) => {
            let choices = choices(setting);
            let short = choices.iter().all(|(_, label)| label.chars().count() <= LONGEST_INLINE);
            let class = if short && hint.is_empty() { "field inline" } else { "field" };
            let number = if matches!(setting.kind, Kind::Word(_)) { "" } else { " data-number" };
            let default = match default_of(key) {
                Value::String(word) => word,
                number => number.as_f64().unwrap().to_string(),
            };
            lines.push(format!(r#"<div class="{class}" data-setting="{key}">"#));
            lines.push(format!(r#"  <label for="{key}">{label}</label>"#));
            lines.push(format!(r#"  <select id="{key}" name="{key}"{number}{described}>"#));
            for (value, label) in choices {
                let selected = if value == default { " selected" } else { "" };
                lines.push(format!(r#"    <option value="{value}"{selected}>{label}</option>"#));
            }
            lines.push("  </select>".into());
        }
    }
    if !hint.is_empty() {
        lines.push(format!(r#"  <p class="hint" id="{key}-hint">{hint}</p>"#));
    }
    lines.push("</div>".into());
    lines.join(&format!("\n{indent}"))
}

/// The page with its controls written anew, each where it stands. A new one is added to the end of its group.
fn form(page: &str) -> String {
    let mut page = page.to_owned();
    let written = |setting: &&Description| !matches!(setting.control.widget, Widget::None | Widget::ByHand);
    for setting in Settings::descriptions().iter().filter(written) {
        let mark = format!(r#"data-setting="{}""#, setting.key);
        if !page.contains(&mark) {
            let legend = format!("<legend>{}</legend>", setting.control.group);
            let group = page.find(&legend).unwrap_or_else(|| panic!("the form has no group {}", setting.control.group));
            let end = group + page[group..].find("\n          </fieldset>").unwrap();
            page.insert_str(end, &format!("\n            <div {mark}></div>"));
        }
        let at = page.find(&mark).unwrap();
        let start = page[..at].rfind('\n').unwrap() + 1;
        let line = page[start..].lines().next().unwrap();
        let indent = &line[..line.len() - line.trim_start().len()];
        let length = match line.ends_with("</div>") || line.ends_with("</label>") {
            true => line.len(),
            false => {
                let close = format!("\n{indent}</div>");
                page[start..].find(&close).unwrap() + close.len()
            }
        };
        let block = format!("{indent}{}", markup(setting, indent));
        page.replace_range(start..start + length, &block);
    }
    page
}

#[test]
fn the_form_shows_the_table() {
    compare("www/index.html", form);
}

/// The type of a setting's values in TypeScript.
fn typed(setting: &Description) -> &'static str {
    match setting.kind {
        Kind::Flag => "boolean",
        Kind::Number | Kind::Whole => "number",
        Kind::Word(_) => "string",
        Kind::Numbers => "number[]",
        Kind::Layers => "Record<string, number>",
    }
}

#[test]
fn the_types_follow_the_table() {
    compare("www/engine/settings.d.ts", |_| {
        let mut text = String::from(
            "// The engine's settings; tests/settings.rs writes this file. The form says all but those with a question mark.\n\n\
             export interface Settings {\n",
        );
        for setting in Settings::descriptions() {
            let open = if matches!(setting.control.widget, Widget::None) { "?" } else { "" };
            writeln!(text, "  '{}'{open}: {};", setting.key, typed(setting)).unwrap();
        }
        text + "}\n"
    });
}

#[test]
fn the_page_knows_the_layers() {
    let [first, others @ ..] = ModelKind::ALL else { panic!("there is a model") };
    let taps = Model::of(*first).style_taps;
    assert!(others.iter().all(|kind| Model::of(*kind).style_taps == taps), "all models name their layers alike");
    // Maps of the first block are done in bands; a pool before each later one leaves a quarter of the positions.
    let bytes = vgg19::CONVOLUTIONS.iter().filter_map(|convolution| {
        let block: u32 = convolution.number()[..1].parse().unwrap();
        (block > 1).then_some(convolution.out_channels * 4 / 4usize.pow(block - 1))
    });
    let structured = Settings::descriptions().iter().filter(|own| matches!(own.kind, Kind::Numbers | Kind::Layers));
    let structured: Vec<_> = structured.map(|own| own.key).collect();
    compare("www/engine/tables.js", |_| {
        format!(
            "// What the page has to know of the engine's tables; tests/settings.rs writes this file.\n\n\
             /** The layers that a style is taken from, from fine to coarse. All models name them alike. */\n\
             export const STYLE_LAYERS = ['{}'];\n\n\
             /** Settings whose values are lists or objects, and not numbers or words. */\n\
             export const STRUCTURED = ['{}'];\n\n\
             /** Bytes of the longest array, for each pixel of the picture: VGG19's widest map that is ever held whole. */\n\
             export const LONGEST_BYTES = {};\n",
            taps.join("', '"),
            structured.join("', '"),
            bytes.max().unwrap(),
        )
    });
}

#[test]
fn controls_that_are_made_by_hand_are_read() {
    let script = std::fs::read_to_string(root().join("www/settings/settings.js")).unwrap();
    let read = script.split("export function read").nth(1).unwrap().split("\n}").next().unwrap();
    for Description { key, control, .. } in Settings::descriptions() {
        let named = read.contains(&format!("\n    {key}: ")) || read.contains(&format!("\n    '{key}': "));
        // Colours are read twice: a texture has those of the painting.
        assert_eq!(matches!(control.widget, Widget::ByHand) || *key == "colours", named, "{key}");
    }
}

/// One row for each setting: what it is, its values, its default.
fn rows() -> String {
    let mut rows = String::from("| setting | values | default | what it does |\n|---|---|---|---|\n");
    for setting in Settings::descriptions() {
        let values = match (setting.kind, setting.rules.range) {
            (Kind::Word(words), _) => {
                words().into_iter().map(|(word, _)| format!("`{word}`")).collect::<Vec<_>>().join(", ")
            }
            (Kind::Flag, _) => "yes or no".into(),
            (Kind::Number, Some((least, most))) => format!("{least} to {most}"),
            (Kind::Whole, Some((least, most))) => format!("whole, {least} to {most}"),
            (Kind::Whole, None) => "whole".into(),
            (Kind::Numbers, Some((least, most))) => format!("one for each painting, {least} to {most}"),
            (Kind::Layers, Some((least, most))) => format!("one for each layer, {least} to {most}"),
            (Kind::Number | Kind::Numbers | Kind::Layers, None) => panic!("{} has no range", setting.key),
        };
        let default = match default_of(setting.key) {
            Value::String(word) => format!("`{word}`"),
            Value::Number(number) => number.as_f64().unwrap().to_string(),
            Value::Bool(_) => "no".into(),
            Value::Null | Value::Array(_) | Value::Object(_) => String::new(),
        };
        let steers = if setting.rules.steers { " *" } else { "" };
        writeln!(rows, "| `{}`{steers} | {values} | {default} | {} |", setting.key, setting.text()).unwrap();
    }
    rows
}

#[test]
fn the_documentation_shows_the_table() {
    compare("docs/controls.md", |text| {
        let start = text.find("| setting |").expect("the table of settings stands in docs/controls.md");
        let end = start + text[start..].find("\n\n").map_or(text[start..].len(), |end| end + 1);
        format!("{}{}{}", &text[..start], rows(), &text[end..])
    });
}
