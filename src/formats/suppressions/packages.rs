//! Package URLs of packages that other tools name in their own way.
//!
//! Pure. Start at [`purl`]. Follows the package-URL specification.

use crate::diag;

/// Returns the package URL of a package of a type, whose name may have a namespace before its last separator.
///
/// npm, golang, composer and githubactions separate by `/`, maven by `:`. `None` if the name is empty.
pub fn purl(kind: &str, name: &str, version: Option<&str>) -> Option<String> {
    let separator = match kind {
        "maven" => ':',
        "npm" | "golang" | "composer" | "githubactions" | "github" => '/',
        _ => '\0',
    };
    let parts: Vec<&str> = name.trim().split(separator).collect();
    if parts.iter().any(|part| part.trim().is_empty()) {
        return None;
    }
    let parts: Vec<String> = parts.into_iter().map(encoded).collect();
    let mut text = format!("pkg:{kind}/{}", parts.join("/"));
    if let Some(version) = version.map(str::trim).filter(|version| !version.is_empty()) {
        text.push('@');
        text.push_str(&encoded(version));
    }
    Some(text)
}

/// Returns a package URL without its version, qualifiers and subpath.
pub fn without_version(purl: &str) -> &str {
    let bare = purl.split(['?', '#']).next().unwrap_or(purl);
    match bare.rsplit_once('@') {
        Some((before, version)) if !version.contains('/') && !before.is_empty() => before,
        _ => bare,
    }
}

fn encoded(part: &str) -> String {
    diag::percent_encoded(part, b"-._~:")
}
