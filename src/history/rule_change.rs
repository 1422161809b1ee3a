//! What a commit off the first-parent line changed in a governance file, as if it had landed where the line and it parted.
//!
//! Pure. Start at `LineRules::judge`. Follows `docs/spec/approval.md`, M5: which version counts is asked in `approval`;
//! here only what can't count is left out.

use crate::history::commit::Commit;
use crate::history::content::ContentCache;
use crate::history::digest::Digest;
use crate::history::governance::GovernanceFiles;
use crate::history::objects::{Merge, Objects, Obstacle, Oid};
use crate::history::paths::LedgerPrefix;
use crate::history::trails::Bytes;
use crate::history::tree::{CommitTree, TreeWithFile};
use crate::history::version::Version;
use crate::ledger::tree::Tree;
use crate::policy::governance::{self, Governance};
use crate::policy::{self, governs};
use crate::yaml::node::Limits;

/// How many earlier policies of the line a change is compared with, the newest first.
const MOST_POLICIES: usize = 12;

pub(super) struct LineRules<'l, 'o> {
    pub(super) objects: &'o dyn Objects,
    pub(super) prefix: &'l LedgerPrefix,
    pub(super) contents: &'l ContentCache<'o>,
    pub(super) files: &'l GovernanceFiles,
    /// The last landing before the line and the commits parted, and its tree; `None` before the first.
    pub(super) after: Option<usize>,
    pub(super) parted: Option<Oid>,
    pub(super) tree: Oid,
}

#[derive(Clone, Debug, Default)]
pub(super) struct RuleChange {
    /// Whether it may only add requirements to what counts.
    pub(super) is_stricter: bool,
    /// Whether the line's version is neither the same nor as strict.
    pub(super) is_lacking: bool,
    /// Whether the line's text has the change, beside others.
    pub(super) is_held: bool,
    /// Whether the line's text had the change already: then it is lost only where that text does not count.
    pub(super) is_in_line: bool,
    /// The file with the change put into the line's text, and its id; `None` if the file is gone.
    pub(super) content: Option<(Oid, Vec<u8>)>,
}

impl LineRules<'_, '_> {
    /// Judges what a commit did to a file, by itself: what else the commit did takes nothing from it.
    pub(super) fn judge(
        &self,
        commit: &Commit,
        path: &str,
        bytes: &Bytes,
    ) -> Result<RuleChange, Obstacle> {
        let Some(first) = commit.parents.first() else { return Ok(RuleChange::default()) };
        let line = CommitTree::new(self.objects, self.tree, self.prefix);
        let held = line.entry(path).map_err(Obstacle::from)?.map(|(_, blob)| blob);
        let new = bytes.new.first().map(|file| file.blob);
        let old = self.read(bytes.old.first().map(|file| file.blob))?;
        let (ours, theirs) = (self.read(held)?, self.read(new)?);
        let parted = self.parted.map(|tree| CommitTree::new(self.objects, tree, self.prefix));
        let mut is_in_line = false;
        let joined = match (new, &parted) {
            (Some(new), Some(parted)) => {
                let joined = self.join(parted, path, (new, [&old, &theirs]), (held, &ours))?;
                is_in_line = joined.is_none();
                Some(joined.unwrap_or_else(|| (new, theirs.clone())))
            }
            (Some(new), None) => Some((new, theirs.clone())),
            (None, _) => None,
        };
        let changed = joined.as_ref().map(|(_, bytes)| bytes.as_slice());
        let before = CommitTree::of_commit(self.objects, *first, self.prefix)?;
        let own = new.map(|_| theirs.as_slice());
        let earlier = Governance::read(&before)?;
        let after = Governance::read(&TreeWithFile::new(&before, self.prefix, path, own))?;
        let mut is_stricter = tightens([&earlier, &after]);
        let mut is_of_keys = self.is_revoked_list(&earlier, path);
        if let Some(parted) = &parted {
            for policy in self.policies(parted)? {
                let state = TreeWithFile::new(parted, self.prefix, policy::FILE, policy.as_deref());
                let earlier = Governance::read(&state)?;
                let after = TreeWithFile::new(&state, self.prefix, path, changed);
                is_stricter |= tightens([&earlier, &Governance::read(&after)?]);
                is_of_keys |= self.is_revoked_list(&earlier, path);
            }
        }
        let landed = Governance::read(&line)?;
        let taken = Governance::read(&TreeWithFile::new(&line, self.prefix, path, changed))?;
        // A revocation counts whatever the policy beside it is like.
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let is_of_keys = is_of_keys || self.is_revoked_list(&landed, path);
        if is_of_keys && governs::revokes_more(Some(&text(&old)), &text(&theirs)) {
            let is_lacking = !governs::revokes_more(Some(&text(&theirs)), &text(&ours));
            return Ok(RuleChange {
                is_stricter: true,
                is_lacking,
                content: joined,
                ..RuleChange::default()
            });
        }
        let is_same = joined.as_ref().map(|(blob, _)| *blob) == held;
        Ok(RuleChange {
            is_stricter,
            is_lacking: !is_same && !governs::only_adds(&taken, &landed),
            is_held: self.objects.merge(&old, &ours, &theirs) == Merge::Clean(ours),
            is_in_line,
            content: joined,
        })
    }

