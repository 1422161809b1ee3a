//! Adopting: what is suppressed already is put on record as it is, for 90 days, and no source line is edited.
//!
//! Start at `prepare_adoption`. Follows `docs/spec/interop.md`, 4, adopting. What the drafting function can't tell is
//! listed.

use std::collections::{BTreeMap, HashSet};
use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::diag;
use crate::features::import::answer::{PreparedDraft, PreparedImport};
use crate::features::import::entry::{ImportedEntry, ImportedState};
use crate::features::import::judged;
use crate::features::new::answer::checked_folder;
use crate::features::new::false_positive::{application, file_owners};
use crate::features::scan::answer::ScanRequest;
use crate::features::scan::entry::ScanEntry;
use crate::features::scan::place::ScanPlace;
use crate::features::{decide, scan};
use crate::formats::suppressions::text;
use crate::gate::accepted_text::ScannedFiles;
use crate::ledger::{Ledger, LedgerEntry};
use crate::plan::answers::Answers;
use crate::plan::owner::{KnownOwner, Owners};
use crate::plan::setting::{self, Filer, Setting};
use crate::plan::{draft, drafted_finding};
use crate::policy::governance::Governance;
use crate::policy::people;
use crate::policy::tiers::Match;
use crate::record::address::Address;
use crate::record::pattern;
use crate::record::schema;
use crate::record::subject::FindingKey;
use crate::record::time::{Instant, not_after};
use crate::record::tool_ids::{self, ToolClass};
use crate::record::vocabulary::{Baseline, Risk, RootCause};
use crate::session::error::{Error, Undetermined, Usage};
use crate::session::ids;
use crate::session::locate::{self, Located};
use crate::session::options::Moment;
use crate::session::overlay::Overlay;
use crate::session::scanned_files::RepositoryFiles;
use crate::store::edits::WriteLock;
use crate::survey::event::{FindingFile, FindingPlace};
use crate::survey::route::{RouteSubject, Router};
use crate::view::shape;
use crate::yaml::screen;

/// For how many days what was there is on record.
const DAYS: i64 = 90;

const MOST_ENTRIES: usize = 50;

/// How many characters of a reason are quoted.
const MOST_REASON: usize = 400;

/// The tier that a policy needs, as a line of `tiers`.
pub const TIER: &str = "- {name: adopted, match: [{baseline: [adopted]}], max_term: 90d, max_renewals: 0, max_total: 90d}";

/// Where to look for suppressions, and what their records say.
#[derive(Clone, Copy)]
pub struct AdoptionRequest<'r> {
    /// The folder that paths are named from.
    pub folder: &'r Path,
    /// The files and folders to search; empty for the whole place.
    pub paths: &'r [PathBuf],
    /// The answers that are the same in each record.
    pub given: &'r Answers,
    /// The folder below the first record folder.
    pub subfolder: Option<&'r str>,
    /// Files of the ledger that are written with the records, by their paths.
    pub files: &'r [(String, Vec<u8>)],
}

