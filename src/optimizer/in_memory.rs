//! Adam for pictures in the system's memory: the same step as on the device (`shaders/adam.wgsl`), but for the average of the
//! iterates. Next to a pass through a network it takes little time.

use super::Pace;
use super::adam::{BETA1, BETA2, EPSILON};

/// Numbers of a picture for which the usual epsilon is small enough.
const USUAL: f32 = 3.0 * 512.0 * 512.0;

/// Adam's memory.
#[derive(Debug, Default)]
pub struct AdamInMemory {
    m: Vec<f32>,
    v: Vec<f32>,
    age: i32,
}

impl AdamInMemory {
    /// Takes a step of `x` along the gradient `d_x`, which are numbers, within 0..1.
    pub fn step(&mut self, x: &mut [f32], d_x: &[f32], pace: Pace) {
        assert_eq!(x.len(), d_x.len(), "as many gradients as numbers");
        self.m.resize(x.len(), 0.0);
        self.v.resize(x.len(), 0.0);
        self.age += 1;
        let (correction1, correction2) = (1.0 - BETA1.powi(self.age), 1.0 - BETA2.powi(self.age));
        let rate = pace.rate * pace.caution;
        // Losses are averages over pixels, so gradients are the smaller the more there are.
        let epsilon = EPSILON * (USUAL / x.len() as f32).min(1.0);
        let moments = self.m.iter_mut().zip(&mut self.v);
        for ((x, d_x), (m, v)) in x.iter_mut().zip(d_x).zip(moments) {
            *m = BETA1 * *m + (1.0 - BETA1) * d_x;
            *v = BETA2 * *v + (1.0 - BETA2) * d_x * d_x;
            let step = rate * (*m / correction1) / ((*v / correction2).sqrt() + epsilon);
            *x = (*x - step).clamp(0.0, 1.0);
        }
    }

    /// Forgets what it knows of earlier gradients.
    pub fn forget(&mut self) {
        *self = AdamInMemory::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PACE: Pace = Pace { rate: 0.1, decay: 0.0, caution: 1.0 };

    #[test]
    fn steps_are_those_of_the_paper() {
        let (mut adam, mut x) = (AdamInMemory::default(), [0.5, 0.95, 0.5]);
        adam.step(&mut x, &[2.0, -1.0, 0.0], PACE);
        assert!((x[0] - 0.4).abs() < 1e-6 && x[1] == 1.0 && x[2] == 0.5, "the first is as long as the rate: {x:?}");
        adam.step(&mut x, &[0.0, 0.0, 0.0], PACE);
        // m = .9 * .2, v = .99 * .04; corrected by .19 and .0199.
        let expected = 0.4 - 0.1 * (0.18 / 0.19) / (0.0396f32 / 0.0199).sqrt();
        assert!((x[0] - expected).abs() < 1e-6, "{} for {expected}", x[0]);
    }
}
