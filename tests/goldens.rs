//! The engine against numbers that an independent script computed in f64: activations, losses, the gradient of the
//! pixels and ten steps of Adam, for whole networks with seeded weights. See `tests/golden/README.md`.

mod golden;

use golden::{check_probes, close, number, numbers};
use pollster::block_on;
use scumble::choices::{Method, Pooling};
use scumble::gpu::{DType, Gpu, Recorder, Shape, Tensor, readback};
use scumble::image::Picture;
use scumble::model::vgg19::{self, Border, CONTENT_TAP, CONVOLUTIONS, STYLE_TAPS};
use scumble::model::{ConvWeights, Table, seeded, student};
use scumble::network::{Features, Network, Room};
use scumble::objective::guide::Region;
use scumble::objective::losses::{Content, Gram, MeanCovariance, Variation, Wasserstein};
use scumble::objective::{Family, Loss, Objective, Term, Units};
use scumble::optimizer::{Optimizer, Pace};
use scumble::random::{hash32, uniform};
use scumble::weights::{ModelWeights, Origin, Preprocessing};
use serde_json::Value;
use std::path::Path;
use std::rc::Rc;

/// How many times as much it may lose in the gradient of a Wasserstein distance, which divides by roots near zero.
const BY_ROOTS: f64 = 10.0;

fn picture(gpu: &Gpu, description: &Value) -> Tensor {
    let Picture { width, height, rgba } = golden::picture(description);
    gpu.upload("synthetic", Shape::new(height, width, 4), &rgba).unwrap()
}

/// Channels of the unpadded map, in the script's order.
fn unpadded(values: &[f32], shape: Shape) -> Vec<f64> {
    let stride = shape.blocks() as usize * 4;
    values.chunks(stride).flat_map(|pixel| &pixel[..shape.channels as usize]).map(|&v| f64::from(v)).collect()
}

fn download(gpu: &Gpu, tensor: &Tensor) -> Vec<f64> {
    unpadded(&block_on(readback::read(gpu, tensor)).unwrap(), tensor.shape())
}

/// Red, green and blue of a tensor with four channels.
fn colours(gpu: &Gpu, tensor: &Tensor) -> Vec<f64> {
    download(gpu, tensor).chunks(4).flat_map(|pixel| pixel[..3].to_vec()).collect()
}

fn check_map(what: &str, map: &[f64], expected: &Value) {
    let count = map.len() as f64;
    let mean_square = number(&expected["mean_square"]);
    let rms = mean_square.sqrt();
    close(&format!("mean of {what}"), map.iter().sum::<f64>() / count, number(&expected["mean"]), rms);
    let square = map.iter().map(|v| v * v).sum::<f64>() / count;
    close(&format!("mean square of {what}"), square, mean_square, mean_square);
    check_probes(what, map, expected, rms);
}

fn check_gradient(what: &str, gradient: &[f64], expected: &Value, pooling: Pooling) {
    let slack = if expected["how"] == "wasserstein" { BY_ROOTS } else { 1.0 };
    let norm = gradient.iter().map(|v| v * v).sum::<f64>().sqrt();
    let expected_norm = number(&expected["gradient_norm"]);
    let probes = &expected["gradient_probes"];
    let largest = numbers(&probes["value"]).iter().fold(0.0f64, |a, v| a.max(v.abs()));
    if pooling == Pooling::Average {
        close(&format!("norm of {what}"), norm, expected_norm, slack * expected_norm);
        check_probes(what, gradient, probes, slack * largest);
        if let Some(full) = expected.get("gradient").map(numbers) {
            let largest = full.iter().fold(0.0f64, |a, v| a.max(v.abs()));
            for (index, (&found, &value)) in gradient.iter().zip(&full).enumerate() {
                close(&format!("{what}[{index}]"), found, value, largest);
            }
        }
        return;
    }
    // A max pool may take another winner where two are equal but for rounding; the direction must stay.
    let indices = probes["index"].as_array().unwrap().iter().map(|i| i.as_u64().unwrap() as usize);
    let (mut product, mut own, mut other) = (0.0, 0.0, 0.0);
    for (index, value) in indices.zip(numbers(&probes["value"])) {
        product += gradient[index] * value;
        own += gradient[index] * gradient[index];
        other += value * value;
    }
    let cosine = product / (own * other).sqrt();
    assert!(cosine > 0.999 && (norm / expected_norm - 1.0).abs() < 1e-2, "{what}: cosine {cosine}, norm {norm}");
}

