//! This turns a change of size into tables of weights, and a picture into one of another size.
//!
//! Both axes are resampled one after the other (separably). An output pixel is a weighted sum of a short run of input
//! pixels; [`taps`] decides where that run starts and how much each pixel counts, and nothing else. Beyond the edges the
//! outermost pixel is repeated, and that is folded into the weights: whoever multiplies never needs to clamp an index.

use super::Picture;
use std::borrow::Cow;
use std::collections::VecDeque;
use std::f64::consts::PI;

/// Weights below this are rounding noise of `sin`; dropping them makes resampling to the same size an exact identity.
const NEGLIGIBLE: f64 = 1e-9;

/// How a run of input pixels becomes one output pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Filter {
    /// The exact mean of the input that the output pixel covers; never rings.
    Area,
    /// `sinc(x) sinc(x / 3)`, |x| < 3 (Duchon 1979); the sharp choice for shrinking.
    Lanczos3,
    /// The cubic of Catmull and Rom (1974), |x| < 2: passes through the samples; the calm choice for enlarging.
    CatmullRom,
}

impl Filter {
    /// The filter for going from `from` pixels to `to`: Lanczos when shrinking, Catmull-Rom when enlarging.
    #[must_use]
    pub fn for_scale(from: u32, to: u32) -> Self {
        if to < from { Self::Lanczos3 } else { Self::CatmullRom }
    }

    /// How far the filter reaches to either side, in units of its own stretch.
    fn radius(self) -> f64 {
        match self {
            Self::Area => 0.5,
            Self::Lanczos3 => 3.0,
            Self::CatmullRom => 2.0,
        }
    }

    /// The weight of input pixel `index` for an output pixel around `centre` (input pixels); `scale` is input pixels per
    /// output pixel. Weights are not normalised.
    fn weight(self, index: i64, centre: f64, scale: f64) -> f64 {
        let left = index as f64;
        // Shrinking stretches the filter over the input, so that every input pixel counts.
        let distance = (left + 0.5 - centre) / scale.max(1.0);
        match self {
            Self::Area => ((left + 1.0).min(centre + scale / 2.0) - left.max(centre - scale / 2.0)).max(0.0),
            Self::Lanczos3 => lanczos3(distance),
            Self::CatmullRom => catmull_rom(distance),
        }
    }
}

/// `sinc(x) sinc(x / 3)` for |x| < 3, else 0.
fn lanczos3(x: f64) -> f64 {
    let sinc = |x: f64| if x == 0.0 { 1.0 } else { (PI * x).sin() / (PI * x) };
    if x.abs() < 3.0 { sinc(x) * sinc(x / 3.0) } else { 0.0 }
}

/// The cubic convolution kernel with a = -1/2 (Keys 1981), which is the spline of Catmull and Rom.
fn catmull_rom(x: f64) -> f64 {
    let x = x.abs();
    if x < 1.0 {
        (1.5 * x - 2.5) * x * x + 1.0
    } else if x < 2.0 {
        ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    } else {
        0.0
    }
}

/// The weights that resample one axis: `output[i] = sum over k < width of weights[i * width + k] * input[start[i] + k]`.
#[derive(Debug, Clone, PartialEq)]
pub struct Taps {
    /// How many input pixels each output pixel reads; the same for all of them, at most the input's length.
    pub width: usize,
    /// `[outputs]`: the first input index of each output pixel, in `0..=inputs - width`, so that no index needs clamping.
    pub start: Vec<u32>,
    /// `[outputs, width]`: each row sums to 1; unused places are 0.
    pub weights: Vec<f32>,
}

impl Taps {
    /// Output pixel `index`: the first input index it reads, and its `width` weights.
    fn row(&self, index: usize) -> (usize, &[f32]) {
        (self.start[index] as usize, &self.weights[index * self.width..][..self.width])
    }

    /// All output pixels in order, each as in `row`.
    pub(super) fn rows(&self) -> impl Iterator<Item = (usize, &[f32])> {
        (0..self.start.len()).map(|index| self.row(index))
    }
}

/// The table that resamples an axis of `from` pixels to `to` pixels with `filter`; pixel centres lie at one half.
///
/// Both lengths are at least 1; nothing is to be read where one is 0, and the table is empty. Going to the same length
/// gives the identity: width 1, weights 1.
#[must_use]
pub fn taps(filter: Filter, from: u32, to: u32) -> Taps {
    let inputs = if to == 0 { 0 } else { from as usize };
    if inputs == 0 {
        return Taps { width: 0, start: Vec::new(), weights: Vec::new() };
    }
    let scale = f64::from(from) / f64::from(to);
    let runs: Vec<_> = (0..to).map(|index| run(filter, (f64::from(index) + 0.5) * scale, scale, inputs)).collect();
    let width = runs.iter().map(|(_, weights)| weights.len()).max().unwrap_or(0);

    let mut start = Vec::with_capacity(runs.len());
    let mut weights = vec![0.0; runs.len() * width];
    for ((first, run), row) in runs.iter().zip(weights.chunks_exact_mut(width)) {
        // A short run at the far end starts earlier and leaves the places before it at 0.
        let begin = (*first).min(inputs - width);
        start.push(begin as u32);
        for (place, weight) in row[first - begin..].iter_mut().zip(run) {
            *place = *weight as f32;
        }
    }
    Taps { width, start, weights }
}

