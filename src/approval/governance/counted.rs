//! Determines which version of each governance file counts after each landing: unapproved changes are
//! never used to approve anything.
//!
//! Pure. Start at [`count_governance`]. Follows `docs/spec/approval.md`, G1 and G2. Landings are judged oldest first, each
//! by the governance before it, so that a governance change never approves itself.

use crate::approval::count::missing;
use crate::approval::evidence::approvals_branch::BranchStatements;
use crate::approval::evidence::files::ApprovalFileReader;
use crate::approval::evidence::given::StatementEvent;
use crate::approval::evidence::statement_file;
use crate::approval::fold::trail::{EvaluationContext, TrailEvaluator, TrailKind};
use crate::approval::governance::choice::{Chooser, Composer, VersionChoice};
use crate::approval::governance::key_levels::{self, AdmittedKey, KeyLevels};
use crate::approval::people::at_landing::{
    GovernanceHistory, LandedSignature, Ruled, SignatureChecks,
};
use crate::approval::put_back;
use crate::approval::sources::keys::Keys;
use crate::approval::sources::signature;
use crate::approval::verdict::{ApprovalVerdict, FourEyes, NotCounted, Satisfied, VoteCounts};
use crate::diag::shell;
use crate::history::governance::{GovernanceOrigin, Position, States};
use crate::history::objects::Obstacle;
use crate::history::version::Version;
use crate::history::walked::{ApprovalFileChange, History};
use crate::history::watched_paths;
use crate::policy::demand::Proof;
use crate::policy::governance::{Governance, MAILMAP};
use crate::policy::mailmap::Mailmap;
use crate::policy::people::person::Person;
use crate::record::time::Instant;
use serde::ser::SerializeStruct as _;
use serde::{Serialize, Serializer};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

/// The governance that counts, after each landing and at the tip.
#[derive(Clone, Debug, Default)]
pub struct CountedGovernance {
    /// What counts after each landing: of each file the last version that was approved or only adds requirements.
    pub states: States,
    /// The same, but with approved versions only; used to tell people apart.
    pub approved: States,
    /// What counts at the tip; without a policy if there is none at the tip, or if its removal was approved.
    pub tip: Rc<Governance>,
    /// Governance that restricts retroactively: the mailmaps, logins and revoked keys at the tip, approved or not.
    pub later: Vec<Rc<Governance>>,
    /// The last approved state, with the revocations that are proven: only these discard a rejection.
    pub proven: Rc<Governance>,
    /// One verdict for each version of each governance file, by path.
    pub verdicts: BTreeMap<String, Vec<ApprovalVerdict>>,
    approved_versions: BTreeMap<String, Vec<bool>>,
    /// The unapproved changes at the tip, sorted by path.
    pub left_out: Vec<UncountedGovernanceFile>,
    /// The lines of the signers file that count at the tip.
    pub keys: Vec<AdmittedKey>,
    pub signatures: Vec<LandedSignature>,
    choices: Vec<(usize, VersionChoice)>,
}

pub fn count_governance(history: &History) -> CountedGovernance {
    // Nobody loses a say in the rules by what nobody approved.
    let mut approved_later = Vec::new();
    let mut proven = None;
    loop {
        let mut counted = judged(history, &approved_later, proven.as_deref());
        let n_known = approved_later.len();
        let kept = kept(history, &counted.verdicts, &counted.choices);
        let tip = |states: &States| Rc::clone(&states.at(usize::MAX).governance);
        counted.proven = with_proven_revocations(history, &counted);
        proven = Some(Rc::clone(&counted.proven));
        add_new(&mut approved_later, kept.into_iter().chain(proven.clone()));
        let new = approved_later.get(n_known..).unwrap_or_default();
        if ![&counted.states, &counted.approved].iter().any(|it| it.are_restricted_by(new)) {
            let all =
                [tip(&history.states), tip(&counted.states)].into_iter().chain(approved_later);
            add_new(&mut counted.later, all);
            return counted;
        }
    }
}