/// A seeded VGG19 with the script's terms.
struct Case {
    gpu: Gpu,
    network: Network,
    objective: Objective,
}

fn terms(table: &Table, style: &[&str], content: &str, how: &str, weights: &Value) -> Vec<Term> {
    let (loss, share): (Rc<dyn Loss>, f32) = match how {
        "mean+cov" => (Rc::new(MeanCovariance), 1.0 / style.len() as f32),
        "gram" => (Rc::new(Gram(Units::Absolute)), 1.0),
        "wasserstein" => (Rc::new(Wasserstein(Units::Relative)), 1.0 / style.len() as f32),
        other => panic!("unknown loss {other}"),
    };
    let weight = |key: &str| number(&weights[key]) as f32;
    let find = |tap: &str| table.find(tap).unwrap();
    let style_term = |tap: &&str| Term { layer: find(tap), loss: loss.clone(), weight: weight("style") * share };
    let mut terms: Vec<_> = style.iter().map(style_term).collect();
    terms.push(Term::new(find(content), Content(Units::Relative), weight("content")));
    terms.push(Term::new(0, Variation, weight("tv")));
    terms
}

impl Case {
    fn new(gpu: &Gpu, table: Table, filters: &[ConvWeights], terms: &[Term], pictures: &Value) -> Case {
        let taps: Vec<_> = terms.iter().map(|term| term.layer).collect();
        let network = Network::new(gpu, table, filters, &taps).unwrap();
        Case::with_network(gpu, network, terms, pictures)
    }

    fn with_network(gpu: &Gpu, network: Network, terms: &[Term], pictures: &Value) -> Case {
        let [photo, painting] = ["content", "style"].map(|name| picture(gpu, &pictures[name]));
        let mut rec = Recorder::new(gpu);
        let objective =
            Objective::capture(&mut rec, &network, terms, &photo, std::slice::from_ref(&painting), &[Region::whole()])
                .unwrap();
        rec.submit();
        Case { gpu: gpu.clone(), network, objective }
    }

    fn record(&self, rec: &mut Recorder, pixels: &Tensor) -> Tensor {
        self.objective.record(rec, &self.network, pixels).unwrap()
    }

    fn losses(&self) -> Vec<f32> {
        block_on(readback::read(&self.gpu, self.objective.losses())).unwrap()
    }

    fn check(&self, what: &str, start: &Tensor, expected: &Value, pooling: Pooling) {
        let mut rec = Recorder::new(&self.gpu);
        let d_pixels = self.record(&mut rec, start);
        rec.submit();
        let losses = self.losses();
        let weights = &expected["weights"];
        for (family, key) in [(Family::Content, "content"), (Family::Style, "style"), (Family::Variation, "tv")] {
            let value = number(&expected[key]) * number(&weights[key]);
            close(&format!("{key} loss of {what}"), f64::from(self.objective.sum(&losses, family)), value, value);
        }
        check_gradient(&format!("gradient of {what}"), &colours(&self.gpu, &d_pixels), expected, pooling);
    }

    /// What f16 leaves of the losses, and of the gradient's direction.
    fn check_half(&self, what: &str, start: &Tensor, expected: &Value) {
        let mut rec = Recorder::new(&self.gpu);
        let d_pixels = self.record(&mut rec, start);
        rec.submit();
        let losses = self.losses();
        for (family, key) in [(Family::Content, "content"), (Family::Style, "style")] {
            let value = number(&expected[key]) * number(&expected["weights"][key]);
            let found = f64::from(self.objective.sum(&losses, family));
            assert!((found / value - 1.0).abs() < 0.01, "{key} loss of {what}: {found}, expected {value}");
        }
        check_gradient(&format!("gradient of {what}"), &colours(&self.gpu, &d_pixels), expected, Pooling::Max);
    }

    fn check_adam(&self, what: &str, start: Tensor, expected: &Value, slack: f64) {
        let mut optimizer = Optimizer::new(&self.gpu, Method::Adam, start).unwrap();
        let mut rec = Recorder::new(&self.gpu);
        let d_pixels = self.record(&mut rec, optimizer.pixels());
        optimizer.record(&mut rec, &d_pixels, self.objective.losses());
        let program = rec.finish();
        for (step, expected) in numbers(&expected["losses"]).into_iter().enumerate() {
            optimizer.advance(&self.gpu, Pace { rate: 0.02, decay: 0.97, caution: 1.0 });
            program.submit(&self.gpu);
            let total = self.losses().iter().map(|&loss| f64::from(loss)).sum();
            close(&format!("loss {step} of {what}"), total, expected, expected * slack);
        }
        let pixels = colours(&self.gpu, optimizer.pixels());
        check_probes(&format!("pixels of {what}"), &pixels, &expected["pixels"], slack);
        let average = colours(&self.gpu, optimizer.shown());
        check_probes(&format!("average of {what}"), &average, &expected["ema"], slack);
    }
}

