//! Whether approvals count in this repository: reads what the checks need, and nothing else.
//!
//! Start at `examine`. Follows `docs/spec/cli.md`, doctor. Records are read only where a forge signs merges and the policy
//! does not demand it, and looked for in a partial clone; otherwise the answer takes no longer in a large ledger.

use std::path::Path;

use crate::approval::count::weigh;
use crate::approval::evidence::statement_file::{MOST_BYTES, SIGNATURE};
use crate::approval::sources::keys::Keys;
use crate::approval::sources::signature;
use crate::diag::shell::quoted;
use crate::features::doctor;
use crate::features::doctor::check::{CheckName, DoctorCheck};
use crate::features::doctor::checkout::Checkout;
use crate::features::doctor::diagnosis::Diagnosis;
use crate::features::doctor::facts::{CloneState, DoctorFacts, GitUser, OwnKey};
use crate::features::doctor::{folder_sizes, recent, signed_merges};
use crate::history::objects::{Extent, Obstacle};
use crate::history::paths::LedgerPrefix;
use crate::history::refs::{APPROVALS_BRANCH, Cause};
use crate::history::tree::CommitTree;
use crate::history::watched_paths::{self, RecordFilter};
use crate::ledger::tree::Tree as _;
use crate::policy::demand::Proof;
use crate::policy::governance::Governance;
use crate::session::error::{Error, Undetermined};
use crate::session::locate::Located;
use crate::session::mainline;
use crate::session::mainline::OpenMainline;
use crate::session::options::Moment;
use crate::session::snapshot::Snapshot;
use crate::session::snapshot::walk::Scope;
use crate::status::stamp::Stamp;
use crate::status::state::{InForce, RecordState};
use crate::store::files;
use crate::store::git::Repository;
use crate::store::sign::{SignError, SigningKey};
use crate::survey::remote::RemoteAddress;
use crate::survey::workflows::ci::CiSetup;

const MOST_READ: usize = 1_000;

const MOST_OF_KEY: u64 = 65_536;

/// Whether approvals count, and what it was computed from.
pub struct DoctorAnswer {
    /// The ledger, commit and instant; without a ref and commit if none can be chosen.
    pub stamp: Stamp,
    /// The checks.
    pub diagnosis: Diagnosis,
}

/// Makes all checks; `folder` is the base of relative paths.
pub(crate) fn examine(
    located: &Located,
    at: &Moment,
    folder: &Path,
) -> Result<DoctorAnswer, Error> {
    match read(located, at, folder) {
        Err(Error::Undetermined(cause)) => stopped(located, at, cause),
        answer => answer,
    }
}

