//! The way down: from pixels to features.

use super::observer::{ForwardRows, Interest, Observer};
use super::plan::{Role, WalkPlan, is_linear, is_winograd};
use super::room::{Room, bands};
use super::{Filters, Network};
use crate::Result;
use crate::gpu::{Phase, Recorder, Shape, Tensor};
use crate::kernels::conv::Window;
use crate::kernels::winograd::{self, Mask, Rows, Workspace};
use crate::kernels::{Part, batched_gemm, colour, conv, pad, pool};
use crate::model::{Layer, Op};
use std::ops::Range;

/// The values that the way down leaves for the way up.
pub struct Walk {
    pub(super) plan: WalkPlan,
    pub(super) room: Room,
    pub(super) outputs: Vec<Option<Tensor>>,
    /// Of convolutions in Winograd's domain.
    pub(super) masks: Vec<Option<Mask>>,
    workspace: Option<Workspace>,
}

impl Walk {
    pub(super) fn output(&self, layer: usize) -> &Tensor {
        self.outputs[layer].as_ref().expect("the plan keeps what is read")
    }

    pub(super) fn workspace(&self) -> &Workspace {
        self.workspace.as_ref().expect("made where a layer needs it")
    }
}

impl Network {
    pub(super) fn down(
        &self,
        rec: &mut Recorder,
        stretch: Range<usize>,
        input: &Tensor,
        observer: &mut dyn Observer,
        and_up: bool,
    ) -> Result<Walk> {
        let plan = WalkPlan::new(&self.table, stretch.clone(), input.shape(), observer);
        let count = plan.roles.len();
        let room = self.room(rec.gpu(), input.shape());
        let workspace = self.workspace(rec, &plan, room)?;
        let given = plan.given;
        let mut walk = Walk { plan, room, outputs: vec![None; count], masks: vec![None; count], workspace };
        walk.outputs[given] = Some(input.clone());
        show(rec, &walk, observer, given)?;
        for (index, layer) in self.table.layers().iter().enumerate().take(stretch.end).skip(given + 1) {
            match walk.plan.roles[index] {
                Role::Unused => continue,
                Role::InBands { reader } => self.bands_down(rec, &mut walk, observer, index, reader, and_up)?,
                Role::Along => {}
                Role::Alone | Role::WithPool(_) if walk.plan.reads_bands(index, &self.table) => {}
                Role::Alone | Role::WithPool(_) => self.layer_down(rec, &mut walk, index, layer)?,
            }
            if !matches!(walk.plan.roles[index], Role::InBands { .. } | Role::WithPool(_)) {
                show(rec, &walk, observer, index)?;
            }
            let Walk { plan, outputs, .. } = &mut walk;
            for (other, output) in outputs.iter_mut().enumerate().take(index + 1) {
                if plan.last_reader[other] <= index && !(and_up && plan.kept[other]) {
                    *output = None;
                }
            }
        }
        Ok(walk)
    }

    fn layer_down(&self, rec: &mut Recorder, walk: &mut Walk, index: usize, layer: &Layer) -> Result<()> {
        rec.scope(Phase::Forward, index);
        let x = walk.output(layer.input).clone();
        let shape = walk.plan.shapes[index];
        if is_winograd(layer, self.table.layers()) {
            let y = self.written(rec, walk, index)?;
            let weights = self.filters(layer).winograd(false);
            winograd::forward(rec, &x, weights, Rows::all(shape), walk.masks[index].as_ref(), &y, walk.workspace());
            return Ok(());
        }
        let y = rec.map(&layer.name, shape, self.dtype(shape))?;
        match &layer.op {
            Op::Pixels => unreachable!("only layer 0 is the pixels"),
            Op::Colour { matrix, offset } => colour::forward(rec, &x, &y, matrix, *offset, false),
            Op::Pad(margin) => pad::forward(rec, &x, *margin, &y),
            Op::Convolution { .. } if is_linear(layer) => {
                let conv::Weights { tiles, bias } = self.filters(layer).direct();
                batched_gemm::pointwise(rec, &x, tiles, bias, &y, false);
            }
            Op::Convolution { .. } => {
                let (window, relu) = window(layer);
                conv::forward(rec, &x, self.filters(layer).direct(), window, relu, &y, 0);
            }
            Op::Pool(pooling) => pool::forward(rec, &x, *pooling, &y),
        }
        walk.outputs[index] = Some(y);
        Ok(())
    }

