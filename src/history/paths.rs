//! Paths of a ledger that is in a subfolder of its repository.
//!
//! Pure. Start at [`LedgerPrefix`]. Paths use `/` without a trailing slash; the empty path is the root.

/// The folder of `exledger.yaml`, from the root of the repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LedgerPrefix(Vec<String>);

impl LedgerPrefix {
    /// Creates the prefix from a path from the root of the repository; empty for the root itself.
    pub fn new(path: &str) -> LedgerPrefix {
        LedgerPrefix(segments(path).map(str::to_owned).collect())
    }

    /// Returns the folder itself, from the root of the repository; empty for the root.
    pub fn folder(&self) -> String {
        self.0.join("/")
    }

    /// Returns the folders above it, nearest first.
    pub fn above(&self) -> impl Iterator<Item = LedgerPrefix> {
        (0..self.0.len()).rev().map(|n| LedgerPrefix(self.0.iter().take(n).cloned().collect()))
    }

    /// Returns the segments of a ledger path from the root of the repository.
    ///
    /// `None` if it leaves the repository. `.mailmap` is git's own file, always at the root.
    pub fn outward(&self, path: &str) -> Option<Vec<String>> {
        if path == ".mailmap" {
            return Some(vec![path.to_owned()]);
        }
        let mut at = self.0.clone();
        for segment in segments(path) {
            match segment {
                ".." => drop(at.pop()?),
                _ => at.push(segment.to_owned()),
            }
        }
        Some(at)
    }

    /// Returns the normalized ledger path, as used for file paths.
    pub fn plain(&self, path: &str) -> String {
        match self.outward(path) {
            Some(segments) => self.inward(&segments.join("/")),
            None => path.to_owned(),
        }
    }

    /// Tells whether a normalized ledger path is inside one of some folders.
    pub fn is_inside(&self, folders: &[String], path: &str) -> bool {
        let holds = |folder: &String| {
            let folder = self.plain(folder);
            if folder.is_empty() {
                return !path.starts_with("../");
            }
            let below = path.strip_prefix(&folder);
            below.is_some_and(|rest| rest.starts_with('/'))
        };
        folders.iter().any(holds)
    }

    /// Converts a path from the root of the repository to a ledger path, with `..` if it is outside.
    pub fn inward(&self, path: &str) -> String {
        if path == ".mailmap" {
            return path.to_owned();
        }
        let segments: Vec<&str> = segments(path).collect();
        let n_shared =
            self.0.iter().zip(&segments).take_while(|(own, other)| own == *other).count();
        let up = self.0.iter().skip(n_shared).map(|_| "..");
        let down = segments.iter().skip(n_shared).copied();
        up.chain(down).collect::<Vec<_>>().join("/")
    }
}

fn segments(path: &str) -> impl Iterator<Item = &str> {
    path.split('/').filter(|segment| !matches!(*segment, "" | "."))
}

pub fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}