fn read(located: &Located, at: &Moment, folder: &Path) -> Result<DoctorAnswer, Error> {
    let repository = located.repository()?;
    let line = OpenMainline::open(located, at)?;
    let mut snapshot = Snapshot::walk_few(line, &RecordFilter::default(), None)?;
    let n_rules_of_branch = snapshot.rules_of_branch().len();
    let governance = snapshot.governance();
    let (history, _) = snapshot.facts();
    let mainline = &history.mainline;
    let clone = match (repository.extent(), &history.gap) {
        (extent @ Extent::Shallow { .. }, _) => CloneState::Shallow(extent),
        (_, Some(gap)) => CloneState::Missing(gap.clone()),
        (Extent::Partial { .. }, None) => match missing(located, at)? {
            Some(obstacle) => CloneState::Missing(obstacle),
            None => CloneState::Whole,
        },
        (Extent::Full, None) => CloneState::Whole,
    };
    let recent = recent::read(repository, mainline, snapshot.prefix(), governance)?;
    let forges = signed_merges::count(governance, &recent);
    let is_offered = governance.policy.strongest_proof() == Proof::Claimed;
    let kept = match forges.iter().any(|forge| forge.n_signed > 0 && is_offered) {
        true => Some(kept_by_signatures(located, at)?),
        false => None,
    };
    let top = CommitTree::of_commit(repository, mainline.tip, &LedgerPrefix::default())?;
    let tree = CommitTree::of_commit(repository, mainline.tip, snapshot.prefix())?;
    let folders = folder_sizes::count(repository, &tree, &governance.policy.records)?;
    let checkout = Checkout::read(located, Some(snapshot.origin().1))?;
    let remote = repository
        .first_remote()
        .and_then(|name| repository.setting(&format!("remote.{name}.url")))
        .and_then(|url| RemoteAddress::parse(&url));
    let reference = &snapshot.origin().1.reference;
    let root = quoted(&located.root.display().to_string());
    let init = match snapshot.stamp().folder.as_str() {
        "" => "exledger init".to_owned(),
        _ => format!("exledger -C {root} init"),
    };
    let facts = DoctorFacts {
        stamp: snapshot.stamp(),
        init: &init,
        guard: mainline.guard,
        clone,
        n_landings: mainline.landings.len(),
        has_filters: repository.commit_graph().is_some_and(|graph| graph.has_filters()),
        forgets_tips: repository.forgets_tips(reference),
        governance,
        is_first: snapshot.had_no_policy(),
        n_rules_of_branch,
        checkout: &checkout,
        recent: &recent,
        forges: &forges,
        kept,
        ci: &CiSetup::read(&top)?,
        has_signed: has_signed(repository, snapshot.origin().1.remote.as_deref(), governance)?,
        user: &user(located, repository, folder),
        remote: remote.as_ref(),
        folders: &folders,
        instant: at.instant(),
    };
    let diagnosis = doctor::diagnosis::diagnose(&facts);
    Ok(DoctorAnswer { stamp: snapshot.stamp().clone(), diagnosis })
}

/// Returns how many exceptions in force have enough approvals without the claimed ones, and how many there are.
fn kept_by_signatures(located: &Located, at: &Moment) -> Result<(usize, usize), Error> {
    let snapshot = Snapshot::open_landed(located, at, Scope::Everything)?;
    let in_force = snapshot.records().iter().filter(|record| record.in_force == InForce::Yes);
    let is_kept = |record: &&RecordState| {
        let (Some(approved), Some(verdict)) = (&record.approved, &record.approval) else {
            return false;
        };
        let strong =
            approved.approvers.iter().filter(|approver| approver.level >= Proof::ForgeSigned);
        let member_of: Vec<Vec<String>> = strong.map(|approver| approver.groups.clone()).collect();
        weigh::are_enough(&verdict.needed, &member_of)
    };
    Ok((in_force.clone().filter(is_kept).count(), in_force.count()))
}

fn missing(located: &Located, at: &Moment) -> Result<Option<Obstacle>, Error> {
    let repository = located.repository()?;
    let snapshot = Snapshot::open_landed(located, at, Scope::Everything)?;
    let trails = snapshot.facts().0.trails.values();
    let mut files = trails.flat_map(|trail| &trail.versions).flat_map(|version| &version.files);
    let missing = files.find(|file| !repository.holds(file.blob));
    Ok(missing.map(|file| Obstacle::Missing { object: file.blob, extent: repository.extent() }))
}

