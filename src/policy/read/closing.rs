//! Reads the requirements for closures, the drift exclusions, and the baselines.
//!
//! Uses record's reader. Pure. Follows `docs/spec/policy.md`.

use std::collections::BTreeMap;

use crate::policy::closing::{Baseline, ClosureRules, Drift, Words};
use crate::policy::read::values::{OneOrMany, PerHundred};
use crate::policy::read::{stated, value};
use crate::record::reader::{NodeReader, Read};
use crate::yaml::node::Node;

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

impl Read for Drift {
    fn read<'n>(node: &'n Node, at: &mut NodeReader<'n>) -> Option<Drift> {
        at.map(node, |fields| {
            let mut drift = Drift::default();
            stated(fields, "exclude", |read| drift.exclude = read);
            stated(fields, "tools", |read| drift.tools = read);
            Some(drift)
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
            let sample = value(fields, "sample").map_or(0, |PerHundred(sample)| sample);
            let review_by = value(fields, "review_by");
            let notify = value(fields, "notify").unwrap_or_default();
            Some(Baseline {
                id: id?,
                kind: kind?,
                when,
                material_if,
                expect,
                sample,
                review_by,
                notify,
            })
        })
    }
}

impl Read for Words {
    fn read<'n>(node: &'n Node, at: &mut NodeReader<'n>) -> Option<Words> {
        let read: BTreeMap<String, OneOrMany<String>> = BTreeMap::read(node, at)?;
        let values = read.into_iter().map(|(field, values)| (field, values.0));
        Some(Words(values.collect()))
    }
}
