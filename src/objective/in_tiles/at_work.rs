//! A stage with what it has on the device, and its passes over a tile.

use super::super::observer::Handing;
use super::own_pixels::{OwnPixels, Shown};
use super::stage::Stage;
use super::window::Window;
use crate::Result;
use crate::gpu::{Gpu, Program, Recorder, Shape, Tensor, readback};
use crate::network::{Network, Observer};
use crate::tiles::{FeatureMap, Tile};

/// A stage and what its programs read.
pub struct Prepared {
    pub stage: Stage,
    pub own: Vec<OwnPixels>,
    pub photo: Vec<Shown>,
    /// Of the layer that it hands on.
    handed: Option<Window>,
}

/// A stage at work.
pub struct AtWork {
    prepared: Prepared,
    see: (Program, Down),
    answer: (Program, Up),
    /// The whole of the layer that the stage hands on, and its gradient.
    pub handed: Option<Handed>,
}

/// On the way down: what a tile sees of the stage's input, and what it has of the layer that the stage hands on.
pub struct Down {
    view: Tensor,
    output: Option<Tensor>,
}

/// On the way down and up again: the same, with the gradients to both.
pub struct Up {
    view: Tensor,
    d_output: Option<Tensor>,
    d_view: Tensor,
}

/// What a stage hands to the next one.
pub struct Handed {
    pub map: FeatureMap,
    pub d_map: FeatureMap,
}

impl Prepared {
    pub fn new(network: &Network, stage: Stage) -> Prepared {
        let stretch = stage.stretch(network);
        let handed = stage.handed(network).map(|layer| Window::new(&stretch, &stage.tiling, layer));
        Prepared { stage, own: Vec::new(), photo: Vec::new(), handed }
    }

    /// Records the way down.
    pub fn down(&self, rec: &mut Recorder, network: &Network, observer: &mut dyn Observer) -> Result<Down> {
        let view = self.view(rec, network)?;
        let mut observer = Handing::new(observer, self.stage.handed(network));
        self.stage.stretch(network).forward(rec, &view, &mut observer)?;
        let output = observer.output.map(|output| rec.until_end(output));
        Ok(Down { view: rec.until_end(view), output })
    }

    /// Records the way down and up again.
    pub fn up(&self, rec: &mut Recorder, network: &Network, observer: &mut dyn Observer) -> Result<Up> {
        let view = self.view(rec, network)?;
        let gradient = |window: &Window| rec.map("d_output", window.view, network.dtype(window.view));
        let d_output = self.handed.as_ref().map(gradient).transpose()?;
        let mut observer = Handing::new(observer, self.stage.handed(network));
        let d_view = self.stage.stretch(network).gradient(rec, &view, d_output.as_ref(), &mut observer)?;
        let d_output = d_output.map(|d_output| rec.until_end(d_output));
        Ok(Up { view: rec.until_end(view), d_output, d_view: rec.until_end(d_view) })
    }

    fn view(&self, rec: &Recorder, network: &Network) -> Result<Tensor> {
        let (width, height) = self.stage.tiling.view();
        let input = self.stage.stretch(network).input();
        let view = Shape::new(height, width, network.table().layers()[input].channels);
        rec.map("view", view, network.dtype(view))
    }

    fn turn_to(&self, gpu: &Gpu, tile: &Tile) {
        self.own.iter().for_each(|own| own.turn_to(gpu, tile));
    }

    /// With its programs.
    pub fn at_work(self, see: (Program, Down), answer: (Program, Up)) -> AtWork {
        let handed = self.handed.as_ref().map(|window| Handed { map: window.zeros(), d_map: window.zeros() });
        AtWork { prepared: self, see, answer, handed }
    }
}

impl AtWork {
    /// What it is.
    pub fn stage(&self) -> &Stage {
        &self.prepared.stage
    }

    /// The way down: adds a tile's sums, and keeps what it hands on.
    pub async fn see(&mut self, gpu: &Gpu, tile: &Tile, view: &[f32]) -> Result<()> {
        let (see, Down { view: own, output }) = &self.see;
        gpu.write(own, view);
        self.prepared.turn_to(gpu, tile);
        see.submit(gpu);
        match (&self.prepared.handed, &mut self.handed, output) {
            (Some(window), Some(Handed { map, .. }), Some(output)) => {
                window.keep(tile, &readback::read(gpu, output).await?, map);
            }
            _ => gpu.fence().wait(gpu).await,
        }
        gpu.check()
    }

    /// The way down and up: returns the gradient to a tile's view.
    pub async fn answer(&self, gpu: &Gpu, tile: &Tile, view: &[f32]) -> Result<Vec<f32>> {
        let (answer, Up { view: own, d_output, d_view }) = &self.answer;
        gpu.write(own, view);
        self.prepared.turn_to(gpu, tile);
        self.prepared.photo.iter().for_each(|photo| photo.turn_to(gpu, tile));
        if let (Some(window), Some(Handed { d_map, .. }), Some(d_output)) =
            (&self.prepared.handed, &self.handed, d_output)
        {
            gpu.write(d_output, &window.of_map(tile, d_map));
        }
        answer.submit(gpu);
        readback::read(gpu, d_view).await
    }
}
