//! A picture in tiles against the same picture at once: loss, gradient, and whether borders of tiles show.

use pollster::block_on;
use scumble::choices::Pooling;
use scumble::gpu::{Gpu, Recorder, Shape, readback};
use scumble::model::{seeded, student, vgg19};
use scumble::network::Network;
use scumble::objective::guide::{Guide, Region};
use scumble::objective::losses::{Content, Gram, MeanCovariance, Variation, Wasserstein};
use scumble::objective::{InTiles, Loss, Objective, Stage, Subjects, Term, Units, stages};
use scumble::random::uniform;
use scumble::tiles::{Area, Plane, Tile, Turns};
use scumble::weights::Preprocessing;
use std::rc::Rc;

/// Nothing but rounding may differ.
const LOSS: f64 = 1e-5;
const GRADIENT: f64 = 1e-4;
/// Pixels that lie so near to a tile's border are its border.
const NEAR: u32 = 4;

/// Blobs of colour, larger and smaller: a painting for those who cannot see.
fn plane(seed: u32, width: u32, height: u32) -> Plane {
    let mut plane = Plane::zeros(width, height);
    for (index, value) in plane.values.iter_mut().enumerate() {
        let (pixel, colour) = (index as u32 / 3, index as u32 % 3);
        let (x, y) = (pixel % width, pixel / width);
        let blobs = [1, 3, 9, 27].map(|size| uniform(seed + colour, size, (y / size) * width + x / size));
        *value = (blobs.iter().sum::<f64>() / 4.0) as f32;
    }
    plane
}

struct Case {
    network: Network,
    terms: Vec<Term>,
    size: (u32, u32),
    painting: (u32, u32),
    /// Behind which layers the network is cut into stages.
    cuts: Vec<usize>,
    /// How many positions each stage sees at once.
    seen: Vec<u64>,
    regions: Vec<Region>,
}

impl Case {
    fn upload(gpu: &Gpu, plane: &Plane) -> scumble::gpu::Tensor {
        let (width, height) = (plane.width, plane.height);
        let area = scumble::tiles::Area { x: 0, y: 0, width, height };
        gpu.upload("plane", Shape::new(height, width, 4), &plane.cut(area)).unwrap()
    }

    /// Losses and gradient at once.
    fn at_once(&self, gpu: &Gpu, photo: &Plane, painting: &Plane, picture: &Plane) -> (Vec<f32>, Vec<f32>) {
        let [photo, painting, picture] = [photo, painting, picture].map(|plane| Case::upload(gpu, plane));
        let mut rec = Recorder::new(gpu);
        let objective =
            Objective::capture(&mut rec, &self.network, &self.terms, &photo, &[painting], &self.regions).unwrap();
        let gradient = objective.record(&mut rec, &self.network, &picture).unwrap();
        rec.submit();
        let read = |tensor| block_on(readback::read(gpu, tensor)).unwrap();
        (read(objective.losses()), read(&gradient))
    }

