//! This turns a painted picture into one of any size, in the same manner, within bounded memory of the device.
//!
//! The picture, its gradient and the optimiser's memory lie in the system's memory, and the device sees a tile at a time.

use super::aiming::{self, Aiming, Found, Originals};
use super::budget::{Needs, PIXELS, check_addresses, has_addresses_for_stages};
use super::feature_model::FeatureModel;
use super::palettes;
use super::progress::{Losses, Progress};
use super::scale_run::surroundings;
use super::setbacks::Setbacks;
use super::sources::{self, Sources, subject};
use crate::choices::Colours;
use crate::gpu::{Gpu, Shape};
use crate::image::{LUMA, Picture, Rows, resized_rows};
use crate::model::{Margin, Op, Table};
use crate::network::is_card;
use crate::objective::{InTiles, Stage};
use crate::optimizer::{AdamInMemory, Pace};
use crate::schedule::{self, Scale, print_scales};
use crate::settings::Settings;
use crate::tiles::{Area, Plane};
use crate::{Error, Result};
use half::f16;
use std::borrow::Cow;
use std::rc::Rc;

/// A print at work. Who asks for a step gets a pass of one tile; not asking is a pause.
pub struct Print {
    gpu: Gpu,
    model: FeatureModel,
    settings: Settings,
    originals: Originals,
    scales: Vec<Scale>,
    /// Behind which layers the network is cut into stages.
    cuts: Vec<usize>,
    /// How many bytes of the device's memory it may take; fewer, since the device had no room for as many.
    memory: u64,
    /// How many smaller tiles of the scale at work would take, if there are any.
    fewer: Option<u64>,
    /// Index of the scale at work.
    scale: usize,
    /// Steps taken at this scale.
    step: u32,
    /// Passes taken of the step at work.
    pass: usize,
    /// The search for the targets of the scale at work.
    aiming: Option<Aiming>,
    /// What it has found. None between two scales, and before smaller tiles: what comes next needs the room.
    in_tiles: Option<InTiles>,
    pixels: Plane,
    d_pixels: Plane,
    /// The newest pixels whose losses and gradients were numbers, as f16.
    good: Vec<f16>,
    /// The same with copies around them, where opposite edges shall fit together.
    surrounded: Option<Surrounded>,
    adam: AdamInMemory,
    setbacks: Setbacks,
    opaque: bool,
}

/// A picture with copies of itself around it, as the network sees it, and its gradient.
struct Surrounded {
    radius: u32,
    pixels: Plane,
    d_pixels: Plane,
}

impl Print {
    /// Prepares a print with this longest `edge` of what was [painted](super::Painter::painted), in tiles of which the device holds
    /// one within `memory` bytes.
    ///
    /// # Errors
    /// Where a setting is out of range, something is missing, or the device cannot hold a tile.
    pub async fn new(
        gpu: &Gpu,
        sources: &Sources,
        settings: &Settings,
        painted: &Picture,
        edge: u32,
        memory: u64,
    ) -> Result<Print> {
        settings.check()?;
        let model = FeatureModel::new(gpu, sources.weights(settings)?, settings).await?;
        let photo = subject(sources, settings)?;
        let painting = |own: &Rc<Picture>| Rc::new(palettes::painting(own, &photo, settings).into_owned());
        let paintings = sources::paintings(sources)?.iter().map(painting).collect();
        let places = sources::places(sources, settings);
        let scales = print_scales((photo.width, photo.height), painted.width.max(painted.height), edge, settings);
        let size = scales.last().map_or((0, 0), |scale| (scale.width, scale.height));
        let addresses = usize::MAX as u64 - 4 * photo.rgba.len() as u64;
        check_addresses(size, addresses)?;
        let network = model.network();
        let stages = Needs::of(settings.model, network.features(), is_card(gpu)).stages();
        let cuts = cuts(network.table(), stages, size, addresses);
        let opaque = photo.is_opaque();
        let mask = sources::mask(sources, settings)?;
        let originals = Originals { painted: painted.clone(), photo, mask, paintings, places };
        let pixels = Plane::resized(painted, scales[0].width, scales[0].height);
        let mut print = Print {
            gpu: gpu.clone(),
            model,
            settings: settings.clone(),
            originals,
            d_pixels: Plane::zeros(0, 0),
            surrounded: None,
            scales,
            cuts,
            memory,
            fewer: None,
            scale: 0,
            step: 0,
            pass: 0,
            aiming: None,
            in_tiles: None,
            good: Vec::new(),
            pixels,
            adam: AdamInMemory::default(),
            setbacks: Setbacks::default(),
            opaque,
        };
        print.aim();
        while print.aiming.is_some() {
            print.take_aim().await?;
        }
        Ok(print)
    }

