//! How the entries of decisions are read: which keys they have, which of them are required.
//!
//! Uses record's own words and the reader. Pure. As in `shape`, all keys of a map are read before the first `?`.
//! Follows `docs/spec/record.md` (required and optional, values).

use crate::record::decision::{
    AccessVerified, Closure, Evidence, Firing, Handling, PostReview, Renewal, Review, Transfer,
};
use crate::record::fields::Fields;
use crate::record::form;
use crate::record::parse_error::ParseError;
use crate::record::reader::{Read, Reader};
use crate::yaml::node::Node;

impl Read for Review {
    fn read<'n>(node: &'n Node, at: &mut Reader<'n>) -> Option<Review> {
        at.map(node, |map| {
            let date = map.required("date");
            let by = map.required("by");
            let outcome = map.required("outcome");
            let note = map.optional("note");
            Some(Review {
                date: date?,
                by: by?,
                outcome: outcome?,
                note: note?,
            })
        })
    }
}

impl Read for Handling {
    fn read<'n>(node: &'n Node, at: &mut Reader<'n>) -> Option<Handling> {
        at.map(node, |map| {
            let date = map.required("date");
            let stage = map.required("stage");
            let by = map.required("by");
            let note = map.optional("note");
            let evidence = map.or_empty("evidence");
            Some(Handling {
                date: date?,
                stage: stage?,
                by: by?,
                note: note?,
                evidence: evidence?,
            })
        })
    }
}

impl Read for Renewal {
    fn read<'n>(node: &'n Node, at: &mut Reader<'n>) -> Option<Renewal> {
        at.map(node, |map| {
            let date = map.required("date");
            let from = map.required("from");
            let until = map.required_as("until", form::end);
            let reason = map.required("reason");
            Some(Renewal {
                date: date?,
                from: from?,
                until: until?,
                reason: reason?,
            })
        })
    }
}

impl Read for Transfer {
    fn read<'n>(node: &'n Node, at: &mut Reader<'n>) -> Option<Transfer> {
        at.map(node, |map| {
            let date = map.required("date");
            let from = map.required("from");
            let to = map.required("to");
            let reason = map.optional("reason");
            Some(Transfer {
                date: date?,
                from: from?,
                to: to?,
                reason: reason?,
            })
        })
    }
}

impl Read for Firing {
    fn read<'n>(node: &'n Node, at: &mut Reader<'n>) -> Option<Firing> {
        at.map(node, |map| {
            let date = map.required("date");
            let trigger = map.required("trigger");
            let by = map.required("by");
            let note = map.optional("note");
            Some(Firing {
                date: date?,
                trigger: trigger?,
                by: by?,
                note: note?,
            })
        })
    }
}

/// What evidence can be; exactly one of them.
const SOURCES: &[&str] = &["path", "url", "commit"];

impl Read for Evidence {
    fn read<'n>(node: &'n Node, at: &mut Reader<'n>) -> Option<Evidence> {
        at.map(node, |map| {
            let id = map.optional("id");
            let kind = map.required("kind");
            let path = map.optional("path");
            let sha256 = map.optional_as("sha256", form::sha256);
            let url = map.optional("url");
            let commit = map.optional("commit");
            let is_single = single_source(map);
            if map.node("path").is_some() {
                map.need("sha256");
            }
            is_single?;
            Some(Evidence {
                id: id?,
                kind: kind?,
                path: path?,
                sha256: sha256?,
                url: url?,
                commit: commit?,
            })
        })
    }
}

fn single_source(map: &mut Fields<'_, '_>) -> Option<()> {
    map.need_any_of(SOURCES);
    let mut stated = map
        .entries()
        .iter()
        .map(|entry| entry.key.as_str())
        .filter(|key| SOURCES.contains(key));
    let (first, second) = (stated.next(), stated.next());
    let (Some(first), Some(second)) = (first, second) else {
        return Some(());
    };
    let flaw = ParseError::new(
        format!("evidence is one thing: `{first}` is stated, `{second}` too"),
        "keep one of path, url, commit; make the other an entry of its own",
    );
    map.fault(second, flaw);
    None
}

impl Read for AccessVerified {
    fn read<'n>(node: &'n Node, at: &mut Reader<'n>) -> Option<AccessVerified> {
        at.map(node, |map| {
            let before = map.optional("before");
            let during = map.optional("during");
            let after = map.optional("after");
            Some(AccessVerified {
                before: before?,
                during: during?,
                after: after?,
            })
        })
    }
}

impl Read for PostReview {
    fn read<'n>(node: &'n Node, at: &mut Reader<'n>) -> Option<PostReview> {
        at.map(node, |map| {
            let date = map.required("date");
            let by = map.required("by");
            let outcome = map.required("outcome");
            Some(PostReview {
                date: date?,
                by: by?,
                outcome: outcome?,
            })
        })
    }
}

impl Read for Closure {
    fn read<'n>(node: &'n Node, at: &mut Reader<'n>) -> Option<Closure> {
        at.map(node, |map| {
            let outcome = map.required("outcome");
            let date = map.required("date");
            let by = map.required("by");
            let reason = map.required("reason");
            let checks = map.or_empty("checks");
            let access_verified = map.optional("access_verified");
            let evidence = map.or_empty("evidence");
            let prevention = map.optional("prevention");
            let review_by = map.optional("review_by");
            let reviewed = map.optional("reviewed");
            Some(Closure {
                outcome: outcome?,
                date: date?,
                by: by?,
                reason: reason?,
                checks: checks?,
                access_verified: access_verified?,
                evidence: evidence?,
                prevention: prevention?,
                review_by: review_by?,
                reviewed: reviewed?,
            })
        })
    }
}
