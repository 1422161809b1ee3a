//! The examples below the help of a command, wrapped to the width of a terminal.
//!
//! Start at [`folded`].

use clap::Command;

pub(crate) const HEADING: &str = "EXAMPLE";

/// The maximum length of an example's line, in characters.
const ROOM: usize = 78;

pub(crate) fn folded(command: Command) -> Command {
    let Some(help) = command.get_after_help().map(ToString::to_string) else {
        return command;
    };
    // A line that is already wrapped with a backslash is wrapped again.
    let whole = help.replace(" \\\n    ", " ");
    let lines: Vec<String> = whole.lines().map(line).collect();
    command.after_help(lines.join("\n"))
}

pub(super) fn line(line: &str) -> String {
    if line.chars().count() <= ROOM {
        return line.to_owned();
    }
    let mut out = String::new();
    let mut column = 0;
    for part in parts(line) {
        let length = part.chars().count();
        if column > 0 && column + length + 2 > ROOM {
            out.push_str(" \\\n   ");
            column = 3;
        }
        out.push_str(part);
        column += length;
    }
    out
}

fn parts(line: &str) -> Vec<&str> {
    let mut parts = Vec::new();
    let mut begin = 0;
    let mut is_quoted = false;
    for (at, character) in line.char_indices() {
        is_quoted ^= character == '"';
        let rest = line.get(at..).unwrap_or_default();
        let goes_on = [" --", " > ", " | "].iter().any(|mark| rest.starts_with(mark));
        if goes_on && !is_quoted && at > begin {
            parts.extend(line.get(begin..at));
            begin = at;
        }
    }
    parts.extend(line.get(begin..));
    parts
}
