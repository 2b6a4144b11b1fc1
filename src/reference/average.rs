//! The bias-corrected exponential average of the iterates, which both optimisers' kernels keep.

/// Decays by d at each step: e = d e + (1 - d) x, and the average is e / (1 - d^t).
#[derive(Debug, Clone)]
pub struct Average {
    decay: f64,
    decayed: Vec<f64>,
    steps: i32,
}

impl Average {
    /// An average of nothing yet, of vectors like `zeros`.
    pub fn new(zeros: Vec<f64>, decay: f64) -> Average {
        Average { decay, decayed: zeros, steps: 0 }
    }

    /// Takes in the next iterate, where it is `good`; elsewhere the average stays.
    pub fn push(&mut self, x: &[f64], good: &[bool]) {
        let correction = |steps: i32| 1.0 - self.decay.powi(steps);
        let growth = if self.steps == 0 { 1.0 } else { correction(self.steps + 1) / correction(self.steps) };
        self.steps += 1;
        for ((e, x), good) in self.decayed.iter_mut().zip(x).zip(good) {
            *e = if *good { self.decay * *e + (1.0 - self.decay) * x } else { *e * growth };
        }
    }

    /// The average of all iterates so far.
    pub fn values(&self) -> Vec<f64> {
        self.decayed.iter().map(|e| e / (1.0 - self.decay.powi(self.steps))).collect()
    }
}