pub(super) fn prepare_adoption<'s>(
    place: &ScanPlace,
    located: &'s Located,
    at: &Moment,
    request: &AdoptionRequest<'_>,
) -> Result<PreparedImport<'s>, Error> {
    let tree = located.work_tree()?;
    let repository = located.repository()?;
    let lock = WriteLock::open(repository.common_dir()).map_err(decide::answer::unwritten)?;
    let files = Overlay::of(tree, request.files.iter().cloned());
    let governance = locate::governance(&files)?;
    refuse_without_tier(&governance)?;
    let ledger = Ledger::read(&files, &governance.policy.records)?;
    let search = ScanRequest {
        folder: request.folder,
        paths: request.paths,
        base: None,
        ages: true,
        prefixes: &governance.policy.id_prefix,
    };
    let found = scan::answer(place, at, &search)?;
    if let Some(doubt) = found.doubts.first() {
        let help = "correct it, or name the paths to adopt";
        return Err(Undetermined::other(doubt.clone(), help).into());
    }
    let owners = file_owners(located)?;
    let owners = Owners { router: Router { governance: &governance, files: &owners } };
    let (name, email) = repository.user();
    let texts = RepositoryFiles::new(repository, None);
    let is_secret = |entry: &&ScanEntry| {
        let is_secret = |rule: &String| tool_ids::class(&entry.tool, rule) == ToolClass::Secret;
        !entry.is_listed && entry.rules.iter().any(is_secret)
    };
    let places = found.entries.iter().filter(is_secret).map(|entry| FindingPlace {
        file: FindingFile::Inside(entry.path.clone()),
        line: Some(u64::from(entry.line)),
        ..FindingPlace::default()
    });
    let places: Vec<FindingPlace> = places.collect();
    let mut adoption = Adoption {
        secrets: drafted_finding::secret_lines(&places, &texts),
        governance: &governance,
        ledger: &ledger,
        now: at.instant(),
        texts,
        owners,
        entries: Vec::new(),
        suppressions: Vec::new(),
    };
    for entry in &found.entries {
        adoption.sort(entry);
    }
    let unread = found.unread.iter().map(|unread| {
        let (source, line) = (unread.path.clone(), u64::from(unread.line));
        listed(source, line, (ImportedState::Unreadable, unread.reason.clone()))
    });
    adoption.entries.extend(unread);
    let mut setting = Setting {
        governance: &governance,
        now: at.instant(),
        is_emergency: false,
        filer: Filer { name, email },
        is_filer_owner: true,
        id: ids::draw(&governance, at.instant(), &|_| false)?,
        folder: checked_folder(request.subfolder.unwrap_or_default())?,
        has_schema: setting::has_schema(&files, schema::PATH),
    };
    let given = request.given;
    let (drafts, notices) = loop {
        let drafts = adoption.drafts(&mut setting, (given, application(located, &governance)))?;
        let complete: Vec<_> = drafts
            .iter()
            .map(|known| (known.draft.path.as_str(), known.draft.text.as_str()))
            .collect();
        let error = match judged::refuse_unsound((located, &files), at, &governance, &complete) {
            Ok(notices) => break (drafts, notices),
            Err(error) => error,
        };
        if !adoption.leave_out(&error, &drafts) {
            return Err(judged::placed(error, &adoption.entries));
        }
    };
    let drafts = drafts.into_iter().map(|known| known.draft).collect();
    let mut entries = adoption.entries;
    entries.sort_by(|one, other| (&one.source, one.line).cmp(&(&other.source, other.line)));
    Ok(PreparedImport { entries, drafts, unread: Vec::new(), notices, tree, lock })
}

fn refuse_without_tier(governance: &Governance) -> Result<(), Usage> {
    let is_for_adopted = |map: &Match| {
        map.baseline.as_ref().is_some_and(|baselines| baselines.contains(&Baseline::Adopted))
    };
    let mut maps = governance.policy.tiers.iter().flat_map(|tier| tier.matches.iter().flatten());
    if maps.any(is_for_adopted) {
        return Ok(());
    }
    Err(Usage::refused(
        "the policy has no tier for what is adopted",
        format!("add it to `tiers` of exledger.yaml, before the last one:\n  {TIER}"),
    ))
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct AdoptedGroup {
    tool: String,
    /// The rules as they are named, or the path of the file that lists them.
    what: String,
    is_list: bool,
    /// The address of its owner, and the name; `None` for git's user.
    owner: Option<(String, String)>,
}

// A draft, and the keys of its findings in their order.
struct AdoptedDraft {
    draft: PreparedDraft,
    keys: Vec<FindingKey>,
}

struct AdoptedSuppression<'e> {
    entry: &'e ScanEntry,
    keys: Vec<FindingKey>,
    coded: KnownOwner,
    place: usize,
}

struct Adoption<'r> {
    governance: &'r Governance,
    ledger: &'r Ledger,
    now: Instant,
    texts: RepositoryFiles<'r>,
    // The lines of which a suppression says that they are secrets.
    secrets: HashSet<Vec<u8>>,
    owners: Owners<'r>,
    entries: Vec<ImportedEntry>,
    suppressions: Vec<AdoptedSuppression<'r>>,
}