    /// Whether the photo itself is seen in what these become, so that a print wants it as large as itself: outside of a mask, by its
    /// colours, or through its outline.
    pub fn shows_photo(sources: &Sources, settings: &Settings) -> bool {
        let outlined = sources.photo.as_ref().is_some_and(|photo| !photo.is_opaque());
        settings.masked || settings.colours == Colours::Photo || outlined
    }

    /// Passes over one tile, of the targets or of a step, and after the last of a step takes that (or does nothing when the print is
    /// finished); tells where the print stands. Where the device's memory is used up, the step begins anew with smaller tiles.
    ///
    /// # Errors
    /// Where the device failed, and [`Error::RanAway`] where smaller steps did not help.
    pub async fn step(&mut self) -> Result<Progress> {
        match (self.try_step().await, self.fewer) {
            (Err(Error::OutOfMemory { .. }), Some(fewer)) => {
                self.in_tiles = None;
                self.gpu.recover().await?;
                (self.memory, self.pass) = (fewer, 0);
                self.aim();
                Ok(self.progress(Vec::new()))
            }
            (tried, _) => tried,
        }
    }

    async fn try_step(&mut self) -> Result<Progress> {
        self.gpu.check()?;
        if self.is_at_end() && !self.is_finished() {
            self.next_scale();
        }
        if self.aiming.is_some() {
            self.take_aim().await?;
            return Ok(self.progress(Vec::new()));
        }
        let mut told = Vec::new();
        let (is_at_end, number) = (self.is_at_end(), self.before() + self.step + 1);
        if let Some(in_tiles) = &mut self.in_tiles
            && !is_at_end
        {
            let losses = match &mut self.surrounded {
                None => in_tiles.pass(&self.gpu, self.pass, &self.pixels, &mut self.d_pixels).await?,
                Some(own) => in_tiles.pass(&self.gpu, self.pass, &own.pixels, &mut own.d_pixels).await?,
            };
            self.pass += 1;
            if let Some(losses) = losses {
                self.pass = 0;
                if let Some(Surrounded { radius, d_pixels, .. }) = &self.surrounded {
                    self.d_pixels.unwrap_gradient(d_pixels, *radius);
                }
                let of = |family| in_tiles.objective().sum(&losses, family);
                let own = Losses::new(number, of);
                if self.take_step(number, own.total)? {
                    told.push(own);
                }
                if self.is_finished() {
                    self.drop_scale();
                }
            }
        }
        Ok(self.progress(told))
    }

    /// Moves the picture along the gradient. Where loss or gradient are no numbers, it goes back to the last picture whose were,
    /// for smaller steps, and returns false.
    fn take_step(&mut self, number: u32, loss: f32) -> Result<bool> {
        let pace = schedule::print_pace(&self.settings, &self.scales[self.scale], self.step);
        let pace = Pace { caution: self.setbacks.caution(), ..pace };
        let is_good = loss.is_finite() && self.d_pixels.values.iter().all(|value| value.is_finite());
        if is_good {
            self.good.clear();
            self.good.extend(self.pixels.values.iter().map(|&value| f16::from_f32(value)));
            self.adam.step(&mut self.pixels.values, &self.d_pixels.values, pace);
            if self.originals.painted.width < self.pixels.width {
                self.pixels.pull_to(&self.originals.painted, PULL);
            }
            self.step += 1;
        } else {
            self.pixels.values.iter_mut().zip(&self.good).for_each(|(value, good)| *value = good.to_f32());
            self.adam.forget();
        }
        if let Some(own) = &mut self.surrounded {
            self.pixels.wrap_into(&mut own.pixels, own.radius);
        }
        if !is_good {
            self.setbacks.note(number)?;
        }
        Ok(is_good)
    }

