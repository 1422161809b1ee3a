//! The controls of one catalog.
//!
//! Pure. Start at [`Catalog`]. Follows `docs/spec/policy.md`, catalogs.

use crate::diag::Finding;
use crate::diag::code::Code;
use crate::policy::table::CsvTable;
use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::sync::OnceLock;

/// One control of a catalog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CatalogControl {
    /// The id as its publisher writes it.
    pub id: String,
    pub title: String,
    pub group: String,
    /// Whether it belongs to an older edition.
    pub withdrawn: bool,
    /// The ids that replace it; if there are several, none is preferred.
    pub replaced_by: Vec<String>,
    /// Other forms in which people write the id.
    pub aliases: Vec<String>,
}

/// The controls of a framework, in its order.
#[derive(Clone, Debug, Default)]
pub struct Catalog {
    /// The name before the colon.
    pub name: String,
    pub controls: Vec<CatalogControl>,
    ids: BTreeMap<String, usize>,
    /// Sorted when an id is not found: most are written as published.
    aliases: OnceLock<BTreeMap<String, usize>>,
}

/// Whether an alias was looked for makes no difference.
impl PartialEq for Catalog {
    fn eq(&self, other: &Catalog) -> bool {
        self.name == other.name && self.controls == other.controls
    }
}

impl Eq for Catalog {}

/// How a control was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum ControlForm {
    /// As its publisher writes it.
    Exact,
    /// With different case, or surrounding blanks.
    OtherCase,
    /// By one of its aliases.
    Alias,
}

/// A control that was found, and how it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ControlMatch<'c> {
    pub catalog: &'c Catalog,
    pub control: &'c CatalogControl,
    /// How it was written.
    pub form: ControlForm,
}

impl<'c> ControlMatch<'c> {
    /// Returns the reference in canonical form: `nist-csf:ID.RA-07`.
    pub fn canonical(&self) -> String {
        format!("{}:{}", self.catalog.name, self.control.id)
    }

    /// Returns the same match, marked as different in case at least.
    pub(crate) fn loosely(self) -> ControlMatch<'c> {
        ControlMatch { form: self.form.max(ControlForm::OtherCase), ..self }
    }
}

pub(crate) const COLUMNS: &[&str] =
    &["id", "title", "group", "withdrawn", "replaced_by", "aliases"];

impl Catalog {
    /// Reads a catalog from CSV, with the problems found.
    pub fn read(name: &str, path: &str, bytes: &[u8]) -> (Catalog, Vec<Finding>) {
        let mut catalog = Catalog { name: name.to_owned(), ..Catalog::default() };
        let columns = (COLUMNS, &["id", "title"][..]);
        let findings = CsvTable::read(path, bytes, columns, |table, row| {
            let cell = |column| table.cell(row, column);
            let (id, title) = (cell("id"), cell("title"));
            let withdrawn = match cell("withdrawn").to_lowercase().as_str() {
                "" | "false" | "no" | "0" => Some(false),
                "true" | "yes" | "1" => Some(true),
                _ => None,
            };
            let known = catalog.ids.entry(id.to_lowercase());
            let problem = match withdrawn {
                _ if id.is_empty() => Some("a row without id".to_owned()),
                _ if title.is_empty() => Some(format!("`{id}` has no title")),
                None => Some(format!("`withdrawn` of `{id}` is neither true nor false")),
                Some(_) if matches!(known, Entry::Occupied(_)) => {
                    Some(format!("the id `{id}` appears twice"))
                }
                Some(_) => None,
            };
            if let Some(problem) = problem {
                table.note(Code::BadValue, row.line, &problem, "correct or remove the row");
                return;
            }
            known.or_insert(catalog.controls.len());
            catalog.controls.push(CatalogControl {
                id: id.to_owned(),
                title: title.to_owned(),
                group: cell("group").to_owned(),
                withdrawn: withdrawn.unwrap_or_default(),
                replaced_by: several(cell("replaced_by")),
                aliases: several(cell("aliases")),
            });
        });
        (catalog, findings)
    }

    fn aliases(&self) -> &BTreeMap<String, usize> {
        self.aliases.get_or_init(|| {
            let mut aliases = BTreeMap::new();
            for (control, index) in self.controls.iter().zip(0..) {
                for alias in &control.aliases {
                    aliases.entry(alias.to_lowercase()).or_insert(index);
                }
            }
            aliases
        })
    }

    /// Returns the control for a text: by id, else by alias, ignoring case.
    pub fn find(&self, text: &str) -> Option<ControlMatch<'_>> {
        let trimmed = text.trim();
        let key = trimmed.to_lowercase();
        let by_id = self.ids.get(&key).map(|index| (index, ControlForm::OtherCase));
        let by_alias = || self.aliases().get(&key).map(|index| (index, ControlForm::Alias));
        let (index, form) = by_id.or_else(by_alias)?;
        let control = self.controls.get(*index)?;
        let form = if control.id == text { ControlForm::Exact } else { form };
        Some(ControlMatch { catalog: self, control, form })
    }
}

pub(crate) fn several(cell: &str) -> Vec<String> {
    if cell.is_empty() {
        return Vec::new();
    }
    let values = cell.split('|').map(str::trim);
    values.filter(|value| !value.is_empty()).map(str::to_owned).collect()
}
