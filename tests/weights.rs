//! Weights from file to shards: every container with PyTorch's own files, every refusal with its sentence.
//!
//! The fixtures hold invented numbers; `tests/weights/make_fixtures.py` makes them.

use scumble::weights::{self, ConvWeights, Manifest, Origin, Preprocessing, Vgg19Weights, pth, shards};
use std::path::Path;

const TINY_ZIP: &[u8] = include_bytes!("weights/tiny_zip.pth");
const TINY_STREAM: &[u8] = include_bytes!("weights/tiny_legacy.pth");
const TINY_PROTOCOL_4: &[u8] = include_bytes!("weights/tiny_protocol4.pth");
const CHECKPOINT: &[u8] = include_bytes!("weights/checkpoint.pth");
const EARLY_PYTHON_2: &[u8] = include_bytes!("weights/early_python2.pth");
const EARLY_PYTHON_3: &[u8] = include_bytes!("weights/early_python3.pth");
const CONV1_1_ZIP: &[u8] = include_bytes!("weights/conv1_1_zip.pth");
const CONV1_1_STREAM: &[u8] = include_bytes!("weights/conv1_1_legacy.pth");

/// start, start + 1/8, ...
fn ramp(count: usize, start: f32) -> Vec<f32> {
    (0..count).map(|i| start + i as f32 / 8.0).collect()
}

/// The message of a refusal; panics when there is none.
fn refusal<T: std::fmt::Debug>(result: scumble::Result<T>) -> String {
    result.expect_err("must be refused").to_string()
}

fn assert_contains(text: &str, part: &str) {
    assert!(text.contains(part), "expected {part:?} in: {text}");
}

fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = bytes.windows(from.len()).position(|window| window == from).expect("the fixture has it");
    [&bytes[..at], to, &bytes[at + from.len()..]].concat()
}

/// A deterministic number in -1..1.
fn noise(i: usize) -> f32 {
    let mixed = (i as u32).wrapping_mul(0x9e37_79b9) ^ 0x5bd1_e995;
    (mixed.wrapping_mul(0x85eb_ca6b) >> 8) as f32 / (1 << 23) as f32 - 1.0
}

/// The first layers of a made-up VGG19, with biases that matter.
fn invented(depth: usize) -> Vgg19Weights {
    let convolution = |row: &scumble::model::vgg19::Convolution| ConvWeights {
        name: row.name.to_owned(),
        out_channels: row.out_channels,
        in_channels: row.in_channels,
        kernel: 3,
        weight: (0..row.out_channels * row.in_channels * 9).map(|i| noise(i + row.index)).collect(),
        bias: (0..row.out_channels).map(|i| noise(i + 7) * 3.0).collect(),
    };
    let convolutions = scumble::model::vgg19::CONVOLUTIONS.iter().take(depth).map(convolution).collect();
    let source = Origin::Torchvision.source("0".repeat(64));
    Vgg19Weights { convolutions, preprocessing: Preprocessing::TORCHVISION, source }
}

#[test]
fn every_container_gives_the_same_tensors() {
    for (what, bytes) in
        [("zip", TINY_ZIP), ("stream", TINY_STREAM), ("protocol 4", TINY_PROTOCOL_4), ("checkpoint", CHECKPOINT)]
    {
        let tensors = pth::read(bytes, |name| name != "counter").unwrap_or_else(|error| panic!("{what}: {error}"));
        let base = ramp(24, 0.0);
        let expected: [(&str, &[usize], Vec<f32>); 9] = [
            ("bf16", &[3], ramp(3, -1.0)),
            ("empty", &[0, 3], vec![]),
            ("f16", &[3], ramp(3, -1.0)),
            ("f32", &[2, 3], ramp(6, 0.0)),
            ("f64", &[2, 2], ramp(4, 5.0)),
            ("parameter", &[5], ramp(5, 0.0)),
            ("rows_2_and_3", &[2, 6], base[12..].to_vec()),
            ("scalar", &[], vec![0.5]),
            ("transposed", &[6, 4], (0..24).map(|i| base[i % 4 * 6 + i / 4]).collect()),
        ];
        assert_eq!(tensors.found.len(), expected.len(), "{what}: {:?}", tensors.found.keys());
        for ((name, shape, values), (found_name, found)) in expected.iter().zip(&tensors.found) {
            assert_eq!((name, *shape), (&found_name.as_str(), found.shape.as_slice()), "{what}");
            assert_eq!(*values, found.values, "{what}: {name}");
        }
        assert_eq!(tensors.others, ["counter"], "{what}");
    }
}

