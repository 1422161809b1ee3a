//! The audit: every landed version, evaluated under the governance at its landing; findings have the
//! level that they deserve today.
//!
//! Pure. Start at [`Audit`]. Follows `docs/spec/rules.md` (audit, levels in verify). Findings of content rules are
//! collected while history is walked ([`contents`]), so that nothing is parsed again.

pub mod contents;
mod frozen;
mod governance;
mod levels;
mod line;
pub mod policy_bypass;
mod refiled;

use crate::approval::TrailVerdicts;
use crate::approval::evidence::files::ApprovalFileOutcome;
use crate::approval::next::text;
use crate::approval::people::at_landing::LandedSignature;
use crate::approval::verdict::{ApprovalVerdict, Satisfied};
use crate::diag::code::{Code, RuleGroup};
use crate::diag::remedy::{Act, Remedy};
use crate::diag::shell;
use crate::diag::sorting::StableSort as _;
use crate::diag::{Finding, Level};
use crate::history::change::{self, differ};
use crate::history::governance::GovernanceOrigin;
use crate::history::objects::Oid;
use crate::history::version::{Content, Trail, TrailKey, Version, VersionChange};
use crate::history::walked::History;
use crate::ledger;
use crate::ledger::tree::Tree;
use crate::policy::governance::Governance;
use crate::record::Record;
use crate::record::file::{self, RecordFile};
use crate::record::time::Instant;
use crate::rules::audit::contents::Contents;
use crate::rules::audit::levels::Levels;
use crate::rules::audit::policy_bypass::{BypassedVersion, Loosening};
use crate::rules::audit_cases::{ClosingVersion, Healed, LandedCase, Statements, Urgent};
use crate::rules::case::RuleContext;
use crate::rules::change_cases::{ChangeCase, Needs};
use crate::rules::closed_edited;
use crate::rules::extra_schema::ExtraSchema;
use crate::rules::lint;
use crate::rules::past::{RecordPast, Settled};
use crate::status::renewal;
use crate::status::trace::{Lapse, Trace};
use crate::{diag, rules, status};
use std::rc::Rc;

/// The data that an audit needs.
pub struct Audit<'a> {
    /// What the commits of the approved branch prove.
    pub history: &'a History,
    /// The approval verdict of each version.
    pub approvals: &'a TrailVerdicts,
    /// Approvals that depend on untrusted changes of governance.
    pub loosened: &'a [BypassedVersion],
    /// The governance of the tree in question.
    pub governance: &'a Governance,
    /// The team's own schema for it.
    pub extra_schema: &'a ExtraSchema,
    /// The tree that holds this governance.
    pub tree: &'a dyn Tree,
    /// The instant of the answers.
    pub instant: Instant,
    /// The findings of the content rules.
    pub contents: &'a Contents<'a>,
    /// Reads a file again, for the positions in it.
    pub places: &'a dyn Fn(&str, Oid) -> Option<RecordFile>,
    /// Tells whether `lint` finds an error in the landed text of a record.
    pub refuses: &'a dyn Fn(&TrailKey) -> bool,
}

struct AuditedTrail<'a> {
    key: &'a TrailKey,
    trail: &'a Trail,
    verdicts: &'a [Rc<ApprovalVerdict>],
    levels: Levels<'a>,
    review_due: Option<Instant>,
    lapses: Vec<(usize, Lapse)>,
}

impl<'a> Audit<'a> {
    /// Returns the findings about a record, unsorted.
    pub fn record(&self, key: &'a TrailKey) -> Vec<Finding> {
        let (Some(trail), Some(verdicts)) =
            (self.history.trails.get(key), self.approvals.trails.get(key))
        else {
            return Vec::new();
        };
        let trace = Trace::new(status::state::RecordFacts {
            key,
            history: self.history,
            verdicts,
            governance: self.governance,
        });
        let review_due = trace.review_due();
        let lapses = trace.lapses(self.instant);
        let of = AuditedTrail {
            key,
            trail,
            verdicts,
            levels: Levels::new(trail, verdicts, trace, self.instant),
            review_due,
            lapses,
        };
        let mut findings = Vec::new();
        let mut before: Option<RecordFile> = None;
        for (index, version) in trail.versions.iter().enumerate() {
            // `mainline-suspicious` names what no landing made.
            if version.taken_away().is_some() {
                continue;
            }
            let after = bare(version);
            findings.extend(self.version(&of, index, version, [before.as_ref(), after.as_ref()]));
            // Of several files none is the record: what follows is compared with the one that stood before them.
            if !is_conflicted(version) {
                before = after;
            }
        }
        findings
    }

