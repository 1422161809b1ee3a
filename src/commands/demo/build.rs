//! Builds the demo's repository from its story: git objects first, then one checkout.
//!
//! Start at [`build`]. Follows `docs/decisions.md`, 0024.

use crate::commands::context::Ctx;
use crate::commands::demo::story;
use crate::commands::demo::story::{Edit, SignedApproval, Step, StoryLanding, StoryPerson};
use anyhow::Context;
use exledger::approval::evidence::statement_file::{
    self, ApprovalDecision, ApprovalFile, ApprovalSubject,
};
use exledger::approval::sources::signature::{self, ProcessKey};
use exledger::clock;
use exledger::record::address::Address;
use exledger::record::id::Id;
use exledger::record::time::Instant;
use exledger::store::commits::{self, CommitDraft, CommitWriter, CreatedCommit, WriterSignature};
use sha2::{Digest, Sha256};
use std::collections::BTreeMap;
use std::path::Path;

const FIRST: &[(&str, &str)] = &[
    ("exledger.yaml", include_str!("policy.yaml")),
    (".mailmap", include_str!("mailmap")),
    ("README.md", include_str!("README.md")),
];

const SIGNERS: &str = ".github/allowed_signers";

/// The name of the ledger in its policy, which its approvals repeat.
const LEDGER: &str = "example/payments";

pub(super) const RECORDS: &str = "exceptions";

/// The start of the ledger, in hours relative to the clock's day.
const BEGIN: i64 = -90 * 24 + 9;

pub(super) enum KeySeed {
    /// From chance: nobody can make the keys again.
    Chance([u8; 32]),
    /// From the day, so that the same day gives the same commits.
    Day([u8; 32]),
}

impl KeySeed {
    fn key(&self, owner: StoryPerson) -> ProcessKey {
        let (KeySeed::Chance(seed) | KeySeed::Day(seed)) = self;
        let seed = Sha256::new_with_prefix(seed).chain_update(owner.email).finalize();
        ProcessKey::from_seed(&seed.into())
    }

    fn comment(&self) -> &'static str {
        match self {
            KeySeed::Chance(_) => {
                "# The keys of a sample approval and of the sample's forge; their private halves were never written.\n"
            }
            KeySeed::Day(_) => {
                "# The keys of a sample approval and of the sample's forge, made from a date: anyone can make them again. Not for a real ledger.\n"
            }
        }
    }
}

/// Builds the repository, and checks out its approved branch. `start` is the start of the clock's day; the same start
/// and seed give the same commits. `schemas` are the files of the schemas with their contents.
pub(super) fn build(
    folder: &Path,
    start: Instant,
    seed: &KeySeed,
    schemas: &[(&str, &str)],
) -> anyhow::Result<()> {
    let scribe = CommitWriter::init(folder).context("making the demo's repository")?;
    let (key, forge) = (seed.key(story::SAM), seed.key(story::FORGE));
    let (mainline, files) = (Vec::new(), BTreeMap::new());
    let mut tale = Tale { scribe, start, key, forge, mainline, files, merged: 0 };
    tale.begin(seed.comment(), schemas)?;
    for step in story::STORY {
        tale.apply(step)?;
    }
    tale.scribe.set_branch("main", tale.tip(i64::MAX)?)?;
    tale.scribe.check_out("main").context("checking the demo's branch out")
}

struct Tale {
    scribe: CommitWriter,
    start: Instant,
    key: ProcessKey,
    forge: ProcessKey,
    /// The commits of the mainline with their hours, oldest first.
    mainline: Vec<(i64, CreatedCommit)>,
    files: BTreeMap<&'static str, String>,
    merged: usize,
}

impl Tale {
    fn begin(&mut self, comment: &str, schemas: &[(&str, &str)]) -> anyhow::Result<()> {
        let key = self.key.signers_line(story::SAM.email, signature::APPROVAL);
        let forge = self.forge.signers_line(story::FORGE.email, commits::GIT);
        let listing = "listing the demo's keys";
        let signers = format!("{comment}{}\n{}\n", key.context(listing)?, forge.context(listing)?);
        let given =
            FIRST.iter().map(|(path, text)| (*path, *text)).chain([(SIGNERS, signers.as_str())]);
        let made = schemas.iter().copied();
        let changes: Vec<_> = given.chain(made).map(|(path, text)| change(path, text)).collect();
        let hand = self.hand(story::DANA, BEGIN);
        let message = "Start the ledger\n";
        let draft = CommitDraft {
            parents: &[],
            changes: &changes,
            author: hand.clone(),
            committer: hand,
            message,
        };
        let first = self.scribe.commit(&draft)?;
        self.mainline.push((BEGIN, first));
        Ok(())
    }

    fn apply(&mut self, step: &Step) -> anyhow::Result<()> {
        let (id, text) = self.text(step.edit)?;
        let mut changes = vec![change(&format!("{RECORDS}/{id}.yaml"), &text)];
        let landed = match step.landing {
            StoryLanding::Merge { hours, .. } | StoryLanding::Squash { hours } => hours,
            StoryLanding::Push | StoryLanding::Open { .. } => step.hours,
        };
        let lands_itself = matches!(step.landing, StoryLanding::Squash { .. } | StoryLanding::Push);
        let before = if lands_itself { self.tip(i64::MAX)? } else { self.tip(step.hours)? };
        let draft = CommitDraft {
            parents: &[before],
            changes: &changes,
            author: self.hand(step.by, step.hours),
            committer: self.hand(
                step.landing.committer(step.by),
                if lands_itself { landed } else { step.hours },
            ),
            message: &format!("{}\n", step.subject),
        };
        let mut written = match step.landing {
            StoryLanding::Squash { .. } => self.commit_by_forge(&draft)?,
            _ => self.scribe.commit(&draft)?,
        };
        if let Some(signed) = &step.signed {
            let approval = self.approval(id, &text, signed)?;
            written = self.approve(written, &approval, signed.hours)?;
            changes.extend(approval);
        }
        match step.landing {
            StoryLanding::Open { branch } => {
                self.scribe.set_branch(branch, written)?;
                return Ok(());
            }
            StoryLanding::Merge { by, hours, trailers } => {
                self.merged += 1;
                let merge = self.merge(step, by, hours, trailers, &changes, written)?;
                self.mainline.push((landed, merge));
            }
            StoryLanding::Squash { .. } | StoryLanding::Push => {
                self.mainline.push((landed, written))
            }
        }
        self.files.insert(id, text);
        Ok(())
    }

