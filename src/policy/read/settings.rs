//! Reads people, the requirements for approvals, assets, rule settings, dates, profiles and patterns.
//!
//! Pure. Follows `docs/spec/policy.md`.

use crate::policy::demand::{Approval, GovernanceApprovals};
use crate::policy::profile::{Profile, ProfileTrigger};
use crate::policy::read::values::{Path, PerHundred, Positive};
use crate::policy::read::{stated, value};
use crate::policy::settings::{
    AssetRule, Due, Escalation, EventPatterns, Lint, NotifyTarget, Patterns, People, Recipient,
    Recurrence,
};
use crate::record::address::Address;
use crate::record::parse_error::ParseError;
use crate::record::reader::{NodeReader, Read};
use crate::record::scalar::Scalar;
use crate::record::vocabulary::Then;
use crate::yaml::node::{Node, Value};

impl Read for People {
    fn read<'n>(node: &'n Node, at: &mut NodeReader<'n>) -> Option<People> {
        at.map(node, |fields| {
            let mut people = People::default();
            stated(fields, "roster", |Path(path)| people.roster = Some(path));
            stated(fields, "bots", |read| people.bots = read);
            stated(fields, "agents", |read| people.agents = read);
            stated(fields, "logins", |read| people.logins = read);
            stated(fields, "noreply", |read| people.noreply = read);
            stated(fields, "forges", |read| people.forges = read);
            Some(people)
        })
    }
}

impl Read for Approval {
    fn read<'n>(node: &'n Node, at: &mut NodeReader<'n>) -> Option<Approval> {
        at.map(node, |fields| {
            let mut approval = Approval::default();
            stated(fields, "self_approval", |read| {
                approval.self_approval = read;
            });
            stated(fields, "self_asserted", |read| {
                approval.self_asserted = read;
            });
            stated(fields, "nested", |read| approval.nested = read);
            stated(fields, "authors", |read| approval.authors = read);
            stated(fields, "owner_may_approve", |read| {
                approval.owner_may_approve = read;
            });
            stated(fields, "proof", |read| approval.proof = read);
            stated(fields, "governance", |read| approval.governance = read);
            stated(fields, "listed", |read| approval.listed = read);
            stated(fields, "accept", |read| approval.accept = read);
            stated(fields, "forge", |read| approval.forge = read);
            if let Some(Path(path)) = value(fields, "signers") {
                approval.signers = path;
            }
            if let Some(Path(path)) = value(fields, "revoked") {
                approval.revoked = path;
            }
            stated(fields, "request_sla", |read| approval.request_sla = read);
            Some(approval)
        })
    }
}

impl Read for GovernanceApprovals {
    fn read<'n>(node: &'n Node, at: &mut NodeReader<'n>) -> Option<GovernanceApprovals> {
        at.map(node, |fields| {
            let mut approvals = GovernanceApprovals {
                count: value(fields, "count").map(|Positive(count)| count),
                proof: value(fields, "proof"),
                ..GovernanceApprovals::default()
            };
            stated(fields, "each_of", |read| approvals.each_of = read);
            Some(approvals)
        })
    }
}

impl Read for AssetRule {
    fn read<'n>(node: &'n Node, at: &mut NodeReader<'n>) -> Option<AssetRule> {
        at.map(node, |fields| {
            let matches = fields.required("match");
            let owner: Option<Option<Address>> = fields.optional("owner");
            let notify: Option<Option<Vec<NotifyTarget>>> = fields.optional("notify");
            // What can't be read has been reported: it is stated all the same.
            let is_routed = owner != Some(None)
                || notify.as_ref().is_none_or(|list| list.iter().flatten().next().is_some());
            let sensitivity = if is_routed {
                value(fields, "sensitivity")
            } else {
                Some(fields.required("sensitivity")?)
            };
            let (owner, notify) = (owner.flatten(), notify.flatten().unwrap_or_default());
            Some(AssetRule { matches: matches?, sensitivity, owner, notify })
        })
    }
}

impl Read for Lint {
    fn read<'n>(node: &'n Node, at: &mut NodeReader<'n>) -> Option<Lint> {
        at.map(node, |fields| {
            let mut lint = Lint::default();
            stated(fields, "justification_min", |read| {
                lint.justification_min = read;
            });
            stated(fields, "event_grace", |read| lint.event_grace = read);
            stated(fields, "levels", |read| lint.levels = read);
            stated(fields, "not_secrets", |read| lint.not_secrets = read);
            Some(lint)
        })
    }
}

