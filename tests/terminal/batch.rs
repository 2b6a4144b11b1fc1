//! Lists of pictures, and shares of them.

use super::{Desk, assert_sentence, said, sample};

const SMALL: &str = "--size 24 --iterations 2";

#[test]
fn a_share_of_a_list_is_painted_and_what_is_there_is_not_painted_again() {
    let desk = Desk::new("batch");
    let [street, swirl, ink] = ["street.jpg", "swirl.jpg", "ink.jpg"].map(sample);
    let list = format!(
        "# Pictures, of which two fail: one has no photo, and there is no memory for the other's print.\n\
         '{street}' '{swirl}' {SMALL} -o 'first one.png'\n\n\
         '{street}' '{ink}' {SMALL} -o second.png\n\
         nowhere.jpg '{ink}' {SMALL} -o third.png\n\
         '{ink}' --texture {SMALL} -o fourth.png\n\
         '{street}' '{swirl}' {SMALL} --print 80 --memory 2 -o fifth.png\n"
    );
    std::fs::write(desk.0.join("list.txt"), list).unwrap();
    let names = ["first one.png", "second.png", "third.png", "fourth.png"];
    let there = || names.map(|name| desk.0.join(name).exists());

    desk.run(&["batch", "list.txt", "--shard", "2/2"]).success();
    assert_eq!(there(), [false, true, false, true]);
    let first = desk.file("second.png");
    let sentence = said(desk.run(&["batch", "list.txt"]), 1);
    assert_eq!(there(), [true, true, false, true], "a line that fails does not keep the others");
    assert!(sentence.contains("second.png is there.") && sentence.contains("nowhere.jpg"), "{sentence}");
    assert!(sentence.ends_with("Of list.txt these lines failed: 5, 7.\n"), "{sentence}");
    assert!(!desk.0.join("fifth.png").exists());
    assert_eq!(desk.picture("unfinished-fifth.png").width, 24);
    assert!(desk.file("second.png") == first);
}

#[test]
fn a_list_that_cannot_be_understood_is_refused_before_anything_is_painted() {
    let desk = Desk::new("batch-refused");
    let [street, swirl] = ["street.jpg", "swirl.jpg"].map(sample);
    for (line, why) in [
        ("a.jpg b.jpg --sise 3", "line 2: error: unexpected argument '--sise'"),
        ("\"a", "a quote is not closed"),
        ("batch list.txt", "holds no other list"),
    ] {
        std::fs::write(desk.0.join("list.txt"), format!("'{street}' '{swirl}' {SMALL} -o a.png\n{line}\n")).unwrap();
        let sentence = said(desk.run(&["batch", "list.txt"]), 1);
        assert!(sentence.contains("line 2") && sentence.contains(why), "{sentence}");
        assert!(!desk.0.join("a.png").exists());
    }
    assert_sentence(&said(desk.run(&["batch", "nowhere.txt"]), 1));
    assert!(said(desk.run(&["batch", "list.txt", "--shard", "5/4"]), 2).contains("write for example 3/16"));
}