    /// Everything of a scale goes before the next one, or what is made of the last one, takes room.
    fn drop_scale(&mut self) {
        (self.in_tiles, self.d_pixels, self.surrounded) = (None, Plane::zeros(0, 0), None);
        (self.adam, self.good) = (AdamInMemory::default(), Vec::new());
    }

    fn next_scale(&mut self) {
        self.drop_scale();
        self.scale += 1;
        self.step = 0;
        self.setbacks.next_scale();
        let scale = &self.scales[self.scale];
        self.pixels = Plane::resized(&self.pixels.picture(), scale.width, scale.height);
        self.aim();
    }

    /// Begins to look for the targets of the scale at work, in tiles that the device has memory for.
    fn aim(&mut self) {
        let (scale, originals) = (&self.scales[self.scale], &self.originals);
        let aiming = Aiming::new(&self.gpu, &self.model, originals, &self.settings, scale, &self.cuts, self.memory);
        self.aiming = Some(aiming);
    }

    /// Looks at one tile for them. After the last one, the picture gets what its steps need.
    async fn take_aim(&mut self) -> Result<()> {
        let Some(aiming) = &mut self.aiming else { return Ok(()) };
        if let Some(Found { in_tiles, memory, fewer }) = aiming.turn().await {
            (self.aiming, self.memory, self.fewer) = (None, memory, fewer);
            self.in_tiles = Some(in_tiles?);
            self.d_pixels = Plane::zeros(self.pixels.width, self.pixels.height);
            self.surrounded = Surrounded::of(&self.pixels, &self.settings);
        }
        Ok(())
    }

    /// The stages of the scale at work, with their tiles; none between two scales.
    pub fn stages(&self) -> Vec<&Stage> {
        self.in_tiles.iter().flat_map(InTiles::stages).collect()
    }

    /// The plan of the print.
    pub fn scales(&self) -> &[Scale] {
        &self.scales
    }

    /// The picture as it stands.
    pub fn picture(&self) -> Picture {
        let (width, height) = self.size();
        Picture::new(width, height, self.rows().flat_map(Cow::into_owned).collect())
    }

    /// The same, no larger than this: what a screen shows.
    pub fn reduced(&self, edge: u32) -> Picture {
        let Picture { width, height, rgba } = self.pixels.reduced(edge);
        let rows = rgba.chunks_exact(width as usize * 4).map(<[f32]>::to_vec);
        Picture::new(width, height, self.finished((width, height), rows).flatten().collect())
    }

    /// A part of it, pixel by pixel. It costs as much as all rows down to its last.
    pub fn part(&self, Area { x, y, width, height }: Area) -> Picture {
        let columns = x as usize * 4..(x + width) as usize * 4;
        let rows = self.rows().skip(y as usize).take(height as usize);
        Picture::new(width, height, rows.flat_map(|row| row[columns.clone()].to_vec()).collect())
    }

    /// What was painted as it stands: without a mask, and in its own colours.
    pub fn painted(&self) -> Picture {
        self.pixels.picture()
    }

