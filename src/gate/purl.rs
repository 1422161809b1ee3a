//! Package URLs, as far as the gate compares them: type, namespace, name and version.
//!
//! Uses nothing else of the line. Pure. Start at [`Purl::parse`]. Follows `docs/spec/cli.md`, check; qualifiers and
//! subpaths are no part of the comparison.

/// A package, and one version of it where one is named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Purl {
    /// The type in lower case, such as `cargo`.
    pub kind: String,
    /// The namespace; empty where there is none.
    pub namespace: String,
    /// The name.
    pub name: String,
    /// The version.
    pub version: Option<String>,
}

impl Purl {
    /// Returns the package of a text such as `pkg:cargo/openssl@0.10.60`.
    pub(crate) fn parse(text: &str) -> Option<Purl> {
        let rest = text.trim().strip_prefix("pkg:")?.trim_start_matches('/');
        let rest = rest.split('#').next().unwrap_or_default();
        let rest = rest.split('?').next().unwrap_or_default();
        let (kind, path) = rest.split_once('/')?;
        // The `@` of an npm scope stands before the last slash, a version's behind it.
        let (path, version) = match path.rsplit_once('@') {
            Some((before, version)) if !version.contains('/') && !before.is_empty() => {
                (before, Some(decoded(version)))
            }
            _ => (path, None),
        };
        let path = path.trim_matches('/');
        let (namespace, name) = path.rsplit_once('/').unwrap_or(("", path));
        let kind = kind.to_ascii_lowercase();
        let (namespace, name) = (decoded(namespace), decoded(name));
        let folded = |text: String| match kind.as_str() {
            "pypi" => text.to_lowercase().replace('_', "-"),
            "github" | "bitbucket" | "composer" | "npm" => text.to_lowercase(),
            _ => text,
        };
        Some(Purl {
            namespace: folded(namespace),
            name: folded(name),
            version: version.filter(|version| !version.is_empty()),
            kind,
        })
        .filter(|purl| !purl.name.is_empty() && !purl.kind.is_empty())
    }

    /// Tells whether two are the same package, whatever the version.
    pub(crate) fn is_package(&self, other: &Purl) -> bool {
        self.kind == other.kind && self.namespace == other.namespace && self.name == other.name
    }

    /// Tells whether a scanner that gives no package URL names this package: by its name, in npm with the scope, in Go
    /// and where names are paths with the path, in Maven with the group.
    pub(crate) fn is_named(&self, name: &str) -> bool {
        let whole = |joint: &str| match self.namespace.as_str() {
            "" => self.name.clone(),
            namespace => format!("{namespace}{joint}{}", self.name),
        };
        let folded = match self.kind.as_str() {
            "pypi" => name.to_lowercase().replace(['_', '.'], "-"),
            "github" | "bitbucket" | "composer" | "npm" => name.to_lowercase(),
            _ => name.to_owned(),
        };
        match self.kind.as_str() {
            "npm" | "golang" | "composer" | "github" | "bitbucket" | "swift" => {
                folded == whole("/")
            }
            "maven" => folded == whole(":") || folded == whole("/") || folded == self.name,
            "pypi" => folded == self.name.replace('.', "-"),
            _ => folded == self.name,
        }
    }
}

/// Resolves `%40` and its like; what is no such escape stays.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let escape = (*first == b'%')
            .then(|| after.get(..2))
            .flatten()
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
