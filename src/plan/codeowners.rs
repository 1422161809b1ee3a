//! CODEOWNERS: who owns a file, by the rules of forges.
//!
//! Uses record's patterns. Pure. Start at [`CodeOwners::read`]. Follows `docs/spec/cli.md`, triage, `--draft`.

use crate::record::pattern;

/// The possible paths of the file in a repository: the first that exists counts, as on GitHub.
pub const PLACES: &[&str] =
    &[".github/CODEOWNERS", "CODEOWNERS", "docs/CODEOWNERS", ".gitlab/CODEOWNERS"];

/// The lines of a CODEOWNERS file, in its order.
#[derive(Clone, Debug, Default)]
pub struct CodeOwners {
    lines: Vec<OwnersLine>,
}

/// One line: a pattern, and the owners of the matching files.
#[derive(Clone, Debug)]
struct OwnersLine {
    /// Patterns of paths from the top, any of which may match.
    patterns: Vec<String>,
    owners: Vec<String>,
}

impl CodeOwners {
    /// Reads the file. Lines that forges do not read as a path and owners, such as GitLab's sections, are skipped.
    pub fn read(text: &str) -> CodeOwners {
        CodeOwners { lines: text.lines().filter_map(OwnersLine::read).collect() }
    }

    /// Returns the owners of a file as written: addresses, `@login`, `@org/team`. The last matching line decides,
    /// even if it names nobody.
    pub fn owners_of(&self, path: &str) -> &[String] {
        let mut lines = self.lines.iter().rev();
        let line = lines.find(|line| {
            let mut patterns = line.patterns.iter();
            patterns.any(|pattern| pattern::matches(pattern, path))
        });
        line.map_or(&[], |line| &line.owners)
    }
}

impl OwnersLine {
    fn read(text: &str) -> Option<OwnersLine> {
        // A blank in a path is escaped with a backslash.
        let trimmed = text.trim().replace("\\ ", "\u{0}");
        let mut parts = trimmed.split_whitespace();
        let path = parts.next()?.replace('\u{0}', " ");
        if path.starts_with(['#', '!', '\\', '[', '^']) {
            return None;
        }
        let owners = parts.take_while(|part| !part.starts_with('#'));
        Some(OwnersLine { patterns: patterns(&path), owners: owners.map(str::to_owned).collect() })
    }
}

/// Returns the patterns of a path: for the file itself, and for all files below a folder; without
/// a slash, at any depth.
fn patterns(path: &str) -> Vec<String> {
    let is_folder = path.ends_with('/');
    let bare = path.trim_end_matches('/');
    let from_top = bare.trim_start_matches('/');
    let begins = if bare.contains('/') {
        vec![from_top.to_owned()]
    } else {
        vec![from_top.to_owned(), format!("**/{from_top}")]
    };
    let mut patterns = Vec::new();
    for begin in begins {
        // `docs/*` matches files directly in the folder only.
        if !begin.ends_with("/*") || bare == "*" {
            patterns.push(format!("{begin}/**"));
        }
        if !is_folder {
            patterns.push(begin);
        }
    }
    patterns
}
