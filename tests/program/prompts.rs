//! What prompts do with keys and with narrow screens.

use crate::ask::edit::{EditLine, Pressed};
use crate::ask::prompt::moved;
use crate::ask::screen::{Rows, cut, wrap_rows, wrapped};
use dialoguer::console::Key;

fn pressed(start: &str, keys: &[Key]) -> (String, String) {
    let mut line = EditLine::from_text(start);
    for key in keys {
        assert_eq!(line.press(key), Pressed::Edited, "{key:?}");
    }
    (line.before(), line.text())
}

#[test]
fn a_line_is_edited_where_the_cursor_is() {
    let key = Key::Char;
    for (start, keys, before, whole) in [
        ("ab", vec![key('ü')], "abü", "abü"),
        ("ab", vec![Key::ArrowLeft, key('x')], "ax", "axb"),
        ("ab", vec![Key::Home, Key::Del], "", "b"),
        ("ab", vec![Key::Backspace; 5], "", ""),
        ("ab", vec![Key::Home, Key::Backspace, Key::ArrowLeft], "", "ab"),
        ("a bc  ", vec![key('\u{17}')], "a ", "a "),
        ("one", vec![key('\u{17}'), key('\u{17}')], "", ""),
        ("a b", vec![Key::ArrowLeft, key('\u{b}')], "a ", "a "),
        ("a b", vec![key('\u{15}'), key('c')], "c", "c"),
        ("a", vec![key('\u{1b}'), key('\u{7}')], "a", "a"),
        ("a", vec![Key::Escape], "", ""),
    ] {
        let found = pressed(start, &keys);
        assert_eq!(found, (before.to_owned(), whole.to_owned()), "{start} {keys:?}");
    }
}

#[test]
fn what_ends_or_moves_is_told_from_what_edits() {
    let press = |start: &str, key: Key| EditLine::from_text(start).press(&key);
    assert_eq!(press("a", Key::Enter), Pressed::Entered);
    assert_eq!(press("a", Key::CtrlC), Pressed::BrokenOff);
    assert_eq!(press("", Key::Char('\u{4}')), Pressed::BrokenOff);
    assert_eq!(press("a", Key::Char('\u{4}')), Pressed::Edited);
    assert_eq!(press("a", Key::ArrowUp), Pressed::Moved(-1));
    assert_eq!(press("a", Key::Tab), Pressed::Moved(1));
}

#[test]
fn the_mark_goes_round_and_pages_stop_at_the_ends() {
    for (marked, by, n, after) in [
        (None, 1, 3, Some(0)),
        (None, -1, 3, Some(2)),
        (Some(0), -1, 3, Some(2)),
        (Some(2), 1, 3, Some(0)),
        (Some(1), 5, 3, Some(2)),
        (Some(1), -5, 3, Some(0)),
        (Some(0), 1, 0, None),
    ] {
        assert_eq!(moved(marked, by, n), after, "{marked:?} {by} {n}");
    }
}

#[test]
fn only_lines_that_are_too_long_are_broken() {
    for (text, expected) in [
        ("a  b\n", "a  b\n"),
        ("one  two\n  three four\n", "one  two\n  three\n  four\n"),
        ("", ""),
        // A command can be copied.
        ("run `git log --all` then\n", "run\n`git log --all`\nthen\n"),
        ("it's an odd ` and so on\n", "it's an\nodd ` and\nso on\n"),
    ] {
        assert_eq!(wrapped(text, 9), expected, "{text:?}");
    }
}

#[test]
fn rows_never_are_wider_than_they_may() {
    assert_eq!(wrap_rows("one two three", 8), ["one two", "three"]);
    assert_eq!(wrap_rows("  one two", 6), ["  one", "  two"]);
    assert_eq!(wrap_rows("abcdefghij", 4), ["abcd", "efgh", "ij"]);
    assert_eq!(wrap_rows("a\n\nb", 4), ["a", "", "b"]);
    assert_eq!(cut("日本語", 5), "日本…");
    assert_eq!(cut("a\tb", 5), "a b");
    assert_eq!(cut("abcdef", 4), "abc…");
}

#[test]
fn of_a_long_line_the_rows_around_the_cursor_are_shown() {
    let text = "abcdefghijklmnopqrst";
    for (before, rows, at) in [
        (text, &["klmnop", "qrst"][..], (1, 4)),
        ("abcd", &["> abcd", "efghij"], (1, 0)),
        ("ab", &["> abcd", "efghij"], (0, 4)),
    ] {
        let mut shown = Rows::default();
        shown.edited(text, before, 6, 2);
        assert_eq!(shown.rows, rows, "{before}");
        assert_eq!((shown.row, shown.column), at, "{before}");
    }
    let mut shown = Rows::default();
    shown.edited("a\nb", "a\n", 6, 2);
    assert_eq!((shown.rows, shown.column), (vec!["> a⏎b".to_owned()], 4));
}

#[test]
fn the_cursor_stands_after_what_was_written() {
    for (text, before, rows, at) in [
        ("", "", 1, (0, 2)),
        ("abc", "a", 1, (0, 3)),
        ("abcdef", "abcdef", 2, (1, 2)),
        ("abcd", "abcd", 2, (1, 0)),
        ("日本", "日本", 2, (1, 0)),
    ] {
        let mut shown = Rows::default();
        shown.edited(text, before, 6, 9);
        assert_eq!((shown.rows.len(), (shown.row, shown.column)), (rows, at), "{text}");
    }
}