/// Returns the last approved state, with those revocations alone that were approved by as strong a proof as the rules ask for:
/// a claim takes a key out of the rules from then on, and takes back nothing that the key approved or rejected before.
fn with_proven_revocations(history: &History, counted: &CountedGovernance) -> Rc<Governance> {
    let tip = &counted.approved.at(usize::MAX).governance;
    let demanded = tip.policy.strongest_proof();
    if demanded == Proof::Claimed {
        return Rc::clone(tip);
    }
    let path = history.prefix.plain(&tip.policy.approval.revoked);
    let (Some(trail), Some(verdicts)) =
        (history.governance.get(&path), counted.verdicts.get(&path))
    else {
        return Rc::clone(tip);
    };
    let trusted = |version: &Version| Some(version.landing) <= history.mainline.trusted;
    let is_proven = |(index, (version, verdict)): &(usize, (&Version, &ApprovalVerdict))| {
        let is_root = verdict.policy_commit.is_none() || trusted(version);
        is_root || counted.is_approved(&path, *index) && verdict.result.proof() >= Some(demanded)
    };
    let mut versions = trail.versions.iter().zip(verdicts).enumerate().collect::<Vec<_>>();
    versions.retain(is_proven);
    let bytes = versions.last().and_then(|(_, (version, _))| history.bytes_of(version));
    let revoked = bytes.map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    Rc::new(Governance { revoked, ..(**tip).clone() })
}

fn add_new(known: &mut Vec<Rc<Governance>>, more: impl Iterator<Item = Rc<Governance>>) {
    for other in more {
        if !known.iter().any(|governance| governance.restricts_the_same(&other)) {
            known.push(other);
        }
    }
}

/// Evaluates the governance files landing by landing, with the given retroactive restrictions: who somebody is, is asked
/// of the last approved state alone, so that no lone push decides about it.
fn judged(
    history: &History,
    later: &[Rc<Governance>],
    proven: Option<&Governance>,
) -> CountedGovernance {
    let composer = Composer::new(history);
    let branch = BranchStatements::read(history);
    let from = relevant(history, &branch);
    let before_all = composer.before_first();
    let open = || States::of_runs(Rc::clone(&before_all), from.iter().copied());
    let (states, approved) = (open(), open());
    let ruled = Ruled {
        counted: if put_back::N6 { &states } else { &approved },
        approved: if put_back::N6 { &states } else { &approved },
        landed: &approved,
        later,
        proven,
        hidden: history.gap.as_ref(),
        in_force: &states,
    };
    let governance_history = GovernanceHistory::new(ruled);
    let signature_checks = SignatureChecks::new(history, &governance_history).of_rules();
    let context = EvaluationContext {
        history,
        governance_history: &governance_history,
        signature_checks: &signature_checks,
    };
    let mut folds = evaluators(context);
    let mut reader = ApprovalFileReader::new(history, &governance_history, &|_| false);
    let mut files =
        history.approvals.chunk_by(|one, other| one.landing == other.landing).peekable();
    let mut chooser = Chooser::new(history, &composer, &governance_history);
    let mut key_levels = KeyLevels::default();
    let mut choices: Vec<(usize, VersionChoice)> = Vec::new();
    for place in from {
        let landing = place.landing;
        let lands = |chunk: &&[ApprovalFileChange]| {
            chunk.first().is_some_and(|change| change.landing <= landing)
        };
        while let Some(chunk) = files.next_if(lands) {
            reader.land(chunk);
        }
        reader.bring_governance(&branch, place);
        for (path, mut statements) in reader.take_governance() {
            let counts = chooser.counted.of(&path);
            mark_continuing(history, &path, counts, &mut statements);
            if let Some(fold) = folds.get_mut(path.as_str()) {
                fold.statements.extend(statements);
            }
        }
        for (path, fold) in &mut folds {
            fold.counts = chooser.counted.of(path);
            fold.pass(landing);
        }
        let verdicts = |path: &str| folds.get(path).map_or(&[][..], |fold| &fold.verdicts);
        chooser.choose(place, &verdicts);
        let after = [
            composer.state(&chooser.approved, landing, approved.before(place)),
            composer.state(&chooser.counted, landing, states.before(place)),
        ];
        let list = chooser.approved_list(landing, &after[0].governance, &verdicts);
        let naming = chooser.naming(landing, key_levels.has_begun, &verdicts);
        let [approved_state, state] = key_levels.land(list, naming, after, &governance_history);
        states.fill(place, state);
        approved.fill(place, approved_state);
        if choices.last().is_none_or(|(_, last)| *last != chooser.counted) {
            choices.push((landing, chooser.counted.clone()));
        }
    }
    let decided =
        |path: &str, verdicts: &[ApprovalVerdict]| chooser.approved_versions(path, verdicts);
    let approved_versions = folds
        .iter()
        .map(|(path, fold)| ((*path).to_owned(), decided(path, &fold.verdicts)))
        .collect();
    let verdicts: BTreeMap<String, Vec<ApprovalVerdict>> =
        folds.into_iter().map(|(path, fold)| (path.to_owned(), fold.into_verdicts())).collect();
    let tip = composer.tip(&chooser.counted, states.at(usize::MAX));
    let left_out = {
        let last = governance_history.before(history.mainline.landings.len());
        let approved = (last.approved, &last.approved_key_set.keys);
        uncounted_files(history, &tip, &chooser.counted, &verdicts, approved)
    };
    let signatures = signature_checks.into_signatures();
    CountedGovernance {
        states,
        approved,
        tip,
        verdicts,
        approved_versions,
        left_out,
        keys: key_levels.counted.named,
        signatures,
        choices,
        ..CountedGovernance::default()
    }
}

