//! CSV: one record a row, with the columns of `export csv` or columns that the user maps.
//!
//! Pure. Start at [`FORMAT`]. Follows RFC 4180; a `'` before a text that a spreadsheet would calculate is removed, as the
//! export adds it.

use serde_json::{Value, json};

use crate::formats::finding_lines::LineIndex;
use crate::formats::suppressions::exception::{ForeignEnd, ForeignException, ImportEntry, key};
use crate::formats::suppressions::readers::format::{ImportError, ImportFormat, ImportInput, text};
use crate::plan::answers::Answers;
use crate::plan::part;
use crate::record::map::MapSpec;
use crate::record::scalar::Scalar;
use crate::record::spec::ValueShape;
use crate::record::subject::FindingKey;
use crate::record::time::When;
use crate::record::{Record, spec};

pub const FORMAT: ImportFormat = ImportFormat {
    name: "csv",
    files: "*.csv with the columns of export csv, or with --map COLUMN=FIELD",
    is_named: |path| path.to_ascii_lowercase().ends_with(".csv"),
    read,
};

const COLUMNS: &[(&str, &str)] = &[
    ("id", ID),
    ("title", "title"),
    ("class", "class"),
    ("owner_name", "owner.name"),
    ("owner_email", "owner.email"),
    ("owner_team", "owner.team"),
    ("requester", "requester"),
    ("starts", "starts"),
    ("expires", "expires"),
    ("controls", "deviates_from.controls"),
    ("rule", "deviates_from.rule"),
    ("baseline", "deviates_from.baseline"),
    ("identity", "subject.identity"),
    ("asset", "subject.asset"),
    ("application", "subject.application"),
    ("environment", "subject.environment"),
    ("vendor", "subject.vendor"),
    ("justification", "justification"),
    ("risk", "risk.level"),
    ("root_cause", "root_cause"),
    ("fix_target", "fix.target"),
    ("fix_due", "fix.due"),
    ("findings", FINDINGS),
];

const ID: &str = "id";

const MOST_NAMED: usize = 20;

const FINDINGS: &str = "scope.findings";

/// The field of a compensating control, which is a list of maps in a record.
const CONTROLS: &str = "compensating_controls";

fn read(input: &ImportInput<'_>) -> Result<Vec<ImportEntry>, ImportError> {
    let source = text(input.bytes)?;
    let (delimiter, before, table) = delimited(source);
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(delimiter)
        .flexible(true)
        .trim(csv::Trim::Headers)
        .from_reader(table.as_bytes());
    let headers = reader.headers().map_err(|_| ImportError::at(1, "it can't be read as CSV"))?;
    let names: Vec<String> = headers.iter().map(str::to_owned).collect();
    let known = fields(&names, input.columns)?;
    let mut entries = Vec::new();
    let mut index = LineIndex::new(table.as_bytes());
    let mut line_of = |position: Option<&csv::Position>| {
        let byte =
            position.and_then(|position| usize::try_from(position.byte()).ok()).unwrap_or_default();
        // The reader may stand between the CR and the LF of the row before, or before empty rows.
        let ahead = table.as_bytes().get(byte..).unwrap_or_default().iter();
        let n_ends = ahead.take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        before + index.line(byte + n_ends)
    };
    for read in reader.records() {
        let row = read.map_err(|error| {
            ImportError::at(line_of(error.position()), "it can't be read as CSV")
        })?;
        let line = line_of(row.position());
        let cells: Vec<String> = row.iter().map(bare).collect();
        if cells.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        entries.push(if cells.len() == names.len() {
            one(line, &known, &cells)
        } else {
            let what = format!("{} cells, but {} columns", cells.len(), names.len());
            ImportEntry::unreadable(line, what)
        });
    }
    Ok(entries)
}

/// Returns what separates the cells, the number of lines before the header, and the text from there.
/// Spreadsheets write `;` where `,` is the decimal sign, and may say so by `sep=;` in a line of its own.
fn delimited(source: &str) -> (u8, u64, &str) {
    let (first, rest) = source.split_once('\n').unwrap_or((source, ""));
    let stated = first.strip_prefix("sep=").map(str::as_bytes);
    // The separator may be a TAB, which is blank itself.
    if let Some([separator, blank @ ..]) = stated
        && blank.iter().all(u8::is_ascii_whitespace)
    {
        return (*separator, 1, rest);
    }
    let mut is_quoted = false;
    let mut counts = [(b',', 0), (b';', 0), (b'\t', 0)];
    // The header ends with the first line break outside of quotes.
    for byte in source.bytes() {
        is_quoted ^= byte == b'"';
        if !is_quoted && matches!(byte, b'\r' | b'\n') {
            break;
        }
        let counted = counts.iter_mut().find(|(separator, _)| !is_quoted && *separator == byte);
        if let Some((_, count)) = counted {
            *count += 1;
        }
    }
    // Of equal counts, the first one is the standard's.
    let [comma, others @ ..] = counts;
    let most = others.into_iter().fold(comma, |most, it| if it.1 > most.1 { it } else { most });
    (most.0, 0, source)
}

