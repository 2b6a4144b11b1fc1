//! Settings as options of the command line: the table of settings says which there are.

use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, Command};
use scumble::choices::Recipe;
use scumble::settings::{Description, Kind, Settings};
use serde_json::{Map, Value};

/// People at a terminal have more patience than visitors of a page.
const SIZE: u32 = 512;

/// Settings that follow from other options: `--mask` and `--place`.
const IMPLIED: [&str; 2] = ["masked", "placed"];

/// The command with an option for every setting but those that it has an option of its own for. None of them goes together with
/// `--resume`: a run that was broken off has its own settings.
pub fn with_settings(command: Command, but: &[&str]) -> Command {
    command.args(own(but).map(|setting| option(setting).conflicts_with("resume")))
}

/// The settings that have an option.
fn own(but: &[&str]) -> impl Iterator<Item = &'static Description> {
    let settings = Settings::descriptions().iter();
    settings.filter(|setting| !IMPLIED.contains(&setting.key) && !but.contains(&setting.key))
}

/// The settings that the options of [`with_settings`] give. All others are as the recipe was published, or else the default.
///
/// # Errors
/// A sentence for a person, where settings are out of range or do not go together.
pub fn settings<const N: usize>(
    matches: &ArgMatches,
    but: &[&str],
    implied: [(&str, bool); N],
) -> Result<Settings, String> {
    let mut given: Map<String, Value> =
        implied.map(|(key, value)| (key.to_owned(), value.into())).into_iter().collect();
    for setting in own(but) {
        if let Some(value) = value(matches, setting).map_err(|e| e.to_string())? {
            given.insert(setting.key.to_owned(), value);
        }
    }
    let recipe = given.get("recipe").cloned().map(serde_json::from_value::<Recipe>).transpose();
    let recipe = recipe.map_err(|e| e.to_string())?.unwrap_or_default();
    let published = Settings { size: SIZE, ..recipe.settings() };
    let Value::Object(mut all) = serde_json::to_value(published).map_err(|e| e.to_string())? else {
        unreachable!("a struct is written as an object")
    };
    all.extend(given);
    Settings::from_json(&Value::Object(all).to_string()).map_err(|e| e.to_string())
}

fn option(setting: &Description) -> Arg {
    let option = Arg::new(setting.key).long(setting.key).help(help(setting));
    match setting.kind {
        Kind::Flag => option.action(ArgAction::SetTrue),
        Kind::Number => option.value_name("NUMBER").value_parser(clap::value_parser!(f32)).allow_negative_numbers(true),
        Kind::Whole => option.value_name("NUMBER").value_parser(clap::value_parser!(u32)),
        Kind::Word(words) => {
            option.value_name("WORD").value_parser(PossibleValuesParser::new(words().into_iter().map(|(word, _)| word)))
        }
        Kind::Numbers => option.value_name("NUMBERS").value_delimiter(',').value_parser(clap::value_parser!(f32)),
        Kind::Layers => option.value_name("LAYERS").value_delimiter(',').value_parser(layer),
    }
}

/// The setting's description, with its range and its default.
fn help(setting: &Description) -> String {
    let range = setting.rules.range.map(|(least, most)| format!(" [{least} to {most}]")).unwrap_or_default();
    let default = default(setting.key).map(|default| format!(" [default: {default}]")).unwrap_or_default();
    format!("{}{range}{default}", setting.text().trim_end_matches('.'))
}

/// The default of a setting as it is typed; none of flags and lists.
fn default(key: &str) -> Option<String> {
    let all = serde_json::to_value(Settings { size: SIZE, ..Settings::default() }).ok()?;
    match all.get(key)? {
        Value::Number(number) => Some(number.as_f64()?.to_string()),
        Value::String(word) => Some(word.clone()),
        Value::Null | Value::Bool(_) | Value::Array(_) | Value::Object(_) => None,
    }
}

/// The given value of a setting, as JSON.
///
/// # Errors
/// Where a number is out of range. NaN has to be caught here, because JSON cannot hold it.
fn value(matches: &ArgMatches, setting: &Description) -> scumble::Result<Option<Value>> {
    let key = setting.key;
    let checked = |numbers: Vec<f32>| setting.rules.check(key, &numbers);
    Ok(match setting.kind {
        Kind::Flag => matches.get_flag(key).then_some(true.into()),
        Kind::Number => {
            let given = matches.get_one::<f32>(key);
            checked(given.copied().into_iter().collect())?;
            given.map(|&number| number.into())
        }
        Kind::Whole => matches.get_one::<u32>(key).map(|&number| number.into()),
        Kind::Word(_) => matches.get_one::<String>(key).map(|word| word.as_str().into()),
        Kind::Numbers => {
            let given: Option<Vec<f32>> = matches.get_many(key).map(|numbers| numbers.copied().collect());
            checked(given.clone().unwrap_or_default())?;
            given.map(Value::from)
        }
        Kind::Layers => {
            let given: Option<Vec<(String, f32)>> = matches.get_many(key).map(|layers| layers.cloned().collect());
            checked(given.iter().flatten().map(|(_, share)| *share).collect())?;
            given.map(|layers| layers.into_iter().collect())
        }
    })
}

/// Reads a layer with its share.
fn layer(text: &str) -> Result<(String, f32), String> {
    let (name, share) = text.split_once('=').unwrap_or((text, "1"));
    let share = share.parse().map_err(|_| format!("\"{share}\" is not a number; write for example {name}=0.5"))?;
    Ok((name.into(), share))
}
