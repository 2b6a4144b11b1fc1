//! This turns the places that a person gave to paintings into regions of the picture, each with its paintings.

use crate::image::Picture;
use crate::objective::guide::{Guide, Region};

/// The regions of a picture of this size. `places` has for each painting the picture whose red says where it goes, 0..1;
/// where several want to go, their shares decide. Paintings without one fill what the others leave.
pub fn regions(places: &[Option<Picture>], shares: &[f32], (width, height): (u32, u32)) -> Vec<Region> {
    let paintings = |wanted: &dyn Fn(usize) -> bool| -> Vec<(usize, f32)> {
        let own: Vec<_> = shares.iter().copied().enumerate().filter(|(index, _)| wanted(*index)).collect();
        let sum: f32 = own.iter().map(|(_, share)| share).sum();
        own.into_iter().filter(|_| sum > 0.0).map(|(index, share)| (index, share / sum)).collect()
    };
    let placed = places.iter().enumerate().filter(|(index, _)| shares[*index] > 0.0);
    let placed: Vec<_> = placed.filter_map(|(index, place)| Some((index, place.as_ref()?))).collect();
    if placed.is_empty() {
        return vec![Region { paintings: paintings(&|_| true), guide: None }];
    }
    let pixels = 0..(width * height) as usize;
    let claim = |place: &Picture, pixel: usize| place.rgba[pixel * 4].clamp(0.0, 1.0);
    let claimed = |pixel: usize| placed.iter().map(|(_, place)| claim(place, pixel)).sum::<f32>().min(1.0);
    let wanted = |pixel: usize| placed.iter().map(|(index, place)| shares[*index] * claim(place, pixel)).sum::<f32>();
    let of_one = |(index, place): &(usize, &Picture)| {
        let weight = |pixel: usize| match wanted(pixel) {
            0.0 => 0.0,
            all => claimed(pixel) * shares[*index] * claim(place, pixel) / all,
        };
        let guide = Guide::new(width, height, pixels.clone().map(weight));
        Region { paintings: paintings(&|other| other == *index), guide: Some(guide) }
    };
    let mut regions: Vec<_> = placed.iter().map(of_one).collect();
    let guide = Guide::new(width, height, pixels.clone().map(|pixel| 1.0 - claimed(pixel)));
    regions.push(Region { paintings: paintings(&|index| places[index].is_none()), guide: Some(guide) });
    regions.retain(|region| !region.paintings.is_empty());
    regions
}

#[cfg(test)]
mod tests {
    use super::*;

    fn place(weights: [f32; 2]) -> Option<Picture> {
        Some(Picture::new(2, 1, weights.into_iter().flat_map(|weight| [weight; 4]).collect()))
    }

    /// Each region's paintings, and its weights.
    type Found = Vec<(Vec<(usize, f32)>, Option<[f32; 2]>)>;

    fn found(places: &[Option<Picture>], shares: &[f32]) -> Found {
        let weights = |guide: Guide| guide.weights(2, 1).try_into().unwrap();
        regions(places, shares, (2, 1)).into_iter().map(|own| (own.paintings, own.guide.map(weights))).collect()
    }

    #[test]
    fn without_places_all_paintings_go_everywhere() {
        assert_eq!(found(&[None, None], &[0.25, 0.75]), [(vec![(0, 0.25), (1, 0.75)], None)]);
    }

    #[test]
    fn who_has_no_place_fills_what_is_left() {
        let left = found(&[None, place([1.0, 0.25])], &[0.5, 0.5]);
        assert_eq!(left, [(vec![(1, 1.0)], Some([1.0, 0.25])), (vec![(0, 1.0)], Some([0.0, 0.75]))]);
    }

    #[test]
    fn where_two_want_to_go_shares_decide() {
        let both = found(&[place([1.0, 0.5]), place([1.0, 0.0])], &[0.25, 0.75]);
        assert_eq!(both, [(vec![(0, 1.0)], Some([0.25, 0.5])), (vec![(1, 1.0)], Some([0.75, 0.0]))]);
    }

    #[test]
    fn a_painting_without_a_share_claims_nothing() {
        let one = found(&[None, place([1.0, 0.0])], &[1.0, 0.0]);
        assert_eq!(one, [(vec![(0, 1.0), (1, 0.0)], None)]);
    }
}