    fn version(
        &self,
        of: &AuditedTrail<'a>,
        index: usize,
        version: &'a Version,
        [before, after]: [Option<&RecordFile>; 2],
    ) -> Vec<Finding> {
        let (Some(verdict), Some(landing)) =
            (of.verdicts.get(index), self.history.mainline.landings.get(version.landing))
        else {
            return Vec::new();
        };
        let states = &self.approvals.counted.states;
        let governance_before = states.before(version.landing);
        let own = states.at(version.landing);
        let approved = of.levels.approved_before(index);
        let healed = of.levels.healed(index);
        let landed = LandedCase {
            is_governance: false,
            is_redesign: false,
            redesign: None,
            path: path(version),
            id: match of.key {
                TrailKey::Id(id) => Some(id),
                TrailKey::Path(_) | TrailKey::Other(_) => None,
            },
            version,
            record: version.record.record().map(AsRef::as_ref),
            before: change::last_record(of.trail, version),
            verdict,
            landing,
            governance_before,
            self_approval: match governance_before.origin {
                // Changes that land together with the first policy use its setting.
                GovernanceOrigin::Defaults => own.governance.policy.approval.self_approval,
                _ => governance_before.governance.policy.approval.self_approval,
            },
            after: own,
            today: self.governance,
            approved: approved.and_then(|at| of.trail.versions.get(at)),
            at_tip: of.levels.at_tip(index),
            level: of.levels.level(index, of.review_due),
            healed,
            counts: None,
            keys: Vec::new(),
            closing: closing(of, index),
            loosened: self.loosened(of.key, index),
            signatures: self.signatures(version.landing),
            urgent: self.urgent(of, index, version),
            lapse: of.lapses.iter().find(|(at, _)| *at == index).map(|(_, lapse)| *lapse),
        };
        let mut findings = self.about_approval(&landed);
        let is_open = landed.at_tip && landed.healed == Healed::No;
        let is_approve = |finding: &Finding| matches!(finding.remedy.act, Act::Other { .. });
        if is_open && findings.iter().any(is_approve) && (self.refuses)(of.key) {
            for finding in findings.iter_mut().filter(|finding| is_approve(finding)) {
                let lint = shell::command("exledger lint", &[landed.path]);
                finding.remedy = Remedy::run([lint]).after(text::REFUSED_BY_LINT);
            }
        }
        let mut changes = match version.change {
            VersionChange::Moved | VersionChange::Inherited => Vec::new(),
            _ if is_conflicted(version) => Vec::new(),
            VersionChange::Introduced | VersionChange::Readded => {
                let displaced = before.filter(|before| self.is_displaced(of, index, before));
                let mut found = self.about_change(of, index, &landed, [None, after]);
                if displaced.is_some() {
                    found.extend(self.about_change(of, index, &landed, [displaced, None]));
                }
                found
            }
            _ => self.about_change(of, index, &landed, [before, after]),
        };
        let known: Vec<_> =
            changes.iter().map(|finding| (finding.rule, finding.field.clone())).collect();
        let contents = self.contents.new_in(of.key, version.n);
        changes
            .extend(contents.filter(|it| !known.contains(&(it.rule, it.field.clone()))).cloned());
        changes.extend(conflicts(&landed, self.repair(of, index).as_deref()));
        let last = index + 1 == of.trail.versions.len();
        let places = last.then(|| self.place(version, &changes)).flatten();
        for finding in &mut changes {
            settle(finding, &landed, places.as_ref().filter(|_| last), &|code| match code {
                Code::ClosedEdited => self.put_back(of, index, landed.path),
                _ => self.put_back_approved(of, index, &landed),
            });
        }
        // No approval of this version ends what putting the approved text back does.
        let is_put_back = |finding: &&Finding| {
            finding.rule.group() == RuleGroup::Change && matches!(finding.remedy.act, Act::Run(_))
        };
        if let Some(put_back) = changes.iter().find(is_put_back) {
            for finding in findings.iter_mut().filter(|finding| is_approve(finding)) {
                finding.remedy = put_back.remedy.clone();
            }
        }
        findings.extend(changes);
        findings
    }

