//! Locators of objects in a Kubernetes cluster: `k8s:<namespace>/<Kind>/<name>`, each part a name or a pattern.
//!
//! Pure. Start at [`K8sLocator::parse`]. Follows `docs/spec/interop.md`, finding keys.

/// The objects that a resource of a finding names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct K8sLocator<'a> {
    /// Empty for objects without a namespace; for a namespace itself, its name.
    pub namespace: &'a str,
    pub kind: &'a str,
    pub name: &'a str,
}

impl<'a> K8sLocator<'a> {
    /// Parses a locator; `None` if it has other parts, so that a pattern such as `k8s:**` is not one.
    ///
    /// Since names of objects have no `/`, in a pattern with exactly two of them `**` matches what `*` does.
    pub fn parse(text: &'a str) -> Option<K8sLocator<'a>> {
        let mut parts = text.strip_prefix("k8s:")?.split('/');
        let (namespace, kind, name) = (parts.next()?, parts.next()?, parts.next()?);
        let is_whole = parts.next().is_none() && !kind.is_empty() && !name.is_empty();
        if is_whole { Some(K8sLocator { namespace, kind, name }) } else { None }
    }

    /// Parses all resources of a finding.
    ///
    /// # Errors
    /// Which one can't be expressed, as a fragment.
    pub fn parse_all(resources: &'a [String]) -> Result<Vec<K8sLocator<'a>>, String> {
        let parsed = resources.iter().map(|text| {
            K8sLocator::parse(text)
                .ok_or_else(|| format!("`{text}` is not k8s:<namespace>/<Kind>/<name>"))
        });
        parsed.collect()
    }
}

/// Tells whether a part matches every name.
pub fn is_any(part: &str) -> bool {
    !part.is_empty() && part.chars().all(|character| character == '*')
}

/// Returns a part as kyverno's wildcard, in which a `*` also stands for a run of them.
pub fn wildcard(part: &str) -> String {
    let mut out = String::with_capacity(part.len());
    for character in part.chars() {
        if character != '*' || !out.ends_with('*') {
            out.push(character);
        }
    }
    out
}
