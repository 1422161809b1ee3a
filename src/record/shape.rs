//! How the maps of a record are read: which keys they have, which of them are required.
//!
//! Uses record's own words and the reader. Pure. Start at the end, [`Record`]. All keys of a map are read before
//! the first `?`, so that every mistake of a file is found at once. Follows `docs/spec/record.md` (required and
//! optional, values, nothing there).

use crate::record::fields::Fields;
use crate::record::form;
use crate::record::free;
use crate::record::reader::{Empty, Read, Reader};
use crate::record::subject::{FindingKey, Scope, Subject};
use crate::record::{
    CompensatingControl, Deviation, Fix, Owner, Record, References, RiskStatement, Rollback,
    Trigger, Uses,
};
use crate::yaml::node::{Node, Value};

impl Read for Deviation {
    const EMPTY: Empty = Empty::Stated;

    fn read<'n>(node: &'n Node, at: &mut Reader<'n>) -> Option<Deviation> {
        at.map(node, |map| {
            let controls = map.optional("controls");
            let rule = map.optional("rule");
            let baseline = map.optional("baseline");
            Some(Deviation {
                controls: controls?,
                rule: rule?,
                baseline: baseline?,
            })
        })
    }
}

impl Read for Subject {
    const EMPTY: Empty = Empty::Stated;

    fn read<'n>(node: &'n Node, at: &mut Reader<'n>) -> Option<Subject> {
        at.map(node, |map| {
            let identity = map.optional("identity");
            let identity_type = map.optional("identity_type");
            let credential = map.optional("credential");
            let credential_expires = map.optional("credential_expires");
            let asset = map.optional("asset");
            let application = map.optional("application");
            let environment = map.optional("environment");
            let task = map.optional("task");
            let vendor = map.optional("vendor");
            let aliases = map.optional("aliases");
            Some(Subject {
                identity: identity?,
                identity_type: identity_type?,
                credential: credential?,
                credential_expires: credential_expires?,
                asset: asset?,
                application: application?,
                environment: environment?,
                task: task?,
                vendor: vendor?,
                aliases: aliases?,
            })
        })
    }
}

impl Read for Scope {
    fn read<'n>(node: &'n Node, at: &mut Reader<'n>) -> Option<Scope> {
        at.map(node, |map| {
            let resources = map.optional("resources");
            let actions = map.optional("actions");
            let not_waived = map.optional("not_waived");
            let findings = map.optional("findings");
            Some(Scope {
                resources: resources?,
                actions: actions?,
                not_waived: not_waived?,
                findings: findings?,
            })
        })
    }
}

impl Read for FindingKey {
    fn read<'n>(node: &'n Node, at: &mut Reader<'n>) -> Option<FindingKey> {
        at.map(node, |map| {
            let tool = map.optional("tool");
            let id = map.optional("id");
            let cwe = map.optional_as("cwe", form::cwe);
            let severity = map.optional("severity");
            let purl = map.optional("purl");
            let versions = map.optional_as("versions", form::versions);
            let paths = map.optional("paths");
            let resources = map.optional("resources");
            map.need_any_of(&["id", "cwe", "purl"]);
            Some(FindingKey {
                tool: tool?,
                id: id?,
                cwe: cwe?,
                severity: severity?,
                purl: purl?,
                versions: versions?,
                paths: paths?,
                resources: resources?,
            })
        })
    }
}

impl Read for Owner {
    fn read<'n>(node: &'n Node, at: &mut Reader<'n>) -> Option<Owner> {
        at.map(node, |map| {
            let name = map.required("name");
            let email = map.required("email");
            let team = map.optional("team");
            let backup = map.optional("backup");
            Some(Owner {
                name: name?,
                email: email?,
                team: team?,
                backup: backup?,
            })
        })
    }
}

impl Read for RiskStatement {
    fn read<'n>(node: &'n Node, at: &mut Reader<'n>) -> Option<RiskStatement> {
        at.map(node, |map| {
            let level = map.required("level");
            let blast_radius = map.optional("blast_radius");
            let owner = map.optional("owner");
            Some(RiskStatement {
                level: level?,
                blast_radius: blast_radius?,
                owner: owner?,
            })
        })
    }
}

impl Read for Fix {
    fn read<'n>(node: &'n Node, at: &mut Reader<'n>) -> Option<Fix> {
        at.map(node, |map| {
            let target = map.required("target");
            let plan = map.required("plan");
            let ticket = map.optional("ticket");
            let due = map.optional("due");
            Some(Fix {
                target: target?,
                plan: plan?,
                ticket: ticket?,
                due: due?,
            })
        })
    }
}

