//! The owners of files, as CODEOWNERS assigns them.
//!
//! Pure. Start at [`FileOwners::line_of`]. Follows GitHub's documentation of CODEOWNERS: the patterns of `.gitignore`,
//! without `!` and `[ ]`. `formats::codeowners` reads the file.

use crate::record::pattern;

/// The lines of a CODEOWNERS file that name paths, in its order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FileOwners {
    /// Later ones take precedence.
    pub lines: Vec<OwnersLine>,
    /// Why the file can't be read, if it can't: then its lines are unknown.
    pub obstacle: Option<String>,
}

/// One line: a path pattern, and the owners of the matching files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OwnersLine {
    /// The number of the line, from 1.
    pub number: usize,
    /// The path as written.
    pub path: String,
    /// The owners as written: addresses, `@login`, `@org/team`.
    pub owners: Vec<String>,
    pattern: PathPattern,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct PathPattern {
    /// `**` is any number of folders.
    segments: Vec<String>,
    below: bool,
    itself: bool,
}

impl OwnersLine {
    /// Returns a line.
    pub fn new(number: usize, path: &str, owners: Vec<String>) -> OwnersLine {
        let (path, pattern) = (path.to_owned(), PathPattern::new(path));
        OwnersLine { number, path, owners, pattern }
    }
}

impl FileOwners {
    /// Returns the owners of a file that can't be read: nobody, and why.
    pub fn unreadable(why: String) -> FileOwners {
        FileOwners { lines: Vec::new(), obstacle: Some(why) }
    }

    /// Returns the index of the line that decides about a file: the last one that matches, even if it names nobody.
    pub fn line_of(&self, path: &str) -> Option<usize> {
        let parts: Vec<&str> = path.split('/').collect();
        self.lines.iter().rposition(|line| line.pattern.matches(&parts))
    }

    /// Returns a line by its index.
    pub fn line(&self, index: usize) -> Option<&OwnersLine> {
        self.lines.get(index)
    }
}

impl PathPattern {
    fn new(path: &str) -> PathPattern {
        let is_folder = path.ends_with('/');
        let bare = path.trim_end_matches('/');
        let is_anchored = bare.contains('/');
        let mut segments: Vec<String> =
            bare.split('/').filter(|part| !part.is_empty()).map(str::to_owned).collect();
        // `docs/*` matches the files directly in the folder, and none in its folders.
        let is_direct = is_anchored && segments.last().is_some_and(|last| last == "*");
        if segments.last().is_some_and(|last| last == "**") {
            segments.pop();
            segments.push("*".to_owned());
        }
        if !is_anchored {
            segments.insert(0, "**".to_owned());
        }
        PathPattern { segments, below: !is_direct || is_folder, itself: !is_folder }
    }

    /// Compares the folders of a path one after the other, in time proportional to both lengths.
    fn matches(&self, path: &[&str]) -> bool {
        // How many folders of the path the pattern may have passed so far.
        let mut reached = vec![false; path.len() + 1];
        if let Some(start) = reached.first_mut() {
            *start = true;
        }
        for segment in &self.segments {
            let mut next = vec![false; reached.len()];
            let mut is_beyond = false;
            for (place, to) in next.iter_mut().enumerate() {
                if segment == "**" {
                    is_beyond |= reached.get(place) == Some(&true);
                    *to = is_beyond;
                } else if let Some(before) = place.checked_sub(1)
                    && reached.get(before) == Some(&true)
                {
                    *to = path.get(before).is_some_and(|part| pattern::matches(segment, part));
                }
            }
            if !next.contains(&true) {
                return false;
            }
            reached = next;
        }
        let is_whole = reached.last() == Some(&true);
        let is_below = reached.iter().take(path.len()).skip(1).any(|is_reached| *is_reached);
        self.itself && is_whole || self.below && is_below
    }
}
