//! One error type. Every variant is a sentence for a person: what happened, what was found, and what to do next.

/// The result of everything in this crate that can fail.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// Whatever can go wrong between a dropped file and a finished picture.
///
/// `Display` gives text that the page and the terminal show as it stands; nothing is ever shown through `Debug`.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The bytes are none of the picture formats that Scumble reads.
    #[error("This is not a picture that Scumble can read ({found}). Use a PNG, JPEG, WebP, GIF or BMP file.")]
    NotAPicture {
        /// A description of the bytes, e.g. "the file is empty" or "it looks like plain text".
        found: String,
    },
    /// The format was recognised, but decoding failed part of the way.
    #[error(
        "This {format} picture is damaged or cut off ({detail}). Open it in another program and save it again, or use another copy."
    )]
    DamagedPicture {
        /// The recognised format, e.g. "JPEG".
        format: String,
        /// The decoder's reason.
        detail: String,
    },
    /// Refused before decoding, from the header alone, so that memory stays bounded.
    #[error(
        "This picture is {width} x {height} pixels, {megapixels} megapixels; Scumble reads up to {limit} megapixels. Make it smaller first."
    )]
    PictureTooLarge {
        /// Width in pixels, from the header.
        width: u32,
        /// Height in pixels, from the header.
        height: u32,
        /// Its size in megapixels, rounded up.
        megapixels: u64,
        /// The limit in megapixels.
        limit: u64,
    },
    /// Refused before decoding as well: its pixels may be few, but a decoder holds whole rows.
    #[error("This picture has an edge of {edge} pixels; Scumble reads up to {limit}. Make it smaller first.")]
    PictureTooLong {
        /// Its longer edge in pixels, from the header.
        edge: u32,
        /// The limit in pixels.
        limit: u32,
    },
    /// The saved picture could not be written.
    #[error("The picture could not be written as a file ({detail}). Try another format.")]
    Encode {
        /// The encoder's reason.
        detail: String,
    },
    /// A weights file is not what it should be.
    #[error("These weights cannot be used: {problem}. {remedy}")]
    Weights {
        /// The problem, in words, without a full stop.
        problem: String,
        /// Advice, a whole sentence.
        remedy: String,
    },
    /// A style file is not what it should be.
    #[error("This style cannot be used: {problem}. Use another copy of the file, or make the style again.")]
    Style {
        /// The problem, in words, without a full stop.
        problem: String,
    },
    /// A run that was broken off cannot go on.
    #[error("This run cannot go on: {problem}. Paint the picture again from the beginning.")]
    Checkpoint {
        /// The problem, in words, without a full stop.
        problem: String,
    },
    /// WebGPU (or Vulkan) is there, but gives no adapter.
    #[error("No graphics adapter answered ({detail}). {remedy}")]
    NoAdapter {
        /// The driver's reason.
        detail: String,
        /// Advice, a whole sentence.
        remedy: String,
    },
    /// The graphics device went away: a driver reset, a sleeping laptop, or memory that ran out.
    #[error(
        "The graphics device was lost ({detail}). Your pictures are safe; press Paint to start again, at a smaller size if this happens twice."
    )]
    DeviceLost {
        /// The driver's reason.
        detail: String,
    },
    /// The driver refused something that should have worked; a defect of ours or of the driver.
    #[error("The graphics driver reported a problem ({detail}). Try a smaller size; if it stays, please report it.")]
    Gpu {
        /// The driver's text.
        detail: String,
    },
    /// The device's memory is used up.
    #[error(
        "The graphics device has no memory left for this ({detail}). Choose a smaller size, or close other programs."
    )]
    OutOfMemory {
        /// The driver's text.
        detail: String,
    },
    /// A run would not fit this device.
    #[error(
        "Painting at this size needs a buffer of {needed_mib} MiB, and this device allows {limit_mib} MiB. Choose a smaller size."
    )]
    TooLargeForDevice {
        /// The largest single buffer that the run needs.
        needed_mib: u64,
        /// The device's limit.
        limit_mib: u64,
    },
    /// A run's numbers were not finite again and again.
    #[error(
        "At step {step} the numbers of this run grew beyond all bounds, again and again, even with smaller steps. The picture is as it was before, and can be saved. Try another optimiser, another loss or another size."
    )]
    RanAway {
        /// The step, counted from 1 over all scales.
        step: u32,
    },
    /// A setting is outside its range or unknown.
    #[error("The setting {name} is {found}; it must be {expected}.")]
    Setting {
        /// The setting's name as the user knows it.
        name: &'static str,
        /// The value that was given.
        found: String,
        /// The values that are allowed, in words.
        expected: String,
    },
    /// Something was asked for before what it needs was there.
    #[error("{what} is missing. {remedy}")]
    Missing {
        /// The missing thing, e.g. "The photo".
        what: String,
        /// Advice, a whole sentence.
        remedy: String,
    },
}

impl Error {
    /// The variant's name, for programs that react to one kind and show the sentence of all.
    pub fn kind(&self) -> &'static str {
        match self {
            Error::NotAPicture { .. } => "NotAPicture",
            Error::DamagedPicture { .. } => "DamagedPicture",
            Error::PictureTooLarge { .. } => "PictureTooLarge",
            Error::PictureTooLong { .. } => "PictureTooLong",
            Error::Encode { .. } => "Encode",
            Error::Weights { .. } => "Weights",
            Error::Style { .. } => "Style",
            Error::Checkpoint { .. } => "Checkpoint",
            Error::NoAdapter { .. } => "NoAdapter",
            Error::DeviceLost { .. } => "DeviceLost",
            Error::Gpu { .. } => "Gpu",
            Error::OutOfMemory { .. } => "OutOfMemory",
            Error::TooLargeForDevice { .. } => "TooLargeForDevice",
            Error::RanAway { .. } => "RanAway",
            Error::Setting { .. } => "Setting",
            Error::Missing { .. } => "Missing",
        }
    }
}