    fn read(&self, blob: Option<Oid>) -> Result<Vec<u8>, Obstacle> {
        let read = |blob| self.contents.bytes_within(blob, Limits::ROSTER.bytes);
        Ok(blob.map(read).transpose()?.flatten().unwrap_or_default())
    }

    /// Puts a change into the text that the line had; where it doesn't fit, the text of the commit is taken. `None` if the text
    /// had the change already.
    fn join(
        &self,
        parted: &CommitTree<'_>,
        path: &str,
        (new, [old, theirs]): (Oid, [&[u8]; 2]),
        (held, ours): (Option<Oid>, &[u8]),
    ) -> Result<Option<(Oid, Vec<u8>)>, Obstacle> {
        let stood = parted.entry(path).map_err(Obstacle::from)?.map(|(_, blob)| blob);
        let text = self.read(stood)?;
        let Merge::Clean(joined) = self.objects.merge(old, &text, theirs) else {
            return Ok(Some((new, theirs.to_vec())));
        };
        // No object has a text that is made here.
        let made = Oid::from_bytes(Digest::of(&joined).0.get(..20).unwrap_or_default());
        if joined == text && joined != theirs {
            return Ok(None);
        }
        let known = [(Some(new), theirs), (held, ours)];
        let same = known.into_iter().find(|(_, bytes)| *bytes == joined);
        let blob = same.and_then(|(blob, _)| blob).or(made).unwrap_or(new);
        Ok(Some((blob, joined)))
    }

    /// Returns the policies that the line has had, that of the tree first: which of them counts is not known here.
    fn policies(&self, parted: &CommitTree<'_>) -> Result<Vec<Option<Vec<u8>>>, Obstacle> {
        let mut policies = vec![parted.bytes(policy::FILE).map_err(Obstacle::from)?];
        let trail = self.files.trails.get(policy::FILE);
        let landed = |version: &&Version| {
            Some(version.landing) <= self.after && version.taken_away().is_none()
        };
        let versions = trail.into_iter().flat_map(|trail| trail.versions.iter().rev());
        for version in versions.filter(landed).take(MOST_POLICIES) {
            let blob = version.files.first().map(|file| file.blob);
            let bytes =
                blob.and_then(|blob| self.files.bytes.get(&blob)).map(|bytes| bytes.to_vec());
            if !policies.contains(&bytes) {
                policies.push(bytes);
            }
        }
        Ok(policies)
    }

    fn is_revoked_list(&self, governance: &Governance, path: &str) -> bool {
        self.prefix.plain(&governance.policy.approval.revoked) == path
    }
}

/// Tells whether a change of the rules makes them stricter, and, of what decides, does nothing else.
pub fn tightens([before, after]: [&Governance; 2]) -> bool {
    let is_sound = |governance: &Governance| governance.state == governance::State::Sound;
    is_sound(before) && is_sound(after) && governs::tightens(before, after)
}
