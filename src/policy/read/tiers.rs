//! Reads tiers and classes.
//!
//! Pure. Follows `docs/spec/policy.md`, tiers and classes.

use crate::policy::read::values::{OneOrMany, Positive};
use crate::policy::read::{stated, value};
use crate::policy::tiers::{Approvals, ClassRule, Classes, EmergencyRule, Match, Tier};
use crate::record::fields::Fields;
use crate::record::reader::{NodeReader, Read};
use crate::record::time::Term;
use crate::yaml::node::Node;

impl Read for Tier {
    fn read<'n>(node: &'n Node, at: &mut NodeReader<'n>) -> Option<Tier> {
        at.map(node, |fields| {
            let mut tier = Tier::default();
            let name = fields.required("name");
            stated(fields, "match", |OneOrMany(maps)| {
                tier.matches = Some(maps);
            });
            stated(fields, "max_term", |read| tier.max_term = read);
            stated(fields, "max_renewals", |read| tier.max_renewals = read);
            stated(fields, "max_total", |read| tier.max_total = read);
            stated(fields, "approvals", |read| tier.approvals = read);
            stated(fields, "require", |read| tier.require = read);
            // `0d` means no interval: as the shortest of several it would disable the others.
            tier.review_every = value(fields, "review_every").filter(|term: &Term| !term.is_zero());
            stated(fields, "degraded", |read| tier.degraded = read);
            stated(fields, "post_closure_review", |read| {
                tier.post_closure_review = read;
            });
            tier.name = name?;
            Some(tier)
        })
    }
}

impl Read for Match {
    fn read<'n>(node: &'n Node, at: &mut NodeReader<'n>) -> Option<Match> {
        at.map(node, |fields| {
            let matches = Match {
                class: list_of(fields, "class"),
                risk: list_of(fields, "risk"),
                sensitivity: list_of(fields, "sensitivity"),
                environment: list_of(fields, "environment"),
                identity_type: list_of(fields, "identity_type"),
                baseline: list_of(fields, "baseline"),
                root_cause: list_of(fields, "root_cause"),
                application: list_of(fields, "application"),
                team: list_of(fields, "team"),
                wildcard: value(fields, "wildcard"),
            };
            Some(matches)
        })
    }
}

fn list_of<T: Read>(fields: &mut Fields<'_, '_>, key: &'static str) -> Option<Vec<T>> {
    value(fields, key).map(|OneOrMany(values)| values)
}

impl Read for Approvals {
    fn read<'n>(node: &'n Node, at: &mut NodeReader<'n>) -> Option<Approvals> {
        at.map(node, |fields| {
            let mut approvals = Approvals::default();
            if let Some(Positive(count)) = value(fields, "count") {
                approvals.count = count;
            }
            stated(fields, "each_of", |read| approvals.each_of = read);
            stated(fields, "must_include", |read| {
                approvals.must_include = read;
            });
            approvals.proof = value(fields, "proof");
            Some(approvals)
        })
    }
}

impl Read for Classes {
    fn read<'n>(node: &'n Node, at: &mut NodeReader<'n>) -> Option<Classes> {
        at.map(node, |fields| {
            let mut classes = Classes::default();
            for (key, rule) in [
                ("standard", &mut classes.standard),
                ("regulated", &mut classes.regulated),
                ("third-party", &mut classes.third_party),
            ] {
                let read = |node, at: &mut NodeReader<'n>| at.map(node, |keys| class(keys, rule));
                fields.optional_with(key, read);
            }
            let rule = &mut classes.emergency;
            let read = |node, at: &mut NodeReader<'n>| at.map(node, |keys| emergency(keys, rule));
            fields.optional_with("emergency", read);
            Some(classes)
        })
    }
}

fn class(fields: &mut Fields<'_, '_>, rule: &mut ClassRule) -> Option<()> {
    stated(fields, "max_term", |read| rule.max_term = Some(read));
    stated(fields, "require", |read| rule.require = read);
    stated(fields, "each_of", |read| rule.each_of = read);
    stated(fields, "count", |Positive(count)| rule.count = Some(count));
    Some(())
}

fn emergency(fields: &mut Fields<'_, '_>, rule: &mut EmergencyRule) -> Option<()> {
    stated(fields, "max_term", |read| rule.max_term = Some(read));
    stated(fields, "review_within", |read| {
        rule.review_within = Some(read);
    });
    stated(fields, "require", |read| rule.require = read);
    stated(fields, "each_of", |read| rule.each_of = read);
    stated(fields, "count", |Positive(count)| rule.count = Some(count));
    Some(())
}
