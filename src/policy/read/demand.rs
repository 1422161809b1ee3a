//! Reads the requirements for approvals.
//!
//! Uses record's reader. Pure. Follows `docs/spec/policy.md`.

use crate::policy::demand::Approval;
use crate::policy::read::values::Path;
use crate::policy::read::{stated, value};
use crate::record::reader::{NodeReader, Read};
use crate::yaml::node::Node;

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
