//! Whole losses on the device against their own gradients: finite differences in f32, for what the goldens do not cover.

use pollster::block_on;
use scumble::choices::Pooling;
use scumble::gpu::{Gpu, Recorder, Shape, Tensor, readback};
use scumble::model::vgg19::{self, Border, CONVOLUTIONS};
use scumble::model::{seeded, student};
use scumble::network::{Network, Room};
use scumble::objective::guide::{Guide, Region};
use scumble::objective::losses::{Gram, MeanCovariance, Wasserstein};
use scumble::objective::{Loss, Objective, Term, Units};
use scumble::random::uniform;
use scumble::weights::{Preprocessing, built_in};
use std::rc::Rc;

const DEPTH: usize = 3;
const PICTURE: Shape = Shape { height: 26, width: 35, channels: 4 };

/// VGG19's first layers with seeded weights.
fn network(gpu: &Gpu) -> Network {
    let table = vgg19::table(DEPTH, &Preprocessing::TORCHVISION, Pooling::Average, Border::Replicate);
    let taps: Vec<_> = (1..table.layers().len()).collect();
    Network::new(gpu, table, &seeded::filters(&CONVOLUTIONS[..DEPTH]), &taps).unwrap()
}

/// The built-in model, whose losses of mean and covariance see its layers through linear maps.
fn student(gpu: &Gpu) -> Network {
    let table = student::table(&Preprocessing::STUDENT, Border::Replicate);
    let taps = ["relu1_1", "relu2_1"].map(|name| table.find(name).unwrap());
    Network::new(gpu, table, &built_in().unwrap().convolutions, &taps).unwrap()
}

/// Smooth in places, so that neighbours have something in common, in 0.2..0.8.
fn picture(seed: u32) -> Vec<f32> {
    let value = |x: u32, y: u32, c: u32| {
        let at = |x: u32, y: u32| uniform(seed, c, y * 1000 + x);
        (0.2 + 0.4 * at(x / 5, y / 5) + 0.2 * at(x + 100, y + 100)) as f32
    };
    let pixels = (0..PICTURE.height).flat_map(|y| (0..PICTURE.width).map(move |x| (x, y)));
    pixels.flat_map(|(x, y)| (0..4).map(move |c| (x, y, c))).map(|(x, y, c)| value(x, y, c)).collect()
}

/// A slope from left to right, and what it leaves.
fn halves() -> [Guide; 2] {
    let Shape { height, width, .. } = PICTURE;
    let weights = (0..height * width).map(move |pixel| (pixel % width) as f32 / (width - 1) as f32);
    [Guide::new(width, height, weights.clone()), Guide::new(width, height, weights.map(|weight| 1.0 - weight))]
}

struct Case {
    gpu: Gpu,
    network: Network,
    objective: Objective,
}

impl Case {
    fn new(gpu: &Gpu, network: Network, loss: &Rc<dyn Loss>, regions: &[Region]) -> Case {
        let layer = |name: &str| network.table().find(name).unwrap();
        let terms = ["relu1_1", "relu2_1"].map(|name| Term { layer: layer(name), loss: loss.clone(), weight: 1.0 });
        let [photo, first, second] = [1, 2, 3].map(|seed| gpu.upload("picture", PICTURE, &picture(seed)).unwrap());
        let mut rec = Recorder::new(gpu);
        let objective = Objective::capture(&mut rec, &network, &terms, &photo, &[first, second], regions).unwrap();
        rec.submit();
        Case { gpu: gpu.clone(), network, objective }
    }

    /// The loss of a picture, and its gradient.
    fn at(&self, pixels: &[f32]) -> (f64, Vec<f32>) {
        let pixels = self.gpu.upload("pixels", PICTURE, pixels).unwrap();
        let mut rec = Recorder::new(&self.gpu);
        let gradient = self.objective.record(&mut rec, &self.network, &pixels).unwrap();
        rec.submit();
        let read = |tensor: &Tensor| block_on(readback::read(&self.gpu, tensor)).unwrap();
        (read(self.objective.losses()).iter().map(|&loss| f64::from(loss)).sum(), read(&gradient))
    }
}

