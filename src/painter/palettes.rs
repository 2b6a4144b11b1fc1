//! This turns a painting's colours into those that it is painted in.

use crate::choices::Colours;
use crate::image::{Match, Picture, matched};
use crate::settings::Settings;
use std::borrow::Cow;

/// The painting in the colours that the settings give it.
pub fn painting<'p>(painting: &'p Picture, photo: &Picture, settings: &Settings) -> Cow<'p, Picture> {
    match settings.colours {
        Colours::Painting | Colours::Photo => Cow::Borrowed(painting),
        Colours::Matched => Cow::Owned(matched(painting, photo, Match::Linear)),
        Colours::Histogram => Cow::Owned(matched(painting, photo, Match::Histogram)),
    }
}
