//! Buffers that a recording has done with serve what it does next, and nothing else keeps them.

use crate::workbench::Workbench;
use scumble::gpu::{Recorder, Shape};

#[test]
fn a_dropped_tensor_makes_room_for_the_next() {
    let gpu = &Workbench::open().gpu;
    let (shape, half, tiny) = (Shape::new(5, 7, 4), Shape::new(5, 7, 2), Shape::new(1, 1, 4));
    let bytes = shape.bytes();
    let before = gpu.memory().held();
    let held = || gpu.memory().held() - before;

    let rec = Recorder::new(gpu);
    let first = rec.tensor("first", shape).unwrap();
    let second = rec.tensor("second", shape).unwrap();
    assert_eq!(held(), 2 * bytes, "nothing is shared while it is in use");
    let handle = first.clone();
    drop(first);
    let third = rec.tensor("third", shape).unwrap();
    assert_eq!(held(), 3 * bytes, "another handle still uses the first");
    drop((handle, second));
    let fourth = rec.tensor("fourth", half).unwrap();
    let fifth = rec.tensor("fifth", shape).unwrap();
    assert_eq!(held(), 3 * bytes, "both spare buffers are used again");
    drop(fourth);
    let sixth = rec.tensor("sixth", tiny).unwrap();
    assert_eq!(held(), 3 * bytes + tiny.bytes(), "a small tensor does not waste a large buffer");

    drop(rec.finish());
    assert_eq!(held(), 2 * bytes + tiny.bytes(), "only what has a handle outlives the recording");
    drop((third, fifth, sixth));
    assert_eq!(held(), 0);
}
