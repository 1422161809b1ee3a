//! Commands that are broken over several lines.

use exledger::render::table::command::broken;
use exledger::view::doc::{StyledText, Tone};

#[test]
fn a_broken_command_is_the_same_for_a_shell() {
    let command = "git -c user.name='exledger  approvals' commit -m \"Approve it\" -- exceptions";
    for width in 12..90 {
        for label in ["", "run: "] {
            let text = StyledText::with_tone(Tone::Muted, label).and(Tone::Command, command);
            let text = broken(&text, width).bare();
            let longest = text.lines().map(str::len).max().unwrap_or(0);
            assert!(longest <= width.max(34), "{width}: {text}");
            let pasted = text.replace(" \\\n", " ");
            assert_eq!(pasted.strip_prefix(label), Some(command), "{width}");
        }
    }
}