    fn check(&self, gpu: &Gpu, name: &str) {
        let (width, height) = self.size;
        let (photo, picture) = (plane(1, width, height), plane(2, width, height));
        let mut painting = plane(3, self.painting.0, self.painting.1);
        // Darker, and bluer: distances of what is alike are differences of large numbers.
        painting.values.iter_mut().enumerate().for_each(|(index, value)| *value = value.powi(3 - index as i32 % 3));
        let (losses, gradient) = self.at_once(gpu, &photo, &painting, &picture);

        let taps: Vec<_> = self.terms.iter().map(|term| term.layer).collect();
        let stages = stages(&self.network, &taps, self.size, &self.cuts, |stage| self.seen[stage]);
        assert_eq!(stages.len(), self.seen.len(), "{name}: stages");
        let counts: Vec<_> = stages.iter().map(|stage| stage.tiling.tiles.len()).collect();
        assert!(counts[0] > 3, "{name}: {counts:?} tiles are too few");
        let own = stages.iter().flat_map(|Stage { tiling, .. }| {
            let stride = (width / tiling.picture.0).next_power_of_two();
            let area = move |tile: &Tile| {
                let Area { x, y, width, height } = tile.own;
                Area { x: x * stride, y: y * stride, width: width * stride, height: height * stride }
            };
            tiling.tiles.iter().map(area)
        });
        let own: Vec<_> = own.collect();
        let paintings = [painting];
        let subjects = Subjects { photo: &photo, paintings: &paintings, pixels: self.seen[0], regions: &self.regions };
        let turns = Turns::default();
        let capture = InTiles::capture(gpu, &self.network, &self.terms, stages, subjects, &turns);
        let mut in_tiles = block_on(capture).unwrap();
        assert_eq!(in_tiles.passes(), 2 * counts.iter().sum::<usize>(), "{name}: passes");
        let seen = width * height + self.painting.0 * self.painting.1;
        assert_eq!(turns.pixels(), u64::from(seen), "{name}: each pixel is some tile's own");
        let mut found = Plane::zeros(width, height);
        // Twice: what the first time left behind must not count.
        for _ in 0..2 {
            let mut own_losses = None;
            for pass in 0..in_tiles.passes() {
                assert_eq!(own_losses, None, "{name}: losses came before the last pass");
                own_losses = block_on(in_tiles.pass(gpu, pass, &picture, &mut found)).unwrap();
            }
            let own_losses = own_losses.unwrap();
            for (index, (own, whole)) in own_losses.iter().zip(&losses).enumerate() {
                let off = f64::from(own - whole).abs() / f64::from(whole.abs()).max(1e-6);
                assert!(off < LOSS, "{name}: loss {index} is {own} for {whole}, off by {off:.1e}");
            }
        }

        let mut squares = [0.0, 0.0];
        let (mut near, mut far) = ((0.0, 0), (0.0, 0));
        for y in 0..height {
            for x in 0..width {
                let at = (y * width + x) as usize;
                let is_near = own.iter().any(|own| {
                    let close = |at: u32, start: u32, end: u32| at.abs_diff(start) < NEAR || at.abs_diff(end) <= NEAR;
                    close(x, own.x, own.x + own.width) || close(y, own.y, own.y + own.height)
                });
                for colour in 0..3 {
                    let whole = f64::from(gradient[at * 4 + colour]);
                    let off = (f64::from(found.values[at * 3 + colour]) - whole).powi(2);
                    squares[0] += off;
                    squares[1] += whole.powi(2);
                    let sum = if is_near { &mut near } else { &mut far };
                    *sum = (sum.0 + off, sum.1 + 1);
                }
            }
        }
        let off = (squares[0] / squares[1]).sqrt();
        let [near, far] = [near, far].map(|(sum, count): (f64, u32)| (sum / f64::from(count.max(1))).sqrt());
        println!("{name}, {counts:?} tiles: gradient off by {off:.1e}, near borders {near:.1e}, elsewhere {far:.1e}");
        assert!(off < GRADIENT, "{name}: the gradient is off by {off:.1e}");
        assert!(near < 2.0 * far, "{name}: near borders of tiles it is off by {near:.1e}, elsewhere by {far:.1e}");
    }
}

fn rc(loss: impl Loss + 'static) -> Rc<dyn Loss> {
    Rc::new(loss)
}

/// These losses at these layers, then content and smoothness.
fn terms(network: &scumble::model::Table, style: &[(&str, Rc<dyn Loss>)], content: &str) -> Vec<Term> {
    let at = |name: &str| network.find(name).unwrap();
    let mut terms: Vec<_> =
        style.iter().map(|(tap, loss)| Term { layer: at(tap), loss: loss.clone(), weight: 1.5 }).collect();
    terms.push(Term::new(at(content), Content(Units::Relative), 0.7));
    terms.push(Term::new(at(content), Content(Units::Absolute), 0.3));
    terms.push(Term::new(0, Variation, 0.4));
    terms
}

fn of_student(gpu: &Gpu, style: &[(&str, Rc<dyn Loss>)], content: &str) -> (Network, Vec<Term>) {
    let weights = scumble::weights::built_in().unwrap();
    let table = student::table(&weights.preprocessing, vgg19::Border::Replicate);
    let terms = terms(&table, style, content);
    let taps: Vec<_> = terms.iter().map(|term| term.layer).collect();
    (Network::new(gpu, table, &weights.convolutions, &taps).unwrap(), terms)
}

fn of_vgg19(
    gpu: &Gpu,
    depth: usize,
    pooling: Pooling,
    style: &[(&str, Rc<dyn Loss>)],
    content: &str,
) -> (Network, Vec<Term>) {
    let weights = seeded::filters(&vgg19::CONVOLUTIONS[..depth]);
    let table = vgg19::table(depth, &Preprocessing::TORCHVISION, pooling, vgg19::Border::Replicate);
    let terms = terms(&table, style, content);
    let taps: Vec<_> = terms.iter().map(|term| term.layer).collect();
    (Network::new(gpu, table, &weights, &taps).unwrap(), terms)
}

