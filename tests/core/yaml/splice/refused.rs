//! Refused edits.

use exledger::yaml::splice::change::SpliceError;
use exledger::yaml::splice::splice;

use super::{append, edited, insert, remove, set};

#[test]
fn an_edit_without_a_place_is_refused() {
    let not_found = |path: &str| SpliceError::NotFound { path: path.to_owned() };
    let malformed = |path: &str| SpliceError::Malformed { path: path.to_owned() };
    let wrong = |path: &str, wanted| SpliceError::WrongKind { path: path.to_owned(), wanted };
    let source = "a: 1\nb: [x]\nc: {d: 1}\ne:\n";
    let cases = [
        (set("z.y", "1"), not_found("z.y")),
        (set("a.y", "1"), not_found("a.y")),
        (set("b[1]", "1"), not_found("b[1]")),
        (set("", "1"), not_found("")),
        (remove("z"), not_found("z")),
        (set("b", "1"), wrong("b", "text")),
        (append("a", "x"), wrong("a", "list")),
        (append("c", "x"), wrong("c", "list")),
        (insert("a", "x"), wrong("a", "empty place")),
        (append("b", "{x"), malformed("b")),
        (append("b", "x\ny"), malformed("b")),
        (insert("f", "x: 1\nx: 2"), malformed("f")),
    ];
    for (edit, error) in cases {
        assert_eq!(edited(source, edit), Err(error), "{edit:?}");
    }
}

#[test]
fn an_edit_that_would_change_something_else_is_refused() {
    let layout = |path: &str| SpliceError::Layout { path: path.to_owned() };
    assert_eq!(edited("a: {b: 1}\n", insert("a.c", "x, y: z")), Err(layout("a.c")));
    assert_eq!(edited("a: [b]\n", append("a", "x: y, z")), Err(layout("a")));
    assert_eq!(edited("a: {b: 1}\n", insert("a.c", "x, y")), Err(layout("a.c")));
    assert_eq!(edited("a: [b]\n", append("a", "x, y")), Err(layout("a")));
    let faulty = "a: &x 1\nb: 2\n";
    let read = exledger::yaml::parse(faulty.as_bytes(), &exledger::yaml::node::Limits::RECORD);
    assert_eq!(
        splice(faulty, &read.root.unwrap(), &[set("b", "3")]),
        Err(SpliceError::Faulty { faults: 1 })
    );
}
