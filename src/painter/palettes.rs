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

/// The photo in the tones of the paintings, as far as [`toning`] says: everywhere in the tones of those that go there.
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
    // Where no painting goes, the photo stays as it is.
    let mut rgba = photo.rgba.clone();
    for region in &regions {
        let own = of_one(region);
        let Some(guide) = &region.guide else { return Cow::Owned(own) };
        let weights = guide.weights(photo.width, photo.height);
        for (index, (value, (own, given))) in rgba.iter_mut().zip(own.rgba.iter().zip(&photo.rgba)).enumerate() {
            *value += weights[index / 4] * (own - given);
        }
    }
    Cow::Owned(Picture::new(photo.width, photo.height, rgba))
}

/// Places need not be finer than this for their tones, longest edge.
const GUIDE_EDGE: u32 = 256;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everywhere_is_the_palette_of_the_painting_that_goes_there() {
        let photo = Picture::flat(8, 2, [0.2, 0.2, 0.2]);
        let light = Rc::new(Picture::flat(4, 4, [0.8, 0.6, 0.4]));
        let right = Rc::new(Picture::new(8, 2, (0..16).flat_map(|i| [f32::from(i % 8 >= 4); 4]).collect()));
        let settings = Settings { placed: true, ..Settings::default() };
        let toned = super::photo(&photo, &[light], &[Some(right)], &settings);
        for (given, at, expected) in [("left", 0, [0.2, 0.2, 0.2, 1.0]), ("right", 7, [0.8, 0.6, 0.4, 1.0])] {
            let found = &toned.rgba[4 * at..4 * at + 4];
            assert!(
                found.iter().zip(expected).all(|(a, b)| (a - b).abs() < 1e-3),
                "{given}: {found:?} for {expected:?}"
            );
        }
    }
}
