//! This turns a table and an observer's interests into the order of a walk: what is computed, what together, what kept.

use super::observer::{Interest, Observer};
use crate::choices::Pooling;
use crate::gpu::{DType, Shape};
use crate::kernels::conv::Window;
use crate::kernels::{pad, pool, winograd};
use crate::model::{Layer, Op, Table};
use std::ops::Range;

/// How a layer's output comes about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Role {
    /// Nobody asks for it.
    Unused,
    /// By itself.
    Alone,
    /// By itself, together with the pool that reads it; the layer's own map is never written.
    WithPool(usize),
    /// A convolution that reads a picture: its map is the largest there is and quickly computed, so it is done in bands of
    /// rows, and on the way up done again rather than kept.
    InBands {
        /// The convolution that reads the bands while they are there.
        reader: Option<usize>,
    },
    /// Along with another layer: a pool, or the reader of bands.
    Along,
}

/// A walk's plan, by layer.
pub(super) struct WalkPlan {
    /// The layer whose output is given: what the first one reads, or the pixels.
    pub given: usize,
    pub roles: Vec<Role>,
    pub interests: Vec<Interest>,
    /// The last layer on the way down that reads this one.
    pub last_reader: Vec<usize>,
    /// Whether the way up needs the output.
    pub kept: Vec<bool>,
    pub shapes: Vec<Shape>,
}

impl WalkPlan {
    /// For a walk through these layers, where what the first one reads has shape `input`.
    pub fn new(table: &Table, stretch: Range<usize>, input: Shape, observer: &dyn Observer) -> WalkPlan {
        let layers = table.layers();
        let interest = |layer| if stretch.contains(&layer) { observer.interest(layer) } else { Interest::None };
        let interests: Vec<_> = (0..layers.len()).map(interest).collect();
        let taps: Vec<_> = (0..layers.len()).filter(|&layer| interests[layer] != Interest::None).collect();
        let mut needed = table.needed(&taps);
        needed[..stretch.start].fill(false);
        let needed = &needed;
        let readers = |layer: usize| (1..layers.len()).filter(move |&r| needed[r] && layers[r].input == layer);
        let only_reader = |layer: usize| {
            let mut all = readers(layer);
            all.next().filter(|_| all.next().is_none())
        };

        let mut roles: Vec<_> = needed.iter().map(|needed| if *needed { Role::Alone } else { Role::Unused }).collect();
        for (index, layer) in layers.iter().enumerate().filter(|(index, _)| needed[*index]) {
            let reader = only_reader(index);
            let alone = readers(index).next().is_none();
            if is_from_picture(layer, layers) && interests[index] != Interest::Whole {
                let reader = reader.filter(|&reader| is_winograd(&layers[reader], layers));
                if alone || reader.is_some() {
                    roles[index] = Role::InBands { reader };
                }
            } else if is_winograd(layer, layers)
                && interests[index] == Interest::None
                && let Some(pool) = reader.filter(|&reader| is_fused(&layers[reader].op))
            {
                roles[index] = Role::WithPool(pool);
            }
        }
        for index in 0..roles.len() {
            match roles[index] {
                Role::WithPool(pool) => roles[pool] = Role::Along,
                // It may have a pool of its own, which says so.
                Role::InBands { reader: Some(reader) } if roles[reader] == Role::Alone => roles[reader] = Role::Along,
                _ => {}
            }
        }

        let last_reader = (0..layers.len()).map(|layer| readers(layer).next_back().unwrap_or(layer)).collect();
        let kept = (0..layers.len())
            .map(|index| {
                let own = matches!(layers[index].op, Op::Convolution { relu: true, .. })
                    && !is_winograd(&layers[index], layers);
                let for_reader = |reader: usize| {
                    matches!(roles[reader], Role::InBands { .. })
                        || matches!((&layers[reader].op, roles[reader]), (Op::Pool(_), Role::Alone))
                };
                interests[index] != Interest::None || own || readers(index).any(for_reader)
            })
            .collect();
        let shapes = shapes(table, &stretch, input);
        WalkPlan { given: layers[stretch.start].input, roles, interests, last_reader, kept, shapes }
    }

    /// The layer whose output a convolution writes: its own, or the pool's behind it.
    pub fn written_by(&self, layer: usize) -> usize {
        match self.roles[layer] {
            Role::WithPool(pool) => pool,
            _ => layer,
        }
    }

    /// Whether a layer is the reader of bands, and so done along with them.
    pub fn reads_bands(&self, layer: usize, table: &Table) -> bool {
        self.roles[table.layers()[layer].input] == Role::InBands { reader: Some(layer) }
    }
}

/// Whether a pool is done together with the convolution before it: its gradient then needs nothing but a bit of each value.
fn is_fused(op: &Op) -> bool {
    matches!(op, Op::Pool(Pooling::Average | Pooling::Max))
}

fn is_from_picture(layer: &Layer, layers: &[Layer]) -> bool {
    matches!(layer.op, Op::Convolution { .. }) && layers[layer.input].channels <= PICTURE
}

/// Whether a layer is a product with one matrix at every position, and nothing else.
pub(super) fn is_linear(layer: &Layer) -> bool {
    matches!(layer.op, Op::Convolution { kernel: 1, pad: 0, relu: false, .. })
}

/// Whether a layer is done in Winograd's domain, with its ReLU.
pub(super) fn is_winograd(layer: &Layer, layers: &[Layer]) -> bool {
    match layer.op {
        Op::Convolution { kernel, pad, relu, .. } => {
            relu && winograd::suits(Window { kernel, pad }, layer.channels, layers[layer.input].channels)
        }
        _ => false,
    }
}

/// The shapes of these layers' outputs, where what the first one reads has shape `input`; before it, that shape stands for all.
pub(super) fn shapes(table: &Table, stretch: &Range<usize>, input: Shape) -> Vec<Shape> {
    let mut shapes = vec![input; stretch.start.max(1)];
    for layer in &table.layers()[shapes.len()..stretch.end] {
        shapes.push(output(layer, shapes[layer.input]));
    }
    shapes
}

fn output(layer: &Layer, x: Shape) -> Shape {
    match &layer.op {
        Op::Pixels => x,
        Op::Colour { .. } => x.with_channels(layer.channels),
        Op::Pad(margin) => pad::output(x, *margin),
        Op::Convolution { kernel, pad, .. } => Window { kernel: *kernel, pad: *pad }.output(x, layer.channels),
        Op::Pool(_) => pool::output(x),
    }
}

/// Most channels of a picture.
const PICTURE: u32 = 4;

/// How a map of this shape is stored where features are stored as `dtype` says.
pub(super) fn dtype_of(shape: Shape, dtype: DType) -> DType {
    if shape.channels <= PICTURE { DType::F32 } else { dtype }
}