fn evaluators(context: EvaluationContext<'_>) -> BTreeMap<&str, TrailEvaluator<'_>> {
    let named = context.history.named_governance();
    let trails = context.history.governance.iter();
    let evaluators = trails.map(|(path, trail)| {
        let kind = TrailKind::Governance(path);
        let mut fold = TrailEvaluator::new(context, kind, trail, Vec::new());
        fold.is_named = named.contains(path.as_str());
        (path.as_str(), fold)
    });
    evaluators.collect()
}

fn mark_continuing(
    history: &History,
    path: &str,
    counts: Option<usize>,
    statements: &mut [StatementEvent<'_>],
) {
    let version = counts.and_then(|n| history.governance.get(path)?.versions.get(n));
    let bytes = version.and_then(|version| history.bytes_of(version));
    let digest = statement_file::digest(bytes.map_or(&[], AsRef::as_ref));
    for statement in statements {
        if let StatementEvent::CountedFile(counted_file) = statement {
            let from = counted_file.landed.file.from.as_deref();
            counted_file.continues = from == Some(&*digest);
        }
    }
}

fn relevant(history: &History, branch: &BranchStatements<'_>) -> Vec<Position> {
    let brought = branch.governance_places();
    // A note counts from its own time on, independently of landings.
    if history.notes.is_some() && !history.governance.is_empty() {
        let landings = (0..history.mainline.landings.len()).map(Position::from);
        return landings.chain(brought).collect::<BTreeSet<_>>().into_iter().collect();
    }
    let versions = history.governance.values().flat_map(|trail| &trail.versions);
    let approvals =
        history.approvals.iter().filter(|file| watched_paths::is_of_governance(&file.path));
    let states = history.states.from().map(|(landing, _)| landing);
    let landings = versions
        .map(|version| version.landing)
        .chain(history.mainline.trusted)
        .chain(approvals.map(|file| file.landing))
        .chain(states);
    landings.map(Position::from).chain(brought).collect::<BTreeSet<_>>().into_iter().collect()
}

impl CountedGovernance {
    pub(crate) fn ruled<'a>(&'a self, history: &'a History) -> Ruled<'a> {
        Ruled {
            counted: &self.states,
            approved: &self.approved,
            landed: &history.states,
            later: &self.later,
            proven: Some(&self.proven),
            hidden: match &self.states.at(usize::MAX).origin {
                GovernanceOrigin::Unknown(obstacle @ Obstacle::Missing { .. }) => Some(obstacle),
                _ => history.gap.as_ref(),
            },
            in_force: &self.states,
        }
    }

    /// Returns the governance with other versions than those that count. For the version of a file that counts,
    /// `instead` returns the version to use, or the same one, or `None` to leave the file out.
    pub fn instead(
        &self,
        history: &History,
        instead: &dyn Fn(&str, usize) -> Option<usize>,
    ) -> States {
        let composer = Composer::new(history);
        let places = || self.states.places();
        let states = States::of_runs(Rc::clone(self.states.before_all()), places());
        for place in places() {
            let landing = place.landing;
            let mut choice = self.choice(landing).clone();
            choice.change(instead);
            let state = composer.state(&choice, landing, states.before(place));
            let counted = &self.states.at(landing).governance;
            states.fill(place, key_levels::mark_as(&state, counted));
        }
        states
    }

    fn choice(&self, landing: usize) -> &VersionChoice {
        const NONE: &VersionChoice = &VersionChoice::NONE;
        let n = self.choices.partition_point(|(from, _)| *from <= landing);
        let last = n.checked_sub(1).and_then(|n| self.choices.get(n));
        last.map_or(NONE, |(_, choice)| choice)
    }

    /// Returns the governance files whose version at a landing differs from the one that counts there: by path, the
    /// bytes of the landed and of the counting version. `None` for a file that is absent.
    pub fn uncounted(
        &self,
        history: &History,
        landing: usize,
    ) -> BTreeMap<String, [Option<Vec<u8>>; 2]> {
        let mut found = BTreeMap::new();
        let named = history.named_governance();
        for (path, trail) in history.governance.iter().filter(|(path, _)| named.contains(&***path))
        {
            let n_landed = trail.versions.partition_point(|version| version.landing <= landing);
            let landed = n_landed.checked_sub(1);
            let counts = self.version(path, landing);
            if landed != counts {
                let bytes =
                    |n: Option<usize>| Some(history.bytes_of(trail.versions.get(n?)?)?.to_vec());
                found.insert(path.clone(), [bytes(landed), bytes(counts)]);
            }
        }
        found
    }

    pub fn version(&self, path: &str, landing: usize) -> Option<usize> {
        self.choice(landing).of(path)
    }

    /// Returns the versions of a file that have ever counted, in the order in which they began to.
    pub fn versions_of(&self, path: &str) -> Vec<usize> {
        let mut versions: Vec<usize> =
            self.choices.iter().filter_map(|(_, choice)| choice.of(path)).collect();
        versions.dedup();
        versions
    }

    pub fn versions_before(&self, path: &str, landing: usize) -> BTreeSet<usize> {
        let before = self.choices.iter().take_while(|(from, _)| *from < landing);
        before.filter_map(|(_, choice)| choice.of(path)).collect()
    }

    /// Returns the first landing from which a version of a file counted.
    pub fn counts_from(&self, path: &str, version: usize) -> Option<usize> {
        let mut choices = self.choices.iter();
        let first = choices.find(|(_, choice)| choice.of(path) == Some(version));
        first.map(|(from, _)| *from)
    }

    /// Tells whether a version of a governance file was approved by someone entitled to approve it.
    pub fn is_approved(&self, path: &str, version: usize) -> bool {
        let known = self.approved_versions.get(path);
        known.and_then(|known| known.get(version)).is_some_and(|is_known| *is_known)
    }
}

/// Returns the lines that were approved once and whose removal was approved only by people whom they merge, each as the
/// governance of a one-line mailmap.
pub(super) fn kept(
    history: &History,
    verdicts: &BTreeMap<String, Vec<ApprovalVerdict>>,
    choices: &[(usize, VersionChoice)],
) -> Vec<Rc<Governance>> {
    let text = |version: Option<usize>| -> BTreeSet<String> {
        let trail = history.governance.get(MAILMAP);
        let version = version.and_then(|n| trail?.versions.get(n));
        let bytes = version.and_then(|version| history.bytes_of(version));
        let text = String::from_utf8_lossy(bytes.map_or(&[][..], AsRef::as_ref)).into_owned();
        text.lines().map(|line| line.trim().to_owned()).collect()
    };
    let mut kept: BTreeSet<String> = BTreeSet::new();
    let mut before = None;
    for (_, choice) in choices {
        let version = choice.of(MAILMAP);
        if version == before {
            continue;
        }
        let lines = text(version);
        kept.extend(text(before));
        let verdict = verdicts.get(MAILMAP).and_then(|all| all.get(version?));
        let approvers = verdict.map_or_else(Vec::new, approvers);
        let goes_on = |line: &String| !approvers.iter().any(|approver| !joins(line, approver));
        kept.retain(|line| !lines.contains(line) && goes_on(line));
        before = version;
    }
    let of_line =
        |line: &String| Governance { mailmap: Mailmap::parse(line), ..Governance::default() };
    kept.iter().map(|line| Rc::new(of_line(line))).collect()
}

fn approvers(verdict: &ApprovalVerdict) -> Vec<&Person> {
    verdict.counted_statements().map(|statement| &statement.person).collect()
}

fn joins(line: &str, person: &Person) -> bool {
    let lower = line.to_lowercase();
    let addresses = [&person.key, &person.email, &person.typed_email];
    let mut named = addresses.map(|address| format!("<{}>", address.to_lowercase())).into_iter();
    named.any(|address| lower.contains(&address))
}

/// A governance file whose version at the tip does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UncountedGovernanceFile {
    pub path: String,
    pub commit: String,
    pub at: Instant,
    /// The addresses of those who made the change, sorted.
    pub authors: Vec<String>,
    /// The landing of the version that counts instead; `None` if the file does not count at all.
    pub counts: Option<String>,
    pub reason: String,
    /// The people who could approve it, if they had a key to sign with; `None` if there is somebody who can.
    pub keyless: Option<Vec<String>>,
}

impl Serialize for UncountedGovernanceFile {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        let mut file = to.serialize_struct("UncountedGovernanceFile", 7)?;
        file.serialize_field("path", &self.path)?;
        file.serialize_field("commit", &self.commit)?;
        file.serialize_field("at", &self.at)?;
        file.serialize_field("authors", &self.authors)?;
        file.serialize_field("counts", &self.counts)?;
        file.serialize_field("reason", &self.reason)?;
        file.serialize_field("command", &self.command())?;
        file.end()
    }
}