    fn about_approval(&self, landed: &LandedCase<'_>) -> Vec<Finding> {
        let is_judged =
            matches!(landed.version.record.content(), Content::Record(_) | Content::File);
        if !is_judged || landed.version.change == VersionChange::Inherited {
            return Vec::new();
        }
        let context = self.context(&landed.governance_before.governance, landed.landing.effective);
        let mut findings = lint::landed(landed, &context, |rule| {
            landed.verdict.carries.is_none() || rule.special.each_landing
        });
        for finding in &mut findings {
            let heals = landed.healed == Healed::Yes && finding.rule == Code::ReviewBySelf;
            if heals && finding.level == Level::Error {
                finding.level = Level::Warning;
                finding.remedy = Remedy::stays().after(landed.how_to_approve());
            }
        }
        findings
    }

    // Returns the remedy for a closed record that was edited: its text as it was closed, with the reviews that came since. Nothing
    // is put back to another path, or that had an error of its own.
    fn put_back(&self, of: &AuditedTrail<'a>, index: usize, own_path: &str) -> Option<Remedy> {
        let at = of.trail.closing(index)?;
        let mut kept = of.trail.versions.get(at)?;
        for later in of.trail.versions.get(at + 1..=index)? {
            if let (Some(before), Some(after)) = (kept.record.record(), later.record.record())
                && closed_edited::is_checked(before, after)
                && !closed_edited::drops_review(before, after)
            {
                kept = later;
            }
        }
        let note =
            "put back what it said when it was closed, in a change that someone else approves";
        self.restore(of.key, kept, own_path, note)
    }

    // Returns the remedy for a change that nobody approved: the text approved before, where that drops no firing.
    fn put_back_approved(
        &self,
        of: &AuditedTrail<'a>,
        index: usize,
        landed: &LandedCase<'_>,
    ) -> Option<Remedy> {
        let (approved, own) = (landed.approved?, landed.record?);
        let kept = approved.record.record()?;
        let is_last = index + 1 == of.trail.versions.len();
        let is_open = is_last && landed.verdict.satisfied == Satisfied::No;
        if !is_open || own.closure.is_some() || own.fired != kept.fired {
            return None;
        }
        self.restore(of.key, approved, landed.path, text::PUT_BACK)
    }

    fn restore(
        &self,
        key: &TrailKey,
        kept: &Version,
        own_path: &str,
        note: &'static str,
    ) -> Option<Remedy> {
        let mut faults = self.contents.new_in(key, kept.n);
        if path(kept) != own_path || faults.any(|finding| finding.level == Level::Error) {
            return None;
        }
        let commit = self.history.mainline.landings.get(kept.landing)?.oid;
        let restore = shell::command("git checkout", &[&commit.short(), "--", own_path]);
        Some(Remedy::run([restore]).after(note))
    }

    /// Returns the findings of the rules about changes, under the policy of the landing's own tree.
    fn about_change(
        &self,
        of: &AuditedTrail<'a>,
        index: usize,
        landed: &LandedCase<'_>,
        [before, after]: [Option<&RecordFile>; 2],
    ) -> Vec<Finding> {
        // A file that never was a record may be removed, and restored content is the approved version again (V7b).
        let approved = landed.approved.and_then(|version| version.record.record());
        let both = approved.zip(after.and_then(|file| file.record.as_ref()));
        let is_as_approved =
            both.is_some_and(|(approved, after)| differ::is_equal(approved, after));
        let restored = landed.verdict.flags.contains("restored-to-approved-content")
            || is_as_approved && landed.verdict.is_approved();
        if matches!(of.key, TrailKey::Path(_)) || restored {
            return Vec::new();
        }
        let first = of.levels.first(index);
        let first_landed = self.effective(of.trail.versions.get(first));
        let begin = renewal::earliest_begin(of.levels.approved_records(index), first_landed);
        let changed = ChangeCase {
            start: None,
            before,
            after,
            approved: approved.map(AsRef::as_ref),
            waiting: None,
            closed: landed.closing.as_ref().map(|closing| closing.record),
            renewed: renewal::counted(of.levels.approved_records(index)),
            begin: begin.as_ref(),
            needs: Needs {
                needed: landed.verdict.needed.clone(),
                missing: landed.verdict.missing.clone(),
                ..Needs::default()
            },
            past: RecordPast { settled: Settled::Open, landed: first_landed },
            base: &landed.governance_before.governance,
            brought: &[],
        };
        let context = self.context(&landed.after.governance, landed.landing.effective);
        lint::change(&changed, &context)
    }

