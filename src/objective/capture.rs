//! This turns a walk down a network into statistics of its layers: what targets are made of.

use super::moments::{Centering, Moments, Sums};
use crate::Result;
use crate::gpu::{Recorder, Shape, Tensor};
use crate::kernels::recentre;
use crate::network::{ForwardRows, Interest, Observer};

/// The moments of one layer in the making.
struct Capturing {
    centering: Centering,
    /// Sums over parts, and the point that they are about: zero, for nothing better is known.
    sums: Option<(Sums, Tensor)>,
    finished: Option<Moments>,
}

impl Capturing {
    fn new(centering: Centering) -> Capturing {
        Capturing { centering, sums: None, finished: None }
    }

    fn see(&mut self, rec: &mut Recorder, rows: &ForwardRows) -> Result<()> {
        let ForwardRows { part, map, last, .. } = rows;
        if rows.is_whole() {
            self.finished = Some(Moments::record(rec, part.x, self.centering)?);
            return Ok(());
        }
        let channels = part.x.shape().channels;
        let (mut sums, zero) = match self.sums.take() {
            Some(sums) => sums,
            None => (Sums::new(*map), rec.gpu().tensor("zero", Shape::vector(channels))?),
        };
        if self.centering == Centering::Mean {
            sums.add_mean(rec, part)?;
        }
        sums.add_covariance(rec, part, &zero)?;
        if !last {
            self.sums = Some((sums, zero));
            return Ok(());
        }
        let own = Moments { sigma: sums.second_moment(rec)?, mu: sums.mean(rec)? };
        // Behind a ReLU the mean is about as large as the deviation, so that little cancels.
        recentre::record(rec, &own.mu, &zero, &own.sigma);
        self.finished = Some(own);
        Ok(())
    }
}

/// An observer that takes the moments of some layers.
pub struct Capture {
    layers: Vec<(usize, Capturing)>,
}

impl Capture {
    /// Of these layers.
    pub fn of(layers: impl IntoIterator<Item = (usize, Centering)>) -> Capture {
        Capture { layers: layers.into_iter().map(|(layer, centering)| (layer, Capturing::new(centering))).collect() }
    }

    /// The moments of a layer, after a walk.
    pub fn of_layer(&self, layer: usize, centering: Centering) -> &Moments {
        let found = self.layers.iter().find(|(own, capturing)| *own == layer && capturing.centering == centering);
        let moments = found.and_then(|(_, capturing)| capturing.finished.as_ref());
        moments.expect("only layers that were asked for are asked about, after a walk")
    }
}

impl Observer for Capture {
    fn interest(&self, layer: usize) -> Interest {
        if self.layers.iter().any(|(own, _)| *own == layer) { Interest::Rows } else { Interest::None }
    }

    fn down(&mut self, rec: &mut Recorder, layer: usize, rows: &ForwardRows) -> Result<()> {
        let own = self.layers.iter_mut().filter(|(own, _)| *own == layer);
        own.map(|(_, capturing)| capturing).try_for_each(|capturing| capturing.see(rec, rows))
    }
}