#[test]
fn the_dialects_of_2017_are_read() {
    for bytes in [EARLY_PYTHON_2, EARLY_PYTHON_3] {
        let tensors = pth::read(bytes, |_| true).unwrap();
        assert_eq!(tensors.found["first"].shape, [2, 3]);
        assert_eq!(tensors.found["first"].values, ramp(6, 0.0));
        assert_eq!(tensors.found["second"].values, [0.25, -0.5]);
    }
}

#[test]
fn a_prefix_of_the_network_is_enough() {
    for bytes in [CONV1_1_ZIP, CONV1_1_STREAM] {
        let network = weights::read(bytes, Some(Origin::Caffe)).unwrap();
        let [first] = network.convolutions.as_slice() else { panic!("one layer") };
        assert_eq!((first.name.as_str(), first.out_channels, first.in_channels, first.kernel), ("conv1_1", 64, 3, 3));
        let expected: Vec<f32> = (0..1728).map(|i| (i % 257 - 128) as f32 / 256.0).collect();
        assert_eq!(first.weight, expected);
        assert_eq!(first.bias, (0..64).map(|i| (i - 32) as f32 / 64.0).collect::<Vec<_>>());
        assert_eq!(network.preprocessing, Preprocessing::CAFFE);
        assert_eq!(network.source.licence, "CC-BY-4.0");
        assert_eq!(network.source.sha256, weights::sha256_hex(bytes));
    }
}

#[test]
fn an_unknown_network_asks_for_its_origin() {
    assert_contains(&refusal(weights::read(CONV1_1_ZIP, None)), "torchvision (RGB");
}

#[test]
fn other_names_are_understood() {
    let renamed = |to: &[u8; 17]| {
        // In the stream a name is a length and the text, so names of one length can be exchanged.
        let bias = [&to[..11], b"bias"].concat();
        let bytes = replaced(CONV1_1_STREAM, b"X\x11\0\0\0features.0.weight", &[b"X\x11\0\0\0", &to[..]].concat());
        replaced(&bytes, b"X\x0f\0\0\0features.0.bias", &[b"X\x0f\0\0\0", &bias[..]].concat())
    };
    let read = |bytes: Vec<u8>| weights::read(&bytes, Some(Origin::Caffe));
    assert_eq!(read(renamed(b"vgg.conv1_1.weight"[..17].try_into().unwrap())).ok(), None); // "vgg.conv1_1.weigh"
    assert!(read(replace_names(b"conv1_1.weight", b"conv1_1.bias")).is_ok());
    assert!(read(replace_names(b"module.features.0.weight", b"module.features.0.bias")).is_ok());
    assert_contains(&refusal(read(renamed(b"features.1.weight"))), "features.1.");
    assert_contains(&refusal(read(renamed(b"backbone_.0weight"))), "has for instance");
    let message = refusal(read(renamed(b"features.2.weight")));
    assert_contains(&message, "features.0.weight (conv1_1) is missing");
}

/// The stream fixture under other names.
fn replace_names(weight: &[u8], bias: &[u8]) -> Vec<u8> {
    let text = |name: &[u8]| [b"X", &(name.len() as u32).to_le_bytes()[..], name].concat();
    let bytes = replaced(CONV1_1_STREAM, &text(b"features.0.weight"), &text(weight));
    replaced(&bytes, &text(b"features.0.bias"), &text(bias))
}

#[test]
fn a_wrong_shape_is_named() {
    // 64 x 3 x 3 x 3 becomes 3 x 64 x 3 x 3, and the strides with it do not matter.
    let bytes = replaced(CONV1_1_STREAM, b"K@K\x03K\x03K\x03t", b"K\x03K@K\x03K\x03t");
    let message = refusal(weights::read(&bytes, Some(Origin::Caffe)));
    assert!(message.contains("features.0.weight (conv1_1) has the shape [3, 64, 3, 3]") || message.contains("reaches beyond"));
    let bytes = replaced(CONV1_1_STREAM, b"K@\x85", b"K\x3f\x85");
    let message = refusal(weights::read(&bytes, Some(Origin::Caffe)));
    assert_contains(&message, "features.0.bias (conv1_1) has the shape [63], VGG19 has [64] there");
}

