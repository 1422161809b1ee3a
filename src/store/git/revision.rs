//! Resolves revisions without letting libgit2 read objects: on a truncated one it would never end.
//!
//! Start at [`Repository::find`]. `whole` says why.

use crate::history::chain;
use crate::history::objects::{ObjectKind, Objects, Oid};
use crate::history::refs::ResolvedRef;
use crate::store::git::{Repository, ours};

const MOST_TAGS: usize = 10;

impl Repository {
    /// Returns the commit of a revision in git's notation: a branch, tag or id, `main@{1}`, `main~3`.
    ///
    /// `None` without one, or if a commit would have to be searched by its message or path.
    pub fn find(&self, name: &str) -> Option<ResolvedRef> {
        let end = name.find(['~', '^']).unwrap_or(name.len());
        let (base, steps) = name.split_at_checked(end)?;
        let (full, oid) = match base.strip_suffix('}').and_then(|rest| rest.split_once("@{")) {
            Some((reference, which)) => (None, self.logged(base, reference, which)?),
            None if base.is_empty() => return None,
            None => self.named(base)?,
        };
        Some(ResolvedRef {
            name: if steps.is_empty() { full } else { None },
            oid: self.followed(self.peeled(oid)?, steps)?,
        })
    }

    /// Resolves a full or short ref name, or a full or abbreviated id; also returns the full name of a ref.
    fn named(&self, name: &str) -> Option<(Option<String>, Oid)> {
        if let Some(oid) = Oid::from_hex(name) {
            return Some((None, oid));
        }
        if let Some((full, oid)) = self.reference(name) {
            return Some((Some(full), oid));
        }
        // The output of `git describe` ends with an abbreviated id.
        let begin = name.rsplit_once("-g").map_or(name, |(_, begin)| begin);
        let is_begin =
            (4..=40).contains(&begin.len()) && begin.bytes().all(|byte| byte.is_ascii_hexdigit());
        let id = is_begin.then(|| git2::Oid::from_str(begin).ok())??;
        let odb = self.git.odb().ok()?;
        Some((None, ours(odb.exists_prefix(id, begin.len()).ok()?)?))
    }

    /// Returns the full name of a ref, symbolic refs followed, and its target; an empty name and `@` mean HEAD.
    fn reference(&self, name: &str) -> Option<(String, Oid)> {
        let short = Some(name).filter(|name| !matches!(*name, "" | "@")).unwrap_or("HEAD");
        let reference = self.git.resolve_reference_from_short_name(short).ok()?;
        let full = reference.name().ok()?.to_owned();
        Some((full, ours(reference.target()?)?))
    }

    /// Resolves a reflog expression: a number of changes ago, a time, or another `@{…}` form. `whole` is the name with
    /// the braces, `which` the text between them.
    fn logged(&self, whole: &str, reference: &str, which: &str) -> Option<Oid> {
        if let Some(nth) = which.strip_prefix('-') {
            return Some(reference).filter(|name| name.is_empty()).and_then(|_| {
                let left = self.branch_left(nth.parse().ok()?)?;
                Some(self.named(&left)?.1)
            });
        }
        let (full, tip) = self.reference(reference)?;
        if matches!(which, "u" | "upstream") {
            let upstream = self.git.branch_upstream_name(&full).ok()?;
            return ours(self.git.refname_to_id(upstream.as_str().ok()?).ok()?);
        }
        let log = match reference {
            "HEAD" => self.git.reflog("HEAD"),
            _ => self.git.reflog(&full),
        };
        let log = log.ok()?;
        if let Ok(n_changes) = which.parse::<usize>() {
            return match n_changes {
                0 => Some(tip),
                _ => ours(log.get(n_changes)?.id_new()),
            };
        }
        // libgit2 parses git's times, but may read the object that the reflog has for it: any of these.
        let ids = log.iter().flat_map(|entry| [entry.id_old(), entry.id_new()]);
        let all_end = ids.filter_map(ours).chain([tip]).all(|oid| self.ends(oid).is_ok());
        let found = all_end.then(|| self.git.revparse_single(whole).ok())??;
        ours(found.id())
    }

    /// Returns the branch or commit that HEAD left the nth time before now, counted from 1.
    fn branch_left(&self, nth: usize) -> Option<String> {
        let log = self.git.reflog("HEAD").ok()?;
        let mut left = log.iter().filter_map(|entry| {
            let message = entry.message().ok()??;
            let moved = message.strip_prefix("checkout: moving from ")?;
            Some(moved.split_once(" to ")?.0.to_owned())
        });
        left.nth(nth.checked_sub(1)?)
    }

    /// Follows a path through history: `~3` (first parent three times), `^2` (second parent); `^{}` and `^{commit}` are
    /// already done; `None` for anything else.
    fn followed(&self, from: Oid, steps: &str) -> Option<Oid> {
        let mut at = from;
        let mut rest = steps;
        while let Some(sign) = rest.chars().next() {
            if let Some(more) = ["^{}", "^{commit}"].iter().find_map(|it| rest.strip_prefix(it)) {
                rest = more;
                continue;
            }
            let tail = rest.get(1..)?;
            let n_digits = tail.bytes().take_while(u8::is_ascii_digit).count();
            let (figure, more) = tail.split_at_checked(n_digits)?;
            let figure: usize = if figure.is_empty() { 1 } else { figure.parse().ok()? };
            let (n_steps, nth) = match (sign, figure) {
                ('~', figure) => (figure, 1),
                ('^', 0) => (0, 1),
                ('^', figure) => (1, figure),
                _ => return None,
            };
            for _ in 0..n_steps {
                let commit = chain::read(self, at).ok()?;
                at = *commit.parents.get(nth - 1)?;
            }
            rest = more;
        }
        Some(at)
    }

    fn peeled(&self, oid: Oid) -> Option<Oid> {
        let mut at = oid;
        for _ in 0..MOST_TAGS {
            match self.read(at).ok()? {
                (ObjectKind::Commit, _) => return Some(at),
                (ObjectKind::Tag, bytes) => {
                    let text = std::str::from_utf8(bytes.get(7..47)?).ok()?;
                    at = Oid::from_hex(text)?;
                }
                _ => return None,
            }
        }
        None
    }
}
