//! The checks of the ledger itself: ref, clone, policy, name, forge, merges, folders, history.
//!
//! Pure. Follows `docs/spec/cli.md`, doctor.

use crate::diag::shell;
use std::collections::{BTreeMap, BTreeSet};

use crate::approval::sources::forge;
use crate::approval::sources::keys::Keys;
use crate::diag::Level;
use crate::features::doctor::check::{CheckName, DoctorCheck};
use crate::features::doctor::facts::{CloneState, DoctorFacts};
use crate::features::doctor::signed_merges::{self, ForgeMerges};
use crate::features::doctor::{accounts, check};
use crate::history::mainline::Guard;
use crate::history::objects::short;
use crate::history::refs::APPROVALS_BRANCH;
use crate::policy::demand::Forge;
use crate::policy::people;
use crate::survey::merging::{self, LandingKind};
use crate::{diag, policy};

/// The number of files in a folder above which reading history gets slow.
const MOST_FILES: usize = 1_000;

/// The number of first parents above which a question without an index takes seconds.
const MOST_LANDINGS: usize = 20_000;

pub(super) fn reference(facts: &DoctorFacts<'_>) -> DoctorCheck {
    let name = CheckName::Ref;
    let label = facts.stamp.label.as_deref().unwrap_or("the approved ref");
    let reference = facts.stamp.reference.as_deref().unwrap_or_default();
    if facts.guard == Guard::Local {
        let message =
            format!("{label}: anyone with this clone can change it; push it to a protected branch");
        return DoctorCheck::note(name, message);
    }
    let is_local = reference.starts_with("refs/heads/");
    if let (true, Some(remote)) = (is_local, facts.remote) {
        let message = format!(
            "{label} is a local branch, which the remote at {} does not protect: leave out --approved-ref, and unset exledger.approvedRef",
            remote.host
        );
        return DoctorCheck::note(name, message);
    }
    DoctorCheck::ok(name, label)
}

pub(super) fn clone(facts: &DoctorFacts<'_>) -> DoctorCheck {
    if facts.clone == CloneState::Whole && facts.forgets_tips {
        let message = "a bare mirror keeps no reflog, so a force push goes unnoticed here";
        return DoctorCheck::note(CheckName::Clone, message)
            .with_command("git config core.logAllRefUpdates true");
    }
    facts.clone.check()
}

pub(super) fn policy(facts: &DoctorFacts<'_>) -> DoctorCheck {
    let name = CheckName::Policy;
    let left_out = &facts.stamp.left_out;
    if let Some(first) = left_out.first() {
        let paths: Vec<&str> = left_out.iter().map(|file| file.path.as_str()).collect();
        let distinct: BTreeSet<&str> =
            left_out.iter().flat_map(|file| file.authors.iter().map(String::as_str)).collect();
        let authors: Vec<&str> = distinct.into_iter().collect();
        let others = match authors.as_slice() {
            [] => String::new(),
            authors => format!(" other than {}", diag::names(authors)),
        };
        let message = format!(
            "{} of commit {} does not count, because {}: {}",
            diag::names(&paths),
            short(&first.commit),
            first.reason,
            first
                .keyless
                .as_ref()
                .map_or_else(|| format!("someone{others} must approve it"), |_| first.way_out())
        );
        let check = DoctorCheck::problem(name, message);
        return left_out.iter().fold(check, |check, it| check.with_command(it.command()));
    }
    let findings = facts.governance.findings.iter();
    let warnings: Vec<String> = findings
        .filter(|finding| finding.level != Level::Note)
        .map(|finding| match finding.pos {
            Some(pos) => format!("{}:{}: {}", finding.path, pos.line, finding.message),
            None => format!("{}: {}", finding.path, finding.message),
        })
        .collect();
    match warnings.first() {
        Some(first) => DoctorCheck::note(name, first)
            .with_command(shell::command("exledger lint", &[policy::FILE])),
        None => {
            let alone = match facts.n_rules_of_branch {
                0 => String::new(),
                n => {
                    let files = diag::count(n, "governance file");
                    format!("; {files} counted by {APPROVALS_BRANCH} alone: nobody may delete it")
                }
            };
            DoctorCheck::ok(name, format!("{} counts as it is{alone}", policy::FILE))
        }
    }
}

pub(super) fn name(facts: &DoctorFacts<'_>) -> DoctorCheck {
    match &facts.governance.policy.name {
        Some(stated) => DoctorCheck::ok(CheckName::Name, stated),
        None => {
            let path = facts.remote.map(|remote| remote.path.as_str());
            let message = format!(
                "the ledger has no name, so approvals and receipts name its first commit: add one to {}",
                policy::FILE
            );
            let line = format!("name: {}", path.unwrap_or("TEAM/LEDGER"));
            DoctorCheck::note(CheckName::Name, message).with_lines([line])
        }
    }
}

