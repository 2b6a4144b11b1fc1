//! The developer commands of Scumble: `cargo xtask <command>`.
fn main() {}
