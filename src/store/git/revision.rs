//! Resolves revisions without letting libgit2 read objects: on a truncated one it would never end.
//!
//! Start at [`Repository::resolve`]. `whole` says why.

use crate::history::chain;
use crate::history::objects::{ObjectKind, Objects, Obstacle, Oid};
use crate::history::refs::ResolvedRef;
use crate::store::git::{Repository, ours};

const MOST_TAGS: usize = 10;

// Where a short name may stand, in git's order.
const PLACES: [(&str, &str); 5] = [
    ("refs/", ""),
    ("refs/tags/", ""),
    ("refs/heads/", ""),
    ("refs/remotes/", ""),
    ("refs/remotes/", "/HEAD"),
];

/// Why a revision stands for no commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unresolved {
    /// Nothing has this name, or it is not a commit.
    Unknown,
    /// Several refs have this name, or a ref and the id of a commit, and not all the same commit; these are their full names.
    Ambiguous(Vec<String>),
    /// An object on the way can't be read.
    Unread(Obstacle),
}

impl From<Obstacle> for Unresolved {
    fn from(obstacle: Obstacle) -> Unresolved {
        Unresolved::Unread(obstacle)
    }
}

impl Repository {
    /// Returns the commit of a revision, as [`Repository::resolve`] does; `None` if it stands for none.
    pub fn find(&self, name: &str) -> Option<ResolvedRef> {
        self.resolve(name).ok()
    }

    /// Returns the commit of a revision in git's notation: a branch, tag or id, `main@{1}`, `main~3`.
    ///
    /// # Errors
    /// [`Unresolved`] if it stands for none or for several, or if a commit would have to be searched by its message or path.
    pub fn resolve(&self, name: &str) -> Result<ResolvedRef, Unresolved> {
        let end = name.find(['~', '^']).unwrap_or(name.len());
        let (base, steps) = name.split_at_checked(end).ok_or(Unresolved::Unknown)?;
        let (full, oid) = match base.strip_suffix('}').and_then(|rest| rest.split_once("@{")) {
            Some((reference, which)) => (None, self.logged(base, reference, which)?),
            None if base.is_empty() => return Err(Unresolved::Unknown),
            None => self.named(base)?,
        };
        let commit = match self.peeled(oid) {
            // Nobody said that this clone has what an id names.
            Err(Obstacle::Missing { object, .. }) if full.is_none() && object == oid => None,
            commit => commit?,
        };
        let commit = commit.ok_or(Unresolved::Unknown)?;
        Ok(ResolvedRef {
            name: if steps.is_empty() { full } else { None },
            oid: self.followed(commit, steps)?,
        })
    }

    /// Resolves a full or short ref name, or a full or abbreviated id; also returns the full name of a ref.
    fn named(&self, name: &str) -> Result<(Option<String>, Oid), Unresolved> {
        if let Some(oid) = Oid::from_hex(name) {
            return Ok((None, oid));
        }
        match self.reference(name) {
            Err(Unresolved::Unknown) => {}
            found => return found.map(|(full, oid)| (Some(full), oid)),
        }
        match self.abbreviated(name).as_slice() {
            [only] => Ok((None, *only)),
            _ => Err(Unresolved::Unknown),
        }
    }

    // Returns the objects of an abbreviated id, with which the output of `git describe` ends.
    fn abbreviated(&self, name: &str) -> Vec<Oid> {
        let begin = name.rsplit_once("-g").map_or(name, |(_, begin)| begin).to_ascii_lowercase();
        let is_begin =
            (4..=40).contains(&begin.len()) && begin.bytes().all(|byte| byte.is_ascii_hexdigit());
        let id = git2::Oid::from_str(&begin).ok().filter(|_| is_begin);
        let (Some(id), Ok(odb)) = (id, self.git.odb()) else { return Vec::new() };
        let mut oids = Vec::new();
        match odb.exists_prefix(id, begin.len()) {
            Ok(oid) => oids.extend(ours(oid)),
            Err(error) if error.code() == git2::ErrorCode::Ambiguous => {
                let listed = odb.foreach(|oid| {
                    let oid = ours(*oid).filter(|oid| oid.to_string().starts_with(&begin));
                    oids.extend(oid);
                    true
                });
                listed.unwrap_or_default();
            }
            Err(_) => {}
        }
        oids
    }

