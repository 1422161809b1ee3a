//! Whose alerts an import reads: a record about those of another repository would later dismiss alerts here.
//!
//! Start at [`check`]. Follows `docs/spec/interop.md`, 4, GitHub alerts.

use std::collections::BTreeSet;

use crate::features::import::formats::github_alerts;
use crate::features::import::request::ImportRequest;
use crate::features::triage::alert::is_repository_name;
use crate::session::error::{Error, Usage};
use crate::session::locate::Located;
use crate::session::notice::Notice;
use crate::survey::remote::RemoteAddress;

/// Refuses alerts of several repositories of which none is named, and says whose alerts are read otherwise.
pub(super) fn check(
    located: &Located,
    request: &ImportRequest<'_>,
) -> Result<Option<Notice>, Error> {
    let is_about_alerts = request.format.name == github_alerts::FORMAT.name;
    if let Some(named) = request.repository {
        if !is_about_alerts {
            let what = format!("--repo is about alerts, and the format is {}", request.format.name);
            return Err(Usage::refused(what, "leave --repo out").into());
        }
        if !is_repository_name(named) {
            let what = "--repo is not a repository of GitHub";
            return Err(Usage::refused(what, "write --repo OWNER/NAME").into());
        }
    }
    if !is_about_alerts {
        return Ok(None);
    }
    let inputs = request.inputs.iter().filter_map(|input| input.bytes.as_ref().ok());
    let found: BTreeSet<String> =
        inputs.flat_map(|bytes| github_alerts::repositories(bytes)).collect();
    let read = match (request.repository, Vec::from_iter(&found).as_slice()) {
        (Some(named), _) => named.to_ascii_lowercase(),
        (None, []) => return Ok(None),
        (None, [only]) => (*only).clone(),
        (None, several) => {
            let names: Vec<&str> = several.iter().map(|name| name.as_str()).collect();
            let what = format!("the alerts are of several repositories: {}", names.join(", "));
            return Err(Usage::refused(what, "name yours with --repo OWNER/NAME").into());
        }
    };
    let remote = origin(located).filter(|remote| *remote != read);
    Ok(Some(Notice::AlertsRead { repository: read, remote }))
}

/// Returns the repository of GitHub that the remote names, in lower case.
fn origin(located: &Located) -> Option<String> {
    let repository = located.repository_or_none()?;
    let url = repository.url_of(&repository.first_remote()?)?;
    let address = RemoteAddress::parse(&url).filter(|address| address.forge() == Some("github"))?;
    Some(address.path.to_ascii_lowercase())
}
