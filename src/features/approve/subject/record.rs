//! A record that somebody approves.
//!
//! Start at [`find`]. Follows `docs/spec/approval.md`, S7 and D1.

use crate::approval::evidence::statement_file::{self, ApprovalDecision, ApprovalSubject};
use crate::approval::next::who;
use crate::features::approve::source::ContentSource;
use crate::features::approve::subject::{
    ApprovalContent, ApprovalTarget, LandedContent, not_found,
};
use crate::history::change;
use crate::history::content;
use crate::history::version::TrailKey;
use crate::ledger::tree::Tree;
use crate::ledger::{File, Files, NotFound};
use crate::plan::reviews::find_record_folder;
use crate::policy::governance::Governance;
use crate::policy::people;
use crate::policy::people::person::Person;
use crate::policy::tier::Needed;
use crate::record::address::Address;
use crate::record::{Record, file};
use crate::session::error::{Error, Undetermined, Usage};
use crate::session::locate::Located;
use crate::session::options::Moment;
use crate::session::snapshot::Snapshot;
use crate::survey::signed_statements;
use crate::survey::signed_statements::SignedContent;

pub(crate) fn find(
    (located, at): (&Located, &Moment),
    snapshot: &Snapshot<'_>,
    source: &ContentSource<'_>,
    (text, decision): (&str, ApprovalDecision),
) -> Result<ApprovalContent, Error> {
    let tree = source.files();
    let records = &source.governance.policy.records;
    let judging = source.judging(snapshot);
    let files = Files::list(tree, records)?;
    let found = files
        .find(text)
        .or_else(|error| stating_its_id(&files, tree, &error).ok_or(error))
        .map_err(|error| not_found::explain((located, at), (text, decision), &error))?;
    let path = &found.path;
    let Some(id) = found.id() else {
        return Err(Usage::refused(
            format!("{path} has no id in its name, so it cannot be approved"),
            "rename the file to its id",
        )
        .into());
    };
    let Some(stored) = source.file(path, snapshot)? else {
        return Err(Undetermined::other(format!("{path} no longer exists"), "run it again").into());
    };
    let file = file::read(path, &stored.bytes);
    let record = file.record.as_ref();
    let key = TrailKey::Id(id.as_str().to_ascii_uppercase());
    let past = snapshot.landed(key.as_str());
    let last = past.approved.as_deref();
    let mut target = ApprovalTarget {
        about: ApprovalSubject::Record(id.clone()),
        sha256: statement_file::digest(&stored.bytes),
        from: None,
        folder: find_record_folder(records, path),
        makers: Vec::new(),
        owners: owners([record, last]),
        needed: Needed::default(),
    };
    let tip = snapshot.tip(&key);
    let at_tip = tip.as_ref().filter(|tip| tip.bytes.as_deref() == Some(&*stored.bytes));
    if let Some(tip) = at_tip {
        target.makers = tip.verdict.author_persons();
        target.needed = tip.verdict.needed.clone();
    } else {
        if tip.is_some() && stored.is_committed && source.is_behind(snapshot) {
            let reference = &snapshot.origin().1.reference;
            return Err(not_found::refuse_older(reference, path, (id.as_str(), decision)).into());
        }
        let compared = source.compare(at)?;
        let mut entries = compared.entries.into_iter();
        if let Some(entry) = entries.find(|entry| entry.delta.key == key.as_str()) {
            target.makers = entry.makers;
        }
        if let Some(record) = record {
            add_requesters(&mut target.makers, [Some(record), last], judging);
            target.needed = who::needed(judging, record, last);
        }
    }
    let events = match (&at_tip, record) {
        (None, Some(record)) => change::events(past.tip.as_deref(), record),
        _ => Vec::new(),
    };
    Ok(ApprovalContent {
        signers: signers(source, records, &target, (snapshot, at))?,
        target,
        name: id.to_string(),
        path: path.clone(),
        inherits: None,
        is_committed: stored.is_committed,
        last_approved: past.approved.clone(),
        events,
        landed: at_tip.map(LandedContent::of),
        file: Some(file),
    })
}

// Returns the one of several files of one name that states its id: history takes no other for the record (approval.md, V3).
fn stating_its_id<'f>(files: &'f Files, tree: &dyn Tree, error: &NotFound) -> Option<&'f File> {
    let NotFound::Ambiguous(paths) = error else { return None };
    let states_id = |file: &&File| {
        let id = file.bytes(tree).map(|bytes| content::stated_id(&file::read(&file.path, &bytes)));
        id.is_ok_and(|id| id.is_some_and(|id| id.as_str().eq_ignore_ascii_case(file.stem())))
    };
    let mut stating =
        files.records.iter().filter(|file| paths.contains(&file.path)).filter(states_id);
    stating.next().filter(|_| stating.next().is_none())
}

fn owners(records: [Option<&Record>; 2]) -> Vec<Address> {
    let records = records.into_iter().flatten();
    records.map(|record| record.owner.email.clone()).collect()
}

fn signers(
    source: &ContentSource<'_>,
    records: &[String],
    target: &ApprovalTarget,
    (snapshot, at): (&Snapshot<'_>, &Moment),
) -> Result<Vec<Person>, Error> {
    let content = SignedContent {
        about: &target.about,
        from: None,
        sha256: &target.sha256,
        folder: &target.folder,
        records,
        ledger: &source.ledger_name(snapshot),
    };
    let branches = snapshot.statement_trees()?;
    let (trees, governance) =
        (branches.counting().chain([source.files()]), source.judging(snapshot));
    let signed =
        signed_statements::read(branches.own(), trees, &content, governance, at.instant())?;
    Ok(signed.approvals)
}

fn add_requesters(
    makers: &mut Vec<Person>,
    records: [Option<&Record>; 2],
    governance: &Governance,
) {
    let requesters = records.into_iter().flatten().filter_map(|record| record.requester.as_ref());
    for requester in requesters.map(Address::as_str) {
        let person = people::identify(governance, "", requester);
        if !makers.iter().any(|known| known.key == person.key) {
            makers.push(person);
        }
    }
}
