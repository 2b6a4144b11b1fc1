//! A style at work: photos become pictures in one pass.

use super::Style;
use crate::gpu::{Gpu, Program, Recorder, Shape, Tensor, readback};
use crate::image::Picture;
use crate::kernels::colour;
use crate::stylizer::Stylizer;
use crate::{Error, Result};

/// A style on the device.
pub struct Instant {
    gpu: Gpu,
    stylizer: Stylizer,
    recorded: Option<Recorded>,
    /// The outline of the newest photo, if it has one.
    alpha: Option<Vec<f32>>,
}

/// The pass for photos of one size.
struct Recorded {
    strength: f32,
    photo: Tensor,
    picture: Tensor,
    program: Program,
}

/// The strength that a network is trained for.
pub const TRAINED_STRENGTH: f32 = 50.0;

impl Instant {
    /// The style, ready to paint.
    ///
    /// # Errors
    /// Where the device cannot hold it.
    pub fn new(gpu: &Gpu, style: &Style) -> Result<Instant> {
        let stylizer = Stylizer::new(gpu, style.table(), &style.values())?;
        Ok(Instant { gpu: gpu.clone(), stylizer, recorded: None, alpha: None })
    }

    /// Queues the picture of a photo. Strength is [`TRAINED_STRENGTH`] as the style was trained; below, some of the photo shows through, none of the
    /// painting is left at 0; above, the picture is painted over once more, wholly at 100.
    ///
    /// # Errors
    /// Where the device failed or cannot hold the pass.
    pub fn paint(&mut self, photo: &Picture, strength: f32) -> Result<()> {
        self.gpu.check()?;
        let shape = Shape::new(photo.height, photo.width, 4);
        let fits = |own: &Recorded| own.photo.shape() == shape && own.strength == strength;
        if !self.recorded.as_ref().is_some_and(fits) {
            // The old pass makes room first.
            self.recorded = None;
            self.recorded = Some(self.record(shape, strength)?);
        }
        let Some(recorded) = &self.recorded else { unreachable!("it was recorded") };
        self.gpu.write(&recorded.photo, &photo.rgba);
        recorded.program.submit(&self.gpu);
        self.alpha = (!photo.is_opaque()).then(|| photo.rgba.iter().skip(3).step_by(4).copied().collect());
        Ok(())
    }

    fn record(&self, shape: Shape, strength: f32) -> Result<Recorded> {
        let photo = self.gpu.tensor("photo", shape)?;
        let mut rec = Recorder::new(&self.gpu);
        let once = self.stylizer.paint(&mut rec, &photo)?;
        let share = strength / TRAINED_STRENGTH;
        let picture = if share < 1.0 {
            mixed(&mut rec, &once, &photo, share)?
        } else if share > 1.0 {
            let under = mixed(&mut rec, &once, &photo, share - 1.0)?;
            self.stylizer.paint(&mut rec, &under)?
        } else {
            once
        };
        Ok(Recorded { strength, photo, picture, program: rec.finish() })
    }

    /// Operations of the newest picture's convolutions, a product and a sum counted as two.
    pub fn operations(&self) -> f64 {
        self.recorded.as_ref().map_or(0.0, |Recorded { strength, picture, .. }| {
            let Shape { height, width, .. } = picture.shape();
            let passes = if *strength > TRAINED_STRENGTH { 2.0 } else { 1.0 };
            passes * 2.0 * self.stylizer.table().products(width, height) as f64
        })
    }

    /// The newest picture, on the device.
    pub fn shown(&self) -> Option<&Tensor> {
        self.recorded.as_ref().map(|recorded| &recorded.picture)
    }

    /// The newest picture, with the outline of its photo.
    ///
    /// # Errors
    /// Where there is none yet, or the device failed.
    pub async fn picture(&self) -> Result<Picture> {
        let missing = || Error::Missing { what: "The picture".into(), remedy: "Paint one first.".into() };
        let shown = self.shown().ok_or_else(missing)?;
        let mut rgba = readback::read(&self.gpu, shown).await?;
        self.gpu.check()?;
        for (index, pixel) in rgba.chunks_exact_mut(4).enumerate() {
            pixel[3] = self.alpha.as_ref().map_or(1.0, |alpha| alpha[index]);
        }
        let Shape { height, width, .. } = shown.shape();
        Ok(Picture::new(width, height, rgba))
    }
}

/// Records share * a + (1 - share) * b.
fn mixed(rec: &mut Recorder, a: &Tensor, b: &Tensor, share: f32) -> Result<Tensor> {
    let y = rec.tensor("mixed", a.shape())?;
    for (x, share, accumulate) in [(a, share, false), (b, 1.0 - share, true)] {
        let mut matrix = [[0.0; 3]; 3];
        (0..3).for_each(|colour| matrix[colour][colour] = share);
        colour::forward(rec, x, &y, &matrix, [0.0; 3], accumulate);
    }
    Ok(y)
}