impl Read for Due {
    fn read<'n>(node: &'n Node, at: &mut NodeReader<'n>) -> Option<Due> {
        at.map(node, |fields| {
            let mut due = Due::default();
            stated(fields, "soon", |read| due.soon = read);
            stated(fields, "urgent", |read| due.urgent = read);
            stated(fields, "cliff", |Positive(read)| due.cliff = read);
            Some(due)
        })
    }
}

impl Read for Escalation {
    fn read<'n>(node: &'n Node, at: &mut NodeReader<'n>) -> Option<Escalation> {
        at.map(node, |fields| {
            let after = fields.required("after");
            let to = fields.required("to");
            Some(Escalation { after: after?, to: to? })
        })
    }
}

impl Scalar for NotifyTarget {
    /// A text with `@` is an address; group names have none.
    fn parse(text: &str) -> Result<NotifyTarget, ParseError> {
        if text.contains('@') {
            Address::parse(text).map(NotifyTarget::Address)
        } else {
            Ok(NotifyTarget::Group(text.to_owned()))
        }
    }
}

impl Scalar for Recipient {
    fn parse(text: &str) -> Result<Recipient, ParseError> {
        Ok(Recipient::new(text))
    }
}

impl Read for Profile {
    fn read<'n>(node: &'n Node, at: &mut NodeReader<'n>) -> Option<Profile> {
        at.map(node, |fields| {
            Some(Profile {
                class: value(fields, "class"),
                baseline: value(fields, "baseline"),
                controls: value(fields, "controls").unwrap_or_default(),
                rule: value(fields, "rule"),
                root_cause: value(fields, "root_cause"),
                environment: value(fields, "environment"),
                risk_level: value(fields, "risk_level"),
                fix_target: value(fields, "fix_target"),
                triggers: value(fields, "triggers").unwrap_or_default(),
            })
        })
    }
}

impl Read for ProfileTrigger {
    /// A plain text is a trigger that calls for a review.
    fn read<'n>(node: &'n Node, at: &mut NodeReader<'n>) -> Option<ProfileTrigger> {
        if let Value::Scalar(_) = &node.value {
            let when = String::read(node, at)?;
            return Some(ProfileTrigger { id: None, when, then: Then::Review, test: None });
        }
        at.map(node, |fields| {
            let id = value(fields, "id");
            let when = fields.required("when");
            let then = fields.required("then");
            let test = value(fields, "test");
            Some(ProfileTrigger { id, when: when?, then: then?, test })
        })
    }
}

impl Read for Patterns {
    fn read<'n>(node: &'n Node, at: &mut NodeReader<'n>) -> Option<Patterns> {
        at.map(node, |fields| {
            let mut patterns = Patterns::default();
            stated(fields, "window", |read| patterns.window = read);
            if let Some(Positive(threshold)) = value(fields, "threshold") {
                patterns.threshold = threshold;
            }
            stated(fields, "freeze", |read| patterns.freeze = read);
            stated(fields, "key", |read| patterns.key = read);
            stated(fields, "events", |read| patterns.events = read);
            stated(fields, "redesign", |read| patterns.redesign = read);
            stated(fields, "redesign_max", |read| patterns.redesign_max = read);
            stated(fields, "expected", |read| patterns.expected = read);
            stated(fields, "notify", |read| patterns.notify = read);
            Some(patterns)
        })
    }
}

impl Read for EventPatterns {
    fn read<'n>(node: &'n Node, at: &mut NodeReader<'n>) -> Option<EventPatterns> {
        at.map(node, |fields| {
            let mut events = EventPatterns::default();
            stated(fields, "window", |read| events.window = read);
            stated(fields, "threshold", |Positive(n)| events.threshold = n);
            stated(fields, "days", |Positive(n)| events.days = n);
            stated(fields, "share", |PerHundred(n)| events.share = n);
            Some(events)
        })
    }
}

impl Read for Recurrence {
    fn read<'n>(node: &'n Node, at: &mut NodeReader<'n>) -> Option<Recurrence> {
        at.map(node, |fields| {
            let mut recurrence = Recurrence::default();
            stated(fields, "window", |read| recurrence.window = read);
            Some(recurrence)
        })
    }
}
