//! Shards: what is written comes back, and damage is noticed.

use crate::{assert_contains, invented, refusal};
use scumble::weights::{self, Manifest, shards};

#[test]
fn shards_give_the_weights_back_within_half_precision() {
    let mut network = invented(3);
    weights::normalise(&mut network);
    let (manifest, files) = weights::write(&network).unwrap();
    let manifest_again = Manifest::parse(&manifest.to_json()).unwrap();
    assert_eq!(manifest_again, manifest);
    let bytes: Vec<Vec<u8>> = files.into_iter().map(|(_, bytes)| bytes).collect();
    let again = weights::assemble(&manifest, &bytes).unwrap();
    assert_eq!((&again.source, again.preprocessing), (&network.source, network.preprocessing));
    assert_eq!(again.growth, network.growth);
    assert_eq!(again.convolutions.len(), 3);
    for (a, b) in network.convolutions.iter().zip(&again.convolutions) {
        assert_eq!((&a.name, a.out_channels, a.in_channels), (&b.name, b.out_channels, b.in_channels));
        for (a, b) in a.weight.iter().chain(&a.bias).zip(b.weight.iter().chain(&b.bias)) {
            // Half a step of f16: relative above its smallest normal number 2^-14, absolute below.
            assert!((a - b).abs() <= a.abs().max(2f32.powi(-14)) * 2f32.powi(-11), "{a} became {b}");
        }
    }
    assert_eq!(weights::write(&network).unwrap().0, manifest, "the same weights give the same files");
}

#[test]
fn a_shard_ends_at_conv5_1_and_none_is_too_long() {
    let mut network = invented(16);
    for convolution in &mut network.convolutions {
        convolution.weight.fill(0.0);
    }
    let (manifest, files) = weights::write(&network).unwrap();
    assert!(manifest.shards.iter().all(|shard| shard.bytes <= shards::SHARD_LIMIT));
    let through = manifest.shards_through("conv5_1").unwrap();
    assert_eq!(through.last().unwrap().convolutions.last().unwrap(), "conv5_1");
    assert!(through.iter().map(|shard| shard.bytes).sum::<usize>() < 26_000_000);
    assert_eq!(manifest.shards_through("conv1_1").unwrap().len(), 1);
    assert_contains(&refusal(manifest.shards_through("conv6_1")), "do not hold conv6_1");
    let first: Vec<Vec<u8>> = files.into_iter().take(through.len()).map(|(_, bytes)| bytes).collect();
    assert_eq!(weights::assemble(&manifest, &first).unwrap().convolutions.len(), 13);
    assert_contains(&refusal(weights::assemble(&manifest, &[])), "there are 0 shards");
    let swapped = [first[1].clone(), first[0].clone()];
    assert_contains(&refusal(weights::assemble(&manifest, &swapped)), "bytes instead of");
}

#[test]
fn a_flipped_byte_in_a_shard_is_told_by_its_hash() {
    let (manifest, files) = weights::write(&invented(1)).unwrap();
    let (name, mut bytes) = files.into_iter().next().unwrap();
    weights::verify(&manifest.shards[0], &bytes).unwrap();
    for at in (0..bytes.len()).step_by(97) {
        bytes[at] ^= 4;
        let message = refusal(weights::verify(&manifest.shards[0], &bytes));
        assert_contains(&message, &format!("{name} is damaged: its SHA-256 begins with"));
        bytes[at] ^= 4;
    }
    assert_contains(&refusal(weights::verify(&manifest.shards[0], &bytes[1..])), "bytes instead of");
}

#[test]
fn overflow_to_half_precision_is_an_error() {
    let mut network = invented(1);
    network.convolutions[0].bias[3] = 70_000.0;
    assert_contains(&refusal(weights::write(&network)), "conv1_1 holds 7e4");
}

#[test]
fn a_manifest_is_not_believed() {
    let text = weights::write(&invented(2)).unwrap().0.to_json();
    let file = weights::write(&invented(2)).unwrap().0.shards[0].file.clone();
    for (from, to, part) in [
        ("\"format\": 2", "\"format\": 1", "version 1"),
        ("\"growth\": [", "\"growth\": [1.0,", "the growth of its 2 layers"),
        (file.as_str(), "../../secret", "no plain file name"),
        (file.as_str(), "https://elsewhere/x", "no plain file name"),
        ("conv1_2", "conv2_1", "layer 1 is \"conv2_1\""),
        ("\"bytes\": ", "\"bytes\": 9999", "it may have 1 to 8000000"),
        ("\"sha256\": \"", "\"sha256\": \"Z", "64 hexadecimal digits"),
        ("\"shards\"", "\"shard\"", "cannot be read"),
    ] {
        // The first sha256 is the original file's; the last is the shard's.
        let at = text.rfind(from).expect(from);
        let changed = [&text[..at], to, &text[at + from.len()..]].concat();
        assert_contains(&refusal(Manifest::parse(&changed)), part);
    }
}