impl<'r> Adoption<'r> {
    fn sort(&mut self, entry: &'r ScanEntry) {
        let mut known = listed(
            entry.path.clone(),
            u64::from(entry.line),
            (ImportedState::Listed, String::new()),
        );
        match self.keys(entry) {
            Ok(keys) => {
                let of_path =
                    RouteSubject { paths: vec![entry.path.as_str()], ..RouteSubject::default() };
                let coded = self.owners.first_of(&of_path);
                known.state = ImportedState::Draft;
                known.findings.clone_from(&keys);
                let place = self.entries.len();
                self.suppressions.push(AdoptedSuppression { entry, keys, coded, place });
            }
            Err((state, id, why)) => {
                (known.state, known.id, known.message) = (state, id, why);
            }
        }
        self.entries.push(known);
    }

    /// Returns the keys of a suppression's findings, or what becomes of it.
    fn keys(
        &self,
        entry: &ScanEntry,
    ) -> Result<Vec<FindingKey>, (ImportedState, Option<String>, String)> {
        let refused = |why: String| (ImportedState::Listed, None, why);
        if entry.state == Some("allowed") {
            return Err((ImportedState::Known, entry.record.clone(), String::new()));
        }
        if let Some(end) = entry.end.filter(|end| *end <= self.now) {
            return Err(refused(format!("it ended at {end}: remove it")));
        }
        if let Some(id) = &entry.cites {
            let mut stems = self.ledger.entries.iter().map(|known| known.stem.as_str());
            let advice = match stems.any(|stem| stem.eq_ignore_ascii_case(id)) {
                true => format!("see `exledger show {id}`"),
                false => "the ledger has no such record: correct the id, or remove it".to_owned(),
            };
            return Err(refused(format!("it cites {id}: {advice}")));
        }
        if entry.blanket || entry.rules.is_empty() {
            return Err(refused(why_blanket(entry)));
        }
        if entry.rules.iter().any(|rule| rule.contains('…')) {
            return Err(refused("its rule looks like a secret".to_owned()));
        }
        let place = (entry.path.as_str(), &entry.lines);
        let key = |rule: &String| {
            let scene = (&self.texts as &dyn ScannedFiles, &self.secrets);
            drafted_finding::of_entry((&entry.tool, rule), place, scene)
        };
        let keys: Result<Vec<FindingKey>, _> = entry.rules.iter().map(key).collect();
        let keys = keys.map_err(|refusal| refused(refusal.reason))?;
        if let Some(why) = keys.iter().find_map(text::hidden_part) {
            return Err(refused(why));
        }
        match self.ledger.entries.iter().find(|known| self.names(known, &keys)) {
            Some(known) => Err((ImportedState::Known, Some(known.stem.clone()), String::new())),
            None => Ok(keys),
        }
    }

    fn names(&self, known: &LedgerEntry, keys: &[FindingKey]) -> bool {
        let Some(record) = &known.source.record else { return false };
        let is_open = record.closure.is_none() && not_after(&record.expires) > self.now;
        let findings = record.findings();
        let findings: Vec<&FindingKey> = findings.collect();
        let is_same = |key: &FindingKey| {
            let texts = key.content.as_deref().unwrap_or_default();
            findings.iter().any(|other| {
                let plain = FindingKey { content: key.content.clone(), ..(*other).clone() };
                let accepted = other.content.as_deref().unwrap_or_default();
                plain == *key && texts.iter().all(|text| accepted.contains(text))
            })
        };
        let is_adopted = record.deviates_from.baseline == Some(Baseline::Adopted);
        is_open && is_adopted && keys.iter().all(is_same)
    }

