//! Paths of a ledger that lies in a folder of its repository.
//!
//! Uses no other module. Pure. Start at [`LedgerPrefix`]. Paths have `/` and no end slash; the empty one is the top.

/// The folder of `exledger.yaml`, from the top of the repository.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct LedgerPrefix(Vec<String>);

impl LedgerPrefix {
    /// Returns the prefix that a path from the top of the repository is; empty for the top itself.
    pub fn new(path: &str) -> LedgerPrefix {
        LedgerPrefix(segments(path).map(str::to_owned).collect())
    }

    /// Returns where a path of the ledger is, in segments from the top of the repository.
    ///
    /// `None` where it leaves the repository. `.mailmap` is git's own file, at the top whatever the ledger's folder.
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

    /// Returns a path of the ledger without detours, as paths of its files are written.
    pub fn plain(&self, path: &str) -> String {
        match self.outward(path) {
            Some(segments) => self.inward(&segments.join("/")),
            None => path.to_owned(),
        }
    }

    /// Tells whether a path of the ledger, without detours, lies in one of some folders.
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

    /// Returns a path from the top of the repository as the ledger names it, with `..` where it lies outside.
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

/// Returns a path inside a folder.
pub fn join(folder: &str, name: &str) -> String {
    if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") }
}