fn fields(
    names: &[String],
    mapped: &[(String, String)],
) -> Result<Vec<Option<String>>, ImportError> {
    for (column, field) in mapped {
        if !names.contains(column) {
            let quoted = names.iter().take(MOST_NAMED).map(|name| format!("`{name}`"));
            let listed = quoted.collect::<Vec<_>>().join(", ");
            let what =
                format!("it has no column `{column}`, as in --map COLUMN={field}; it has {listed}");
            return Err(ImportError::at(1, what));
        }
    }
    let known =
        |name: &str| COLUMNS.iter().find(|(column, _)| *column == name).map(|found| found.1);
    let field = |name: &String| match mapped.iter().find(|(column, _)| column == name) {
        Some((_, field)) => Some(known(field).unwrap_or(field).to_owned()),
        None => known(&name.to_lowercase()).map(str::to_owned),
    };
    let fields: Vec<Option<String>> = names.iter().map(field).collect();
    if fields.iter().all(Option::is_none) {
        let what = "its first line names no field of a record: map columns with --map COLUMN=FIELD";
        return Err(ImportError::at(1, what));
    }
    Ok(fields)
}

/// Returns the field of a name to which a column is mapped: that of a column of `export csv`, else itself.
pub fn field_of(name: &str) -> &str {
    COLUMNS.iter().find(|(column, _)| *column == name).map_or(name, |(_, field)| *field)
}

/// Tells whether a column can be mapped to a field: a column of `export csv`, or a field of one value or a list of texts.
pub fn is_field(name: &str) -> bool {
    let is_known = COLUMNS.iter().any(|(column, field)| *column == name || *field == name);
    is_known
        || name == CONTROLS
        || spec::at(Record::FIELDS, name).is_some_and(|field| {
            !matches!(
                field.shape,
                ValueShape::Map { .. }
                    | ValueShape::List(ValueShape::Map { .. } | ValueShape::List(_))
                    | ValueShape::Free
            )
        })
}

/// Removes the `'` that guards a cell.
fn bare(cell: &str) -> String {
    let rest = cell.strip_prefix('\'');
    let guards = |rest: &&str| {
        let first = rest.trim_start_matches('\'').chars().next();
        matches!(first, Some('=' | '+' | '-' | '@' | '\t'))
    };
    rest.filter(guards).unwrap_or(cell).trim().to_owned()
}

fn one(line: u64, fields: &[Option<String>], cells: &[String]) -> ImportEntry {
    let mut exception =
        ForeignException { end: ForeignEnd::Missing, ..ForeignException::default() };
    for (field, cell) in fields.iter().zip(cells) {
        let Some(field) = field.as_deref().filter(|_| !cell.is_empty()) else {
            continue;
        };
        match field {
            ID => exception.cited = Some(cell.clone()),
            "justification" => exception.text = Some(cell.clone()),
            "expires" => {
                exception.end = match When::parse(cell) {
                    Ok(end) => ForeignEnd::Until(end),
                    Err(_) => {
                        ForeignEnd::Unclear("`expires` is not a date such as 2026-12-20".to_owned())
                    }
                };
            }
            FINDINGS => match findings(cell) {
                Some(found) => exception.findings = found,
                None => {
                    return ImportEntry::unreadable(line, "`findings` is not a list of TOOL:ID");
                }
            },
            CONTROLS => exception.answers.set(CONTROLS, json!([{"description": cell}])),
            field => exception.answers.set(field, value(field, cell)),
        }
    }
    if exception.answers == Answers::default() && exception.findings.is_empty() {
        return ImportEntry::unreadable(line, "it states nothing that a record could keep");
    }
    ImportEntry::exception(line, exception)
}

/// Returns the findings of a list `TOOL:ID;TOOL:ID`.
fn findings(cell: &str) -> Option<Vec<FindingKey>> {
    let items = cell.split(';').map(str::trim).filter(|item| !item.is_empty());
    let of = |item: &str| {
        part::finding(item).ok()?;
        let (tool, id) = item.split_once(':')?;
        Some(key(tool.trim(), id.trim()))
    };
    items.map(of).collect()
}

/// Returns a cell as the value of a field: lists are separated by `;`.
fn value(field: &str, cell: &str) -> Value {
    let shape = spec::at(Record::FIELDS, field).map(|field| field.shape);
    match shape {
        Some(ValueShape::List(_)) => {
            cell.split(';').map(str::trim).filter(|item| !item.is_empty()).collect()
        }
        _ => Value::from(cell),
    }
}
