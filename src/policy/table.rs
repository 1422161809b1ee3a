//! CSV files that a policy names: rows by the name of their column, and what is wrong with them.
//!
//! Uses diag, record's words. Pure. Start at [`Table::read`]. Follows `docs/spec/policy.md`, files.

use std::collections::BTreeMap;

use crate::diag::{Code, Finding, Level, Pos, shape};
use crate::record::near;

/// A CSV file with a header.
#[derive(Debug)]
pub struct Table {
    path: String,
    columns: Vec<String>,
    /// The places of the columns that mean something here.
    places: BTreeMap<&'static str, usize>,
    /// The rows after the header.
    pub rows: Vec<Row>,
    /// What is wrong with the file.
    pub findings: Vec<Finding>,
}

/// One row of a table.
#[derive(Debug)]
pub struct Row {
    /// The line on which it begins, from 1.
    pub line: u32,
    cells: Vec<String>,
}

impl Table {
    /// Reads a CSV file whose header names columns out of `known`, of which `needed` must be there.
    pub fn read(path: &str, bytes: &[u8], known: &[&'static str], needed: &[&str]) -> Table {
        let mut table = Table {
            path: path.to_owned(),
            columns: Vec::new(),
            places: BTreeMap::new(),
            rows: Vec::new(),
            findings: Vec::new(),
        };
        let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
        let Ok(text) = std::str::from_utf8(bytes) else {
            table.note(
                shape::ENCODING,
                1,
                "the file is not UTF-8",
                "save it as UTF-8",
            );
            return table;
        };
        let mut reader = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(text.as_bytes());
        for record in reader.records() {
            match record {
                Ok(record) => table.add(&record),
                Err(error) => {
                    let line = error.position().map_or(1, csv::Position::line);
                    let line = u32::try_from(line).unwrap_or(1);
                    table.note(shape::SYNTAX, line, "not CSV", "quote it as RFC 4180 says");
                }
            }
        }
        if !table.has_header(known, needed) {
            table.rows.clear();
        }
        table
    }

    fn add(&mut self, record: &csv::StringRecord) {
        let cells = record.iter().map(|cell| cell.trim().to_owned());
        if self.columns.is_empty() {
            self.columns = cells.map(|cell| cell.to_lowercase()).collect();
            return;
        }
        let line = record.position().map_or(0, csv::Position::line);
        let line = u32::try_from(line).unwrap_or(u32::MAX);
        let cells: Vec<String> = cells.collect();
        if cells.len() > self.columns.len() {
            let message = "more values than the header has columns";
            self.note(
                shape::BAD_VALUE,
                line,
                message,
                "quote values that hold a comma",
            );
        }
        self.rows.push(Row { line, cells });
    }

    /// A misspelt column is one finding, not two; columns that mean nothing here may stand beside the others.
    fn has_header(&mut self, known: &[&'static str], needed: &[&str]) -> bool {
        let columns = self.columns.clone();
        let before = self.findings.len();
        let mut named: BTreeMap<&str, usize> = BTreeMap::new();
        for name in &columns {
            *named.entry(name).or_default() += 1;
        }
        let has = |column: &str| named.contains_key(column);
        let absent: Vec<&str> = known.iter().copied().filter(|it| !has(it)).collect();
        let place = |column: &str| columns.iter().position(|name| name == column);
        let places = known
            .iter()
            .filter_map(|column| Some((*column, place(column)?)));
        self.places = places.collect();
        let mut meant = Vec::new();
        for (name, n) in &named {
            if *n > 1 {
                let n = match n {
                    2 => "two".to_owned(),
                    n => n.to_string(),
                };
                let message = format!("{n} columns are called `{name}`");
                self.note(shape::DUPLICATE_KEY, 1, &message, "remove one of them");
            }
            let near = near::nearest(name, absent.iter().copied());
            if let Some(near) = near.filter(|_| !known.contains(name)) {
                let message = format!("unknown column `{name}`: did you mean `{near}`?");
                let help = format!("write `{near}`, or give it another name");
                self.note(shape::UNKNOWN_KEY, 1, &message, &help);
                meant.push(near);
            }
        }
        for column in needed {
            if !has(column) && !meant.contains(column) {
                let message = format!("the header has no `{column}`");
                let help = format!("make the first line {}", known.join(","));
                self.note(shape::MISSING_FIELD, 1, &message, &help);
            }
        }
        self.findings.len() == before
    }

    /// Returns the value of a row in a column; empty where there is none.
    pub fn cell<'t>(&'t self, row: &'t Row, column: &str) -> &'t str {
        let index = self.places.get(column);
        let cell = index.and_then(|index| row.cells.get(*index));
        cell.map_or("", String::as_str)
    }

    /// Notes what is wrong with a line.
    pub fn note(&mut self, rule: Code, line: u32, message: &str, help: &str) {
        self.findings.push(Finding {
            rule,
            level: Level::Error,
            path: self.path.clone(),
            pos: Some(Pos { line, column: 1 }),
            field: None,
            id: None,
            message: message.to_owned(),
            help: help.to_owned(),
        });
    }
}