    /// Tells whether the file of a record went where there had been several with its id, and did not get an id of its own.
    fn is_displaced(&self, of: &AuditedTrail<'a>, index: usize, before: &RecordFile) -> bool {
        let (Some(version), Some(gone)) = (of.trail.versions.get(index), &before.record) else {
            return false;
        };
        let earlier = of.trail.versions.get(..index).unwrap_or_default();
        let last = earlier.iter().rfind(|version| version.taken_away().is_none());
        let is_renamed = |other: &Version| {
            let record = other.record.record().filter(|_| other.landing == version.landing);
            record.is_some_and(|record| {
                let renamed = Record { id: record.id.clone(), ..gone.clone() };
                other.change == VersionChange::Introduced && differ::is_equal(&renamed, record)
            })
        };
        let mut others = self.history.trails.values().flat_map(|trail| &trail.versions);
        last.is_some_and(is_conflicted) && !others.any(is_renamed)
    }

    fn repair(&self, of: &AuditedTrail<'a>, index: usize) -> Option<String> {
        let is_sound = |version: &Version| version.record.record().is_some();
        let versions = of.trail.versions.iter().enumerate().skip(index + 1);
        let (at, version) = versions
            .filter(|(_, version)| is_sound(version))
            .find(|(at, _)| of.levels.is_approved(*at))?;
        let landing = self.history.mainline.landings.get(version.landing)?;
        let makers = of.verdicts.get(at)?.makers.iter().map(|person| person.email.to_string());
        let by = makers.collect::<Vec<_>>().join(", ");
        let (n, commit, when) = (version.n, landing.oid.short(), landing.effective);
        Some(format!(" until version {n} by {by}, commit {commit}, not before {when}"))
    }

    /// Returns the findings about files below `.approvals`.
    pub fn statements(&self, files: &[ApprovalFileOutcome]) -> Vec<Finding> {
        let context = self.context(self.governance, self.instant);
        let statements = Statements::Landed(files);
        lint::approval_files(&statements, &context)
    }

    fn context<'k>(&'k self, governance: &'k Governance, instant: Instant) -> RuleContext<'k> {
        RuleContext {
            governance,
            extra_schema: self.extra_schema,
            tree: self.tree,
            instant: Some(instant),
            neighbours: None,
        }
    }

    fn loosened(&self, key: &TrailKey, index: usize) -> &'a [Loosening] {
        let mut all = self.loosened.iter();
        let found = all.find(|entry| entry.key == *key && entry.version == index);
        found.map_or(&[], |entry| &entry.thanks_to)
    }

    fn signatures(&self, landing: usize) -> Vec<&'a LandedSignature> {
        let signatures = self.approvals.signatures.as_slice();
        let from = signatures.partition_point(|signature| signature.landing < landing);
        let rest = signatures.iter().skip(from);
        rest.take_while(|signature| signature.landing == landing).collect()
    }

    fn effective(&self, version: Option<&Version>) -> Option<Instant> {
        let landing = self.history.mainline.landings.get(version?.landing)?;
        Some(landing.effective)
    }

    fn urgent(&self, of: &AuditedTrail<'a>, index: usize, version: &Version) -> Option<Urgent> {
        let due = of.review_due.filter(|_| index == 0)?;
        if version.change == VersionChange::Inherited {
            return None;
        }
        let approved = of.verdicts.iter().filter(|verdict| verdict.is_approved());
        Some(Urgent {
            due,
            approved: approved.filter_map(|verdict| verdict.approved_at).min(),
            now: self.instant,
        })
    }

    fn place(&self, version: &Version, findings: &[Finding]) -> Option<RecordFile> {
        let wants = |finding: &Finding| finding.field.is_some();
        let [file] = version.files.as_slice() else {
            return None;
        };
        findings.iter().any(wants).then(|| (self.places)(&file.path, file.blob))?
    }
}

/// Returns a version's file without positions; `None` if it was removed, or consists of several files.
fn bare(version: &Version) -> Option<RecordFile> {
    let [file] = version.files.as_slice() else {
        return None;
    };
    let record: Option<&Record> = version.record.record().map(AsRef::as_ref);
    Some(RecordFile::bare(&file.path, record.cloned()))
}

/// Returns the path of a version; for a removed one, the path of the removed file.
fn path(version: &Version) -> &str {
    let file = version.files.first().or(version.before.first());
    file.map_or("", |file| &file.path)
}