fn pooling_of(name: &str) -> Pooling {
    if name.starts_with("max") { Pooling::Max } else { Pooling::Average }
}

fn seeded_table(name: &str) -> Table {
    let border = if name.contains("replicate") { Border::Replicate } else { Border::Zero };
    let preprocessing = if name.contains("caffe") { Preprocessing::CAFFE } else { Preprocessing::TORCHVISION };
    vgg19::table(CONVOLUTIONS.len(), &preprocessing, pooling_of(name), border)
}

#[test]
fn seeded_numbers_are_the_scripts() {
    let golden = golden::read("vgg19.json");
    for (input, output) in golden["seeded_numbers"]["hash32"].as_object().unwrap() {
        assert_eq!(u64::from(hash32(input.parse().unwrap())), output.as_u64().unwrap());
    }
    for row in golden["seeded_numbers"]["uniform"].as_array().unwrap() {
        let [seed, stream, index] = [0, 1, 2].map(|i| row[i].as_u64().unwrap() as u32);
        assert!((uniform(seed, stream, index) - number(&row[3])).abs() < 1e-11);
    }
}

#[test]
fn activations_of_vgg19() {
    let gpu = block_on(Gpu::open()).unwrap();
    let golden = golden::read("vgg19.json");
    let weights = seeded::filters(&CONVOLUTIONS);
    for (name, layers) in golden["activations"].as_object().unwrap() {
        let table = seeded_table(name);
        let layers = layers.as_object().unwrap();
        let taps: Vec<_> = layers.keys().map(|tap| table.find(tap).unwrap()).collect();
        let network = Network::new(&gpu, table, &weights, &taps).unwrap();
        let mut rec = Recorder::new(&gpu);
        let mut features = Features::of(taps.iter().copied());
        network.forward(&mut rec, &picture(&gpu, &golden["pictures"]["start"]), &mut features).unwrap();
        rec.submit();
        for ((tap, expected), layer) in layers.iter().zip(taps) {
            check_map(&format!("{tap} of {name}"), &download(&gpu, features.at(layer)), expected);
        }
    }
}

#[test]
fn losses_and_gradients_of_vgg19() {
    let gpu = block_on(Gpu::open()).unwrap();
    let golden = golden::read("vgg19.json");
    let weights = seeded::filters(&CONVOLUTIONS);
    let start = picture(&gpu, &golden["pictures"]["start"]);
    for (name, expected) in golden["cases"].as_object().unwrap() {
        let table = seeded_table(name);
        let how = expected["how"].as_str().unwrap();
        let terms = terms(&table, &STYLE_TAPS, CONTENT_TAP, how, &expected["weights"]);
        let case = Case::new(&gpu, table, &weights, &terms, &golden["pictures"]);
        case.check(name, &start, expected, pooling_of(name));
        // And as a picture is done that is large against the device: in bands of four rows, a few tiles at a time.
        let network = case.network.with_room(Room { band: 1, workspace: 1 });
        let case = Case::with_network(&gpu, network, &terms, &golden["pictures"]);
        case.check(&format!("{name}, in bands"), &start, expected, pooling_of(name));
        if expected["how"] == "mean+cov" {
            let network = case.network.stored_as(DType::F16);
            let case = Case::with_network(&gpu, network, &terms, &golden["pictures"]);
            case.check_half(&format!("{name}, in 16 bits"), &start, expected);
        }
    }
}

