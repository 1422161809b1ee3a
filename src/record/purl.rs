//! Parses the parts of package URLs that the gate compares: type, namespace, name and version.
//!
//! Pure. Start at [`Purl::parse`]. Follows `docs/spec/cli.md`, check, and `docs/spec/interop.md`, packages; of the
//! qualifiers only `epoch` is used, and subpaths are ignored.

use crate::diag;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Purl {
    /// The type in lower case, such as `cargo`.
    pub kind: String,
    /// The namespace; empty if there is none.
    pub namespace: String,
    pub name: String,
    /// The version as normalized by [`version`], with the epoch before it.
    pub version: Option<String>,
}

impl Purl {
    /// Parses a text such as `pkg:cargo/openssl@0.10.60`; `None` also if version and qualifier state different epochs.
    pub(crate) fn parse(text: &str) -> Option<Purl> {
        let rest = text
            .trim()
            .strip_prefix("pkg:")?
            .trim_start_matches('/')
            .split('#')
            .next()
            .unwrap_or_default();
        let (rest, qualifiers) = rest.split_once('?').unwrap_or((rest, ""));
        let (kind, path) = rest.split_once('/')?;
        // The `@` of an npm scope is before the last slash, that of a version after it.
        let (path, version) = match path.rsplit_once('@') {
            Some((before, version)) if !version.contains('/') && !before.is_empty() => {
                (before, Some(decoded(version)))
            }
            _ => (path, None),
        };
        let trimmed = path.trim_matches('/');
        let (namespace, name) = trimmed.rsplit_once('/').unwrap_or(("", trimmed));
        let lower = kind.to_ascii_lowercase();
        let version = version.filter(|version| !version.is_empty());
        let version = match version {
            Some(version) => Some(with_epoch(&lower, version, qualifiers)?),
            None => None,
        };
        Some(Purl {
            namespace: folded(&lower, &decoded(namespace)),
            name: folded(&lower, &decoded(name)),
            version,
            kind: lower,
        })
        .filter(|purl| !purl.name.is_empty() && !purl.kind.is_empty())
    }

    /// Tells whether two are the same package, ignoring the version.
    pub(crate) fn is_package(&self, other: &Purl) -> bool {
        self.kind == other.kind && self.namespace == other.namespace && self.name == other.name
    }

    pub(crate) fn at(&self, version: Option<&str>) -> String {
        let mut text = format!("pkg:{}/", self.kind);
        for part in self.namespace.split('/').filter(|part| !part.is_empty()) {
            text.push_str(&encoded(part));
            text.push('/');
        }
        text.push_str(&encoded(&self.name));
        if let Some(version) = version {
            text.push('@');
            text.push_str(&encoded(version));
        }
        text
    }

    /// Tells whether a scanner's package name matches, assuming the same type: the name itself, in npm including the
    /// scope, for path-like names including the path, and in Maven including the group if one is stated.
    pub(crate) fn is_named(&self, name: &str) -> bool {
        let whole = |joint: &str| match self.namespace.as_str() {
            "" => self.name.clone(),
            namespace => format!("{namespace}{joint}{}", self.name),
        };
        let name = folded(&self.kind, name);
        match self.kind.as_str() {
            "npm" | "golang" | "composer" | "github" | "bitbucket" | "swift" => name == whole("/"),
            "maven" => name == whole(":") || name == whole("/") || name == self.name,
            _ => name == self.name,
        }
    }
}

fn folded(kind: &str, name: &str) -> String {
    match kind {
        // PyPI treats a run of these three as one hyphen.
        "pypi" => {
            let parts = name.split(['-', '_', '.']).filter(|part| !part.is_empty());
            parts.collect::<Vec<_>>().join("-").to_lowercase()
        }
        "nuget" => name.to_lowercase(),
        _ => name.to_owned(),
    }
}

/// Normalizes a version for comparison within a type: an epoch of 0 is dropped, and so is the `v` of a Go version.
pub(crate) fn version<'v>(kind: &str, text: &'v str) -> &'v str {
    let trimmed = text.trim();
    let bare = trimmed.strip_prefix("0:").unwrap_or(trimmed);
    match kind {
        "golang" => {
            let rest = bare.strip_prefix('v');
            let is_number = |rest: &&str| rest.starts_with(|it: char| it.is_ascii_digit());
            rest.filter(is_number).unwrap_or(bare)
        }
        _ => bare,
    }
}

/// Adds the epoch of a qualifier to a version; `None` if the version states another one.
fn with_epoch(kind: &str, text: String, qualifiers: &str) -> Option<String> {
    let mut pairs = qualifiers.split('&').filter_map(|pair| pair.split_once('='));
    let epoch = pairs.find_map(|(key, value)| key.eq_ignore_ascii_case("epoch").then_some(value));
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let own = text.split_once(':').map(|(own, _)| own).filter(|own| is_number(own));
    let text = match (epoch, own) {
        (None, _) => text,
        (Some(epoch), Some(own)) if epoch == own => text,
        (Some(epoch), None) if is_number(epoch) => format!("{epoch}:{text}"),
        (Some(_), _) => return None,
    };
    Some(version(kind, &text).to_owned())
}

fn encoded(text: &str) -> String {
    diag::percent_encoded(text, b"-._~:")
}

/// Decodes percent-encoding; an invalid escape is kept.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escape = (*first == b'%')
            .then(|| after.get(..2))
            .flatten()
            .filter(|pair| pair.iter().all(u8::is_ascii_hexdigit))
            .and_then(|pair| u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok());
        match escape {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(2..).unwrap_or_default();
            }
            None => {
                bytes.push(*first);
                rest = after;
            }
        }
    }
    String::from_utf8_lossy(&bytes).into_owned()
}
