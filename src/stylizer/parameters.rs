//! This turns parameters from their places on the device into named arrays, and back; and a seed into the first ones.

use super::table::{Kind, Parameter, Table};
use crate::kernels::conv;
use crate::random::normal;

/// Parameters before any training: normal numbers of variance 2 / inputs (He et al. 2015), normalisations that change nothing.
pub fn initial(table: &Table, seed: u32) -> Vec<f32> {
    let arrays = table.parameters().iter().zip(0..).map(|(parameter, number)| match parameter.kind {
        Kind::Weights { outputs, inputs, kernel } => {
            let entries = inputs * kernel * kernel;
            let deviation = (2.0 / f64::from(entries)).sqrt();
            // Each parameter has streams of its own; `normal` takes two.
            let value = |index| (deviation * normal(seed, 2 * number, index)) as f32;
            (0..outputs * entries).map(value).collect()
        }
        Kind::Bias(channels) => vec![0.0; channels as usize],
        Kind::Norm(channels) => [0.0, 1.0].into_iter().flat_map(|value| vec![value; channels as usize]).collect(),
    });
    unnamed(table, &arrays.collect::<Vec<_>>())
}

/// The arrays of all parameters in the table's order, from the values of the device's tensor: weights OIHW; shifts, then scales.
pub fn named(table: &Table, values: &[f32]) -> Vec<Vec<f32>> {
    let array = |parameter: &Parameter| {
        let own = &values[4 * parameter.first as usize..][..4 * parameter.shape().vectors() as usize];
        match parameter.kind {
            Kind::Weights { outputs, inputs, kernel } => {
                conv::unpack(own, outputs as usize, inputs as usize, kernel as usize)
            }
            Kind::Bias(channels) => own[..channels as usize].to_vec(),
            Kind::Norm(channels) => {
                own.chunks(own.len() / 2).flat_map(|vector| &vector[..channels as usize]).copied().collect()
            }
        }
    };
    table.parameters().iter().map(array).collect()
}

/// The values of the device's tensor from the arrays of all parameters.
pub fn unnamed(table: &Table, arrays: &[Vec<f32>]) -> Vec<f32> {
    let mut values = vec![0.0; 4 * table.parameters_shape().vectors() as usize];
    for (parameter, array) in table.parameters().iter().zip(arrays) {
        let own = &mut values[4 * parameter.first as usize..][..4 * parameter.shape().vectors() as usize];
        match parameter.kind {
            Kind::Weights { outputs, inputs, kernel } => {
                own.copy_from_slice(&conv::pack(array, outputs as usize, inputs as usize, kernel as usize));
            }
            Kind::Bias(channels) => own[..channels as usize].copy_from_slice(array),
            Kind::Norm(channels) => {
                let half = own.len() / 2;
                for (to, from) in own.chunks_mut(half).zip(array.chunks(channels as usize)) {
                    to[..channels as usize].copy_from_slice(from);
                }
            }
        }
    }
    values
}

#[cfg(test)]
mod tests {
    use super::super::Size;
    use super::*;

    #[test]
    fn there_and_back() {
        let table = Table::new(Size { width: 4, blocks: 1 });
        let values = initial(&table, 3);
        assert_eq!(unnamed(&table, &named(&table, &values)), values);
        assert!(values.iter().any(|&value| value != initial(&table, 4)[0]));
    }
}
