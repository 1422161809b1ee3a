//! Locators of objects in a Kubernetes cluster: `k8s:<namespace>/<Kind>/<name>`, each part a name or a pattern.
//!
//! Uses no other module. Pure. Start at [`K8sLocator::parse`]. Follows `docs/spec/interop.md`, finding keys.

/// The objects that a resource of a finding names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct K8sLocator<'a> {
    /// Empty for objects without a namespace; for a namespace itself, its name.
    pub(crate) namespace: &'a str,
    pub(crate) kind: &'a str,
    pub(crate) name: &'a str,
}

impl<'a> K8sLocator<'a> {
    /// Parses a locator; `None` if it has other parts, so that a pattern such as `k8s:**` is none.
    ///
    /// Since names of objects have no `/`, in a pattern with exactly two of them `**` matches what `*` does.
    pub(crate) fn parse(text: &'a str) -> Option<K8sLocator<'a>> {
        let mut parts = text.strip_prefix("k8s:")?.split('/');
        let (namespace, kind, name) = (parts.next()?, parts.next()?, parts.next()?);
        let is_whole = parts.next().is_none() && !kind.is_empty() && !name.is_empty();
        is_whole.then_some(K8sLocator { namespace, kind, name })
    }

    /// Parses all resources of a finding.
    ///
    /// # Errors
    /// Which one can't be expressed, as a fragment.
    pub(crate) fn parse_all(resources: &'a [String]) -> Result<Vec<K8sLocator<'a>>, String> {
        let parsed = resources.iter().map(|text| {
            K8sLocator::parse(text)
                .ok_or_else(|| format!("`{text}` is not k8s:<namespace>/<Kind>/<name>"))
        });
        parsed.collect()
    }
}

/// Tells whether a part matches every name.
pub(crate) fn is_any(part: &str) -> bool {
    !part.is_empty() && part.chars().all(|character| character == '*')
}

/// Returns a part as kyverno's wildcard, in which a `*` also stands for a run of them.
pub(crate) fn wildcard(part: &str) -> String {
    let mut out = String::with_capacity(part.len());
    for character in part.chars() {
        if character != '*' || !out.ends_with('*') {
            out.push(character);
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::{K8sLocator, wildcard};

    #[test]
    fn a_locator_has_exactly_three_parts() {
        let locator = K8sLocator { namespace: "billing", kind: "Pod", name: "batch-*" };
        assert_eq!(K8sLocator::parse("k8s:billing/Pod/batch-*"), Some(locator));
        for text in
            ["k8s:**", "k8s:billing/Pod", "k8s:a/b/c/d", "billing/Pod/x", "k8s:a//x", "k8s:a/b/"]
        {
            assert_eq!(K8sLocator::parse(text), None, "{text}");
        }
        assert!(K8sLocator::parse("k8s:/Node/worker-1").is_some());
        assert_eq!(wildcard("a**b***"), "a*b*");
    }
}
