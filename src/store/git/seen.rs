//! The tips that this clone saw at a ref: by git's reflog of it, and as pinned by `verify`.
//!
//! Start at [`Repository::seen_tips`]. Follows `docs/spec/approval.md`, M5b. A reflog is read by hand: libgit2 makes an
//! empty log where there is none.

use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;

use crate::history::objects::Oid;
use crate::history::off_line::{self, APPROVALS_PIN, PINS};
use crate::record::time::Instant;
use crate::store::git::{GitError, Repository, ours, theirs};

/// The tips that a clone saw at a ref, each with the time at which it last became the tip, if known.
pub type SeenTips = BTreeMap<Oid, Option<Instant>>;

impl Repository {
    /// Returns the tips that this clone saw at a ref, old and new ones of each entry of its reflog, and the pinned ones.
    ///
    /// # Errors
    /// [`GitError`] if the reflog or the pins can't be read.
    pub fn seen_tips(&self, name: &str) -> Result<SeenTips, GitError> {
        let mut seen = SeenTips::new();
        let pins = format!("{PINS}*");
        let pins = if self.owns_pins()? { Some(self.git.references_glob(&pins)?) } else { None };
        for reference in pins.into_iter().flatten() {
            let reference = reference?;
            // Only what `verify` writes counts.
            let target = reference.target().and_then(ours);
            let is_own = |oid: &Oid| reference.name().is_ok_and(|name| name == off_line::pin(*oid));
            seen.extend(target.filter(is_own).map(|oid| (oid, None)));
        }
        for (tip, at) in self.logged_tips(name)? {
            seen.entry(tip).and_modify(|known| *known = at).or_insert(at);
        }
        Ok(seen)
    }

    /// Returns the tips that this clone saw at the approvals branch, by its reflog and the pin.
    ///
    /// # Errors
    /// [`GitError`] if the reflog can't be read.
    pub fn seen_approvals(&self, name: &str) -> Result<SeenTips, GitError> {
        let mut seen = self.logged_tips(name)?;
        let pinned = match self.owns_pins()? {
            true => self.git.refname_to_id(APPROVALS_PIN).ok().and_then(ours),
            false => None,
        };
        seen.extend(pinned.map(|tip| (tip, None)));
        Ok(seen)
    }

    /// Tells whether only this clone writes its pins: no fetch that its own file configures does, as in a mirror, nor a push, as in a bare repository without a
    /// remote.
    fn owns_pins(&self) -> Result<bool, GitError> {
        let own = self.own_values()?;
        let remotes = own.remotes();
        let pins = [APPROVALS_PIN.to_owned(), off_line::pin(Oid::NULL)];
        let is_written = |place: &str| {
            pins.iter().any(|pin| match place.split_once('*') {
                Some((begin, end)) => pin.starts_with(begin) && pin.ends_with(end),
                None => pin == place,
            })
        };
        if remotes.iter().any(|remote| own.fetch_destinations(remote).any(is_written)) {
            return Ok(false);
        }
        Ok(self.work_dir.is_some() || !remotes.is_empty())
    }

    /// Returns the tips that a clone saw at a ref, by its reflog alone.
    fn logged_tips(&self, name: &str) -> Result<SeenTips, GitError> {
        let mut seen = SeenTips::new();
        let file = self.common_dir.join("logs").join(name);
        let bytes = match fs::read(&file) {
            Err(cause) if cause.kind() == ErrorKind::NotFound => Vec::new(),
            Err(cause) => {
                let cause = format!("can't read {}: {cause}", file.display());
                return Err(GitError::new(cause));
            }
            Ok(bytes) => bytes,
        };
        for line in String::from_utf8_lossy(&bytes).lines() {
            let who = line.split_once('\t').map_or(line, |(who, _)| who);
            let mut words = who.split(' ');
            let [old, new] = [words.next(), words.next()].map(|word| word.and_then(Oid::from_hex));
            let seconds = who.rsplit(' ').nth(1).and_then(|text| text.parse().ok());
            seen.extend(new.map(|new| (new, seconds.and_then(Instant::from_unix))));
            if let Some(old) = old {
                seen.entry(old).or_default();
            }
        }
        seen.remove(&Oid::NULL);
        Ok(seen)
    }

    /// Tells whether git forgets the former tips of a branch of this bare repository: it has no reflog, and the configuration
    /// asks for none.
    pub fn forgets_tips(&self, name: &str) -> bool {
        let is_asked_for = || {
            const KEY: &str = "core.logAllRefUpdates";
            let is_always = |text: String| text.eq_ignore_ascii_case("always");
            let is_on = self.config().and_then(|config| config.get_bool(KEY)).unwrap_or(false);
            is_on || self.setting(KEY).is_some_and(is_always)
        };
        self.work_dir.is_none()
            && name.starts_with("refs/heads/")
            && !self.common_dir.join("logs").join(name).is_file()
            && !is_asked_for()
    }

    /// Keeps a tip as a ref, so that git's pruning leaves it.
    ///
    /// # Errors
    /// [`GitError`] if the ref can't be written, or others write such refs, too.
    pub fn pin(&self, name: &str, tip: Oid) -> Result<(), GitError> {
        if !self.owns_pins()? {
            return Err(GitError::new("others write refs below refs/exledger/ here".to_owned()));
        }
        self.git.reference(name, theirs(tip)?, true, "exledger verify: a tip to be kept")?;
        Ok(())
    }
}
