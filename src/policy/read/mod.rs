//! Reads a policy: every error with its position, every missing value with its default.
//!
//! Pure. Start at [`read`]. Follows `docs/spec/policy.md`, reading and defaults. A map is merged with its default key by
//! key; lists, numbers and words replace it.

mod baselines;
mod closing;
mod consistency;
mod nobody;
mod people;
mod settings;
mod tiers;
pub(crate) mod values;

use std::cell::RefCell;

use crate::diag::Finding;
use crate::policy::read::values::{Path, RecordPrefixes};
use crate::policy::settings::default_escalation;
use crate::policy::{FILE, Policy, catalog};
use crate::record::fields::Fields;
use crate::record::parse_error::ParseError;
use crate::record::reader::{NodeReader, Read};
use crate::yaml::node::{Repair, SyntaxError};
use crate::{record, yaml};

/// The result of reading a policy.
#[derive(Clone, Debug, PartialEq)]
pub struct PolicySource {
    /// The settings; unreadable values have their defaults.
    pub policy: Policy,
    /// The document, for rules that report positions; `None` if it can't be read to its end.
    pub document: Option<yaml::node::Node>,
    /// The comments, in file order.
    pub comments: Vec<yaml::node::Comment>,
    /// The problems; any of them makes the policy unusable.
    pub findings: Vec<Finding>,
}

thread_local! {
    /// The last two policies and their bytes: the work tree, the tip and the landing before it mostly have the same one.
    static RECENT: RefCell<Vec<(Box<[u8]>, PolicySource)>> = const { RefCell::new(Vec::new()) };
}

/// Reads the bytes of `exledger.yaml`.
pub fn read(bytes: &[u8]) -> PolicySource {
    RECENT.with_borrow_mut(|recent| {
        let known = recent.iter().find(|(of, _)| **of == *bytes);
        if let Some((_, source)) = known {
            return source.clone();
        }
        let source = parse(bytes);
        if recent.len() == 2 {
            recent.remove(0);
        }
        recent.push((bytes.into(), source.clone()));
        source
    })
}

fn parse(bytes: &[u8]) -> PolicySource {
    let document = yaml::parse(bytes, &yaml::node::Limits::POLICY);
    let mut faults = document.faults;
    let mut policy = Policy::default();
    if let Some(root) = &document.root {
        let (read, noted) = record::reader::read::<WholePolicy>(root, "the policy");
        policy = read.map_or_else(Policy::default, |whole| whole.0);
        faults.extend(noted.faults);
        faults.extend(crate::policy::read::consistency::check(root));
        baselines::check(root, &mut faults);
        name_successors(&mut faults);
        nobody::check(root, &mut faults);
    }
    let text = String::from_utf8_lossy(bytes);
    let source = (text.as_ref(), document.root.as_ref());
    PolicySource {
        policy,
        findings: record::mend::findings(FILE, None, source, faults, &values::example),
        document: document.root,
        comments: document.comments,
    }
}

/// A policy of which the readable parts were read.
struct WholePolicy(Policy);

