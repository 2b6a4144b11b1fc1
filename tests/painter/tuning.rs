//! What a device remembers of its kernels.

use super::gpu;
use pollster::block_on;
use scumble::tuning::{recall, tune, variants};

#[test]
fn a_device_that_is_far_from_what_it_remembers_is_tried_again() {
    let gpu = gpu();
    let known = r#"{"reach of products":2}"#;
    recall(&gpu, known);
    block_on(tune(&gpu)).unwrap();
    assert_eq!(variants(&gpu), known, "what tells of no time is believed");

    recall(&gpu, "{}");
    block_on(tune(&gpu)).unwrap();
    let found = gpu.findings().all();
    let (time, _) = found.iter().find(|(name, _)| name.starts_with("nanoseconds")).expect("a time is kept");
    let fast = format!(r#"{{"{time}":1,"reach of convolutions":2,"reach of products":2}}"#);
    recall(&gpu, &fast);
    assert_eq!(variants(&gpu), r#"{"reach of convolutions":2,"reach of products":2}"#);
    block_on(tune(&gpu)).unwrap();
    let found = gpu.findings().all();
    assert_ne!(found.get(time), Some(&1), "a millionth of a millisecond is too fast for any device");
    assert!(found.contains_key("reach of products"), "{found:?}");

    recall(&gpu, r#"{"nanoseconds of products in 0.0.0":1,"reach of products":2}"#);
    assert_eq!(variants(&gpu), "{}", "another version has other kernels");
}