#[test]
fn ten_steps_of_vgg19() {
    let gpu = block_on(Gpu::open()).unwrap();
    let golden = golden::read("vgg19.json");
    let weights = seeded::filters(&CONVOLUTIONS);
    for (how, case_name) in [("mean+cov", "avg_zero_torchvision_mean+cov"), ("gram", "avg_zero_torchvision_gram")] {
        let table = seeded_table(case_name);
        let terms = terms(&table, &STYLE_TAPS, CONTENT_TAP, how, &golden["cases"][case_name]["weights"]);
        let case = Case::new(&gpu, table, &weights, &terms, &golden["pictures"]);
        let start = picture(&gpu, &golden["pictures"]["start"]);
        case.check_adam(&format!("{how} from the start"), start, &golden["adam"][how]["from_start"], 1.0);
        // From the photo itself the first gradients are zero but for rounding, and Adam follows their sign.
        let photo = picture(&gpu, &golden["pictures"]["content"]);
        case.check_adam(&format!("{how} from the photo"), photo, &golden["adam"][how]["from_content"], 20.0);
    }
}

/// The built-in model, from the file that comes with Scumble.
#[test]
fn the_student() {
    let gpu = block_on(Gpu::open()).unwrap();
    let golden = golden::read("student.json");
    let weights = scumble::weights::built_in().unwrap();
    assert_eq!(weights.source.sha256, golden["sha256"], "run tests/golden/student.py: the weights are others by now");
    let table = student::table(&weights.preprocessing, Border::Replicate);
    let pictures = &golden["pictures"];
    let start = picture(&gpu, &pictures["start"]);

    let layers = golden["activations"].as_object().unwrap();
    let taps: Vec<_> = layers.keys().map(|tap| table.find(tap).unwrap()).collect();
    let network = Network::new(&gpu, table.clone(), &weights.convolutions, &taps).unwrap();
    let mut rec = Recorder::new(&gpu);
    let mut features = Features::of(taps.iter().copied());
    network.forward(&mut rec, &start, &mut features).unwrap();
    rec.submit();
    for ((tap, expected), layer) in layers.iter().zip(taps) {
        check_map(&format!("{tap} of the student"), &download(&gpu, features.at(layer)), expected);
    }

    let wasserstein = &golden["wasserstein"];
    let apart = terms(&table, &STYLE_TAPS, CONTENT_TAP, "wasserstein", &wasserstein["weights"]);
    let case = Case::new(&gpu, table.clone(), &weights.convolutions, &apart, pictures);
    case.check("the student, Wasserstein", &start, wasserstein, Pooling::Average);

    let terms = terms(&table, &STYLE_TAPS, CONTENT_TAP, "mean+cov", &golden["case"]["weights"]);
    let case = Case::new(&gpu, table, &weights.convolutions, &terms, pictures);
    case.check("the student", &start, &golden["case"], Pooling::Average);
    let [photo, start_of_adam] = ["content", "start"].map(|name| picture(&gpu, &pictures[name]));
    case.check_adam("the student from the start", start_of_adam, &golden["adam"]["from_start"], 1.0);
    case.check_adam("the student from the photo", photo, &golden["adam"]["from_content"], 20.0);
    let small = case.network.with_room(Room { band: 1, workspace: 1 });
    let case = Case::with_network(&gpu, small, &terms, pictures);
    case.check("the student, a few tiles at a time", &start, &golden["case"], Pooling::Average);
    let case = Case::with_network(&gpu, case.network.stored_as(DType::F16), &terms, pictures);
    case.check_half("the student, in 16 bits", &start, &golden["case"]);
}

/// Real networks; the stored scalars are valid only against those files.
#[test]
#[ignore = "needs the published weights in ../shared/weights"]
fn real_weights_agree_with_the_script() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/weights");
    let gpu = block_on(Gpu::open()).unwrap();
    let golden = golden::read("shared.json");
    for (name, origin, content) in
        [("caffe", Origin::Caffe, CONTENT_TAP), ("torchvision", Origin::Torchvision, "relu1_2")]
    {
        let expected = &golden[name];
        let bytes = std::fs::read(folder.join(expected["file"].as_str().unwrap())).unwrap();
        let weights: ModelWeights = scumble::weights::read(&bytes, None).unwrap();
        assert_eq!(weights.preprocessing, origin.preprocessing(), "recognised origin of {name}");
        let depth = weights.convolutions.len();
        let table = vgg19::table(depth, &weights.preprocessing, Pooling::Average, Border::Zero);
        let taps: Vec<_> = expected["style_taps"].as_array().unwrap().iter().map(|t| t.as_str().unwrap()).collect();
        let terms = terms(&table, &taps, content, "mean+cov", &expected["weights"]);
        let case = Case::new(&gpu, table, &weights.convolutions, &terms, &golden["pictures"]);
        let start = picture(&gpu, &golden["pictures"]["start"]);
        case.check(name, &start, expected, Pooling::Average);
    }
}
