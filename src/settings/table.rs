//! The macro behind the table of settings.

/// Makes the struct [`Settings`](super::Settings) and what goes through all of its fields. A row is
/// `/// doc` `field: type = default, rules, control;`.
macro_rules! settings {
    ($($(#[doc = $doc:literal])+ $field:ident: $type:ty = $default:expr, $rules:expr, $control:expr;)+) => {
        /// Everything that a person can choose. Missing fields take their defaults; unknown ones are refused.
        #[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
        #[serde(default, deny_unknown_fields, rename_all = "kebab-case")]
        pub struct Settings { $($(#[doc = $doc])+ pub $field: $type,)+ }

        impl Default for Settings {
            fn default() -> Settings {
                Settings { $($field: $default,)+ }
            }
        }

        impl Settings {
            /// The names and rules of the settings that `other` has otherwise.
            pub fn differing(&self, other: &Settings) -> impl Iterator<Item = (&'static str, Rules)> {
                [$((table::key!($field), $rules, self.$field == other.$field)),+]
                    .into_iter()
                    .filter_map(|(key, rules, same)| (!same).then_some((key, rules)))
            }

            fn check_ranges(&self) -> Result<()> {
                $($rules.check(table::key!($field), &self.$field)?;)+
                Ok(())
            }

            /// The whole table.
            #[cfg(not(target_arch = "wasm32"))]
            pub fn descriptions() -> &'static [Description] {
                use control::{BY_HAND, Described, WITHOUT};
                use groups::*;
                const ALL: &[Description] = &[$(Description {
                    key: table::key!($field),
                    doc: &[$($doc),+],
                    kind: <$type as Described>::KIND,
                    rules: $rules,
                    control: $control,
                }),+];
                ALL
            }
        }
    };
}

/// A field's name in JSON, in the terminal and on the page: with hyphens.
macro_rules! key {
    ($field:ident) => {{
        const NAME: &str = stringify!($field);
        const BYTES: [u8; NAME.len()] = table::kebab(NAME);
        const {
            match str::from_utf8(&BYTES) {
                Ok(key) => key,
                Err(_) => panic!("hyphens for underscores leave text"),
            }
        }
    }};
}

pub(super) use {key, settings};

/// Hyphens for underscores.
pub(super) const fn kebab<const N: usize>(name: &str) -> [u8; N] {
    let mut bytes = [0; N];
    let mut index = 0;
    while index < N {
        let byte = name.as_bytes()[index];
        bytes[index] = if byte == b'_' { b'-' } else { byte };
        index += 1;
    }
    bytes
}