fn open() -> Gpu {
    block_on(Gpu::open()).unwrap_or_else(|error| panic!("{error}"))
}

#[test]
fn the_student_sees_in_tiles_what_it_sees_at_once() {
    let gpu = open();
    let style: Vec<_> = vgg19::STYLE_TAPS.iter().map(|tap| (*tap, rc(MeanCovariance))).collect();
    let (network, terms) = of_student(&gpu, &style, vgg19::CONTENT_TAP);
    let regions = vec![Region::whole()];
    let cut = |pools: &[&str]| pools.iter().map(|pool| network.table().find(pool).unwrap()).collect::<Vec<_>>();
    let cuts = [
        (cut(&[]), vec![256 * 256]),
        (cut(&["pool2"]), vec![160 * 160, 72 * 72]),
        (cut(&["pool2", "pool3", "pool4"]), vec![160 * 160, 48 * 48, 32 * 32, 16 * 18]),
    ];
    let (size, painting) = ((411, 301), (331, 300));
    let mut case = Case { network, terms, size, painting, cuts: Vec::new(), seen: Vec::new(), regions };
    for (cuts, seen) in cuts {
        (case.cuts, case.seen) = (cuts, seen);
        case.check(&gpu, &format!("student, all layers, {} stages", case.seen.len()));
    }
}

#[test]
fn places_and_other_losses_are_seen_in_tiles() {
    let gpu = open();
    let style = [
        ("relu1_1", rc(Gram(Units::Relative))),
        ("relu2_1", rc(Wasserstein(Units::Relative))),
        ("relu2_1", rc(MeanCovariance)),
    ];
    let (network, terms) = of_student(&gpu, &style, "relu2_1");
    let (width, height) = (149, 95);
    let place = |invert: bool| {
        let weight = move |index: u32| {
            let weight = ((index % width) as f32 / width as f32).powi(2);
            if invert { 1.0 - weight } else { weight }
        };
        Region { paintings: vec![(0, 1.0)], guide: Some(Guide::new(width, height, (0..width * height).map(weight))) }
    };
    let case = Case {
        network,
        terms,
        size: (width, height),
        painting: (64, 64),
        cuts: Vec::new(),
        seen: vec![72 * 72],
        regions: vec![place(false), place(true)],
    };
    case.check(&gpu, "student, places");
}

#[test]
fn vgg19_sees_in_tiles_what_it_sees_at_once() {
    let gpu = open();
    for (pooling, size) in [(Pooling::Average, (148, 97)), (Pooling::Max, (131, 144))] {
        let style = [("relu1_1", rc(MeanCovariance)), ("relu2_1", rc(MeanCovariance)), ("relu3_1", rc(MeanCovariance))];
        let (network, terms) = of_vgg19(&gpu, 5, pooling, &style, "relu2_2");
        let cuts = ["pool1", "pool2"].map(|pool| network.table().find(pool).unwrap()).to_vec();
        let (painting, regions) = ((90, 70), vec![Region::whole()]);
        let mut case = Case { network, terms, size, painting, cuts: Vec::new(), seen: vec![72 * 72], regions };
        case.check(&gpu, &format!("VGG19, {pooling:?}"));
        (case.cuts, case.seen) = (cuts, vec![48 * 48, 36 * 36, 20 * 20]);
        case.check(&gpu, &format!("VGG19, {pooling:?}, three stages"));
    }
}

#[test]
fn vgg19_sees_in_four_stages_what_it_sees_at_once() {
    let gpu = open();
    let style: Vec<_> = vgg19::STYLE_TAPS.iter().map(|tap| (*tap, rc(MeanCovariance))).collect();
    let (network, terms) = of_vgg19(&gpu, 13, Pooling::Average, &style, vgg19::CONTENT_TAP);
    let cuts = ["pool2", "pool3", "pool4"].map(|pool| network.table().find(pool).unwrap()).to_vec();
    let (seen, regions) = (vec![96 * 96, 28 * 28, 16 * 18, 11 * 9], vec![Region::whole()]);
    let case = Case { network, terms, size: (184, 147), painting: (96, 80), cuts, seen, regions };
    case.check(&gpu, "VGG19, all layers, four stages");
}
