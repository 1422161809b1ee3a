//! A request for an exception by an agent: the draft, where it is, and the approvals that it needs.
//!
//! Pure. Start at [`RequestView`]. Follows `docs/spec/cli.md`, requests by agents.

use serde::Serialize;

use crate::diag::Finding;
use crate::features::request::plan::RequestedException;
use crate::policy::tier::Needed;
use crate::view::shape;

/// A drafted request in the form of answers.
#[derive(Debug, Serialize)]
pub struct RequestView<'a> {
    schema: String,
    id: &'a str,
    branch: Option<&'a str>,
    commit: Option<&'a str>,
    yaml: &'a str,
    needed: &'a Needed,
    findings: &'a [Finding],
}

impl<'a> RequestView<'a> {
    /// Returns a request in the form of answers.
    pub fn of(request: &'a RequestedException) -> RequestView<'a> {
        let branch = request.branch.as_ref();
        RequestView {
            schema: shape::schema("request"),
            id: &request.id,
            branch: branch.map(|branch| branch.name.as_str()),
            commit: branch.map(|branch| branch.commit.as_str()),
            yaml: &request.yaml,
            needed: &request.needed,
            findings: &request.findings,
        }
    }
}
