//! Ctrl-C, or another wish that the program end: the first lets it save what it has, the second ends it at once.

use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, Ordering};

static WISHED: AtomicBool = AtomicBool::new(false);

/// What a shell reports of a program that Ctrl-C ended.
const INTERRUPTED: u8 = 130;

/// Listens from now on.
pub fn listen() -> Result<(), String> {
    let heard = || {
        if WISHED.swap(true, Ordering::Relaxed) {
            std::process::exit(INTERRUPTED.into());
        }
        eprintln!("\nStopping, and saving what is there. Ctrl-C again ends at once.");
    };
    ctrlc::set_handler(heard).map_err(|e| format!("Ctrl-C cannot be listened to: {e}."))
}

/// Whether the work shall end now.
pub fn is_wished() -> bool {
    WISHED.load(Ordering::Relaxed)
}

/// How the program ends once its work is done.
pub fn exit_code() -> ExitCode {
    if is_wished() { ExitCode::from(INTERRUPTED) } else { ExitCode::SUCCESS }
}