    fn drafts(
        &mut self,
        setting: &mut Setting<'_>,
        (given, application): (&Answers, String),
    ) -> Result<Vec<AdoptedDraft>, Error> {
        let mut drafts: Vec<AdoptedDraft> = Vec::new();
        let mut ids = Vec::new();
        for (group, members) in self.groups() {
            for members in members.chunks(MOST_ENTRIES) {
                let is_taken = |id: &str| {
                    let mut stems = self.ledger.entries.iter().map(|entry| entry.stem.as_str());
                    stems.any(|stem| stem.eq_ignore_ascii_case(id))
                        || drafts.iter().any(|known| known.draft.id.as_str() == id)
                };
                setting.id = ids::draw(self.governance, self.now, &is_taken)?;
                let keys = members.iter().flat_map(|member| member.keys.iter().cloned()).collect();
                let keys = drafted_finding::merged(keys);
                let mut answers = self.answers(&group, members, &keys);
                answers.set("subject.application", application.clone());
                answers.overlay(given);
                let record = draft::draft(&answers, setting);
                ids.extend(members.iter().map(|member| (member.place, setting.id.clone())));
                let draft = PreparedDraft::complete(setting.id.clone(), record);
                drafts.push(AdoptedDraft { draft, keys });
            }
        }
        for (place, id) in ids {
            if let Some(entry) = self.entries.get_mut(place) {
                entry.drafted(&id, &[]);
            }
        }
        Ok(drafts)
    }

    // Lists the suppressions whose findings no record may have, by what lint says of their drafts; tells whether there are some.
    fn leave_out(&mut self, error: &Error, drafts: &[AdoptedDraft]) -> bool {
        let Error::Usage(Usage::WouldNotLint { findings, .. }) = error else { return false };
        let mut n_left_out = 0;
        for finding in findings {
            let field =
                finding.field.as_deref().and_then(|field| field.strip_prefix("scope.findings["));
            let nth = field.and_then(|field| field.split_once(']')?.0.parse::<usize>().ok());
            let draft = drafts.iter().find(|known| known.draft.path == finding.path);
            let Some((draft, key)) =
                draft.and_then(|known| Some((&known.draft, known.keys.get(nth?)?)))
            else {
                continue;
            };
            let is_same = |own: &FindingKey| {
                (&own.tool, &own.id, &own.paths) == (&key.tool, &key.id, &key.paths)
            };
            let entries = &mut self.entries;
            self.suppressions.retain(|known| {
                let Some(entry) = entries.get_mut(known.place) else { return true };
                let is_of_draft = entry.id.as_deref() == Some(draft.id.as_str());
                if !is_of_draft || !known.keys.iter().any(is_same) {
                    return true;
                }
                n_left_out += 1;
                (entry.state, entry.id) = (ImportedState::Listed, None);
                entry.findings.clear();
                entry.message.clone_from(&finding.message);
                false
            });
        }
        n_left_out > 0
    }

