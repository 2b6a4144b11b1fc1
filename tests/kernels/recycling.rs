//! Tensors of a recording that are not in use at the same time share buffers, and nothing else keeps them.

use crate::workbench::{Workbench, noise, shape};
use scumble::gpu::{Recorder, Shape, Tensor};
use scumble::kernels::{pad, relu_backward};
use scumble::model::{Copies, Margin};
use scumble::reference;

#[test]
fn a_dropped_tensor_makes_room_for_the_next() {
    let bench = Workbench::open();
    let gpu = &bench.gpu;
    let x = bench.upload(&noise(1, 5, 7, 4));
    let (bytes, small) = (x.shape().bytes(), Shape::new(1, 1, 4));
    let gradient = bench.stale(small);
    let before = gpu.memory().held();
    let held = || gpu.memory().held() - before;

    let mut rec = Recorder::new(gpu);
    // Any kernel will do: what counts is when it runs.
    let touch = |rec: &mut Recorder, tensor: &Tensor| relu_backward::record(rec, tensor, &x);
    let first = rec.tensor("first", x.shape()).unwrap();
    let second = rec.tensor("second", x.shape()).unwrap();
    assert_eq!(held(), 0, "buffers come at the end");
    touch(&mut rec, &first);
    let handle = first.clone();
    drop(first);
    touch(&mut rec, &second);
    let third = rec.tensor("third, while another handle still uses the first", x.shape()).unwrap();
    touch(&mut rec, &third);
    drop((handle, second));
    let fourth = rec.tensor("fourth, in a buffer that is free again", small).unwrap();
    let fifth = rec.tensor("fifth, likewise", x.shape()).unwrap();
    relu_backward::record(&mut rec, &fourth, &gradient);
    touch(&mut rec, &fifth);
    drop(fourth);
    let program = rec.finish();
    assert_eq!(held(), 3 * bytes);
    drop(program);
    assert_eq!(held(), 2 * bytes, "only what has a handle outlives the recording");
    drop((third, fifth));
    assert_eq!(held(), 0);
}

#[test]
fn what_shares_a_buffer_does_not_disturb_each_other() {
    let bench = Workbench::open();
    let (y, d) = (noise(1, 5, 7, 4), noise(2, 5, 7, 4));
    let expected = reference::relu_backward::record(&y, &d);
    let (y, d) = (bench.upload(&y), bench.upload(&d));
    let mut rec = Recorder::new(&bench.gpu);
    let mut last = d.clone();
    for _ in 0..4 {
        // A margin of nothing is a copy; two of them are in use at any time.
        let next = rec.tensor("copy", shape(&expected)).unwrap();
        pad::forward(&mut rec, &last, Margin { radius: 0, copies: Copies::Replicate }, &next);
        last = next;
    }
    relu_backward::record(&mut rec, &y, &last);
    rec.submit();
    crate::agreement::agree("copies", "in shared buffers", &bench.download(&last), &expected);
}

#[test]
fn programs_that_take_turns_share_buffers_but_for_what_they_hand_on() {
    let bench = Workbench::open();
    let gpu = &bench.gpu;
    let x = bench.upload(&noise(1, 5, 7, 4));
    let bytes = x.shape().bytes();
    let before = gpu.memory().held();
    let mut rec = Recorder::new(gpu);
    let copy = |rec: &mut Recorder, from: &Tensor, to: &Tensor| {
        pad::forward(rec, from, Margin { radius: 0, copies: Copies::Replicate }, to);
    };
    let tensor = |rec: &Recorder, label: &str| rec.tensor(label, x.shape()).unwrap();

    let passing = tensor(&rec, "passing");
    copy(&mut rec, &x, &passing);
    let handed = tensor(&rec, "handed on");
    copy(&mut rec, &passing, &handed);
    drop(passing);
    rec.end_program();
    let own = tensor(&rec, "its own");
    copy(&mut rec, &handed, &own);
    let last = tensor(&rec, "last");
    copy(&mut rec, &own, &last);
    drop((handed, own));
    let programs = rec.finish_all();
    assert_eq!(
        gpu.memory().held() - before,
        3 * bytes,
        "what only one of them uses has one buffer, the other two have theirs"
    );

    let [first, second] = &programs[..] else { panic!("{} programs", programs.len()) };
    first.submit(gpu);
    // A turn of the first more, and the second still finds what was handed on.
    first.submit(gpu);
    second.submit(gpu);
    second.submit(gpu);
    crate::agreement::agree("copies", "of two programs", &bench.download(&last), &noise(1, 5, 7, 4));
}

#[test]
fn what_is_written_before_a_program_and_read_after_it_shares_buffers_with_others() {
    let bench = Workbench::open();
    let gpu = &bench.gpu;
    let x = shape(&noise(1, 5, 7, 4));
    let before = gpu.memory().held();
    let mut rec = Recorder::new(gpu);
    let none = Margin { radius: 0, copies: Copies::Replicate };
    let mut ends = Vec::new();
    for _ in 0..3 {
        let [given, passing, made] = ["given", "passing", "made"].map(|label| rec.tensor(label, x).unwrap());
        pad::forward(&mut rec, &given, none, &passing);
        pad::forward(&mut rec, &passing, none, &made);
        drop(passing);
        ends.push((rec.until_end(given), rec.until_end(made)));
        rec.end_program();
    }
    let programs = rec.finish_all();
    assert_eq!(gpu.memory().held() - before, 3 * x.bytes(), "as much as one of them");
    for (stream, ((given, made), program)) in (1..).zip(ends.iter().zip(&programs)) {
        let values = noise(stream, 5, 7, 4);
        gpu.write(given, &bench.raw(&bench.upload(&values)));
        program.submit(gpu);
        crate::agreement::agree("copies", "of what was written before", &bench.download(made), &values);
    }
}
