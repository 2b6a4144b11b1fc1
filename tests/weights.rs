//! Weights from file to shards: every container with PyTorch's own files, every refusal with its sentence.
//!
//! The fixtures hold invented numbers; `tests/weights/make_fixtures.py` makes them.

use scumble::model::seeded;
use scumble::model::vgg19::CONVOLUTIONS;
use scumble::weights::{self, ModelWeights, Origin, Preprocessing, pth};
use std::path::Path;

#[path = "weights/normalise.rs"]
mod normalise;
#[path = "weights/shards.rs"]
mod shards;
#[path = "weights/student.rs"]
mod student;

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
fn refusal<T>(result: scumble::Result<T>) -> String {
    match result {
        Ok(_) => panic!("must be refused"),
        Err(error) => error.to_string(),
    }
}

fn assert_contains(text: &str, part: &str) {
    assert!(text.contains(part), "expected {part:?} in: {text}");
}

fn replaced(bytes: &[u8], from: &[u8], to: &[u8]) -> Vec<u8> {
    let at = bytes.windows(from.len()).position(|window| window == from).expect("the fixture has it");
    [&bytes[..at], to, &bytes[at + from.len()..]].concat()
}

/// The first layers of a made-up VGG19, with biases that matter.
fn invented(depth: usize) -> ModelWeights {
    let mut convolutions = seeded::filters(&CONVOLUTIONS[..depth]);
    convolutions.iter_mut().flat_map(|filter| &mut filter.bias).for_each(|bias| *bias *= 10.0);
    let growth = vec![1.0; depth];
    let source = Origin::Torchvision.source("0".repeat(64));
    ModelWeights { convolutions, preprocessing: Preprocessing::TORCHVISION, growth, source }
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
    let read = |weight: &str, bias: &str| weights::read(&renamed(weight, bias), Some(Origin::Caffe));
    for prefix in ["", "module.", "model.vgg."] {
        for layer in ["features.0", "conv1_1"] {
            let network = read(&format!("{prefix}{layer}.weight"), &format!("{prefix}{layer}.bias")).unwrap();
            assert_eq!(network.convolutions[0].name, "conv1_1");
        }
    }
    assert_contains(&refusal(read("features.0.weight", "other")), "features.0.bias (conv1_1) is missing");
    assert_contains(&refusal(read("features.2.weight", "features.2.bias")), "features.0.weight (conv1_1) is missing");
    assert_contains(&refusal(read("features.0.weight", "features.1.bias")), "features.1.bias is none of VGG19's");
    assert_contains(&refusal(read("a.weight", "b")), "it has for instance a.weight, b, classifier.0.weight");
}

/// The stream fixture under other names.
fn renamed(weight: &str, bias: &str) -> Vec<u8> {
    let text = |name: &str| [b"X", &(name.len() as u32).to_le_bytes()[..], name.as_bytes()].concat();
    let bytes = replaced(CONV1_1_STREAM, &text("features.0.weight"), &text(weight));
    replaced(&bytes, &text("features.0.bias"), &text(bias))
}

#[test]
fn a_wrong_shape_is_named() {
    let bytes = replaced(CONV1_1_STREAM, b"K@K\x03K\x03K\x03t", b"K\x03K@K\x03K\x03t");
    let message = refusal(weights::read(&bytes, Some(Origin::Caffe)));
    assert_contains(&message, "features.0.weight (conv1_1) has the shape [3, 64, 3, 3], VGG19 has [64, 3, 3, 3] there");
    let bytes = replaced(CONV1_1_STREAM, b"K@\x85", b"K\x3f\x85");
    let message = refusal(weights::read(&bytes, Some(Origin::Caffe)));
    assert_contains(&message, "features.0.bias (conv1_1) has the shape [63], VGG19 has [64] there");
}

#[test]
fn a_value_that_is_no_number_is_named() {
    let last_bias = (31.0f32 / 64.0).to_le_bytes();
    let bytes = replaced(CONV1_1_STREAM, &[&(30.0f32 / 64.0).to_le_bytes()[..], &last_bias].concat(), &[0xff; 8]);
    assert_contains(
        &refusal(weights::read(&bytes, Some(Origin::Caffe))),
        "features.0.bias (conv1_1) holds NaN at position 62",
    );
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
    let values: Vec<u8> = ramp(6, 0.0).into_iter().flat_map(f32::to_le_bytes).collect();
    let bytes = replaced(TINY_ZIP, &values, &[0; 24]);
    assert_contains(&refusal(pth::read(&bytes, |name| name == "f32")), "download it again");
}

#[test]
fn lengths_are_not_believed() {
    // Element counts of the stream's storages, eight bytes each, before the last storage's values.
    let count_at = CONV1_1_STREAM.windows(8).rposition(|window| window == 64u64.to_le_bytes()).unwrap();
    for count in [1 << 40, u64::MAX / 4, u64::MAX] {
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
#[ignore = "needs the published weights in ../shared/weights"]
fn both_published_networks_are_recognised() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/weights");
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
