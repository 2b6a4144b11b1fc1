//! The stylizer's table, read with the twins: down for the picture, up for the gradients of all parameters.

use super::conv::Filters;
use super::instance_norm::{self, Learned};
use super::{Map, enlarge, pad, sigmoid, strided_conv};
use crate::kernels::instance_norm::EPSILON;
use crate::model::{Copies, Margin};
use crate::stylizer::{Kind, Op, Table};

/// The outputs of all layers for a photo of three channels whose sides are multiples of 4. `arrays` are the parameters in the
/// table's order, as [`crate::stylizer::named`] gives them.
pub fn forward(table: &Table, arrays: &[Vec<f64>], photo: &Map) -> Vec<Map> {
    let mut outputs = vec![photo.clone()];
    for layer in &table.layers()[1..] {
        let x = &outputs[layer.input];
        let y = match layer.op {
            Op::Photo => unreachable!("only layer 0 is the photo"),
            Op::Pad(radius) => pad::forward(x, margin(radius)),
            Op::Convolution { weights, bias, stride, .. } => {
                let mut y = strided_conv::forward(x, &filters(table, arrays, weights), stride as usize);
                if let Some(bias) = bias {
                    y.each(|_, _, c, value| *value += arrays[bias][c]);
                }
                y
            }
            Op::Norm { learned, relu } => instance_norm::forward(x, &pair(&arrays[learned]), relu, f64::from(EPSILON)),
            Op::Enlarge => enlarge::forward(x),
            Op::Sum { with } => x.plus(&outputs[with]),
            Op::Colours => sigmoid::forward(x),
        };
        outputs.push(y);
    }
    outputs
}

/// The gradients of all parameters from that of the picture.
pub fn backward(table: &Table, arrays: &[Vec<f64>], outputs: &[Map], d_picture: &Map) -> Vec<Vec<f64>> {
    let zeros = |map: &Map| Map::zeros(map.height, map.width, map.channels);
    let mut d: Vec<Map> = outputs.iter().map(zeros).collect();
    let mut gradients: Vec<Vec<f64>> = arrays.iter().map(|array| vec![0.0; array.len()]).collect();
    *d.last_mut().expect("a table has layers") = d_picture.clone();
    for (index, layer) in table.layers().iter().enumerate().skip(1).rev() {
        let (x, d_y) = (&outputs[layer.input], d[index].clone());
        let d_x = match layer.op {
            Op::Photo => unreachable!("only layer 0 is the photo"),
            Op::Pad(radius) => pad::backward(&d_y, margin(radius)),
            Op::Convolution { weights, bias, kernel, stride } => {
                let own = filters(table, arrays, weights);
                gradients[weights] = strided_conv::weight_gradient(x, &d_y, kernel as usize, stride as usize).values;
                if let Some(bias) = bias {
                    d_y.clone().each(|_, _, c, value| gradients[bias][c] += *value);
                }
                strided_conv::backward(&d_y, &own, stride as usize, (x.height, x.width))
            }
            Op::Norm { learned, relu } => {
                let (d_x, sums) = instance_norm::backward(x, &pair(&arrays[learned]), relu, f64::from(EPSILON), &d_y);
                gradients[learned] = [sums.shift, sums.scale].concat();
                d_x
            }
            Op::Enlarge => enlarge::backward(&d_y),
            Op::Sum { with } => {
                d[with] = d[with].plus(&d_y);
                d_y
            }
            Op::Colours => sigmoid::backward(&outputs[index], &d_y),
        };
        d[layer.input] = d[layer.input].plus(&d_x);
    }
    gradients
}

fn margin(radius: u32) -> Margin {
    Margin { radius, copies: Copies::Replicate }
}

fn filters(table: &Table, arrays: &[Vec<f64>], index: usize) -> Filters {
    let Kind::Weights { outputs, inputs, kernel } = table.parameters()[index].kind else {
        unreachable!("a convolution has weights")
    };
    let [outputs, inputs, kernel] = [outputs, inputs, kernel].map(|count| count as usize);
    Filters { outputs, inputs, kernel, values: arrays[index].clone() }
}

fn pair(array: &[f64]) -> Learned {
    let (shift, scale) = array.split_at(array.len() / 2);
    Learned { shift: shift.to_vec(), scale: scale.to_vec() }
}