/// Returns the forge in use: the one that the policy names, else the one that most commits show, else that of the remote.
pub(super) fn seen_forge(facts: &DoctorFacts<'_>) -> Option<&'static str> {
    let pinned = facts.governance.policy.approval.forge;
    if !matches!(pinned, Forge::Auto | Forge::Generic) {
        return Some(pinned.as_str());
    }
    let most = counts(facts).into_iter().max_by_key(|(_, n)| *n).map(|(name, _)| name);
    most.or_else(|| facts.remote?.forge()).or_else(|| facts.ci.forge())
}

fn counts(facts: &DoctorFacts<'_>) -> BTreeMap<&'static str, usize> {
    let mut counts = BTreeMap::new();
    for name in facts.recent.landings.iter().filter_map(|landing| landing.forge) {
        *counts.entry(name).or_insert(0) += 1;
    }
    counts
}

pub(super) fn forge(facts: &DoctorFacts<'_>, seen: Option<&str>) -> DoctorCheck {
    let name = CheckName::Forge;
    let unknown = unknown_forges(facts);
    if !unknown.is_empty() {
        let message = format!(
            "{} committed what others merged: if that is your forge, add it to people.forges in {}, otherwise those merges don't count",
            diag::names(&unknown),
            policy::FILE
        );
        let lines = unknown.iter().map(|forge| format!("forges: [{}]", check::yaml(forge)));
        return DoctorCheck::problem(name, message).with_lines(lines);
    }
    let counts = counts(facts);
    let pinned = facts.governance.policy.approval.forge;
    let n_pinned = counts.get(pinned.as_str()).copied().unwrap_or(0);
    let is_pinned = !matches!(pinned, Forge::Auto | Forge::Generic);
    let of = newest(facts);
    let shown: Vec<String> = counts.iter().map(|(name, n)| format!("{name} {n}")).collect();
    if is_pinned && n_pinned == 0 && !counts.is_empty() {
        let message = format!(
            "the policy names {}, but of the {of} none shows it ({}): approvers named in merge messages don't count",
            pinned.as_str(),
            shown.join(", ")
        );
        return DoctorCheck::note(name, message).with_lines(["forge: auto".to_owned()]);
    }
    let addresses: Vec<&str> = facts.forges.iter().map(|forge| forge.address.as_str()).collect();
    let message = match (counts.is_empty(), seen) {
        (false, _) if facts.recent.landings.len() == 1 => {
            let names: Vec<&str> = counts.keys().map(|name| &**name).collect();
            format!("{} in the {of}", names.join(", "))
        }
        (false, _) => {
            let shown: Vec<String> =
                counts.iter().map(|(name, n)| format!("{name} in {n}")).collect();
            format!("{} of the {of}", shown.join(", "))
        }
        (true, _) if !addresses.is_empty() => {
            let verb = if addresses.len() == 1 { "commits" } else { "commit" };
            format!("{} {verb} what people merge", diag::names(&addresses))
        }
        (true, Some(seen)) => format!("{seen}; no commit shows it yet"),
        (true, None) => "plain git: no commit, remote or file shows a forge".to_owned(),
    };
    let parts: Vec<String> = [message].into_iter().chain(proven_merges(facts)).collect();
    let message = parts.join("; ");
    let is_unnamed = |forge: &&ForgeMerges| !forge.is_named && forge.n_signed > 0;
    let unnamed: Vec<&str> =
        facts.forges.iter().filter(is_unnamed).map(|forge| forge.address.as_str()).collect();
    let numbers = facts.forges.iter().flat_map(|forge| &forge.numbers);
    let numbers: Vec<String> = numbers.map(|key| accounts::line(key)).collect();
    let approve = shell::command("exledger approve --governance", &[policy::FILE]);
    let add = if !unnamed.is_empty() {
        format!(
            "; to count them as forge-signed, add it to people.forges in {}, and approve that with a listed key: what a claim adds proves no more than a claim",
            policy::FILE
        )
    } else if let Some(commit) = facts.forges.iter().find_map(|forge| forge.by_claim.as_ref()) {
        let message = format!(
            "{message}; a claim says which forge or whose accounts these are (commit {}), so they prove no more than a claim until somebody with a listed key approves that",
            short(commit)
        );
        return DoctorCheck::note(name, message).with_command(approve);
    } else if !numbers.is_empty() {
        format!(
            "; a login may change hands, so add the numbers of accounts to people.logins in {}, approved by a merge that the forge signs or with a listed key",
            policy::FILE
        )
    } else {
        return DoctorCheck::ok(name, message);
    };
    let forges = unnamed.iter().map(|forge| format!("forges: [{}]", check::yaml(forge)));
    let check = DoctorCheck::note(name, message + &add).with_lines(forges.chain(numbers));
    if unnamed.is_empty() { check } else { check.with_command(approve) }
}

fn proven_merges(facts: &DoctorFacts<'_>) -> Vec<String> {
    let is_only = facts.forges.len() == 1;
    let carry = |forge: &ForgeMerges| {
        let of = if is_only { String::new() } else { format!(" of {}", forge.address) };
        let (signed, merges) = (forge.n_signed, diag::count(forge.n_merges, "merge commit"));
        let verb = if forge.n_merges == 1 { "carries" } else { "carry" };
        let unread = match forge.n_unread {
            0 => String::new(),
            n => format!(", {n} one of a kind that is not read here"),
        };
        format!("{signed} of {merges}{of} {verb} its signature{unread}")
    };
    let kept = facts.kept.map(|(kept, all)| {
        let all = diag::count(all, "exception");
        format!("proof: forge-signed would keep {kept} of {all} in force")
    });
    facts.forges.iter().map(carry).chain(kept).collect()
}

fn newest(facts: &DoctorFacts<'_>) -> String {
    match facts.recent.landings.len() {
        1 => "newest commit".to_owned(),
        n => format!("newest {n} commits"),
    }
}

/// Returns the committers of merges and pull requests that may be a forge, but that nothing identifies.
fn unknown_forges(facts: &DoctorFacts<'_>) -> Vec<String> {
    let mut found = BTreeSet::new();
    let keys = Keys::from_governance(facts.governance, facts.governance);
    for landing in &facts.recent.landings {
        let committer = landing.commit.committer();
        let lands = matches!(landing.kind, LandingKind::Merge | LandingKind::Squash);
        let person = people::identify(facts.governance, &committer.name, &committer.email);
        let may_be_forge = people::may_be_forge(&person.key)
            || landing.names_merger
                && people::groups_of(facts.governance, &person).is_empty()
                && signed_merges::is_signed_by_committer(landing, &keys);
        if (lands || landing.names_merger)
            && may_be_forge
            && !merging::is_forge(facts.governance, committer)
            && !forge::is_own_address(&person.key)
        {
            found.insert(committer.email.trim().to_owned());
        }
    }
    found.into_iter().collect()
}

pub(super) fn merges(facts: &DoctorFacts<'_>) -> DoctorCheck {
    let recent = facts.recent;
    let kinds = [
        (LandingKind::Merge, "merge commit"),
        (LandingKind::Squash, "squash"),
        (LandingKind::Rebase, "rebase"),
        (LandingKind::Direct, "direct commit"),
    ];
    let plural = |n: usize, noun: &str| match (n, noun) {
        (1, noun) => format!("1 {noun}"),
        (n, "squash") => format!("{n} squashes"),
        (n, noun) => diag::count(n, noun),
    };
    let counted: Vec<String> = kinds
        .into_iter()
        .map(|(kind, noun)| (recent.count(|landing| landing.kind == kind), noun))
        .filter(|(n, _)| *n > 0)
        .map(|(n, noun)| plural(n, noun))
        .collect();
    let of = newest(facts);
    if recent.count(|landing| landing.kind != LandingKind::Direct) == 0 {
        let message = format!("nothing was merged in the {of}, so nothing shows how merges look");
        return DoctorCheck::note(CheckName::Merges, message);
    }
    DoctorCheck::ok(CheckName::Merges, format!("{} in the {of}", counted.join(", ")))
}

pub(super) fn history(facts: &DoctorFacts<'_>) -> DoctorCheck {
    let name = CheckName::History;
    let commits = diag::count(facts.n_landings, "commit");
    if facts.n_landings <= MOST_LANDINGS || facts.has_filters {
        return DoctorCheck::ok(name, format!("{commits} by first parents"));
    }
    let message =
        format!("the folders of {commits} are read for each question: let git index them, once");
    DoctorCheck::note(name, message)
        .with_command("git commit-graph write --reachable --changed-paths")
}

pub(super) fn folders(facts: &DoctorFacts<'_>) -> DoctorCheck {
    let large: Vec<String> = facts
        .folders
        .iter()
        .filter(|(_, n)| *n > MOST_FILES)
        .map(|(folder, n)| format!("{folder} ({n} files)"))
        .collect();
    if large.is_empty() {
        let n_files: usize = facts.folders.iter().map(|(_, n)| n).sum();
        return DoctorCheck::ok(CheckName::Folders, diag::count(n_files, "record file"));
    }
    let message = format!(
        "more than 1,000 files in {}, which makes every answer slow: use folders by year or team",
        diag::names(&large)
    );
    DoctorCheck::note(CheckName::Folders, message).with_command("exledger new --folder FOLDER")
}
