//! How the records that a branch changes can be approved where it will land.
//!
//! Start at `find_offers`. Follows `docs/spec/cli.md`, `how[]`.

use crate::approval::evidence::statement::LedgerName;
use crate::approval::evidence::statement_file;
use crate::approval::next::steps::{self, ApprovalOffers, ProposedContent, ReviewJob};
use crate::approval::next::who::{Eligibility, SignedObject};
use crate::features::diff::compared::{Compared, Entry, ProposedState};
use crate::features::lint::approvals;
use crate::history::paths::LedgerPrefix;
use crate::history::tree::CommitTree;
use crate::plan::reviews::find_record_folder;
use crate::policy::people::person::Person;
use crate::record::Record;
use crate::record::id::Id;
use crate::session::error::Error;
use crate::session::locate::Located;
use crate::session::options::Moment;
use crate::survey::signed_statements;
use crate::survey::signed_statements::{SignedContent, SignedStatements};
use crate::survey::workflows::ci::CiSetup;

/// How a changed record can be approved, and what was signed already.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OfferedApprovals {
    /// The ways that count; empty if none is needed, none counts, or somebody rejected these bytes.
    pub offers: ApprovalOffers,
    /// Those who signed an approval of these bytes, which counts once it lands.
    pub signed: Vec<Person>,
    /// Those who signed a rejection of these bytes, each with the reason.
    pub rejected: Vec<(Person, Option<String>)>,
}

/// Returns how each record of a comparison can be approved, in the order of its entries.
pub(crate) fn find_offers(
    located: &Located,
    at: &Moment,
    compared: &Compared,
    proposed: ProposedState<'_>,
) -> Result<Vec<OfferedApprovals>, Error> {
    if compared.entries.is_empty() {
        return Ok(Vec::new());
    }
    let repository = located.repository()?;
    let top = CommitTree::of_commit(repository, compared.target, &LedgerPrefix::default())?;
    let policy = &compared.onto.policy;
    let root = match policy.name {
        Some(_) => None,
        None => approvals::root(located, at.now),
    };
    let reader = OfferReader {
        compared,
        proposed,
        at,
        ledger: LedgerName::from_policy(policy, root),
        // A workflow that this clone lacks or can't read is not relied on.
        review_job: match CiSetup::read(&top) {
            Ok(ci) if ci.states_reviews(None).is_some() => ReviewJob::Present,
            Ok(_) | Err(_) => ReviewJob::Absent,
        },
    };
    compared.entries.iter().map(|entry| reader.offered(entry)).collect()
}

struct OfferReader<'c> {
    compared: &'c Compared,
    proposed: ProposedState<'c>,
    at: &'c Moment,
    ledger: LedgerName,
    review_job: ReviewJob,
}

impl OfferReader<'_> {
    fn offered(&self, entry: &Entry) -> Result<OfferedApprovals, Error> {
        let ([only], Some(record)) = (entry.delta.after.as_slice(), entry.delta.record_after())
        else {
            return Ok(OfferedApprovals::default());
        };
        if entry.needs.needed.count == 0 {
            return Ok(OfferedApprovals::default());
        }
        let approved = entry.landed.approved.as_deref();
        let governance = &*self.compared.onto;
        let eligibility = Eligibility::new(governance, record, approved, &entry.makers);
        let statements = self.statements(&only.path, record)?;
        // Statements are older than the removal of an earlier record, which ends their effect.
        let is_stale = entry.landed.was_removed;
        let counts =
            |person: &Person| !is_stale && eligibility.can_sign(person, SignedObject::ApprovalFile);
        let signed: Vec<Person> =
            statements.approvals.into_iter().filter(|person| counts(person)).collect();
        let is_own = |person: &Person| entry.committed.iter().any(|own| own.key == person.key);
        let mut rejected = statements.rejections;
        rejected.retain(|(person, _)| !is_own(person));
        let mut offers = steps::offers(ProposedContent {
            governance,
            record,
            approved,
            makers: &entry.makers,
            signed: &signed,
            review_job: self.review_job,
        });
        if !rejected.is_empty() {
            offers.ways.clear();
        }
        Ok(OfferedApprovals { offers, signed, rejected })
    }

    /// Returns the signed statements about the proposed bytes.
    fn statements(&self, path: &str, record: &Record) -> Result<SignedStatements, Error> {
        let Some(bytes) = self.proposed.tree.bytes(path)? else {
            return Ok(SignedStatements::default());
        };
        let records = &self.proposed.governance.policy.records;
        let id: &Id = &record.id;
        let content = SignedContent {
            id,
            sha256: &statement_file::digest(&bytes),
            folder: &find_record_folder(records, path),
            records,
            ledger: &self.ledger,
        };
        let (governance, at) = (&*self.compared.onto, self.at.instant());
        Ok(signed_statements::read(self.proposed.tree, &content, governance, at)?)
    }
}
