//! A stage with what it has on the device, and its passes over a tile.

use super::own_pixels::{OwnPixels, Shown};
use super::stage::Stage;
use super::window::Window;
use crate::Result;
use crate::gpu::{Gpu, Program, Shape, Tensor, readback};
use crate::network::Network;
use crate::tiles::{FeatureMap, Tile};

/// A stage and what its programs read.
pub struct Prepared {
    pub stage: Stage,
    /// What a tile sees of the stage's input.
    pub view: Tensor,
    pub own: Vec<OwnPixels>,
    pub photo: Vec<Shown>,
    /// Of the layer that it hands on, and the gradient to what a tile has of it.
    pub handed: Option<(Window, Tensor)>,
}

/// A stage at work.
pub struct AtWork {
    prepared: Prepared,
    see: Program,
    answer: Program,
    d_view: Tensor,
    /// What a tile has of the layer that the stage hands on.
    output: Option<Tensor>,
    /// The whole of that, and its gradient.
    pub handed: Option<Handed>,
}

/// What a stage hands to the next one.
pub struct Handed {
    pub map: FeatureMap,
    pub d_map: FeatureMap,
}

impl Prepared {
    pub fn new(gpu: &Gpu, network: &Network, stage: Stage) -> Result<Prepared> {
        let stretch = network.stretch(stage.layers.clone());
        let (width, height) = stage.tiling.view();
        let view = Shape::new(height, width, network.table().layers()[stretch.input()].channels);
        let view = gpu.tensor_of("view", view, network.dtype(view))?;
        let handed = stage.handed(network).map(|layer| {
            let window = Window::new(&stretch, &stage.tiling, layer);
            Ok((window, gpu.tensor_of("d_output", window.view, network.dtype(window.view))?))
        });
        Ok(Prepared { handed: handed.transpose()?, stage, view, own: Vec::new(), photo: Vec::new() })
    }

    /// The gradient to what a tile has of the layer that it hands on.
    pub fn d_output(&self) -> Option<&Tensor> {
        self.handed.as_ref().map(|(_, d_output)| d_output)
    }

    /// With its programs, the gradient that the second one makes, and what the first one hands on.
    pub fn at_work(self, (see, answer): (Program, Program), d_view: Tensor, output: Option<Tensor>) -> AtWork {
        let whole = |(window, _): &(Window, Tensor)| Handed { map: window.zeros(), d_map: window.zeros() };
        AtWork { handed: self.handed.as_ref().map(whole), prepared: self, see, answer, d_view, output }
    }
}

impl AtWork {
    /// What it is.
    pub fn stage(&self) -> &Stage {
        &self.prepared.stage
    }

    /// The way down: adds a tile's sums, and keeps what it hands on.
    pub async fn see(&mut self, gpu: &Gpu, tile: &Tile, view: &[f32]) -> Result<()> {
        self.turn_to(gpu, tile, view);
        self.see.submit(gpu);
        match (&self.prepared.handed, &mut self.handed, &self.output) {
            (Some((window, _)), Some(Handed { map, .. }), Some(output)) => {
                window.keep(tile, &readback::read(gpu, output).await?, map);
            }
            _ => gpu.fence().wait(gpu).await,
        }
        gpu.check()
    }

    /// The way down and up: returns the gradient to a tile's view.
    pub async fn answer(&self, gpu: &Gpu, tile: &Tile, view: &[f32]) -> Result<Vec<f32>> {
        self.turn_to(gpu, tile, view);
        self.prepared.photo.iter().for_each(|photo| photo.turn_to(gpu, tile));
        if let (Some((window, d_output)), Some(Handed { d_map, .. })) = (&self.prepared.handed, &self.handed) {
            gpu.write(d_output, &window.of_map(tile, d_map));
        }
        self.answer.submit(gpu);
        readback::read(gpu, &self.d_view).await
    }

    fn turn_to(&self, gpu: &Gpu, tile: &Tile, view: &[f32]) {
        gpu.write(&self.prepared.view, view);
        self.prepared.own.iter().for_each(|own| own.turn_to(gpu, tile));
    }
}