impl Read for WholePolicy {
    fn read<'n>(node: &'n yaml::node::Node, at: &mut NodeReader<'n>) -> Option<WholePolicy> {
        let mut policy = Policy::default();
        at.map(node, |fields| {
            fields.required_as("version", version);
            stated(fields, "id_prefix", |RecordPrefixes(read)| {
                policy.id_prefix = read;
            });
            stated(fields, "records", |read: Vec<Path>| {
                policy.records = read.into_iter().map(|path| path.0).collect();
            });
            stated(fields, "redesigns", |Path(path)| policy.redesigns = path);
            policy.name = fields.optional_as("name", name).flatten();
            policy.people = value(fields, "people").unwrap_or_default();
            policy.groups = value(fields, "groups").unwrap_or_default();
            policy.approval = value(fields, "approval").unwrap_or_default();
            policy.assets = value(fields, "assets").unwrap_or_default();
            stated(fields, "tiers", |read| policy.tiers = read);
            policy.classes = value(fields, "classes").unwrap_or_default();
            policy.lint = value(fields, "lint").unwrap_or_default();
            policy.due = value(fields, "due").unwrap_or_default();
            policy.escalate = value(fields, "escalate").unwrap_or_else(default_escalation);
            policy.profiles = value(fields, "profiles").unwrap_or_default();
            policy.patterns = value(fields, "patterns").unwrap_or_default();
            policy.recurrence = value(fields, "recurrence").unwrap_or_default();
            policy.closure = value(fields, "closure").unwrap_or_default();
            policy.extra_schema = value(fields, "extra_schema").map(|Path(path)| path);
            policy.scan = value(fields, "scan").unwrap_or_default();
            stated(fields, "catalogs", |read: Vec<CatalogName>| {
                policy.catalogs = read.into_iter().map(|name| name.0).collect();
            });
            policy.baselines = value(fields, "baselines").unwrap_or_default();
            Some(())
        });
        // The record folders must be known even if something else is wrong: their records are still checked for shape.
        if policy.records.is_empty() {
            policy.records = Policy::default().records;
        }
        Some(WholePolicy(policy))
    }
}

/// Keys that were removed, each with what replaces it.
const SUCCESSORS: &[(&str, &str)] = &[(
    "people.bridges",
    "remove it, and list a key of the bridge in the signers file, with namespaces=\"exledger-review@v1\"",
)];

fn name_successors(faults: &mut [SyntaxError]) {
    for fault in faults {
        let field = fault.field.as_deref();
        let known = SUCCESSORS.iter().find(|(key, _)| field == Some(key));
        if let Some((_, help)) = known {
            (*help).clone_into(&mut fault.help);
        }
    }
}

pub(crate) fn value<T: Read>(fields: &mut Fields<'_, '_>, key: &'static str) -> Option<T> {
    fields.optional(key).flatten()
}

pub(crate) fn stated<T: Read>(
    fields: &mut Fields<'_, '_>,
    key: &'static str,
    take: impl FnOnce(T),
) {
    if let Some(value) = value(fields, key) {
        take(value);
    }
}

fn version(text: &str) -> Result<(), ParseError> {
    match text {
        "1" => Ok(()),
        _ => Err(ParseError::new(
            format!("`{text}` is not a version of this format"),
            "write version: 1",
        )
        .such_as("1")),
    }
}

/// A ledger's name is part of a line in detached approvals, where `-` means that there is none, and the folder follows a colon.
fn name(text: &str) -> Result<String, ParseError> {
    if text == "-" || text.contains(['\n', '\r', ':']) || text.trim() != text {
        return Err(ParseError::new(
            "`name` must be one line without `:`, leading or trailing blanks, and not `-`",
            "write it as owner/ledger, such as example/payments",
        )
        .such_as("example/payments"));
    }
    Ok(text.to_owned())
}

/// A built-in catalog, or a CSV file of the team.
struct CatalogName(String);

impl record::scalar::Scalar for CatalogName {
    fn parse(text: &str) -> Result<CatalogName, ParseError> {
        if catalog::names().any(|name| name == text) {
            return Ok(CatalogName(text.to_owned()));
        }
        if text.ends_with(".csv") {
            return Path::parse(text).map(|path| CatalogName(path.0));
        }
        let similar = record::near::nearest(text, catalog::names());
        let help = similar.map_or_else(
            || {
                let names: Vec<&str> = catalog::names().collect();
                format!("use one of {}, or the path of a CSV file", names.join(", "))
            },
            |similar| {
                format!(
                    "did you mean {similar}? Your own catalog is given as the path of a CSV file"
                )
            },
        );
        let repair = Repair::nearest_or(similar, catalog::names().next());
        Err(ParseError::new(format!("`{text}` is not a catalog"), help).ended_by(repair))
    }
}
