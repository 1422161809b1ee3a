//! The resources of the server: the policy and the records on the approved ref, by URI.
//!
//! Start at [`ResourceName::read`]. Follows `docs/spec/cli.md`, mcp: no path is ever taken from a URI.

use rmcp::model::{
    ListResourceTemplatesResult, ListResourcesResult, ReadResourceResult, Resource,
    ResourceContents, ResourceTemplate,
};

use crate::mcp::ledger::ResourceText;
use crate::mcp::reply;
use exledger::record::id::Id;

const PAGE: usize = 100;

const SCHEME: &str = "exledger://";

const MIME: &str = "application/yaml";

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct ResourceName<'u> {
    pub(super) ledger: &'u str,
    pub(super) file: ResourceFile,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum ResourceFile {
    Policy,
    Record(Id),
}

impl<'u> ResourceName<'u> {
    pub(super) fn read(uri: &'u str) -> Option<ResourceName<'u>> {
        let (ledger, path) = uri.strip_prefix(SCHEME)?.split_once('/')?;
        let file = match path {
            "policy" => ResourceFile::Policy,
            _ => ResourceFile::Record(Id::new(path.strip_prefix("records/")?)?),
        };
        Some(ResourceName { ledger, file })
    }
}

/// Returns the page of a list of resources that begins at a place; `None` if there is no such place. `ledgers` are their
/// names, each with the ids of its records.
pub(super) fn list(ledgers: &[(&str, Vec<String>)], start: usize) -> Option<ListResourcesResult> {
    let all = ledgers.iter().flat_map(|(name, ids)| {
        let policy = Resource::new(format!("{SCHEME}{name}/policy"), format!("{name} policy"));
        let records = ids.iter().map(move |id| {
            Resource::new(format!("{SCHEME}{name}/records/{id}"), id.clone()).with_mime_type(MIME)
        });
        std::iter::once(policy.with_mime_type(MIME)).chain(records)
    });
    let total: usize = ledgers.iter().map(|(_, ids)| ids.len() + 1).sum();
    if start > 0 && start >= total {
        return None;
    }
    let page: Vec<Resource> = all.skip(start).take(PAGE).collect();
    let next = start + page.len();
    let mut result = ListResourcesResult::with_all_items(page);
    result.next_cursor = if next < total { Some(next.to_string()) } else { None };
    Some(result)
}

pub(super) fn templates<'n>(names: impl Iterator<Item = &'n str>) -> ListResourceTemplatesResult {
    let templates = names.map(|name| {
        let uri = format!("{SCHEME}{name}/records/{{id}}");
        ResourceTemplate::new(uri, format!("{name} record"))
            .with_description("A record on the approved branch, as people wrote it")
            .with_mime_type(MIME)
    });
    ListResourceTemplatesResult::with_all_items(templates.collect())
}

pub(super) fn contents(uri: String, read: ResourceText) -> ReadResourceResult {
    let text = ResourceContents::text(read.text, uri).with_mime_type(MIME);
    let mut result = ReadResourceResult::new(vec![text]);
    result.meta = Some(reply::untrusted_meta(vec!["/contents/0/text".to_owned()]));
    result
}
