//! Reads the requirements for closures, the scan exclusions, and the baselines.
//!
//! Pure. Follows `docs/spec/policy.md`.

use std::collections::BTreeMap;

use crate::policy::closing::{Baseline, ClosureRules, Scan};
use crate::policy::expectation::{
    BaselineWord, Expectations, LONGEST_WORD, SinceLast, Words, not_too_long,
};
use crate::policy::read::values::{OneOrMany, PerHundred};
use crate::policy::read::{stated, value};
use crate::record::parse_error::ParseError;
use crate::record::reader::{NodeReader, Read};
use crate::record::time::Term;
use crate::yaml::node::{Node, Value};

impl Read for ClosureRules {
    fn read<'n>(node: &'n Node, at: &mut NodeReader<'n>) -> Option<ClosureRules> {
        at.map(node, |fields| {
            let mut closure = ClosureRules::default();
            stated(fields, "checks", |read: BTreeMap<String, Vec<String>>| {
                closure.checks.extend(read);
            });
            stated(fields, "access_verified", |read| {
                closure.access_verified = read;
            });
            Some(closure)
        })
    }
}

impl Read for Scan {
    fn read<'n>(node: &'n Node, at: &mut NodeReader<'n>) -> Option<Scan> {
        at.map(node, |fields| {
            let mut scan = Scan::default();
            stated(fields, "exclude", |read| scan.exclude = read);
            stated(fields, "tools", |read| scan.tools = read);
            stated(fields, "rust_lints", |read| scan.rust_lints = read);
            Some(scan)
        })
    }
}

impl Read for Baseline {
    fn read<'n>(node: &'n Node, at: &mut NodeReader<'n>) -> Option<Baseline> {
        at.map(node, |fields| {
            let id = fields.required("id");
            let kind = fields.required("kind");
            let when = value(fields, "when").unwrap_or_default();
            let material_if = value(fields, "material_if").unwrap_or_default();
            let expect = value(fields, "expect").unwrap_or_default();
            let others = value(fields, "others");
            let since_last = value(fields, "since_last");
            let sample = value(fields, "sample").map_or(0, |PerHundred(sample)| sample);
            let review_by = value(fields, "review_by");
            let notify = value(fields, "notify").unwrap_or_default();
            Some(Baseline {
                id: id?,
                kind: kind?,
                when,
                material_if,
                expect,
                others,
                since_last,
                sample,
                review_by,
                notify,
            })
        })
    }
}

impl Read for Words {
    fn read<'n>(node: &'n Node, at: &mut NodeReader<'n>) -> Option<Words> {
        let read: BTreeMap<String, OneOrMany<BaselineWord>> = BTreeMap::read(node, at)?;
        let values = read.into_iter().map(|(field, values)| (field, values.0));
        Some(Words(values.collect()))
    }
}

impl Read for Expectations {
    fn read<'n>(node: &'n Node, at: &mut NodeReader<'n>) -> Option<Expectations> {
        let Value::Map(entries) = &node.value else {
            return at.refuse(node, "a map", "write it as identities with fields: `name: {…}`");
        };
        let read = entries.iter().filter_map(|entry| {
            let words = at.entry(entry, |node, at| match not_too_long(&entry.key) {
                Ok(()) => Words::read(node, at),
                Err(error) => at.fault(node, error),
            })?;
            Some((entry.key.clone(), words))
        });
        let read: Vec<(String, Words)> = read.collect();
        (read.len() == entries.len()).then(|| Expectations::new(read))
    }
}

impl Read for SinceLast {
    fn read<'n>(node: &'n Node, at: &mut NodeReader<'n>) -> Option<SinceLast> {
        at.map(node, |fields| {
            let by = fields.required("by");
            let at_least: Option<Term> = value(fields, "at_least");
            let at_most: Option<Term> = value(fields, "at_most");
            fields.need_any_of(&["at_least", "at_most"]);
            if let (Some(least), Some(most)) = (at_least, at_most)
                && least.seconds() > most.seconds()
            {
                let help = "make it at most `at_most`: between the two, an event is normal";
                let message = "`at_least` is longer than `at_most`, so no event would be normal";
                fields.fault("at_least", ParseError::new(message, help).such_as(most.to_string()));
            }
            let SinceFields(by) = by?;
            Some(SinceLast { by, at_least, at_most })
        })
    }
}

/// The fields of `since_last.by`: from one to eight, each named once.
struct SinceFields(Vec<String>);

const MOST_FIELDS: usize = 8;

impl Read for SinceFields {
    const IS_STATED_EMPTY: bool = true;

    fn read<'n>(node: &'n Node, at: &mut NodeReader<'n>) -> Option<SinceFields> {
        let fields: Vec<String> = Vec::read(node, at)?;
        let help = "name the fields whose values tell which events belong together, such as \
                    `[data.identity]`";
        let mut sorted: Vec<&String> = fields.iter().collect();
        sorted.sort_unstable();
        sorted.dedup();
        let message = if fields.is_empty() {
            "`by` names no field".to_owned()
        } else if sorted.len() < fields.len() {
            "`by` names a field twice".to_owned()
        } else if fields.len() > MOST_FIELDS {
            format!("`by` names {} fields, and at most {MOST_FIELDS} are compared", fields.len())
        } else if fields.iter().any(|field| field.len() > LONGEST_WORD) {
            format!("`by` names a field of more than {LONGEST_WORD} bytes")
        } else {
            return Some(SinceFields(fields));
        };
        at.fault(node, ParseError::new(message, help).such_as("[data.identity]"))
    }
}
