//! `due`: what has to be done, by owner, worst first.
//!
//! Uses status, survey. Pure. Start at [`doc`]. Follows `docs/spec/cli.md`, due.

use serde_json::{Value, json};

use crate::diag;
use crate::status::Standing;
use crate::survey::due::{Bucket, Due, Urgency};
use crate::view::doc::{Block, Column, Doc, Fit, Reads, Table, Text, Tone};
use crate::view::record;
use crate::view::shape::{self, Stamp};

/// What `due` shows.
#[derive(Debug)]
pub struct DueList<'a> {
    /// What it was computed from.
    pub stamp: &'a Stamp,
    /// The records that need attention, by id.
    pub records: Vec<(&'a Standing, Due)>,
    /// How many do not.
    pub hidden: usize,
    /// Of how many of those it can't be told.
    pub unknown: usize,
    /// Which half of the answer is read.
    pub reads: Reads,
}

/// The column of what a record is due for besides, and its place among the cells of a row.
const ALSO: &str = "also";
const ALSO_PLACE: usize = 4;

/// Returns the answer.
pub fn doc<'a>(list: &'a DueList<'_>, names: &'a dyn record::Names) -> Doc<'a> {
    let mut doc = list
        .stamp
        .doc("due", json!({"records": [], "hidden": list.hidden}));
    if list.reads == Reads::Json {
        let records = list.records.iter();
        doc.fill(
            "records",
            records.map(|(standing, due)| json(standing, due, names)),
        );
        return doc;
    }
    for (owner, mut records) in by_owner(list) {
        records
            .sort_by_key(|(standing, due)| (due.bucket, due.at, record::id(standing).to_owned()));
        doc.blocks
            .push(Block::Heading(Text::of(Tone::Strong, owner)));
        let rows = records
            .iter()
            .map(|(standing, due)| row(standing, due, list.stamp))
            .collect();
        let mut table = Table {
            columns: columns(),
            rows,
        };
        if records.iter().all(|(_, due)| also(due).is_empty()) {
            table.columns.retain(|column| column.title != ALSO);
            table
                .rows
                .iter_mut()
                .for_each(|row| drop(row.remove(ALSO_PLACE)));
        }
        doc.blocks.push(Block::Table(table));
    }
    if list.unknown > 0 {
        let text = format!("cannot say about {}", diag::count(list.unknown, "record"));
        doc.blocks.push(Block::Paragraph(Text::of(Tone::Bad, text)));
    } else if list.records.is_empty() {
        doc.blocks
            .push(Block::Paragraph(Text::of(Tone::Good, "nothing is due")));
    }
    let healthy = list.hidden.saturating_sub(list.unknown);
    if healthy > 0 {
        let text = format!(
            "{} not shown: nothing is due",
            diag::count(healthy, "record")
        );
        doc.blocks
            .push(Block::Paragraph(Text::of(Tone::Muted, text)));
    }
    doc
}

fn json(standing: &Standing, due: &Due, names: &dyn record::Names) -> Value {
    let mut view = record::json(standing, names);
    if let Some(view) = view.as_object_mut() {
        let also: Vec<&str> = due.also.iter().map(|bucket| bucket.word()).collect();
        view.insert("bucket".to_owned(), json!(due.bucket.word()));
        view.insert("also".to_owned(), json!(also));
    }
    view
}

/// Returns the records of each owner, the owner of the worst first.
fn by_owner<'a>(list: &'a DueList<'a>) -> Vec<(String, Vec<&'a (&'a Standing, Due)>)> {
    let mut owners: Vec<(String, Vec<&(&Standing, Due)>)> = Vec::new();
    for record in &list.records {
        let owner = owner(record.0);
        match owners.iter_mut().find(|(known, _)| *known == owner) {
            Some((_, records)) => records.push(record),
            None => owners.push((owner, vec![record])),
        }
    }
    let worst =
        |records: &[&(&Standing, Due)]| records.iter().map(|(_, due)| (due.bucket, due.at)).min();
    owners.sort_by(|one, other| {
        worst(&one.1)
            .cmp(&worst(&other.1))
            .then_with(|| one.0.cmp(&other.0))
    });
    owners
}

fn owner(standing: &Standing) -> String {
    let content = record::told(standing);
    content.map_or("owner not readable".to_owned(), |record| {
        format!("{} <{}>", record.owner.name, record.owner.email)
    })
}

fn columns() -> Vec<Column> {
    let whole = |title| Column {
        title,
        fit: Fit::Whole,
    };
    let flexible = |title| Column {
        title,
        fit: Fit::Flexible,
    };
    vec![
        whole("due"),
        whole("id"),
        flexible("title"),
        flexible("when"),
        Column {
            title: ALSO,
            fit: Fit::Optional,
        },
        flexible("why"),
    ]
}

/// Returns why a record is due besides; what is urgent is soon as well, and need not be told so.
fn also(due: &Due) -> String {
    let urgent = due.bucket == Bucket::Urgent || due.also.contains(&Bucket::Urgent);
    let said = |bucket: &&Bucket| !(urgent && **bucket == Bucket::Soon);
    let words: Vec<&str> = due
        .also
        .iter()
        .filter(said)
        .map(|bucket| bucket.word())
        .collect();
    words.join(", ")
}

fn row(standing: &Standing, due: &Due, stamp: &Stamp) -> Vec<Text> {
    let title =
        record::told(standing).map_or(standing.path.as_str(), |record| record.title.as_str());
    let tone = match due.urgency {
        Urgency::Overdue => Tone::Bad,
        Urgency::InTime => Tone::Warn,
    };
    let why = standing.reasons.first().map_or("", String::as_str);
    vec![
        Text::of(tone, due.bucket.word()),
        Text::of(Tone::Id, record::id(standing)),
        Text::plain(title),
        Text::plain(when(standing, due, stamp)),
        Text::of(Tone::Muted, also(due)),
        Text::plain(why),
    ]
}

fn when(standing: &Standing, due: &Due, stamp: &Stamp) -> String {
    let Some(at) = due.at else {
        return String::new();
    };
    let words = shape::distance(at, stamp.instant);
    let typed = due.bucket == Bucket::WaitingApproval
        && standing
            .pending
            .iter()
            .any(|pending| pending.branch.is_some() && pending.since == Some(at));
    // The time of a branch's commit is typed by whoever made it.
    if typed {
        format!("{words}, at least claimed")
    } else {
        words
    }
}
