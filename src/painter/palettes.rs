//! This turns the pictures' colours into those that they are painted in.

use super::regions::regions;
use crate::image::{Match, Picture, fit, matched, resize, toned};
use crate::objective::guide::Region;
use crate::schedule::{shares, toning};
use crate::settings::{Colours, Settings};
use std::borrow::Cow;
use std::rc::Rc;

/// The painting in the colours that the settings give it.
pub fn painting<'p>(painting: &'p Picture, photo: &Picture, settings: &Settings) -> Cow<'p, Picture> {
    match settings.colours {
        Colours::Painting | Colours::Photo => Cow::Borrowed(painting),
        Colours::Matched => Cow::Owned(matched(painting, photo, Match::Linear)),
        Colours::Histogram => Cow::Owned(matched(painting, photo, Match::Histogram)),
    }
}

/// The photo in the palette of the paintings, as far as [`toning`] says: everywhere in that of those that go there.
pub fn photo<'p>(
    photo: &'p Picture,
    paintings: &[Rc<Picture>],
    places: &[Option<Rc<Picture>>],
    settings: &Settings,
) -> Cow<'p, Picture> {
    let amount = toning(settings);
    if amount == 0.0 {
        return Cow::Borrowed(photo);
    }
    let (width, height) = fit(photo.width, photo.height, GUIDE_EDGE);
    let places: Vec<_> = places.iter().map(|own| own.as_ref().map(|place| resize(place, width, height))).collect();
    let regions = regions(&places, &shares(settings, paintings.len()), (width, height));
    let of_one = |region: &Region| {
        let models: Vec<_> = region.paintings.iter().map(|&(index, share)| (&*paintings[index], share)).collect();
        toned(photo, &models, amount)
    };
    let mut whole = Picture::new(photo.width, photo.height, vec![0.0; photo.rgba.len()]);
    for region in &regions {
        let own = of_one(region);
        let Some(guide) = &region.guide else { return Cow::Owned(own) };
        let weights = guide.weights(photo.width, photo.height);
        for ((sum, own), weight) in whole.rgba.chunks_exact_mut(4).zip(own.rgba.chunks_exact(4)).zip(weights) {
            sum.iter_mut().zip(own).for_each(|(sum, value)| *sum += weight * value);
        }
    }
    Cow::Owned(whole)
}

/// Places need not be finer than this for their palettes, longest edge.
const GUIDE_EDGE: u32 = 256;