/// One output pixel: the first input index that counts, and the weights from there, which sum to 1.
fn run(filter: Filter, centre: f64, scale: f64, inputs: usize) -> (usize, Vec<f64>) {
    let stretch = if filter == Filter::Area { scale } else { scale.max(1.0) };
    let reach = filter.radius() * stretch;
    let (first, last) = ((centre - reach).floor() as i64, (centre + reach).ceil() as i64);

    let end = inputs as i64 - 1;
    let base = first.clamp(0, end);
    let mut weights = vec![0.0; (last.clamp(0, end) - base + 1) as usize];
    for index in first..=last {
        // Replicate at the edges: whatever falls outside counts for the outermost pixel.
        weights[(index.clamp(0, end) - base) as usize] += filter.weight(index, centre, scale);
    }
    let sum: f64 = weights.iter().sum();
    weights.iter_mut().for_each(|weight| *weight /= sum);

    let counts = |weight: &f64| weight.abs() > NEGLIGIBLE;
    let head = weights.iter().position(counts).unwrap_or(0);
    let tail = weights.iter().rposition(counts).map_or(weights.len(), |last| last + 1);
    (base as usize + head, weights[head..tail].to_vec())
}

/// The picture at `width` x `height` pixels, each axis with the filter that [`Filter::for_scale`] names for it.
///
/// All four lanes are resampled alike and clamped to 0..=1 at the end; colours need no weighting by alpha because they
/// are composited already. Sizes of 0 count as 1. Sums run in f64: this is the twin of the GPU's kernel, and what makes
/// thumbnails.
#[must_use]
pub fn resize(picture: &Picture, width: u32, height: u32) -> Picture {
    let (width, height) = (width.max(1), height.max(1));
    Picture::new(width, height, resized_rows(picture, width, height).flatten().collect())
}

/// The rows of what [`resize`] makes, `[width, 4]` each, one after the other from the top: it never exists as a whole.
pub fn resized_rows(picture: &Picture, width: u32, height: u32) -> impl Iterator<Item = Vec<f32>> {
    let stride = picture.width.max(1) as usize * 4;
    let line = move |y: usize| Cow::Borrowed(&picture.rgba[y * stride..][..stride]);
    let rows = resampled_rows((picture.width, picture.height), (width.max(1), height.max(1)), line);
    rows.map(|mut row| {
        row.iter_mut().for_each(|lane| *lane = lane.clamp(0.0, 1.0));
        row
    })
}

/// The same of anything that has four numbers a pixel, whatever they are, and tells its lines, `[from.0, 4]` each, when it is asked for one.
pub fn resampled_rows<'p>(
    from: (u32, u32),
    to: (u32, u32),
    line: impl Fn(usize) -> Cow<'p, [f32]>,
) -> impl Iterator<Item = Vec<f32>> {
    let across = taps(Filter::for_scale(from.0, to.0), from.0, to.0);
    let down = taps(Filter::for_scale(from.1, to.1), from.1, to.1);
    let narrow = move |y: usize| -> Vec<f32> {
        let line = line(y);
        across.rows().flat_map(|(start, weights)| weighted_sum(&line[start * 4..], weights)).collect()
    };
    // The input's lines that the next row may need, [width, 4] each, and which of them is the first: where negligible weights
    // were dropped, a row begins a line or two later than the next one.
    let (mut lines, mut first) = (VecDeque::new(), 0);
    (0..to.1 as usize).map(move |row| {
        let (start, weights) = down.row(row);
        let least = start.saturating_sub(down.width);
        lines.drain(..lines.len().min(least.saturating_sub(first)));
        first = first.max(least);
        (first + lines.len()..start + weights.len()).for_each(|y| lines.push_back(narrow(y)));
        let mut sum = vec![0.0_f64; to.0 as usize * 4];
        for (line, &weight) in lines.iter().skip(start - first).zip(weights) {
            sum.iter_mut().zip(line).for_each(|(sum, lane)| *sum += f64::from(weight) * f64::from(*lane));
        }
        sum.into_iter().map(|lane| lane as f32).collect()
    })
}

/// The weighted sum of the pixels at the start of `samples`, one for each weight.
pub(super) fn weighted_sum(samples: &[f32], weights: &[f32]) -> [f32; 4] {
    let mut sum = [0.0_f64; 4];
    for (pixel, weight) in samples.chunks_exact(4).zip(weights) {
        for (lane, sample) in sum.iter_mut().zip(pixel) {
            *lane += f64::from(*weight) * f64::from(*sample);
        }
    }
    sum.map(|lane| lane as f32)
}
