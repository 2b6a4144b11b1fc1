//! The one data type of the twins.

/// A feature map of `height` x `width` positions with `channels` values each, channels last, nothing padded.
///
/// A vector is a map of one position; a matrix is a map of one channel.
#[derive(Debug, Clone, PartialEq)]
pub struct Map {
    /// Rows.
    pub height: usize,
    /// Columns.
    pub width: usize,
    /// Values at each position.
    pub channels: usize,
    /// All values, H, W, C.
    pub values: Vec<f64>,
}

impl Map {
    /// A map that holds `value(row, column, channel)` everywhere.
    pub fn from_fn(height: usize, width: usize, channels: usize, value: impl Fn(usize, usize, usize) -> f64) -> Map {
        let mut map = Map::zeros(height, width, channels);
        map.each(|row, column, channel, place| *place = value(row, column, channel));
        map
    }

    /// A map of zeros.
    pub fn zeros(height: usize, width: usize, channels: usize) -> Map {
        Map { height, width, channels, values: vec![0.0; height * width * channels] }
    }

    /// A map of one position.
    pub fn vector(values: Vec<f64>) -> Map {
        Map { height: 1, width: 1, channels: values.len(), values }
    }

    /// Calls `visit(row, column, channel, value)` for every value.
    pub fn each(&mut self, mut visit: impl FnMut(usize, usize, usize, &mut f64)) {
        for row in 0..self.height {
            for column in 0..self.width {
                for channel in 0..self.channels {
                    visit(row, column, channel, self.at_mut(row, column, channel));
                }
            }
        }
    }

    /// One value.
    pub fn at(&self, row: usize, column: usize, channel: usize) -> f64 {
        self.values[(row * self.width + column) * self.channels + channel]
    }

    /// The place of one value.
    pub fn at_mut(&mut self, row: usize, column: usize, channel: usize) -> &mut f64 {
        &mut self.values[(row * self.width + column) * self.channels + channel]
    }

    /// Number of positions.
    pub fn pixels(&self) -> usize {
        self.height * self.width
    }

    /// The channels of position `n`, counted along the rows.
    pub fn pixel(&self, n: usize) -> &[f64] {
        &self.values[n * self.channels..(n + 1) * self.channels]
    }

    /// The sum of two maps.
    pub fn plus(&self, other: &Map) -> Map {
        self.combine(other, |a, b| a + b)
    }

    /// `value(a, b)` of the values of two maps of the same shape.
    pub fn combine(&self, other: &Map, value: impl Fn(f64, f64) -> f64) -> Map {
        assert_eq!(
            (self.height, self.width, self.channels),
            (other.height, other.width, other.channels),
            "shapes of two maps"
        );
        let values = self.values.iter().zip(&other.values).map(|(&a, &b)| value(a, b)).collect();
        Map { values, ..*self }
    }
}
