//! The file that a result names: decoded, without base id and the repository's folder, and never above it.
//!
//! Uses survey's inputs. Pure. Start at [`file`]. Follows `docs/spec/interop.md`, 6.

use std::collections::BTreeMap;

use crate::gate;
use crate::interop::object::Object;
use crate::interop::sarif::head::Folder;
use crate::survey::triage::File;

/// How many base ids may stand on each other.
const DEEPEST: usize = 8;

/// What a location names.
#[derive(Clone, Copy, Debug)]
pub(super) struct Named<'l> {
    /// The address.
    pub(super) uri: Option<&'l str>,
    /// The base that it counts from.
    pub(super) base: Option<&'l str>,
    /// The place among the run's artifacts.
    pub(super) index: Option<i64>,
}

/// Returns the file of a location; `None` where it names none.
pub(super) fn file(
    location: Named<'_>,
    bases: &BTreeMap<String, Object<Folder>>,
    artifacts: &[Object<Folder>],
    roots: &[String],
) -> Option<File> {
    let place = location.index.and_then(|index| usize::try_from(index).ok());
    let named = match location.uri {
        Some(_) => location,
        None => artifacts.get(place?)?.named(),
    };
    let uri = named.uri?;
    let path = match path(uri) {
        Ok(path) => path,
        Err(address) => return Some(File::Elsewhere(address)),
    };
    if path.starts_with('/') {
        return Some(absolute(&path, roots));
    }
    let base = named
        .base
        .and_then(|base| base_folder(base, bases, roots, DEEPEST));
    Some(relative(&format!("{}{path}", base.unwrap_or_default())))
}

/// Returns the decoded path of a URI; of one that is no file's, the URI itself as the error.
fn path(uri: &str) -> Result<String, String> {
    let is_scheme = |scheme: &str| {
        scheme.len() > 1
            && scheme
                .chars()
                .all(|it| it.is_ascii_alphanumeric() || "+-.".contains(it))
    };
    let rest = match uri.split_once(':') {
        Some((scheme, rest)) if scheme.eq_ignore_ascii_case("file") => rest,
        Some((scheme, _)) if is_scheme(scheme) => return Err(uri.to_owned()),
        _ => uri,
    };
    let rest = match rest.strip_prefix("//") {
        // What stands before the next slash is a machine.
        Some(rest) => rest
            .find('/')
            .and_then(|slash| rest.get(slash..))
            .unwrap_or("/"),
        None => rest,
    };
    Ok(decoded(rest))
}

fn absolute(path: &str, roots: &[String]) -> File {
    let Some(plain) = gate::plain(path.trim_start_matches('/')) else {
        return File::Above(path.to_owned());
    };
    let inside = roots.iter().find_map(|root| {
        let root = root.trim_matches('/');
        let rest = plain.strip_prefix(root)?;
        let is_whole = root.is_empty() || rest.starts_with('/');
        is_whole.then(|| rest.trim_start_matches('/').to_owned())
    });
    inside.map_or_else(|| File::Elsewhere(format!("/{plain}")), File::Inside)
}

fn relative(path: &str) -> File {
    gate::plain(path).map_or_else(|| File::Above(path.to_owned()), File::Inside)
}

/// Returns the folder that a base id stands for, with a slash, where it is declared to lie inside the repository; `None`
/// where bases stand on each other without end.
///
/// A base that is not declared, or lies elsewhere, is where the scan ran: its paths begin at the repository's root.
fn base_folder(
    base: &str,
    bases: &BTreeMap<String, Object<Folder>>,
    roots: &[String],
    depth: usize,
) -> Option<String> {
    let Some(location) = bases.get(base).map(|base| base.named()) else {
        return Some(String::new());
    };
    let Some(Ok(path)) = location.uri.map(path) else {
        return Some(String::new());
    };
    let folder = if path.starts_with('/') {
        match absolute(&path, roots) {
            File::Inside(folder) => folder,
            File::Elsewhere(_) | File::Above(_) => String::new(),
        }
    } else {
        let above = match location.base {
            Some(base) => base_folder(base, bases, roots, depth.checked_sub(1)?)?,
            None => String::new(),
        };
        format!("{above}{path}")
    };
    Some(match folder.trim_end_matches('/') {
        "" => folder,
        folder => format!("{folder}/"),
    })
}

/// Resolves `%20` and its like; what is no such escape stays.
fn decoded(text: &str) -> String {
    if !text.contains('%') {
        return text.to_owned();
    }
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let pair = after.get(..2).filter(|_| *first == b'%');
        let pair = pair.filter(|pair| pair.iter().all(u8::is_ascii_hexdigit));
        let escape =
            pair.and_then(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
        bytes.push(escape.unwrap_or(*first));
        rest = match escape {
            Some(_) => after.get(2..).unwrap_or_default(),
            None => after,
        };
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