    /// Returns the full name of a ref, symbolic refs followed, and its target; an empty name and `@` mean HEAD.
    fn reference(&self, name: &str) -> Result<(String, Oid), Unresolved> {
        let short = Some(name).filter(|name| !matches!(*name, "" | "@")).unwrap_or("HEAD");
        let find = |full: &str| {
            let reference = self.git.find_reference(full).ok()?.resolve().ok()?;
            Some((reference.name().ok()?.to_owned(), ours(reference.target()?)?))
        };
        if let Some(found) = find(short) {
            return Ok(found);
        }
        // Git takes a tag before a branch, and a ref before an abbreviated id: whoever may push tags would choose what a
        // branch is compared with.
        let mut names = Vec::new();
        let mut found: Vec<(String, Oid)> = Vec::new();
        for (before, after) in PLACES {
            let full = format!("{before}{short}{after}");
            if let Some(reference) = find(&full) {
                names.push(full);
                found.push(reference);
            }
        }
        let mut found = found.into_iter();
        let first = found.next().ok_or(Unresolved::Unknown)?;
        let mut ids = self.abbreviated(short);
        ids.retain(|oid| self.peeled(*oid) != Ok(None));
        names.extend(ids.iter().map(Oid::to_string));
        let mut others = found.map(|(_, oid)| oid).chain(ids);
        let commit = |oid| self.peeled(oid).ok().flatten();
        let is_other =
            |oid: Oid| oid != first.1 && (commit(oid).is_none() || commit(oid) != commit(first.1));
        if others.any(is_other) {
            return Err(Unresolved::Ambiguous(names));
        }
        Ok(first)
    }

    /// Resolves a reflog expression: a number of changes ago, a time, or another `@{…}` form. `whole` is the name with
    /// the braces, `which` the text between them.
    fn logged(&self, whole: &str, reference: &str, which: &str) -> Result<Oid, Unresolved> {
        if let Some(nth) = which.strip_prefix('-') {
            let left = nth.parse().ok().and_then(|nth| self.branch_left(nth));
            let left = left.filter(|_| reference.is_empty()).ok_or(Unresolved::Unknown)?;
            let branch = self.named(&format!("refs/heads/{left}"));
            return Ok(branch.or_else(|_| self.named(&left))?.1);
        }
        let (full, tip) = self.reference(reference)?;
        self.logged_of(whole, reference, (&full, tip), which).ok_or(Unresolved::Unknown)
    }

    fn logged_of(
        &self,
        whole: &str,
        reference: &str,
        (full, tip): (&str, Oid),
        which: &str,
    ) -> Option<Oid> {
        if matches!(which, "u" | "upstream") {
            let upstream = self.git.branch_upstream_name(full).ok()?;
            return ours(self.git.refname_to_id(upstream.as_str().ok()?).ok()?);
        }
        let log = match reference {
            "HEAD" => self.git.reflog("HEAD"),
            _ => self.git.reflog(full),
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
    fn followed(&self, from: Oid, steps: &str) -> Result<Oid, Unresolved> {
        let mut at = from;
        let mut rest = steps;
        while let Some(sign) = rest.chars().next() {
            if let Some(more) = ["^{}", "^{commit}"].iter().find_map(|it| rest.strip_prefix(it)) {
                rest = more;
                continue;
            }
            let tail = rest.get(1..).ok_or(Unresolved::Unknown)?;
            let n_digits = tail.bytes().take_while(u8::is_ascii_digit).count();
            let (figure, more) = tail.split_at_checked(n_digits).ok_or(Unresolved::Unknown)?;
            let figure: usize = match figure {
                "" => 1,
                _ => figure.parse().map_err(|_| Unresolved::Unknown)?,
            };
            let (n_steps, nth) = match (sign, figure) {
                ('~', figure) => (figure, 1),
                ('^', 0) => (0, 1),
                ('^', figure) => (1, figure),
                _ => return Err(Unresolved::Unknown),
            };
            for _ in 0..n_steps {
                let commit = chain::read(self, at)?;
                at = *commit.parents.get(nth - 1).ok_or(Unresolved::Unknown)?;
            }
            rest = more;
        }
        Ok(at)
    }

    fn peeled(&self, oid: Oid) -> Result<Option<Oid>, Obstacle> {
        let mut at = oid;
        for _ in 0..MOST_TAGS {
            let tagged = match self.read(at)? {
                (ObjectKind::Commit, _) => return Ok(Some(at)),
                (ObjectKind::Tag, bytes) => {
                    let text = bytes.get(7..47).and_then(|text| std::str::from_utf8(text).ok());
                    text.and_then(Oid::from_hex)
                }
                _ => None,
            };
            let Some(tagged) = tagged else { return Ok(None) };
            at = tagged;
        }
        Ok(None)
    }
}