#[test]
fn a_value_that_is_no_number_is_named() {
    let mut bytes = CONV1_1_STREAM.to_vec();
    let at = bytes.len() - 4;
    bytes[at..].copy_from_slice(&f32::NAN.to_le_bytes());
    let last = if bytes.len() > 4 { refusal(weights::read(&bytes, Some(Origin::Caffe))) } else { String::new() };
    assert_contains(&last, "NaN");
}

#[test]
fn a_pickle_that_asks_for_code_is_refused_by_name() {
    for (module, name) in [("posix", "system"), ("builtins", "eval"), ("torch.nn.modules.conv", "Conv2d")] {
        let global = format!("c{module}\n{name}\n");
        let bytes = replaced(TINY_STREAM, b"ccollections\nOrderedDict\n", global.as_bytes());
        let message = refusal(pth::read(&bytes, |_| true));
        assert_contains(&message, &format!("asks Python for {module}.{name}"));
        assert_contains(&message, "state_dict()");
    }
    let bytes = replaced(TINY_STREAM, b"ccollections\n", b"i");
    assert_contains(&refusal(pth::read(&bytes, |_| true)), "opcode 0x69");
}

#[test]
fn every_cut_is_refused_without_a_panic() {
    for (what, bytes) in [("zip", TINY_ZIP), ("stream", TINY_STREAM), ("2017", EARLY_PYTHON_2)] {
        for length in 0..bytes.len() {
            assert!(pth::read(&bytes[..length], |_| true).is_err(), "{what} cut at {length} was accepted");
            let _ = weights::read(&bytes[..length], Some(Origin::Caffe));
        }
    }
    let (_, files) = weights::write(&invented(1)).unwrap();
    for length in 0..files[0].1.len() {
        assert!(weights::read(&files[0].1[..length], Some(Origin::Caffe)).is_err(), "safetensors cut at {length}");
    }
}

#[test]
fn no_flipped_byte_panics_or_asks_for_much_memory() {
    for bytes in [TINY_ZIP, TINY_STREAM, EARLY_PYTHON_2, &weights::write(&invented(1)).unwrap().1[0].1[..400]] {
        let mut bytes = bytes.to_vec();
        for at in 0..bytes.len() {
            for flip in [0x01, 0x80, 0xff] {
                bytes[at] ^= flip;
                let _ = weights::read(&bytes, None);
                if let Ok(tensors) = pth::read(&bytes, |_| true) {
                    let values: usize = tensors.found.values().map(|tensor| tensor.values.len()).sum();
                    assert!(values <= bytes.len(), "{values} values from {} bytes, flip at {at}", bytes.len());
                }
                bytes[at] ^= flip;
            }
        }
    }
}

#[test]
fn a_damaged_zip_entry_fails_its_checksum() {
    let one = 0.125f32.to_le_bytes();
    let bytes = replaced(TINY_ZIP, &one, &0.25f32.to_le_bytes());
    assert_contains(&refusal(pth::read(&bytes, |_| true)), "download it again");
}

#[test]
fn lengths_are_not_believed() {
    // Element counts of the stream's storages, eight bytes each, before the last storage's values.
    let count_at = CONV1_1_STREAM.windows(8).rposition(|window| window == 64u64.to_le_bytes()).unwrap();
    for count in [65, 1 << 40, u64::MAX / 4, u64::MAX] {
        let mut bytes = CONV1_1_STREAM.to_vec();
        bytes[count_at..count_at + 8].copy_from_slice(&count.to_le_bytes());
        refusal(weights::read(&bytes, Some(Origin::Caffe)));
    }
    // A tensor of 2^31 - 1 values with stride 0 over one stored value.
    let huge = replaced(CONV1_1_STREAM, b"K@\x85", b"J\xff\xff\xff\x7f\x85");
    assert_contains(&refusal(pth::read(&huge, |_| true)), "reaches beyond its stored bytes");
    // A header of safetensors that claims to be longer than the file.
    for claim in [200u64, 1 << 33, u64::MAX] {
        let bytes = [&claim.to_le_bytes()[..], b"{\"features.0.weight\":"].concat();
        assert_contains(&refusal(weights::read(&bytes, None)), "safetensors file cannot be opened");
    }
    // A text of 4 GB, and a million opcodes.
    assert_contains(&refusal(pth::read(b"\x80\x02X\xff\xff\xff\xff", |_| true)), "ends in the middle");
    assert_contains(&refusal(pth::read(&[b"\x80\x02", &vec![b'N'; 1 << 21][..]].concat(), |_| true)), "far longer");
    assert!(pth::read(&[b"\x80\x02)", &vec![0x85; 1 << 19][..], b"."].concat(), |_| true).is_err());
}