fn norm(values: &[f32]) -> f64 {
    values.iter().map(|&value| f64::from(value).powi(2)).sum::<f64>().sqrt()
}

/// Everywhere the first painting; or the second on the left, the first on the right.
fn ways() -> [(&'static str, Vec<Region>); 2] {
    let [left, right] = halves();
    let region = |painting, guide| Region { paintings: vec![(painting, 1.0)], guide: Some(guide) };
    [("everywhere", vec![Region::whole()]), ("in regions", vec![region(1, left), region(0, right)])]
}

fn style_losses() -> [Rc<dyn Loss>; 5] {
    let [relative, absolute] = [Units::Relative, Units::Absolute];
    [
        Rc::new(MeanCovariance),
        Rc::new(Gram(absolute)),
        Rc::new(Gram(relative)),
        Rc::new(Wasserstein(absolute)),
        Rc::new(Wasserstein(relative)),
    ]
}

#[test]
fn losses_fall_as_their_gradients_say() {
    let gpu = block_on(Gpu::open()).unwrap_or_else(|error| panic!("{error}"));
    for (model, network) in [("VGG19", network as fn(&Gpu) -> Network), ("student", student)] {
        for loss in style_losses() {
            for (way, regions) in ways() {
                let case = Case::new(&gpu, network(&gpu), &loss, &regions);
                falls_as_its_gradient_says(&format!("{model}, {loss:?}, {way}"), &case);
            }
        }
    }
}

fn falls_as_its_gradient_says(what: &str, case: &Case) {
    let pixels = picture(4);
    let (value, gradient) = case.at(&pixels);
    assert_eq!(norm(&gradient.iter().skip(3).step_by(4).copied().collect::<Vec<_>>()), 0.0, "alpha stays");
    let length = norm(&gradient);
    // Far enough that the difference of two losses keeps some digits of f32, near enough that ReLUs agree.
    let step = 0.003 * value / length.powi(2);
    let moved = |by: f64| -> Vec<f32> {
        pixels.iter().zip(&gradient).map(|(&x, &g)| (f64::from(x) + by * step * f64::from(g)) as f32).collect()
    };
    let difference = (case.at(&moved(1.0)).0 - case.at(&moved(-1.0)).0) / (2.0 * step);
    let error = (difference / length.powi(2) - 1.0).abs();
    println!("{what}: loss {value}, gradient {length}, error {error:.1e}");
    assert!(error < 0.02, "{what}: the gradient says {}, losses differ by {difference}", length.powi(2));
}

#[test]
fn bands_and_guides_leave_the_loss_as_it_is() {
    let gpu = block_on(Gpu::open()).unwrap_or_else(|error| panic!("{error}"));
    let pixels = picture(4);
    let close = |what: &str, (a, d_a): &(f64, Vec<f32>), (b, d_b): &(f64, Vec<f32>)| {
        let apart: Vec<f32> = d_a.iter().zip(d_b).map(|(a, b)| a - b).collect();
        let (value, gradient) = ((a / b - 1.0).abs(), norm(&apart) / norm(d_b));
        println!("{what}: loss {value:.1e}, gradient {gradient:.1e}");
        assert!(value < 1e-4 && gradient < 1e-3, "{what}: {a} instead of {b}, gradients {gradient} apart");
    };
    for loss in &style_losses()[..2] {
        let [(_, whole), (_, regions)] = ways();
        let plain = Case::new(&gpu, network(&gpu), loss, &whole).at(&pixels);
        let ones = (0..PICTURE.pixels()).map(|_| 1.0);
        let guide = Some(Guide::new(PICTURE.width, PICTURE.height, ones));
        let everywhere = Case::new(&gpu, network(&gpu), loss, &[Region { guide, ..Region::whole() }]).at(&pixels);
        close(&format!("{loss:?}, a guide that is white"), &everywhere, &plain);
        let guided = Case::new(&gpu, network(&gpu), loss, &regions).at(&pixels);
        let narrow = network(&gpu).with_room(Room { band: 1, workspace: 1 });
        let in_bands = Case::new(&gpu, narrow, loss, &regions).at(&pixels);
        close(&format!("{loss:?}, regions in bands"), &in_bands, &guided);
    }
}
