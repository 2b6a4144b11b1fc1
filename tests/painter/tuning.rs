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

    let fast = r#"{"nanoseconds of products":1,"reach of convolutions":2,"reach of products":2}"#;
    recall(&gpu, fast);
    assert_eq!(variants(&gpu), r#"{"reach of convolutions":2,"reach of products":2}"#);
    block_on(tune(&gpu)).unwrap();
    let found = gpu.findings().all();
    assert_ne!(found.get("nanoseconds of products"), Some(&1));
    assert!(found.contains_key("reach of products"), "{found:?}");
    // Of a processor, that alone is found out.
    assert_eq!(found.len() > 1, found.contains_key("nanoseconds of products"), "{found:?}");
}