fn closing<'a>(of: &AuditedTrail<'a>, index: usize) -> Option<ClosingVersion<'a>> {
    let at = of.trail.closing(index)?;
    let (version, verdict) = of.trail.versions.get(at).zip(of.verdicts.get(at))?;
    Some(ClosingVersion { record: version.record.record()?, verdict })
}

fn is_conflicted(version: &Version) -> bool {
    matches!(version.record.content(), Content::Conflicted(_))
}

/// Returns a finding for each of several files with one id; for all of them a note, if that was repaired.
fn conflicts(landed: &LandedCase<'_>, repair: Option<&str>) -> Vec<Finding> {
    let Content::Conflicted(paths) = landed.version.record.content() else {
        return Vec::new();
    };
    let (level, had) = match repair {
        Some(_) => (Level::Note, "had"),
        None => (Level::Error, "have"),
    };
    let repair = repair.unwrap_or_default();
    let is_named = |path: &&String| landed.id == Some(file::stem(path));
    let kept = match paths.first.iter().filter(is_named).collect::<Vec<_>>()[..] {
        _ if paths.n != paths.first.len() => None,
        [named] => Some(named),
        _ => paths.first.iter().min(),
    };
    let finding = |path: &String| Finding {
        rule: Code::DuplicateId,
        level,
        path: path.clone(),
        pos: None,
        field: Some("id".to_owned()),
        id: landed.id.map(str::to_owned),
        message: match paths.first.as_slice() {
            [one, two] => format!("{one} and {two} {had} the same id{repair}"),
            first => format!("{} {had} the same id{repair}", diag::some(first, paths.n)),
        },
        remedy: match (level, kept) {
            (Level::Note, _) => "nothing is left to do".into(),
            (_, Some(kept)) => ledger::keep_one(kept, &paths.first),
            (_, None) => "remove all but one of the files, or give each its own id".into(),
        },
    };
    let n = if level == Level::Note { 1 } else { paths.first.len() };
    paths.first.iter().take(n).map(finding).collect()
}

fn settle(
    finding: &mut Finding,
    landed: &LandedCase<'_>,
    tip: Option<&RecordFile>,
    put_back: &dyn Fn(Code) -> Option<Remedy>,
) {
    let is_open = landed.record.is_some_and(|record| record.closure.is_none());
    let reopened = finding.rule == Code::ClosedEdited && is_open && landed.verdict.is_approved();
    let is_over = match landed.healed {
        Healed::Yes | Healed::Restored => true,
        // What could never be read as a record granted nothing, and may be removed.
        Healed::Gone => landed.id.is_none() || landed.record.is_none() && landed.before.is_none(),
        Healed::No => false,
    };
    let stays = rules::find(finding.rule).is_some_and(|rule| rule.special.stays_error);
    // What was decided before the closure, and merged after it: putting it back would take it away.
    let is_late_decision = finding.rule == Code::ClosedEdited && finding.level == Level::Note;
    let heals = is_over && !stays;
    finding.level = match finding.level {
        Level::Error if reopened => Level::Note,
        Level::Error if heals => Level::Warning,
        level => level,
    };
    finding.pos = match (tip, &finding.field) {
        (Some(source), Some(field)) => Some(source.pos(field)),
        _ => None,
    };
    finding.message = landed.placed(&finding.message);
    let is_in_file = landed.at_tip && finding.rule.group() != RuleGroup::Change;
    // Where it stands no more, it can't be edited.
    match () {
        () if is_in_file
            && matches!(finding.rule, Code::EvidenceChanged | Code::MissingEvidence) =>
        {
            // The digest that landed is a decision, which nobody rewrites.
            finding.remedy =
                "restore the file that has the digest: `exledger lint` says from where".into();
        }
        () if is_in_file || is_late_decision => {}
        () if stays => finding.remedy = Remedy::stays(),
        // What was changed wrongly is no better for an approval of itself.
        () if landed.healed == Healed::No
            && (finding.level == Level::Error || finding.rule == Code::ClosedEdited) =>
        {
            let remedy = put_back(finding.rule);
            finding.remedy = remedy.unwrap_or_else(|| landed.ending(finding.level));
        }
        () => finding.remedy = landed.ending(finding.level),
    }
}

/// Returns findings by path, line, column, rule, as answers list them.
pub fn sorted(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.order_by(|one, other| one.sort_key().cmp(&other.sort_key()));
    findings.dedup();
    findings
}