impl UncountedGovernanceFile {
    /// Returns the command that approves the change, or else puts back the version that counts, in the ledger's folder.
    pub fn command(&self) -> String {
        match (&self.keyless, &self.counts) {
            (Some(_), Some(commit)) => shell::command("git checkout", &[commit, "--", &self.path]),
            (Some(_), None) => shell::command("git rm --", &[&self.path]),
            _ => shell::command("exledger approve --governance", &[&self.path]),
        }
    }

    /// Returns the command that repairs it, in words.
    pub fn repair(&self) -> String {
        let command = self.command();
        match (&self.keyless, &self.counts) {
            (None, _) => format!("approve it with `{command}`"),
            (Some(_), Some(_)) => format!("put that version back with `{command}`"),
            (Some(_), None) => format!("remove it with `{command}`"),
        }
    }

    /// Returns all that ends it, as the end of a sentence.
    pub fn way_out(&self) -> String {
        let repair = self.repair();
        let Some(people) = &self.keyless else { return repair };
        let again = match people.as_slice() {
            [] => "land the change again, written by somebody who is not listed and merged by somebody who is".to_owned(),
            people => format!("have {} merge the change again", people.join(" or ")),
        };
        format!("nobody who could approve it has a listed key, so {repair}, then {again}")
    }
}

