//! This turns a WGSL file into what the program carries: the file without its comments, which are for those who read it.

/// The text of a WGSL file without its comments, cut out when the program is compiled. Lines keep their numbers.
macro_rules! wgsl {
    ($($path:tt)+) => {{
        const FILE: &str = include_str!($($path)+);
        const LENGTH: usize = $crate::gpu::wgsl::code::<0>(FILE).1;
        const CODE: &[u8] = &$crate::gpu::wgsl::code::<LENGTH>(FILE).0;
        const TEXT: &str = match str::from_utf8(CODE) {
            Ok(text) => text,
            Err(_) => panic!("a comment ends with its line"),
        };
        TEXT
    }};
}
pub(crate) use wgsl;

/// As many bytes of some WGSL without its comments as an array of this length holds, and how many there are.
pub(crate) const fn code<const LENGTH: usize>(wgsl: &str) -> ([u8; LENGTH], usize) {
    let wgsl = wgsl.as_bytes();
    let (mut code, mut length) = ([0; LENGTH], 0);
    let (mut at, mut comment) = (0, false);
    while at < wgsl.len() {
        if wgsl[at] == b'\n' {
            comment = false;
        } else if wgsl[at] == b'/' && wgsl[at + 1] == b'/' {
            comment = true;
        }
        if !comment {
            if length < LENGTH {
                code[length] = wgsl[at];
            }
            length += 1;
        }
        at += 1;
    }
    (code, length)
}