    fn groups(&self) -> BTreeMap<AdoptedGroup, Vec<&AdoptedSuppression<'r>>> {
        let mut suppressions: Vec<&AdoptedSuppression<'r>> = self.suppressions.iter().collect();
        suppressions.sort_by(|one, other| {
            (&one.entry.path, one.entry.line).cmp(&(&other.entry.path, other.entry.line))
        });
        let mut by_what: BTreeMap<AdoptedGroup, Vec<&AdoptedSuppression<'r>>> = BTreeMap::new();
        for suppression in suppressions {
            let entry = suppression.entry;
            let rules = || entry.rules.join(", ");
            let group = AdoptedGroup {
                tool: entry.tool.clone(),
                what: if entry.is_listed { entry.path.clone() } else { rules() },
                is_list: entry.is_listed,
                owner: None,
            };
            by_what.entry(group).or_default().push(suppression);
        }
        let mut groups: BTreeMap<AdoptedGroup, Vec<&AdoptedSuppression<'r>>> = BTreeMap::new();
        for (group, members) in by_what {
            let author = self.most_active(&members);
            for member in members {
                let coded = &member.coded;
                let name = |email: &String| coded.name.clone().unwrap_or_else(|| email.clone());
                let coded = coded.email.as_ref().map(|email| (email.clone(), name(email)));
                let owner = coded.or_else(|| author.clone());
                groups.entry(AdoptedGroup { owner, ..group.clone() }).or_default().push(member);
            }
        }
        groups
    }

    /// Returns the active author of most of some suppressions, who is a person; of as many, the first by address.
    fn most_active(&self, members: &[&AdoptedSuppression<'_>]) -> Option<(String, String)> {
        let mut counts: BTreeMap<(String, String), usize> = BTreeMap::new();
        for author in members.iter().filter(|member| member.entry.active == Some(true)) {
            let Some(author) = &author.entry.author else { continue };
            let Some(address) = Address::new(&author.email) else { continue };
            let person = people::identify(self.governance, &author.name, address.as_str());
            let is_out = people::is_bot(self.governance, &person)
                || people::is_agent(self.governance, &person)
                || people::has_left(self.governance, &person.email);
            if !is_out {
                let name = screen::without_hidden(&author.name).trim().to_owned();
                let name = if name.is_empty() { address.as_str().to_owned() } else { name };
                *counts.entry((address.as_str().to_owned(), name)).or_default() += 1;
            }
        }
        counts.into_iter().rev().max_by_key(|(_, n)| *n).map(|(author, _)| author)
    }

    fn answers(
        &self,
        group: &AdoptedGroup,
        members: &[&AdoptedSuppression<'_>],
        keys: &[FindingKey],
    ) -> Answers {
        let mut answers = Answers::default();
        let n = members.len();
        let (title, rule) = match group.is_list {
            true => (
                format!("{} of {} as found", diag::count(n, "entry"), group.what),
                format!("{}: {}", group.tool, group.what),
            ),
            false => (
                format!(
                    "{} of {} in {} as found",
                    diag::count(n, "suppression"),
                    group.what,
                    group.tool
                ),
                format!("{}:{}", group.tool, group.what),
            ),
        };
        answers.set("title", title);
        answers.set("deviates_from.rule", rule);
        answers.set("deviates_from.baseline", Baseline::Adopted.as_str());
        answers.set("root_cause", RootCause::Unclassified.as_str());
        answers.set("risk.level", Risk::Moderate.as_str());
        let keys: Vec<Value> = keys.iter().map(|key| json!(key)).collect();
        answers.set("scope.findings", keys);
        let reason = |member: &&AdoptedSuppression<'_>| {
            let entry = member.entry;
            let is_stated = |reason: &&str| !screen::without_hidden(reason).trim().is_empty();
            let reason = entry.reason.as_deref().filter(is_stated);
            let reason = match reason {
                Some(reason) => screen::without_hidden(&shape::cut(reason, MOST_REASON)),
                None => "No reason is written beside it.".to_owned(),
            };
            format!("{}:{}: {reason}", entry.path, entry.line)
        };
        let reasons: Vec<String> = members.iter().map(reason).collect();
        let reasons = reasons.join("\n");
        answers.set(
            "justification",
            format!("Adopted as it was found, before anybody judged it:\n{reasons}\n"),
        );
        let last = self.now.day().plus_days(DAYS);
        let expires = match members.iter().filter_map(|member| member.entry.end).min() {
            Some(end) if end <= last.start() => end.to_string(),
            // As an instant it would be later than the term allows, and the day ends later than the entry.
            Some(end) if end < last.end() => last.plus_days(-1).to_string(),
            _ => format!("{DAYS}d"),
        };
        answers.set("expires", expires);
        if let Some((email, name)) = &group.owner {
            answers.set("owner.email", email.as_str());
            answers.set("owner.name", name.as_str());
        }
        answers
    }
}

fn why_blanket(entry: &ScanEntry) -> String {
    let tool = &entry.tool;
    let is_named = entry.rules.iter().any(|rule| !pattern::is_stars(rule));
    match (!is_named, entry.names_rules) {
        (false, _) => {
            let rules = entry.rules.join(", ");
            format!(
                "it hides {rules} everywhere: limit it, or file an exception for {tool}:{rules}"
            )
        }
        (true, true) => "it names no rule: say which one it hides".to_owned(),
        (true, false) => format!(
            "it hides whatever {tool} finds there: remove it, or file an exception for {tool} without an id"
        ),
    }
}

fn listed(source: String, line: u64, (state, message): (ImportedState, String)) -> ImportedEntry {
    ImportedEntry { source, line, id: None, findings: Vec::new(), end: None, state, message }
}