    /// Rows that were painted, of a picture of this size, with the photo's part in it.
    fn finished<'p>(
        &'p self,
        (width, height): (u32, u32),
        rows: impl Iterator<Item = Vec<f32>> + 'p,
    ) -> Box<dyn Iterator<Item = Vec<f32>> + 'p> {
        let recoloured = self.settings.colours == Colours::Photo;
        if self.opaque && self.originals.mask.is_none() && !recoloured {
            return Box::new(rows);
        }
        let mut masks = self.originals.mask.as_deref().map(|mask| resized_rows(mask, width, height));
        let photos = resized_rows(&self.originals.photo, width, height);
        Box::new(rows.zip(photos).map(move |(mut row, photo)| {
            let mask = masks.as_mut().and_then(Iterator::next);
            for (x, (own, photo)) in row.chunks_exact_mut(4).zip(photo.chunks_exact(4)).enumerate() {
                if recoloured {
                    // The brightness of what was painted, and the photo's colours.
                    let brighter: f32 = (0..3).map(|colour| LUMA[colour] * (own[colour] - photo[colour])).sum();
                    (0..3).for_each(|colour| own[colour] = (photo[colour] + brighter).clamp(0.0, 1.0));
                }
                let painted = mask.as_ref().map_or(1.0, |mask| mask[x * 4].clamp(0.0, 1.0));
                (0..3).for_each(|colour| own[colour] = photo[colour] + painted * (own[colour] - photo[colour]));
                own[3] = if self.opaque { 1.0 } else { photo[3] };
            }
            row
        }))
    }

    /// Steps of earlier scales.
    fn before(&self) -> u32 {
        self.scales[..self.scale].iter().map(|scale| scale.iterations).sum()
    }

    fn is_finished(&self) -> bool {
        self.is_at_end() && self.scale + 1 == self.scales.len()
    }

    fn is_at_end(&self) -> bool {
        self.step == self.scales[self.scale].iterations
    }

    fn progress(&self, losses: Vec<Losses>) -> Progress {
        let work = |scale: &Scale, aimed: f64, steps: f64| {
            let pixels = f64::from(scale.width) * f64::from(scale.height);
            aimed * aiming::pixels(&self.originals, &self.settings, scale) as f64 + LOOKS * steps * pixels
        };
        let whole = |scale: &Scale| work(scale, 1.0, f64::from(scale.iterations));
        let all: f64 = self.scales.iter().map(whole).sum();
        let scale = &self.scales[self.scale];
        let aimed = self.aiming.as_ref().map_or(1.0, Aiming::fraction);
        let steps = f64::from(self.step) + self.in_tiles.as_ref().map_or(0.0, |own| own.done(self.pass));
        let done: f64 = self.scales[..self.scale].iter().map(whole).sum();
        Progress {
            iteration: self.before() + self.step,
            iterations: self.scales.iter().map(|scale| scale.iterations).sum(),
            scale: self.scale as u32 + 1,
            scales: self.scales.len() as u32,
            width: scale.width,
            height: scale.height,
            fraction: (done + work(scale, aimed, steps)) / all,
            finished: self.is_finished(),
            setbacks: self.setbacks.count,
            losses,
        }
    }
}

/// Where the network is cut into up to so many stages of a print of this size: behind its second pool, whose map has a sixteenth of the
/// picture's positions, and with the student as many numbers; then behind the next ones. As often as there are addresses for what is
/// handed on.
fn cuts(table: &Table, stages: usize, size: (u32, u32), addresses: u64) -> Vec<usize> {
    let is_pool = |layer: &usize| matches!(table.layers()[*layer].op, Op::Pool(_));
    let pools: Vec<usize> = (0..table.layers().len()).filter(is_pool).collect();
    let mut numbers = 0.0;
    let before = |stage: usize| {
        let pool = *pools.get(stage)?;
        numbers += f64::from(table.layers()[pool].channels) / PIXELS[stage] as f64;
        has_addresses_for_stages(size, addresses, numbers).then_some(pool)
    };
    (1..stages).map_while(before).collect()
}

/// As it stands.
impl Rows for Print {
    fn size(&self) -> (u32, u32) {
        (self.pixels.width, self.pixels.height)
    }

    fn is_opaque(&self) -> bool {
        self.opaque
    }

    fn rows(&self) -> Box<dyn Iterator<Item = Cow<'_, [f32]>> + '_> {
        let Plane { width, height, .. } = self.pixels;
        let row = move |y| self.pixels.cut(Area { x: 0, y, width, height: 1 });
        Box::new(self.finished((width, height), (0..height).map(row)).map(Cow::Owned))
    }
}

impl Surrounded {
    /// What is around a picture, where the settings want that.
    fn of(pixels: &Plane, settings: &Settings) -> Option<Surrounded> {
        let Margin { radius, .. } = surroundings(Shape::new(pixels.height, pixels.width, 4), settings)?;
        let pixels = pixels.wrapped(radius);
        let d_pixels = Plane::zeros(pixels.width, pixels.height);
        Some(Surrounded { radius, pixels, d_pixels })
    }
}

/// A step sees every pixel twice, and goes back once: three times the work of a look.
const LOOKS: f64 = 3.0;

/// How far a print is pulled back after each step to what was painted, where that has pixels. All the way, what is left free at the large
/// sizes is speckle; without, noise adds up from scale to scale.
const PULL: f32 = 0.2;