pub(super) fn uncounted_files(
    history: &History,
    tip: &Governance,
    choice: &VersionChoice,
    verdicts: &BTreeMap<String, Vec<ApprovalVerdict>>,
    approved: (&Governance, &Keys),
) -> Vec<UncountedGovernanceFile> {
    let landed = &history.states.at(usize::MAX).governance;
    let named: Vec<String> = [tip, landed]
        .into_iter()
        .flat_map(Governance::paths)
        .map(|path| history.prefix.plain(&path))
        .collect();
    let mut left_out = Vec::new();
    for (path, trail) in &history.governance {
        let counts = choice.of(path).and_then(|n| trail.versions.get(n));
        let verdict = verdicts.get(path).and_then(|verdicts| verdicts.last());
        let (Some(last), Some(verdict)) = (trail.last(), verdict) else {
            continue;
        };
        if !named.contains(path) || counts.is_some_and(|counted| counted.n == last.n) {
            continue;
        }
        let landing = history.mainline.landings.get(last.landing);
        left_out.push(UncountedGovernanceFile {
            path: path.clone(),
            commit: last.commit.oid.to_string(),
            at: landing.map_or(Instant::MIN, |landing| landing.effective),
            authors: authors(verdict),
            counts: counts.map(|version: &Version| version.commit.oid.to_string()),
            reason: why_unapproved(verdict),
            keyless: keyless(verdict, approved),
        });
    }
    left_out
}

