//! The common shape of VGG19 and its student: blocks of convolutions, and a pool between two blocks.

use super::{Copies, Margin, Op, Preprocessing, Table};
use crate::choices::Pooling;

/// One convolution of a model, stride 1.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Convolution {
    /// The name of its tensors, e.g. `conv4_2`; the number behind the word is the block's.
    pub name: &'static str,
    /// The index in torchvision's `features`, which names the tensors of every known file of VGG19: `features.N.weight`.
    pub index: Option<usize>,
    /// Input channels.
    pub in_channels: usize,
    /// Output channels.
    pub out_channels: usize,
    /// Width and height of the kernel: 3, with zeros around its input and a ReLU behind it; or 1, without either, for a linear
    /// map that only losses look at.
    pub kernel: usize,
}

impl Convolution {
    /// Its block and its place in it, e.g. `4_2`.
    pub fn number(&self) -> &'static str {
        self.name.trim_start_matches(|c: char| c.is_ascii_alphabetic())
    }

    /// Whether a pool stands before it, between its block and the one before.
    pub fn begins_block(&self) -> bool {
        self.number().ends_with("_1") && !self.number().starts_with('1')
    }

    fn is_linear(&self) -> bool {
        self.kernel == 1
    }
}

/// How the first convolution meets the border of the picture; all later ones pad with zeros.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Border {
    /// With copies of the border: no dark frame in the picture (crowsonkb/style-transfer-pytorch).
    #[default]
    Replicate,
    /// With zeros, as VGG was trained.
    Zero,
}

/// The network of these convolutions behind the input that they want; `layer` names what each of them makes.
pub fn table(
    convolutions: &[Convolution],
    layer: impl Fn(&Convolution) -> String,
    preprocessing: &Preprocessing,
    pooling: Pooling,
    border: Border,
) -> Table {
    let mut table = Table::default();
    let colour = Op::Colour { matrix: preprocessing.matrix, offset: preprocessing.offset };
    let mut last = table.push("input", 0, colour, 3);
    let mut block = '1';
    for (filters, convolution) in convolutions.iter().enumerate() {
        let (kernel, channels) = (convolution.kernel as u32, convolution.out_channels as u32);
        if convolution.is_linear() {
            let op = Op::Convolution { filters, kernel, pad: 0, relu: false };
            table.push(layer(convolution), last, op, channels);
            continue;
        }
        if !convolution.number().starts_with(block) {
            last = table.push(format!("pool{block}"), last, Op::Pool(pooling), convolution.in_channels as u32);
            block = convolution.number().chars().next().unwrap_or(block);
        }
        let replicate = filters == 0 && border == Border::Replicate;
        if replicate {
            last = table.push("pad", last, Op::Pad(Margin { radius: 1, copies: Copies::Replicate }), 3);
        }
        let op = Op::Convolution { filters, kernel, pad: u32::from(!replicate), relu: true };
        last = table.push(layer(convolution), last, op, channels);
    }
    table
}
