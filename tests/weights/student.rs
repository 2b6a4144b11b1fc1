//! The built-in model's file: whole numbers become kernels, and damage is told.

use crate::{assert_contains, refusal};
use safetensors::{Dtype, tensor::TensorView};
use scumble::weights::{self, read_student};

/// A tensor's name, kind, shape and bytes.
type Stored<'b> = (&'b str, Dtype, Vec<usize>, &'b [u8]);

fn file(tensors: &[Stored]) -> Vec<u8> {
    let views = tensors
        .iter()
        .map(|(name, dtype, shape, bytes)| (*name, TensorView::new(*dtype, shape.clone(), bytes).unwrap()));
    safetensors::serialize(views, None).unwrap()
}

#[test]
fn whole_numbers_are_multiplied_by_the_scale_of_their_channel() {
    let scales: Vec<u8> = [0.5f32, 2.0].iter().flat_map(|scale| scale.to_le_bytes()).collect();
    let whole = [3u8, 253, 127, 128];
    let tensors =
        [("a.weight", Dtype::I8, vec![2, 2, 1, 1], &whole[..]), ("a.weight.scale", Dtype::F32, vec![2], &scales[..])];
    let read = weights::safetensors::read(&file(&tensors), &|name| name == "a.weight").unwrap();
    assert_eq!(read.found["a.weight"].values, [1.5, -1.5, 254.0, -256.0]);

    let few = [("a.weight", Dtype::I8, vec![4, 1, 1, 1], &whole[..]), tensors[1].clone()];
    assert_contains(
        &refusal(weights::safetensors::read(&file(&few), &|name| name == "a.weight")),
        "does not fit a.weight",
    );
    let alone = [tensors[0].clone()];
    assert_contains(&refusal(weights::safetensors::read(&file(&alone), &|name| name == "a.weight")), "stored as I8");
}

#[test]
fn a_damaged_student_is_told() {
    let whole = include_bytes!("../../weights/student.safetensors");
    assert_eq!(read_student(whole).unwrap().convolutions.len(), 17);
    for end in [0, 7, 100, 10_000, whole.len() - 1] {
        refusal(read_student(&whole[..end]));
    }
    let part = [("conv1_1.bias", Dtype::F32, vec![24], &[0; 96][..])];
    assert_contains(&refusal(read_student(&file(&part))), "conv1_1.weight (conv1_1) is missing");
}