    /// A convolution that reads a picture, in bands of rows, and in the same bands the convolution that reads it.
    fn bands_down(
        &self,
        rec: &mut Recorder,
        walk: &mut Walk,
        observer: &mut dyn Observer,
        index: usize,
        reader: Option<usize>,
        and_up: bool,
    ) -> Result<()> {
        let layers = self.table.layers();
        let layer = &layers[index];
        let (window, relu) = window(layer);
        let map = walk.plan.shapes[index];
        let x = walk.output(layer.input).clone();
        let read = reader.map(|reader| self.written(rec, walk, reader)).transpose()?;
        // The reader looks one row further on both sides.
        let halo = u32::from(reader.is_some());
        for band in bands(map, walk.room.band) {
            let first = band.first.saturating_sub(halo);
            let rows = (band.first + band.rows + halo).min(map.height) - first;
            rec.scope(Phase::Forward, index);
            let y = rec.map(&layer.name, Shape { height: rows, ..map }, self.dtype(map))?;
            conv::forward(rec, &x, self.filters(layer).direct(), window, relu, &y, first);
            if walk.plan.interests[index] != Interest::None {
                let part = Part {
                    x: &y,
                    first: (band.first - first) * map.width,
                    pixels: band.rows * map.width,
                    accumulate: band.first > 0,
                };
                let start = band.first * map.width;
                observer.down(rec, index, &ForwardRows { part, map, start, last: band.last })?;
            }
            if let (Some(reader), Some(read)) = (reader, &read) {
                rec.scope(Phase::Forward, reader);
                let weights = self.filters(&layers[reader]).winograd(false);
                let rows = Rows { count: band.rows, input: band.first - first, output: band.first };
                winograd::forward(rec, &y, weights, rows, walk.masks[reader].as_ref(), read, walk.workspace());
            }
            // A map that fits into one band need not be computed again.
            if and_up && band.rows == map.height {
                walk.outputs[index] = Some(y);
            }
        }
        Ok(())
    }

    /// The tensor that a convolution in Winograd's domain writes, and its mask.
    fn written(&self, rec: &Recorder, walk: &mut Walk, index: usize) -> Result<Tensor> {
        let WalkPlan { shapes, roles, .. } = &walk.plan;
        let layers = self.table.layers();
        let pool = match roles[index] {
            Role::WithPool(pool) => match layers[pool].op {
                Op::Pool(pooling) => Some(pooling),
                _ => None,
            },
            _ => None,
        };
        let mask = Mask::new(rec, shapes[index], pool)?;
        let target = walk.plan.written_by(index);
        let y = rec.map(&layers[target].name, mask.output(), self.dtype(mask.output()))?;
        walk.masks[index] = Some(mask);
        walk.outputs[target] = Some(y.clone());
        Ok(y)
    }

    /// Room for the largest convolution in Winograd's domain, if there is any.
    fn workspace(&self, rec: &Recorder, plan: &WalkPlan, room: Room) -> Result<Option<Workspace>> {
        let layers = self.table.layers();
        let maps: Vec<_> = (1..layers.len())
            .filter(|&index| plan.roles[index] != Role::Unused && is_winograd(&layers[index], layers))
            .map(|index| {
                plan.shapes[index].with_channels(layers[index].channels.max(layers[layers[index].input].channels))
            })
            .collect();
        (!maps.is_empty()).then(|| Workspace::new(rec, maps, room.workspace)).transpose()
    }

    pub(super) fn filters(&self, layer: &Layer) -> &Filters {
        match layer.op {
            Op::Convolution { filters, .. } => self.own(filters),
            _ => unreachable!("only convolutions have filters"),
        }
    }
}

/// The window of a convolution, and whether a ReLU is behind it.
pub(super) fn window(layer: &Layer) -> (Window, bool) {
    match layer.op {
        Op::Convolution { kernel, pad, relu, .. } => (Window { kernel, pad }, relu),
        _ => unreachable!("only convolutions have a window"),
    }
}

/// Shows the whole of a layer that the observer is interested in.
fn show(rec: &mut Recorder, walk: &Walk, observer: &mut dyn Observer, layer: usize) -> Result<()> {
    if walk.plan.interests[layer] == Interest::None {
        return Ok(());
    }
    let part = Part::whole(walk.output(layer));
    observer.down(rec, layer, &ForwardRows { part, map: part.x.shape(), start: 0, last: true })
}
