//! Films, frame by frame: ffmpeg, where it is installed, reads and writes them.

use crate::interrupt;
use crate::output::beside;
use indicatif::{ProgressBar, ProgressStyle};
use scumble::image::{Picture, fit, resize};
use scumble::style::Instant;
use std::io::{ErrorKind, Read, Write};
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// Endings of films.
const ENDINGS: [&str; 7] = ["mp4", "m4v", "mov", "webm", "mkv", "avi", "gifv"];

/// Whether a file's name is that of a film.
pub fn is_film(path: &Path) -> bool {
    let ending = path.extension().and_then(|ending| ending.to_str()).map(str::to_lowercase);
    ending.is_some_and(|ending| ENDINGS.contains(&ending.as_str()))
}

/// What ffprobe says of a film.
struct Film {
    width: u32,
    height: u32,
    /// Frames in a second, as a fraction.
    rate: String,
    frames: Option<u64>,
}

/// Repaints a film with a style; its sound is copied.
pub async fn paint(
    instant: &mut Instant,
    film: &Path,
    size: Option<u32>,
    strength: f32,
    out: &Path,
) -> Result<(), String> {
    let Film { width, height, rate, frames } = probed(film)?;
    let (out_width, out_height) = size.map_or((width, height), |size| fit(width, height, size));
    // Most codecs want even sizes.
    let (out_width, out_height) = (out_width.next_multiple_of(2), out_height.next_multiple_of(2));
    let mut reader = reader(film)?;
    let part = beside(out);
    let mut writer = writer(film, &part, (out_width, out_height), &rate)?;
    let (Some(from), Some(to)) = (reader.stdout.take(), writer.stdin.take()) else {
        return Err("ffmpeg does not answer.".into());
    };
    let bar = frames.map_or_else(ProgressBar::no_length, ProgressBar::new);
    let template =
        ProgressStyle::with_template("{bar:32} {percent}%  frame {pos} of {len}  {elapsed} of {duration}").ok();
    bar.set_style(template.unwrap_or_else(ProgressStyle::default_bar));
    let stretch = Stretch { sizes: [(width, height), (out_width, out_height)], strength };
    let painted = stretch.paint(instant, (from, to), &bar).await;
    bar.finish_and_clear();
    let _ = reader.wait();
    let ended = writer.wait().map_err(|e| format!("ffmpeg cannot be waited for: {e}."))?;
    let refused = || format!("ffmpeg could not write {}; its own message stands above.", out.display());
    let moved = || std::fs::rename(&part, out).map_err(|e| format!("{} cannot be written: {e}.", out.display()));
    let whole = painted.and_then(|()| if ended.success() { moved() } else { Err(refused()) });
    if let Err(why) = whole {
        let _ = std::fs::remove_file(&part);
        return Err(why);
    }
    eprintln!("{} ({out_width} x {out_height}, {} frames)", out.display(), bar.position());
    Ok(())
}

/// Frames of one size that become frames of another.
struct Stretch {
    sizes: [(u32, u32); 2],
    strength: f32,
}

impl Stretch {
    /// Paints all frames that come, until somebody wants it to end; then the film is as long as it was painted.
    async fn paint(
        &self,
        instant: &mut Instant,
        (mut from, mut to): (impl Read, impl Write),
        bar: &ProgressBar,
    ) -> Result<(), String> {
        let [(width, height), (out_width, out_height)] = self.sizes;
        let mut frame = vec![0; width as usize * height as usize * 4];
        while !interrupt::is_wished() {
            match from.read_exact(&mut frame) {
                Ok(()) => {}
                Err(end) if end.kind() == ErrorKind::UnexpectedEof => break,
                Err(e) => return Err(format!("The film cannot be read further: {e}.")),
            }
            let rgba = frame.iter().map(|&value| f32::from(value) / 255.0).collect();
            let photo = resize(&Picture::new(width, height, rgba), out_width, out_height);
            instant.paint(&photo, self.strength).map_err(|e| e.to_string())?;
            let painted = instant.picture().await.map_err(|e| e.to_string())?;
            let bytes: Vec<u8> = painted.rgba.iter().map(|value| (value * 255.0).round() as u8).collect();
            if to.write_all(&bytes).is_err() {
                break; // ffmpeg will say why
            }
            bar.inc(1);
        }
        Ok(())
    }
}

/// Why a program cannot be run.
fn cannot_run(program: &str, error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => {
            format!("Films need {program}, which is not installed. Install ffmpeg, or give single pictures.")
        }
        _ => format!("{program} cannot be run: {error}."),
    }
}

fn probed(film: &Path) -> Result<Film, String> {
    let mut command = Command::new("ffprobe");
    command.args([
        "-v",
        "error",
        "-select_streams",
        "v:0",
        "-show_entries",
        "stream=width,height,r_frame_rate,nb_frames",
        "-of",
        "json",
    ]);
    let output = command.arg(film).output().map_err(|e| cannot_run("ffprobe", &e))?;
    let unreadable = || format!("{} is no film that ffmpeg can read.", film.display());
    let all: serde_json::Value = serde_json::from_slice(&output.stdout).map_err(|_| unreadable())?;
    let stream = &all["streams"][0];
    let number =
        |key: &str| stream[key].as_u64().and_then(|number| u32::try_from(number).ok()).filter(|&number| number > 0);
    let (Some(width), Some(height), Some(rate)) = (number("width"), number("height"), stream["r_frame_rate"].as_str())
    else {
        return Err(unreadable());
    };
    let frames = stream["nb_frames"].as_str().and_then(|text| text.parse().ok());
    Ok(Film { width, height, rate: rate.to_owned(), frames })
}

/// ffmpeg as it writes a film's frames into a pipe.
fn reader(film: &Path) -> Result<Child, String> {
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-i"]).arg(film).args(["-f", "rawvideo", "-pix_fmt", "rgba", "-"]);
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    apart(&mut command).spawn().map_err(|e| cannot_run("ffmpeg", &e))
}

/// ffmpeg as it reads painted frames from a pipe, and the sound from the film.
fn writer(film: &Path, out: &Path, (width, height): (u32, u32), rate: &str) -> Result<Child, String> {
    let mut command = Command::new("ffmpeg");
    let size = format!("{width}x{height}");
    command
        .args(["-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgba", "-s", &size, "-r", rate, "-i", "-", "-i"])
        .arg(film);
    command.args(["-map", "0:v", "-map", "1:a?", "-c:a", "copy", "-pix_fmt", "yuv420p"]).arg(out);
    command.stdin(Stdio::piped());
    apart(&mut command).spawn().map_err(|e| cannot_run("ffmpeg", &e))
}

/// Ctrl-C is for this program, which then ends the film; ffmpeg does not hear it.
fn apart(command: &mut Command) -> &mut Command {
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(command, 0);
    command
}
