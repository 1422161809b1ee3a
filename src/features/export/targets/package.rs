//! The package of a finding, checked and in the canonical form that other readers of package URLs expect.
//!
//! Pure. Start at [`ExportedPackage::parse`].

use crate::record::purl::Purl;

/// A package, as a record names it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExportedPackage {
    purl: Purl,
    /// The namespace and the name as the record writes them, decoded.
    stated: (String, String),
    /// The version as the record writes it, decoded; `None` if it names none.
    pub version: Option<String>,
    /// The canonical package URL with version, qualifiers and subpath as stated.
    pub url: String,
}

impl ExportedPackage {
    /// Parses a package URL; `None` if `check` can't read it, or other readers might read it differently.
    pub fn parse(text: &str) -> Option<ExportedPackage> {
        let purl = Purl::parse(text)?;
        let trimmed = text.trim();
        let end = trimmed.find(['?', '#']).unwrap_or(trimmed.len());
        let (path, qualifiers) = trimmed.split_at_checked(end)?;
        let version = match path.rsplit_once('@') {
            Some((before, version)) if purl.version.is_some() && !before.is_empty() => version,
            _ => "",
        };
        if !is_plain(version) || !is_plain(qualifiers) {
            return None;
        }
        let at = if version.is_empty() { String::new() } else { format!("@{version}") };
        let url = format!("{}{at}{qualifiers}", purl.at(None));
        let is_epoch = |pair: &str| pair.to_ascii_lowercase().starts_with("epoch=");
        let version = match &purl.version {
            Some(whole) if qualifiers.split(['?', '&']).any(is_epoch) => whole.clone(),
            _ => decoded(version)?,
        };
        let version = Some(version).filter(|version| !version.is_empty());
        let stated = names(path)?;
        Some(ExportedPackage { purl, stated, version, url })
    }

    /// Returns the type in lower case, such as `cargo`.
    pub fn kind(&self) -> &str {
        &self.purl.kind
    }

    /// Returns the namespace as stated; empty without one.
    pub fn namespace(&self) -> &str {
        &self.stated.0
    }

    /// Returns the name as stated.
    pub fn name(&self) -> &str {
        &self.stated.1
    }

    /// Returns namespace and name joined by a text; the name alone if there is no namespace.
    pub fn joined(&self, joint: &str) -> String {
        match self.namespace() {
            "" => self.name().to_owned(),
            namespace => format!("{namespace}{joint}{}", self.name()),
        }
    }

    /// Returns the canonical package URL without qualifiers and subpath, with or without the version.
    pub fn canonical(&self, version: Option<&str>) -> String {
        self.purl.at(version)
    }
}

fn names(path: &str) -> Option<(String, String)> {
    let rest = path.strip_prefix("pkg:")?.trim_start_matches('/');
    let (_, rest) = rest.split_once('/')?;
    let rest = match rest.rsplit_once('@') {
        Some((before, version)) if !version.contains('/') && !before.is_empty() => before,
        _ => rest,
    };
    let trimmed = rest.trim_matches('/');
    let (namespace, name) = trimmed.rsplit_once('/').unwrap_or(("", trimmed));
    Some((decoded(namespace)?, decoded(name)?))
}

/// Tells whether a part of a package URL has only characters that need no interpretation.
fn is_plain(text: &str) -> bool {
    let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~:+=&?#/%,".contains(&byte);
    text.bytes().all(is_allowed) && decoded(text).is_some()
}

/// Decodes percent-encoding; `None` if an escape is invalid or the result is not text.
fn decoded(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        if *first == b'%' {
            let digits = std::str::from_utf8(after.get(..2)?).ok()?;
            let is_hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
            bytes.push(u8::from_str_radix(digits, 16).ok().filter(|_| is_hexadecimal)?);
            rest = after.get(2..)?;
        } else {
            bytes.push(*first);
            rest = after;
        }
    }
    String::from_utf8(bytes).ok()
}