fn has_signed(
    repository: &Repository,
    remote: Option<&str>,
    governance: &Governance,
) -> Result<bool, Error> {
    let Some(tip) = repository.tip_of(remote, APPROVALS_BRANCH) else {
        return Ok(false);
    };
    let keys = Keys::from_governance(governance, governance);
    let tree = CommitTree::of_commit(repository, tip, &LedgerPrefix::default())?;
    let files = tree.list("")?;
    let texts = files.iter().filter_map(|file| file.path.strip_suffix(SIGNATURE));
    for text in texts.filter(|path| !watched_paths::approvals_of(path).is_empty()).take(MOST_READ) {
        let read = |path: &str| tree.bytes_within(path, MOST_BYTES);
        let (Some(bytes), Some(signature)) = (read(text)?, read(&format!("{text}{SIGNATURE}"))?)
        else {
            continue;
        };
        let checked = signature::of_review(&signature, &bytes);
        if checked.key().is_some_and(|key| keys.is_bridge_key(&key.fingerprint())) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn user(located: &Located, repository: &Repository, folder: &Path) -> GitUser {
    let (name, email) = repository.user();
    let home = located.options.home.as_deref();
    let key = match repository.signing(None, home, folder) {
        Ok(setup) => own_key(&setup.key),
        Err(SignError::NoKey(_)) => OwnKey::Unset,
        Err(error) => OwnKey::Unusable(error.to_string()),
    };
    let author = repository.setting("exledger.approvalAuthor");
    GitUser { name, email, key, commits_as_me: author.as_deref() == Some("me") }
}

/// Returns the public half of a key: of a private key's file, the one beside it.
fn own_key(key: &SigningKey) -> OwnKey {
    let read = |path: &Path| {
        let bytes = files::read(path, MOST_OF_KEY).ok()?;
        String::from_utf8(bytes).ok()
    };
    let (found, place) = match key {
        SigningKey::InAgent(text) => (Some(text.clone()), "the configured key".to_owned()),
        SigningKey::File(path) => {
            let text = read(path).filter(|text| !text.starts_with("-----BEGIN"));
            let beside = || {
                let mut beside = path.clone().into_os_string();
                beside.push(".pub");
                read(Path::new(&beside))
            };
            (text.or_else(beside), path.display().to_string())
        }
    };
    let text = found.unwrap_or_default();
    let mut fields = text.split_whitespace();
    match (fields.next(), fields.next()) {
        (Some(algorithm), Some(base64)) => OwnKey::Public(algorithm.to_owned(), base64.to_owned()),
        _ => OwnKey::Unusable(format!("there is no public key beside {place}")),
    }
}

fn stopped(located: &Located, at: &Moment, cause: Undetermined) -> Result<DoctorAnswer, Error> {
    let (name, commands) = match &cause {
        Undetermined::NoApprovedRef(none) if none.cause == Cause::Empty => {
            (CheckName::Ref, Checkout::read(located, None)?.commands)
        }
        Undetermined::NoApprovedRef(none) => (CheckName::Ref, Vec::from_iter(none.command.clone())),
        Undetermined::NoRepository { .. } => (CheckName::Ref, vec!["git init".to_owned()]),
        Undetermined::Object(obstacle) => {
            let command = obstacle.remedy().command().map(str::to_owned);
            (CheckName::Clone, Vec::from_iter(command))
        }
        Undetermined::Tree(_) => (CheckName::Clone, Vec::new()),
        Undetermined::PolicyBroken(_) => (CheckName::Policy, vec!["exledger lint".to_owned()]),
        Undetermined::NoPolicy { .. } => (CheckName::Policy, Vec::new()),
        _ => return Err(cause.into()),
    };
    let chosen = mainline::approved_ref(located).ok();
    let reference = chosen.as_ref().map(|chosen| chosen.reference.clone());
    let mut before = Vec::new();
    if name != CheckName::Ref {
        before.push(DoctorCheck::ok(CheckName::Ref, reference.as_deref().unwrap_or_default()));
    }
    if name == CheckName::Policy {
        let extent = located.repository()?.extent();
        let clone =
            if extent.is_shallow() { CloneState::Shallow(extent) } else { CloneState::Whole };
        before.push(clone.check());
    }
    let mut check = DoctorCheck::unknown(name, Error::from(cause).reason());
    check.commands.extend(commands);
    let stamp = Stamp {
        name: None,
        called: None,
        folder: located.repository()?.ledger_prefix(&located.root).folder(),
        label: reference.clone(),
        reference,
        commit: chosen.map(|chosen| chosen.tip.to_string()),
        effective: None,
        instant: at.instant(),
        approvals: None,
        trusted_from: None,
        left_out: Vec::new(),
        notes: None,
        is_simulated: at.is_moved(),
    };
    Ok(DoctorAnswer { stamp, diagnosis: Diagnosis::stopped(before, check) })
}
