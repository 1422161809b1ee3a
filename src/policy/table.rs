//! CSV files that a policy names: cells by column name, and the problems found.
//!
//! Pure. Start at [`CsvTable::read`]. Follows `docs/spec/policy.md`, files.

use std::collections::BTreeMap;

use crate::diag::code::Code;
use crate::diag::{Finding, Level, Pos, count};
use crate::record::near;

/// The maximum number of problems reported for one file; the rest are counted.
const MOST_TOLD: usize = 50;

/// The maximum length of a message, in characters.
const MOST_SHOWN: usize = 200;

/// A CSV file with a header, while being read.
#[derive(Debug)]
pub struct CsvTable {
    path: String,
    columns: Vec<String>,
    /// The known columns, and where they stand.
    places: Vec<(&'static str, usize)>,
    findings: Vec<Finding>,
    left_out: MistakesLeftOut,
}

#[derive(Debug)]
struct MistakesLeftOut {
    number: usize,
    rule: Code,
    /// The line of the first one, from 1.
    line: u32,
}

/// One row of a table.
#[derive(Debug)]
pub struct TableRow {
    /// The line where the row begins, from 1.
    pub line: u32,
    cells: csv::StringRecord,
}

impl CsvTable {
    /// Reads a CSV file whose header has columns from `known`, including all of `needed`, and returns the problems.
    /// Rows are passed to the callback one by one; none if the header is wrong.
    pub fn read(
        path: &str,
        bytes: &[u8],
        (known, needed): (&[&'static str], &[&str]),
        mut each: impl FnMut(&mut CsvTable, &TableRow),
    ) -> Vec<Finding> {
        let mut table = CsvTable {
            path: path.to_owned(),
            columns: Vec::new(),
            places: Vec::new(),
            findings: Vec::new(),
            left_out: MistakesLeftOut { number: 0, rule: Code::BadValue, line: 1 },
        };
        let bare = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let Ok(text) = std::str::from_utf8(bare) else {
            table.note(Code::Encoding, 1, "the file is not UTF-8", "save it as UTF-8");
            return table.findings;
        };
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        let mut row = TableRow { line: 0, cells: csv::StringRecord::new() };
        let mut header = None;
        loop {
            match reader.read_record(&mut row.cells) {
                Ok(false) => break,
                Ok(true) => {
                    let line = row.cells.position().map_or(0, csv::Position::line);
                    row.line = u32::try_from(line).unwrap_or(u32::MAX);
                    match header {
                        None => header = Some(table.header(&row.cells, known, needed)),
                        Some(is_sound) => {
                            table.judge_length(&row);
                            if is_sound {
                                each(&mut table, &row);
                            }
                        }
                    }
                }
                Err(error) => {
                    let line = error.position().map_or(1, csv::Position::line);
                    let line = u32::try_from(line).unwrap_or(1);
                    table.note(Code::Syntax, line, "not CSV", "quote it as described in RFC 4180");
                }
            }
        }
        if header.is_none() {
            table.header(&csv::StringRecord::new(), known, needed);
        }
        table.into_findings()
    }

    fn judge_length(&mut self, row: &TableRow) {
        if row.cells.len() > self.columns.len() {
            let message = "more values than the header has columns";
            let help = "quote values that contain a comma";
            self.note(Code::BadValue, row.line, message, help);
        }
    }

    /// Reads the header; tells whether the rows can be read.
    fn header(
        &mut self,
        cells: &csv::StringRecord,
        known: &[&'static str],
        needed: &[&str],
    ) -> bool {
        self.columns = cells.iter().map(|cell| cell.trim().to_lowercase()).collect();
        self.has_header(known, needed)
    }

    /// A misspelled column is one finding, not two; unknown columns are allowed.
    fn has_header(&mut self, known: &[&'static str], needed: &[&str]) -> bool {
        let columns = self.columns.clone();
        let before = self.findings.len();
        let mut named: BTreeMap<&str, usize> = BTreeMap::new();
        for name in &columns {
            *named.entry(name).or_default() += 1;
        }
        let has = |column: &str| named.contains_key(column);
        let absent: Vec<&str> = known.iter().copied().filter(|column| !has(column)).collect();
        let place = |column: &str| columns.iter().position(|name| name == column);
        let places = known.iter().filter_map(|column| Some((*column, place(column)?)));
        self.places = places.collect();
        let mut suggested = Vec::new();
        for (name, n) in &named {
            if *n > 1 {
                let n = match n {
                    2 => "two".to_owned(),
                    n => n.to_string(),
                };
                let message = format!("{n} columns have the name `{name}`");
                self.note(Code::DuplicateKey, 1, &message, "remove one of them");
            }
            let similar = near::nearest(name, absent.iter().copied());
            if let Some(similar) = similar.filter(|_| !known.contains(name)) {
                let message = format!("unknown column `{name}`: did you mean `{similar}`?");
                let help = format!("write `{similar}`, or rename it");
                self.note(Code::UnknownKey, 1, &message, &help);
                suggested.push(similar);
            }
        }
        for column in needed {
            if !has(column) && !suggested.contains(column) {
                let message = format!("the header has no `{column}`");
                let help = format!("make the first line {}", known.join(","));
                self.note(Code::MissingField, 1, &message, &help);
            }
        }
        self.findings.len() == before
    }

    /// Returns a row's value in a column, without blanks around it; empty if absent.
    pub fn cell<'r>(&self, row: &'r TableRow, column: &str) -> &'r str {
        let place = self.places.iter().find(|(name, _)| *name == column);
        place.and_then(|(_, index)| row.cells.get(*index)).unwrap_or("").trim()
    }

    /// Adds a problem of a line.
    pub fn note(&mut self, rule: Code, line: u32, message: &str, help: &str) {
        if self.findings.len() >= MOST_TOLD {
            let left_out = &mut self.left_out;
            if left_out.number == 0 {
                left_out.line = line;
            }
            left_out.number += 1;
            // An invalid value only invalidates its row; anything else makes the whole file unusable.
            if rule != Code::BadValue {
                left_out.rule = rule;
            }
            return;
        }
        self.findings.push(self.finding(rule, line, message, help));
    }

    fn finding(&self, rule: Code, line: u32, message: &str, help: &str) -> Finding {
        Finding {
            rule,
            level: Level::Error,
            path: self.path.clone(),
            pos: Some(Pos { line, column: 1 }),
            field: None,
            id: None,
            message: cut(message),
            remedy: help.into(),
        }
    }

    /// Returns the problems; the last finding says how many more there are.
    fn into_findings(mut self) -> Vec<Finding> {
        let MistakesLeftOut { number, rule, line } = self.left_out;
        if number > 0 {
            let message = format!("{} more in this file", count(number, "mistake"));
            let help = "fix those shown, then run `exledger lint` again";
            let more = self.finding(rule, line, &message, help);
            self.findings.push(more);
        }
        self.findings
    }
}

fn cut(message: &str) -> String {
    match message.char_indices().nth(MOST_SHOWN) {
        Some((at, _)) => format!("{}…", message.get(..at).unwrap_or_default()),
        None => message.to_owned(),
    }
}