impl Read for CompensatingControl {
    fn read<'n>(node: &'n Node, at: &mut Reader<'n>) -> Option<CompensatingControl> {
        at.map(node, |map| {
            let id = map.required("id");
            let description = map.required("description");
            let owner = map.required("owner");
            let status = map.required("status");
            let verified = map.optional("verified");
            let verify_every = map.optional_as("verify_every", form::term);
            let evidence = map.or_empty("evidence");
            Some(CompensatingControl {
                id: id?,
                description: description?,
                owner: owner?,
                status: status?,
                verified: verified?,
                verify_every: verify_every?,
                evidence: evidence?,
            })
        })
    }
}

impl Read for Trigger {
    fn read<'n>(node: &'n Node, at: &mut Reader<'n>) -> Option<Trigger> {
        at.map(node, |map| {
            let id = map.required("id");
            let when = map.required("when");
            let then = map.required("then");
            let test = map.optional("test");
            Some(Trigger {
                id: id?,
                when: when?,
                then: then?,
                test: test?,
            })
        })
    }
}

impl Read for Uses {
    fn read<'n>(node: &'n Node, at: &mut Reader<'n>) -> Option<Uses> {
        at.map(node, |map| {
            let limit = map.required_as("limit", form::uses);
            Some(Uses { limit: limit? })
        })
    }
}

impl Read for Rollback {
    fn read<'n>(node: &'n Node, at: &mut Reader<'n>) -> Option<Rollback> {
        at.map(node, |map| {
            let plan = map.required("plan");
            let criteria = map.required("criteria");
            Some(Rollback {
                plan: plan?,
                criteria: criteria?,
            })
        })
    }
}

impl Read for References {
    fn read<'n>(node: &'n Node, at: &mut Reader<'n>) -> Option<References> {
        at.map(node, |map| {
            let change = map.optional("change");
            let incident = map.optional("incident");
            let ticket = map.optional("ticket");
            let onboarding = map.optional("onboarding");
            let access_review = map.optional("access_review");
            let rotation = map.optional("rotation");
            let offboarding = map.optional("offboarding");
            let pam = map.optional("pam");
            let risk = map.optional("risk");
            let redesign = map.optional("redesign");
            let supersedes = map.optional("supersedes");
            Some(References {
                change: change?,
                incident: incident?,
                ticket: ticket?,
                onboarding: onboarding?,
                access_review: access_review?,
                rotation: rotation?,
                offboarding: offboarding?,
                pam: pam?,
                risk: risk?,
                redesign: redesign?,
                supersedes: supersedes?,
            })
        })
    }
}

impl Read for Record {
    fn read<'n>(node: &'n Node, at: &mut Reader<'n>) -> Option<Record> {
        at.map(node, |map| {
            let id = map.required("id");
            let title = map.required("title");
            let class = map.required("class");
            let deviates_from = map.required("deviates_from");
            let subject = map.required("subject");
            let scope = map.optional("scope");
            let owner = map.required("owner");
            let requester = map.optional("requester");
            let justification = justification(map);
            let risk = map.required("risk");
            let root_cause = map.required("root_cause");
            let fix = map.optional("fix");
            let compensating_controls = map.required("compensating_controls");
            let starts = map.optional("starts");
            let expires = map.required_as("expires", form::end);
            let event_ends = map.optional("event_ends");
            let review_every = map.optional_as("review_every", form::term);
            let triggers = map.or_empty("triggers");
            let uses = map.optional("uses");
            let rollback = map.optional("rollback");
            let references = map.optional("references");
            let reviews = map.or_empty("reviews");
            let handling = map.or_empty("handling");
            let renewals = map.or_empty("renewals");
            let transfers = map.or_empty("transfers");
            let fired = map.or_empty("fired");
            let closure = map.optional("closure");
            let x = map.optional_with("x", free::map);
            Some(Record {
                id: id?,
                title: title?,
                class: class?,
                deviates_from: deviates_from?,
                subject: subject?,
                scope: scope?,
                owner: owner?,
                requester: requester?,
                justification: justification?,
                risk: risk?,
                root_cause: root_cause?,
                fix: fix?,
                compensating_controls: compensating_controls?,
                starts: starts?,
                expires: expires?,
                event_ends: event_ends?,
                review_every: review_every?,
                triggers: triggers?,
                uses: uses?,
                rollback: rollback?,
                references: references?.map(Box::new),
                reviews: reviews?,
                handling: handling?,
                renewals: renewals?,
                transfers: transfers?,
                fired: fired?,
                closure: closure?.map(Box::new),
                x: x?.unwrap_or_default(),
            })
        })
    }
}

/// Reads the justification, of which the content rules say whether it says enough, also of an empty one.
fn justification(map: &mut Fields<'_, '_>) -> Option<String> {
    map.required_with("justification", |node, at| match &node.value {
        Value::Scalar(scalar) => Some(scalar.text.clone()),
        _ => at.scalar(node, |text| Ok(text.to_owned())),
    })
}
