//! `kyverno`: a PolicyException for each finding, of ClusterPolicy (`kyverno.io/v2`) or of the policies in CEL.
//!
//! Pure. Start at [`TARGET`]. Follows `docs/spec/interop.md` 3 (`kyverno`). Kyverno reads them in
//! pkg/engine/utils/exceptions.go and pkg/cel/engine.

mod cel;
mod cluster_policy;
mod object;

use crate::features::export::targets::engine_finding::{engine_losses, title};
use crate::features::export::targets::input::{ExportInput, ExportedFinding, FindingLoss};
use crate::features::export::targets::k8s_locator::K8sLocator;
use crate::features::export::targets::loss::LossLog;
use crate::features::export::targets::paths;
use crate::features::export::targets::target::{
    ExportFiles, ExportOutput, ExportTarget, WrittenRecords,
};
use crate::formats::engine_pattern::has_wildcard;
use object::PolicyException;

/// The target `kyverno`: objects for `kubectl apply`, of both kinds of policies.
pub const TARGET: ExportTarget = ExportTarget::new("kyverno", &["kyverno"], write);

const CEL_KINDS: &[&str] = &[
    "ValidatingPolicy",
    "ImageValidatingPolicy",
    "MutatingPolicy",
    "GeneratingPolicy",
    "DeletingPolicy",
    "NamespacedValidatingPolicy",
    "NamespacedImageValidatingPolicy",
    "NamespacedMutatingPolicy",
    "NamespacedGeneratingPolicy",
    "NamespacedDeletingPolicy",
];

enum KyvernoPolicy<'a> {
    /// Of `kyverno.io`: the name by which exceptions call it, and its rule.
    Rules { name: String, rule: Option<&'a str> },
    /// Of `policies.kyverno.io`; the rule of its name, if the id states one, can't be named.
    Cel { kind: &'a str, name: &'a str, has_rule: bool },
}

impl KyvernoPolicy<'_> {
    /// Parses `<Kind>/<policy>[/<rule>]`; the policy of a `Policy` is `<namespace>/<policy>`.
    fn parse(id: &str) -> Result<KyvernoPolicy<'_>, String> {
        let parts: Vec<&str> = id.split('/').collect();
        let odd = |part: &&str| {
            let is_odd =
                |it: char| it.is_control() || it.is_whitespace() || matches!(it, ',' | '"');
            part.is_empty() || part.contains(is_odd)
        };
        if parts.iter().any(odd) {
            return Err(format!("`{id}` is not <Kind>/<policy>/<rule>"));
        }
        if has_wildcard(id) {
            return Err("`*` and `?` in a name of kyverno stand for other names too".to_owned());
        }
        match *parts.as_slice() {
            ["ClusterPolicy", name] => {
                Ok(KyvernoPolicy::Rules { name: name.to_owned(), rule: None })
            }
            ["ClusterPolicy", name, rule] => {
                Ok(KyvernoPolicy::Rules { name: name.to_owned(), rule: Some(rule) })
            }
            ["Policy", namespace, name, rule] => {
                Ok(KyvernoPolicy::Rules { name: format!("{namespace}/{name}"), rule: Some(rule) })
            }
            ["Policy", ..] => {
                Err("a Policy is named Policy/<namespace>/<policy>/<rule>".to_owned())
            }
            [kind, name] if CEL_KINDS.contains(&kind) => {
                Ok(KyvernoPolicy::Cel { kind, name, has_rule: false })
            }
            [kind, name, _] if CEL_KINDS.contains(&kind) => {
                Ok(KyvernoPolicy::Cel { kind, name, has_rule: true })
            }
            _ => Err(format!("`{id}` is not a policy of kyverno that takes exceptions")),
        }
    }
}

fn write(input: &ExportInput<'_>) -> ExportOutput {
    let mut log = LossLog::new(input.options.allowed);
    let mut written = WrittenRecords::default();
    let mut objects = String::new();
    let mut last = (String::new(), 0);
    for finding in input.findings(TARGET.tools).filter(|it| !paths::covers_nothing(it.key)) {
        let Some((policy, locators, losses)) = read(finding, &mut log) else {
            continue;
        };
        let Some(text) = log.admit(finding, losses) else {
            continue;
        };
        let number = if last.0 == finding.record.id() { last.1 + 1 } else { 1 };
        last = (finding.record.id().to_owned(), number);
        written.add(finding.record);
        let marks = text.strip_prefix(finding.record.text().as_str()).unwrap_or_default();
        let object = PolicyException {
            finding,
            number,
            namespace: namespace(input, locators.as_deref()),
            locators,
            commit: &input.stamp.commit,
            title: title(&finding.record.record) + marks,
        };
        match policy {
            KyvernoPolicy::Rules { name, rule } => {
                crate::features::export::targets::kyverno::cluster_policy::write(
                    &object,
                    &name,
                    rule,
                    &mut objects,
                );
            }
            KyvernoPolicy::Cel { kind, name, .. } => {
                crate::features::export::targets::kyverno::cel::write(
                    &object,
                    kind,
                    name,
                    &mut objects,
                )
            }
        }
    }
    let text = written.hash_header(TARGET.name, &input.stamp) + &objects;
    ExportOutput { files: ExportFiles::One(text.into_bytes()), losses: log.into_losses() }
}

type ReadFinding<'a> = (KyvernoPolicy<'a>, Option<Vec<K8sLocator<'a>>>, Vec<FindingLoss>);

fn read<'a>(finding: ExportedFinding<'a>, log: &mut LossLog) -> Option<ReadFinding<'a>> {
    let Some(id) = finding.id().and(finding.key.id.as_deref()) else {
        log.refuse(finding, "it names no policy");
        return None;
    };
    let policy = match KyvernoPolicy::parse(id) {
        Ok(policy) => policy,
        Err(reason) => {
            log.refuse(finding, reason);
            return None;
        }
    };
    let mut losses = engine_losses(finding);
    let mut locators = None;
    if let Some(resources) = &finding.key.resources {
        match K8sLocator::parse_all(resources) {
            Ok(parsed) => locators = Some(parsed),
            Err(reason) => losses.push(FindingLoss::scope(reason)),
        }
    }
    match &policy {
        KyvernoPolicy::Rules { rule: None, .. } => {
            losses.push(FindingLoss::scope(
                "it names no rule, so it would cover all of the policy's",
            ));
        }
        KyvernoPolicy::Rules { .. } => {
            let odd = locators.iter().flatten().find(|locator| {
                !crate::features::export::targets::kyverno::cluster_policy::is_kind(locator.kind)
            });
            if let Some(odd) = odd {
                let reason = format!("`{}` is not a kind that a match can name", odd.kind);
                losses.push(FindingLoss::scope(reason));
                locators = None;
            }
        }
        KyvernoPolicy::Cel { has_rule: true, .. } => losses
            .push(FindingLoss::scope("an exception from a policy in CEL covers all of its rules")),
        KyvernoPolicy::Cel { .. } => {}
    }
    Some((policy, locators, losses))
}

/// Returns the namespace of an object: that of the flag, else the only one that its resources name.
fn namespace(input: &ExportInput<'_>, locators: Option<&[K8sLocator<'_>]>) -> Option<String> {
    if let Some(stated) = &input.options.namespace {
        return Some(stated.clone());
    }
    let mut names = locators?.iter().map(|locator| locator.namespace);
    let first = names.next()?;
    let is_only = names.all(|name| name == first);
    let is_name = !first.is_empty() && !has_wildcard(first);
    if is_only && is_name { Some(first.to_owned()) } else { None }
}
