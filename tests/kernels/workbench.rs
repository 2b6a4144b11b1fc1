//! A device, and the ways between the twins' plain maps and its padded tensors.

use crate::agreement::agree;
use pollster::block_on;
use scumble::gpu::{Gpu, Recorder, Shape, Tensor, readback};
use scumble::kernels::winograd;
use scumble::random::uniform;
use scumble::reference::Map;

/// What outputs hold before a kernel overwrites them, padding included: whatever it forgets to write shows.
const STALE: f32 = 7.0;

pub struct Workbench {
    pub gpu: Gpu,
}

impl Workbench {
    /// Opens the device; without an adapter the test fails, and the message says what to install.
    pub fn open() -> Workbench {
        Workbench { gpu: block_on(Gpu::open()).unwrap_or_else(|error| panic!("{error}")) }
    }

    /// A tensor with the values of `map`, its channels padded with zeros.
    pub fn upload(&self, map: &Map) -> Tensor {
        self.gpu.upload("input", shape(map), &pad_channels(map)).unwrap()
    }

    /// The same stored in 16 bits, which hold [`noise`] exactly.
    pub fn upload_half(&self, map: &Map) -> Tensor {
        self.gpu.upload_half("input", shape(map), &pad_channels(map)).unwrap()
    }

    /// A tensor full of stale values, stored in 16 bits.
    pub fn stale_half(&self, shape: Shape) -> Tensor {
        self.gpu.upload_half("output", shape, &vec![STALE; shape.bytes() as usize / 4]).unwrap()
    }

    /// Weights of 3x3, OIHW, in Winograd's domain.
    pub fn winograd(&self, weights: &[f64], outputs: u32, inputs: u32) -> Tensor {
        let kernels = self.vector(weights);
        let u = self.stale(winograd::packed_shape(outputs, inputs));
        self.run(|rec| winograd::transform(rec, &kernels, outputs, inputs, &u));
        u
    }

    /// A vector with `values`.
    pub fn vector(&self, values: &[f64]) -> Tensor {
        self.upload(&Map::vector(values.to_vec()))
    }

    /// Square matrices, one below the other, in the 4x4 tiles that [`Shape::matrix`] describes.
    pub fn matrices(&self, map: &Map) -> Tensor {
        let c = map.width;
        let mut values = vec![0.0; tiled(map.height / c, c).bytes() as usize / 4];
        map.clone().each(|row, b, _, value| values[tile_index(row, b, c)] = *value as f32);
        self.gpu.upload("matrices", tiled(map.height / c, c), &values).unwrap()
    }

    /// A tensor full of stale values.
    pub fn stale(&self, shape: Shape) -> Tensor {
        self.gpu.upload("output", shape, &vec![STALE; shape.bytes() as usize / 4]).unwrap()
    }

    /// Stale tensors for `count` matrices of `c` x `c`.
    pub fn stale_matrices(&self, count: usize, c: usize) -> Tensor {
        self.stale(tiled(count, c))
    }

    /// An output, stale or to be added to.
    pub fn output(&self, shape: Shape, accumulate: bool) -> Output {
        let before = accumulate.then(|| noise(99, shape.height, shape.width, shape.channels));
        let tensor = before.as_ref().map_or_else(|| self.stale(shape), |before| self.upload(before));
        Output { tensor, before }
    }

    /// Runs what `record` records.
    pub fn run(&self, record: impl FnOnce(&mut Recorder)) {
        let mut rec = Recorder::new(&self.gpu);
        record(&mut rec);
        rec.submit();
    }

    /// All numbers of a tensor, as they lie in memory.
    pub fn raw(&self, tensor: &Tensor) -> Vec<f32> {
        let values = block_on(readback::read(&self.gpu, tensor)).unwrap_or_else(|error| panic!("{error}"));
        self.gpu.check().unwrap_or_else(|error| panic!("{error}"));
        values
    }

    /// The values of a tensor without its padding, which has to be zero.
    pub fn download(&self, tensor: &Tensor) -> Map {
        let values = self.raw(tensor);
        let Shape { height, width, channels } = tensor.shape();
        let (channels, stride) = (channels as usize, tensor.shape().blocks() as usize * 4);
        for (n, pixel) in values.chunks(stride).enumerate() {
            let padding = &pixel[channels..];
            assert!(padding.iter().all(|&p| p == 0.0), "{}: padding of pixel {n} is {padding:?}", tensor.label());
        }
        let kept = values.chunks(stride).flat_map(|pixel| &pixel[..channels]).map(|&value| f64::from(value));
        Map { height: height as usize, width: width as usize, channels, values: kept.collect() }
    }

    /// Square matrices out of their tiles, one below the other; their padding has to be zero.
    pub fn download_matrices(&self, tensor: &Tensor) -> Map {
        let Shape { height, channels, .. } = tensor.shape();
        let (count, c) = (height as usize, channels as usize);
        let mut values = self.raw(tensor);
        let mut map = Map::zeros(count * c, c, 1);
        map.each(|row, b, _, value| *value = f64::from(std::mem::take(&mut values[tile_index(row, b, c)])));
        assert!(values.iter().all(|&rest| rest == 0.0), "padding of {c} x {c} matrices is not zero");
        map
    }

    /// Holds an output against what its kernel should have made of it.
    pub fn check(&self, kernel: &str, case: &str, output: &Output, twin: &Map) {
        let expected = output.before.as_ref().map_or_else(|| twin.clone(), |before| before.plus(twin));
        let case = if output.accumulates() { format!("{case}, accumulating") } else { case.into() };
        agree(kernel, &case, &self.download(&output.tensor), &expected);
    }
}

/// A tensor that a kernel writes, and what it held before if the kernel shall add to it.
pub struct Output {
    pub tensor: Tensor,
    before: Option<Map>,
}

impl Output {
    pub fn accumulates(&self) -> bool {
        self.before.is_some()
    }
}

/// The shape of a map on the device.
pub fn shape(map: &Map) -> Shape {
    Shape::new(map.height as u32, map.width as u32, map.channels as u32)
}

/// Numbers in -1..1 that f16 holds exactly, so that the GPU and the twin start from the same.
pub fn noise(seed: u32, height: u32, width: u32, channels: u32) -> Map {
    Map::from_fn(height as usize, width as usize, channels as usize, |row, column, channel| {
        let index = (row as u32 * width + column as u32) * channels + channel as u32;
        f64::from(half::f16::from_f64(uniform(seed, 0, index) * 2.0 - 1.0))
    })
}

/// Numbers in 0..1, likewise.
pub fn picture(seed: u32, height: u32, width: u32, channels: u32) -> Map {
    let noise = noise(seed, height, width, channels);
    noise.combine(&noise, |value, _| f64::from((value * 0.5 + 0.5) as f32))
}

fn pad_channels(map: &Map) -> Vec<f32> {
    let stride = map.channels.next_multiple_of(4);
    let mut values = vec![0.0; map.pixels() * stride];
    for (n, padded) in values.chunks_mut(stride).enumerate() {
        padded.iter_mut().zip(map.pixel(n)).for_each(|(to, from)| *to = *from as f32);
    }
    values
}

fn tiled(count: usize, c: usize) -> Shape {
    Shape { height: count as u32, ..Shape::matrix(c as u32) }
}

/// Where entry (row, b) of stacked `c` x `c` matrices lies: tile (a/4, b/4), column-major.
fn tile_index(row: usize, b: usize, c: usize) -> usize {
    let (matrix, a, blocks) = (row / c, row % c, c.div_ceil(4));
    ((matrix * blocks + a / 4) * blocks + b / 4) * 16 + b % 4 * 4 + a % 4
}
