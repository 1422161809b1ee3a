//! The files of a pack, each made by the code of the command whose answer it holds.
//!
//! Start at [`PackContents::files`]. Follows `docs/spec/interop.md`, 3a.

use exledger::diag::sorting::StableSort as _;
use exledger::features::{list, log, pack, report, show};
use exledger::{features, render, view};
use std::collections::BTreeMap;

use crate::commands::context::globals::DayOrInstant;
use crate::commands::exit::Outcome;
use crate::commands::report::ReportArgs;
use crate::commands::verify;
use exledger::features::pack::answer::PackedLedger;
use exledger::features::pack::packed_file;
use exledger::features::pack::show::PackSummary;
use exledger::formats::archive;
use exledger::render::format::{OutputFormat, OutputStyle};
use exledger::session::snapshot::Snapshot;
use exledger::status::stamp::Stamp;
use exledger::status::state::RecordState;
use exledger::survey::landed_record::{LandedRecord, LedgerCounts};
use exledger::survey::select::Order;
use exledger::view::doc::{Doc, FormatNeeds};

pub(crate) struct PackContents<'p, 's> {
    pub(crate) packed: &'p PackedLedger<'s>,
    /// The first and the last day, as given.
    pub(crate) span: (&'p DayOrInstant, &'p DayOrInstant),
    pub(crate) outcome: Outcome,
}

type PackFiles = BTreeMap<String, Vec<u8>>;

impl PackContents<'_, '_> {
    pub(crate) fn folder(&self) -> String {
        let (from, to) = self.span;
        packed_file::part(&format!("pack-{from}-{to}"))
    }

    pub(crate) fn files(&self) -> anyhow::Result<PackFiles> {
        let mut files: PackFiles = BTreeMap::new();
        for copy in &self.packed.files {
            files.insert(copy.name.clone(), copy.bytes.clone());
        }
        for record_state in self.packed.records() {
            self.add_record(record_state, &mut files)?;
        }
        let (snapshot, stamp) = (self.snapshot(), self.stamp());
        let landed = snapshot.landed_records();
        files.insert("index.csv".to_owned(), self.index(&landed)?);
        files.insert("list.json".to_owned(), self.list()?);
        let (from, to) = self.span;
        let report = ReportArgs::of_span(from.clone(), to.clone());
        files
            .insert("report.json".to_owned(), json(&report.summary(snapshot, report::show::doc)?)?);
        files.insert("verify.json".to_owned(), json(&self.verified(FormatNeeds::Json))?);
        files.insert("verify.txt".to_owned(), self.transcript()?);
        if let Some(checkpoint) = self.packed.checkpoint() {
            files.insert("checkpoint.json".to_owned(), checkpoint.text().into_bytes());
        }
        files.insert("files.tsv".to_owned(), self.list_copies().into_bytes());
        let readme = pack::show::readme(&PackSummary {
            stamp,
            from: from.begin(),
            command: &format!("export pack --from {from} --to {to}"),
            version: env!("CARGO_PKG_VERSION"),
            counts: LedgerCounts::count(&landed),
            packed: self.packed.records().len(),
            findings: view::findings::LevelCounts::count(self.packed.audit.findings.iter()),
            signers: self.packed.signers.as_deref(),
        });
        files.insert("README.txt".to_owned(), readme.into_bytes());
        files.insert("SHA256SUMS".to_owned(), archive::sums(&files).into_bytes());
        Ok(files)
    }

    fn snapshot(&self) -> &Snapshot<'_> {
        self.packed.snapshot()
    }

    fn stamp(&self) -> &Stamp {
        self.packed.snapshot().stamp()
    }

    fn add_record(&self, record_state: &RecordState, files: &mut PackFiles) -> anyhow::Result<()> {
        let (snapshot, stamp) = (self.snapshot(), self.stamp());
        let statements = snapshot.statements(record_state);
        let evidence = snapshot.evidence(record_state);
        let scanned = snapshot.scanned_files();
        let card = show::screen::doc(
            record_state,
            &statements,
            &evidence,
            None,
            (snapshot, &scanned),
            stamp,
        );
        let trail = log::doc(&log::Log {
            stamp,
            record_state,
            acts: snapshot.acts(record_state),
            lapses: snapshot.lapses(record_state),
            evidence: snapshot.evidence(record_state),
            shows_values: true,
        });
        let stem = packed_file::stem(record_state);
        files.insert(format!("cards/{stem}.json"), json(&card)?);
        files.insert(format!("trail/{stem}.json"), json(&trail)?);
        Ok(())
    }

    fn index(&self, landed: &[LandedRecord<'_>]) -> anyhow::Result<Vec<u8>> {
        let is_packed = |record: &&LandedRecord<'_>| self.packed.holds(record.record_state);
        let rows: Vec<LandedRecord<'_>> = landed.iter().filter(is_packed).copied().collect();
        let doc = view::exception_row::doc(&rows, self.snapshot(), self.stamp());
        let mut bytes = Vec::new();
        render::csv::write_rows(&doc, &mut bytes)?;
        Ok(bytes)
    }

    fn list(&self) -> anyhow::Result<Vec<u8>> {
        let mut records: Vec<&RecordState> = self.snapshot().records().iter().collect();
        records.order_by(|one, other| Order::Id.compare((one.id(), one), (other.id(), other)));
        let list = list::List { stamp: self.stamp(), records, hidden: 0, reads: FormatNeeds::Json };
        json(&list::doc(&list, self.snapshot()))
    }

    fn verified(&self, reads: FormatNeeds) -> Doc<'_> {
        let audit = &self.packed.audit;
        let findings = audit.findings.clone();
        features::verify::show::doc(verify::shown(audit, findings, self.stamp(), reads))
    }

    fn transcript(&self) -> anyhow::Result<Vec<u8>> {
        let (_, to) = self.span;
        let mut text = format!("$ exledger verify --as-of {to}\n").into_bytes();
        text.extend(rendered(render::TABLE, &self.verified(FormatNeeds::Blocks))?);
        text.extend(format!("\nexit code {}\n", self.outcome.code()).into_bytes());
        Ok(text)
    }

    fn list_copies(&self) -> String {
        let mut text = "file\tcommit\tblob\tpath\n".to_owned();
        for copy in &self.packed.files {
            let (name, commit, blob) = (&copy.name, copy.commit, copy.blob);
            let path = copy.path.replace(char::is_control, "?");
            text.push_str(&format!("{name}\t{commit}\t{blob}\t{path}\n"));
        }
        text
    }
}

fn json(doc: &Doc<'_>) -> anyhow::Result<Vec<u8>> {
    rendered(&render::json::FORMAT, doc)
}

fn rendered(format: &OutputFormat, doc: &Doc<'_>) -> anyhow::Result<Vec<u8>> {
    let mut bytes = Vec::new();
    format.write(doc, &OutputStyle::PIPE, &mut bytes)?;
    Ok(bytes)
}