#[test]
fn other_files_are_called_by_their_name() {
    let tar = [&[b'a'; 257][..], b"ustar\0", &[0; 250]].concat();
    for (bytes, name) in [
        (&b""[..], "the file is empty"),
        (b"<!DOCTYPE html><title>404</title>", "a web page"),
        (b"version https://git-lfs.github.com/spec/v1\n", "Git LFS"),
        (b"\x89HDF\r\n\x1a\n", "Keras"),
        (&tar, "tar archive"),
        (b"\x89PNG\r\n\x1a\n", "neither a PyTorch .pth nor a .safetensors"),
        (b"\x80\x02}.", "PyTorch did not write it"),
    ] {
        assert_contains(&refusal(weights::read(bytes, None)), name);
    }
}

#[test]
fn shards_give_the_weights_back_within_half_precision() {
    let mut network = invented(5);
    weights::normalise(&mut network);
    let (manifest, files) = weights::write(&network).unwrap();
    let manifest_again = Manifest::parse(&manifest.to_json()).unwrap();
    assert_eq!(manifest_again, manifest);
    let bytes: Vec<Vec<u8>> = files.into_iter().map(|(_, bytes)| bytes).collect();
    let again = weights::assemble(&manifest, &bytes).unwrap();
    assert_eq!((&again.source, again.preprocessing), (&network.source, network.preprocessing));
    assert_eq!(again.convolutions.len(), 5);
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
        ("\"format\": 1", "\"format\": 2", "version 2"),
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

/// A forward pass by definition in f64, max pooling, no padding trick; returns each layer's activations.
fn naive_features(network: &Vgg19Weights, size: usize) -> Vec<Vec<f64>> {
    let (mut side, mut channels) = (size, 3);
    let mut map = vec![0.0f64; 3 * size * size];
    for at in 0..size * size {
        let rgb = [noise(3 * at), noise(3 * at + 1), noise(3 * at + 2)].map(|v| v * 0.5 + 0.5);
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
            let pooled = pooled.map(|(c, y, x)| at(c, y, x).max(at(c, y, x + 1)).max(at(c, y + 1, x)).max(at(c, y + 1, x + 1)));
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
    let original = invented(5);
    let mut network = original.clone();
    let factors = weights::normalise(&mut network);
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
    assert_eq!(weights::normalise(&mut network), [1.0; 5]);
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

#[test]
fn both_published_networks_are_recognised() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/weights");
    if !folder.is_dir() {
        println!("skipped: {} is not here", folder.display());
        return;
    }
    for (file, origin, depth) in [
        ("torchvision_vgg19_first3convs.fp32.safetensors", Origin::Torchvision, 3),
        ("vgg19_caffe_bgr.fp32.safetensors", Origin::Caffe, 16),
    ] {
        let bytes = std::fs::read(folder.join(file)).unwrap();
        let mut network = weights::read(&bytes, None).unwrap();
        assert_eq!((network.source.origin, network.convolutions.len()), (origin, depth));
        network.convolutions.truncate(1);
        // Neither normalisation nor 16 bits hide it; a wrong order of channels is noticed.
        weights::normalise(&mut network);
        let (manifest, files) = weights::write(&network).unwrap();
        let again = weights::assemble(&manifest, &[files[0].1.clone()]).unwrap();
        assert_eq!(weights::origin::recognise(&again.convolutions[0]).unwrap(), origin);
        let first = &mut network.convolutions[0];
        for filter in first.weight.chunks_exact_mut(27) {
            let (red, rest) = filter.split_at_mut(9);
            red.swap_with_slice(&mut rest[9..]);
        }
        assert!(weights::origin::recognise(first).is_err());
    }
}