    fn approval(
        &self,
        id: &str,
        text: &str,
        signed: &SignedApproval,
    ) -> anyhow::Result<Vec<DemoChange>> {
        let file = ApprovalFile {
            ledger: Some(LEDGER.to_owned()),
            about: ApprovalSubject::Record(
                Id::new(id).with_context(|| format!("{id} is not an id"))?,
            ),
            sha256: statement_file::digest(text.as_bytes()),
            from: None,
            decision: ApprovalDecision::Approve,
            at: self.start.plus_seconds(signed.hours.saturating_mul(3_600)),
            by: Address::new(signed.by.email).context("an approver without an address")?,
            reason: Some(signed.reason.to_owned()),
            via: None,
            account: None,
            authors: Vec::new(),
        };
        let (path, text) = (file.path(RECORDS), file.text()?);
        let signature =
            self.key.sign(signature::APPROVAL, &text).context("signing the demo's approval")?;
        Ok(vec![change(&path, &text), change(&format!("{path}.sig"), &signature)])
    }

    /// Adds approval files to a branch, by the author that such commits have.
    fn approve(
        &self,
        parent: CreatedCommit,
        changes: &[DemoChange],
        hours: i64,
    ) -> anyhow::Result<CreatedCommit> {
        let hand = self.hand(story::APPROVALS, hours);
        let draft = CommitDraft {
            parents: &[parent],
            changes,
            author: hand.clone(),
            committer: hand,
            message: "Approve the exception\n",
        };
        Ok(self.scribe.commit(&draft)?)
    }

    fn merge(
        &self,
        step: &Step,
        by: StoryPerson,
        hours: i64,
        trailers: &str,
        changes: &[DemoChange],
        branch: CreatedCommit,
    ) -> anyhow::Result<CreatedCommit> {
        let writer = step.by.email.split('@').next().unwrap_or_default();
        let number = self.merged + 10;
        let mut message = format!(
            "Merge pull request #{number} from {writer}/change-{number}\n\n{}\n",
            step.subject
        );
        if !trailers.is_empty() {
            message.push('\n');
            message.push_str(trailers);
        }
        let draft = CommitDraft {
            parents: &[self.tip(i64::MAX)?, branch],
            changes,
            author: self.hand(by, hours),
            committer: self.hand(story::FORGE, hours),
            message: &message,
        };
        self.commit_by_forge(&draft)
    }

    fn commit_by_forge(&self, draft: &CommitDraft<'_>) -> anyhow::Result<CreatedCommit> {
        let sign = |text: &str| self.forge.sign(commits::GIT, text).context("signing a merge");
        self.scribe.commit_signed(draft, sign)
    }

    fn tip(&self, hours: i64) -> anyhow::Result<CreatedCommit> {
        let before =
            self.mainline.iter().rev().find(|(at, _)| *at <= hours).or(self.mainline.first());
        before.map(|(_, made)| *made).context("the demo's mainline has no commit yet")
    }

    fn text(&self, edit: Edit) -> anyhow::Result<(&'static str, String)> {
        let (Edit::File(id) | Edit::Replace(id, _) | Edit::Append(id, _)) = edit;
        let present =
            || self.files.get(id).cloned().with_context(|| format!("{id} is not filed yet"));
        let text = match edit {
            Edit::File(id) => {
                let text = story::filed(id).with_context(|| format!("{id} has no text"))?;
                story::dated(text, self.start)
            }
            Edit::Append(_, lines) => present()? + &story::dated(lines, self.start),
            Edit::Replace(_, pairs) => pairs.iter().fold(present()?, |text, (from, to)| {
                text.replace(&story::dated(from, self.start), &story::dated(to, self.start))
            }),
        };
        Ok((id, text))
    }

    fn hand(&self, person: StoryPerson, hours: i64) -> WriterSignature<'static> {
        let at = self.start.plus_seconds(hours.saturating_mul(3_600));
        WriterSignature { name: person.name, email: person.email, at }
    }
}

/// A path, and what is there from then on.
type DemoChange = (String, Option<Vec<u8>>);

fn change(path: &str, text: &str) -> DemoChange {
    (path.to_owned(), Some(text.as_bytes().to_vec()))
}

/// Returns a seed from chance; with `--on` one from that day, so that runs can be repeated.
pub(super) fn key_seed(ctx: &Ctx, start: Instant) -> KeySeed {
    if ctx.globals.on.is_some() {
        return KeySeed::Day(Sha256::digest(format!("exledger demo {start}")).into());
    }
    let mut seed = [0; 32];
    for piece in seed.chunks_exact_mut(4) {
        piece.copy_from_slice(&clock::chance().to_le_bytes());
    }
    KeySeed::Chance(seed)
}