/// Returns the people who could approve a version, if none of them has a key to sign with, as where every key is of an author,
/// and no bridge is listed.
fn keyless(
    verdict: &ApprovalVerdict,
    (approved, keys): (&Governance, &Keys),
) -> Option<Vec<String>> {
    let who: Vec<&Person> = verdict.missing.iter().flat_map(|missing| &missing.who).collect();
    let has_key =
        |person: &Person| keys.lists_for(approved, person, (signature::APPROVAL, Proof::Claimed));
    let may = |person: &Person| {
        let mut authors = verdict.authors.iter();
        verdict.accepted.authors_may || authors.all(|author| author.person.key != person.key)
    };
    let has_other = || keys.persons(approved).iter().any(|person| may(person) && has_key(person));
    let is_for_all = who.is_empty() && (keys.has_pattern_key(signature::APPROVAL) || has_other());
    let can_approve = keys.has_bridge() || is_for_all || who.iter().any(|person| has_key(person));
    let emails = || who.iter().map(|person| person.email.clone()).collect();
    (verdict.satisfied == Satisfied::No && !can_approve).then(emails)
}

fn authors(verdict: &ApprovalVerdict) -> Vec<String> {
    let authors = verdict.authors.iter();
    let mut emails: Vec<String> = authors.map(|author| author.person.email.clone()).collect();
    emails.sort();
    emails
}

/// Explains why a change of a governance file is not approved.
pub fn why_unapproved(verdict: &ApprovalVerdict) -> String {
    let others = match authors(verdict) {
        authors if authors.is_empty() => "nobody approved it".to_owned(),
        authors => format!("nobody other than {} approved it", authors.join(", ")),
    };
    match (&verdict.satisfied, verdict.result) {
        (Satisfied::Undetermined(doubt), _) => {
            format!("who approved it can't be determined: {doubt}")
        }
        (_, FourEyes::Vetoed) => "it was rejected".to_owned(),
        (_, FourEyes::InvalidSignature) => "the signature of its merge is bad".to_owned(),
        (_, FourEyes::Unresolved) => match not_listed(verdict) {
            Some(why_not) => format!("{others}; {why_not}"),
            None => "it is not known whether the person who approved it is one of its authors"
                .to_owned(),
        },
        (Satisfied::Yes, _) => {
            "it was not approved by anyone whom the previous policy allows to".to_owned()
        }
        (Satisfied::No, FourEyes::Claimed | FourEyes::ForgeSigned | FourEyes::Attested) => {
            let missing: Vec<&str> =
                verdict.missing.iter().map(|missing| missing.need.as_str()).collect();
            format!("its approval is not enough: {}", missing.join("; "))
        }
        (Satisfied::No, _) => {
            // `others` covers an author's own approval; every other approver gets the reason why theirs does not count.
            let statements = verdict.statements.iter().chain(&verdict.refused);
            let by_others = statements
                .filter(|statement| statement.counts != VoteCounts::No(NotCounted::Author));
            match missing::not_counted(by_others).as_slice() {
                [] => others,
                not_counted => format!("{others}; {}", not_counted.join("; ")),
            }
        }
    }
}

fn not_listed(verdict: &ApprovalVerdict) -> Option<&str> {
    verdict.statements.iter().find_map(|statement| match &statement.counts {
        VoteCounts::No(NotCounted::NotListed(why_not)) => Some(why_not.as_str()),
        _ => None,
    })
}
