//! Normalisation: means of one, and the same function.

use crate::invented;
use scumble::random::uniform;
use scumble::weights::{self, ModelWeights};

/// A forward pass by definition in f64, max pooling, no padding trick; returns each layer's activations.
fn naive_features(network: &ModelWeights, size: usize) -> Vec<Vec<f64>> {
    let (mut side, mut channels) = (size, 3);
    let mut map = vec![0.0f64; 3 * size * size];
    for at in 0..size * size {
        let rgb = [0, 1, 2].map(|channel| uniform(1, channel, at as u32) as f32);
        for (channel, value) in network.preprocessing.apply(rgb).into_iter().enumerate() {
            map[channel * size * size + at] = value.into();
        }
    }
    let mut features = Vec::new();
    for (index, convolution) in network.convolutions.iter().enumerate() {
        if index > 0 && convolution.name.ends_with("_1") {
            let half = side / 2;
            let at = |c: usize, y: usize, x: usize| map[(c * side + y) * side + x];
            let pooled = (0..channels * half * half).map(|i| (i / half / half, 2 * (i / half % half), 2 * (i % half)));
            let pooled =
                pooled.map(|(c, y, x)| at(c, y, x).max(at(c, y, x + 1)).max(at(c, y + 1, x)).max(at(c, y + 1, x + 1)));
            (map, side) = (pooled.collect(), half);
        }
        let mut next = vec![0.0; convolution.out_channels * side * side];
        for (i, out) in next.iter_mut().enumerate() {
            let (o, y, x) = (i / side / side, i / side % side, i % side);
            let mut sum = f64::from(convolution.bias[o]);
            for c in 0..channels {
                for (dy, dx) in (0..9).map(|tap| (tap / 3, tap % 3)) {
                    let (sy, sx) = (y + dy, x + dx);
                    if (1..=side).contains(&sy) && (1..=side).contains(&sx) {
                        let weight = convolution.weight[((o * channels + c) * 3 + dy) * 3 + dx];
                        sum += f64::from(weight) * map[(c * side + sy - 1) * side + sx - 1];
                    }
                }
            }
            *out = sum.max(0.0);
        }
        (map, channels) = (next, convolution.out_channels);
        features.push(map.clone());
    }
    features
}

#[test]
fn normalising_makes_means_one_and_keeps_the_function() {
    let original = invented(3);
    let mut network = original.clone();
    let factors = weights::normalise(&mut network);
    assert_eq!(network.growth, factors);
    for (layer, mean) in weights::mean_activations(&network).into_iter().enumerate() {
        assert!((mean - 1.0).abs() < 1e-4, "layer {layer} has the mean {mean}");
    }
    let (before, after) = (naive_features(&original, 10), naive_features(&network, 10));
    for (layer, (before, after)) in before.iter().zip(&after).enumerate() {
        let largest = after.iter().fold(0.0f64, |m, v| m.max(v.abs()));
        assert!(largest > 0.1, "layer {layer} is alive");
        for (b, a) in before.iter().zip(after) {
            let expected = b * f64::from(factors[layer]);
            assert!((a - expected).abs() < 1e-5 * largest, "layer {layer}: {a} instead of {expected}");
        }
    }
    let once = network.clone();
    assert_eq!(weights::normalise(&mut network), [1.0; 3]);
    assert_eq!(network, once, "normalising twice changes nothing");
}

#[test]
fn a_dead_layer_keeps_its_scale() {
    let mut network = invented(2);
    network.convolutions[0].weight.fill(0.0);
    network.convolutions[0].bias.fill(-1.0);
    network.convolutions[1].bias.fill(-1.0);
    let before = network.clone();
    assert_eq!(weights::normalise(&mut network), [1.0, 1.0]);
    assert_eq!(network, before);
}
