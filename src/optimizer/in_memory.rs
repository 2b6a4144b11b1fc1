//! Adam for pictures in the system's memory: the same step as on the device (`shaders/adam.wgsl`), but for the average of the
//! iterates. Next to a pass through a network it takes no time.

use super::Pace;
use super::adam::{BETA1, BETA2, EPSILON};

/// Adam's memory.
#[derive(Debug, Default)]
pub struct AdamInMemory {
    m: Vec<f32>,
    v: Vec<f32>,
    age: i32,
}

impl AdamInMemory {
    /// Takes a step of `x` along the gradient `d_x`, within 0..1. Where a number is not finite it takes none, and returns false.
    pub fn step(&mut self, x: &mut [f32], d_x: &[f32], pace: Pace) -> bool {
        assert_eq!(x.len(), d_x.len(), "as many gradients as numbers");
        if !d_x.iter().all(|value| value.is_finite()) {
            return false;
        }
        self.m.resize(x.len(), 0.0);
        self.v.resize(x.len(), 0.0);
        self.age += 1;
        let (correction1, correction2) = (1.0 - BETA1.powi(self.age), 1.0 - BETA2.powi(self.age));
        let rate = pace.rate * pace.caution;
        let moments = self.m.iter_mut().zip(&mut self.v);
        for ((x, d_x), (m, v)) in x.iter_mut().zip(d_x).zip(moments) {
            *m = BETA1 * *m + (1.0 - BETA1) * d_x;
            *v = BETA2 * *v + (1.0 - BETA2) * d_x * d_x;
            let step = rate * (*m / correction1) / ((*v / correction2).sqrt() + EPSILON);
            *x = (*x - step).clamp(0.0, 1.0);
        }
        true
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
        assert!(adam.step(&mut x, &[2.0, -1.0, 0.0], PACE));
        assert!((x[0] - 0.4).abs() < 1e-6 && x[1] == 1.0 && x[2] == 0.5, "the first is as long as the rate: {x:?}");
        assert!(adam.step(&mut x, &[0.0, 0.0, 0.0], PACE));
        // m = .9 * .2, v = .99 * .04; corrected by .19 and .0199.
        let expected = 0.4 - 0.1 * (0.18 / 0.19) / (0.0396f32 / 0.0199).sqrt();
        assert!((x[0] - expected).abs() < 1e-6, "{} for {expected}", x[0]);
    }

    #[test]
    fn no_step_is_taken_along_what_is_not_finite() {
        let (mut adam, mut x) = (AdamInMemory::default(), [0.5, 0.5]);
        assert!(!adam.step(&mut x, &[1.0, f32::NAN], PACE));
        assert_eq!(x, [0.5, 0.5]);
        assert!(adam.m.is_empty(), "it remembers nothing of it");
    }
}
