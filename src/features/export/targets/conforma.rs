//! `conforma`: exclusions in `volatileConfig`, which hold while the effective time is not after `effectiveUntil`.
//!
//! Uses record, yaml, `features::export::targets`. Pure. Start at [`TARGET`]. Follows `docs/spec/interop.md` 3 (`conforma`) and
//! Conforma's internal/evaluator/criteria.go, which compares components and digests exactly.

use crate::features::export::targets::engine_finding::engine_losses;
use crate::features::export::targets::input::{ExportInput, ExportedFinding};
use crate::features::export::targets::loss::LossLog;
use crate::features::export::targets::loss_kind::FindingLoss;
use crate::features::export::targets::merge::{MergeRefusal, SharedFile};
use crate::features::export::targets::output::{ExportFiles, ExportOutput, WrittenRecords};
use crate::features::export::targets::quoting::{double, plain};
use crate::features::export::targets::target::ExportTarget;
use crate::features::export::targets::{paths, yaml_edit};
use crate::formats::engine_pattern::has_wildcard;

use crate::yaml::node::{Node, Value};
use crate::yaml::splice::SpliceEdit;

/// The target `conforma`: a policy whose only source has the exclusions.
pub const TARGET: ExportTarget = ExportTarget {
    name: "conforma",
    tools: &["conforma"],
    is_several: false,
    write,
    merge: Some(merge),
    archive: None,
};

/// An exclusion: an image or several components, or everything if that loss was allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Exclusion {
    value: String,
    starts: Option<String>,
    until: String,
    components: Vec<String>,
    digest: Option<String>,
    reference: String,
}

fn write(input: &ExportInput<'_>) -> ExportOutput {
    let mut log = LossLog::new(input.options.allowed);
    let mut written = WrittenRecords::default();
    let exclusions = exclusions_of(input, &mut log, &mut written);
    let text = written.hash_header(TARGET.name, &input.stamp) + &policy(&exclusions);
    ExportOutput { files: ExportFiles::One(text.into_bytes()), losses: log.into_losses() }
}

/// Returns a policy with one source that has nothing but the exclusions.
fn policy(exclusions: &[Exclusion]) -> String {
    let mut out = "sources:\n  - volatileConfig:\n      exclude:".to_owned();
    if exclusions.is_empty() {
        out.push_str(" []\n");
        return out;
    }
    out.push('\n');
    for exclusion in exclusions {
        for (key, value) in exclusion.lines() {
            let dash = if key == "value" { "- " } else { "  " };
            out.push_str(&format!("        {dash}{key}:"));
            match value {
                ExclusionValue::Text(text) => out.push_str(&format!(" {text}\n")),
                ExclusionValue::List(items) => {
                    out.push('\n');
                    for item in items {
                        out.push_str(&format!("            - {item}\n"));
                    }
                }
            }
        }
    }
    out
}

/// A value as it is written in YAML.
enum ExclusionValue {
    Text(String),
    List(Vec<String>),
}

impl Exclusion {
    fn lines(&self) -> Vec<(&'static str, ExclusionValue)> {
        let mut lines = vec![("value", ExclusionValue::Text(plain(&self.value)))];
        if let Some(starts) = &self.starts {
            lines.push(("effectiveOn", ExclusionValue::Text(double(starts))));
        }
        lines.push(("effectiveUntil", ExclusionValue::Text(double(&self.until))));
        if let Some(digest) = &self.digest {
            lines.push(("imageDigest", ExclusionValue::Text(plain(digest))));
        }
        if !self.components.is_empty() {
            let names = self.components.iter().map(|name| plain(name)).collect();
            lines.push(("componentNames", ExclusionValue::List(names)));
        }
        lines.push(("reference", ExclusionValue::Text(plain(&self.reference))));
        lines
    }

    /// Returns the exclusion on one line.
    fn inline(&self) -> String {
        let value = |value| match value {
            ExclusionValue::Text(text) => text,
            ExclusionValue::List(items) => format!("[{}]", items.join(", ")),
        };
        let pairs = self.lines().into_iter().map(|(key, it)| format!("{key}: {}", value(it)));
        format!("{{{}}}", pairs.collect::<Vec<_>>().join(", "))
    }
}

fn exclusions_of(
    input: &ExportInput<'_>,
    log: &mut LossLog,
    written: &mut WrittenRecords,
) -> Vec<Exclusion> {
    let mut exclusions = Vec::new();
    for finding in input.findings(TARGET.tools).filter(|it| !paths::covers_nothing(it.key)) {
        let Some(id) = finding.id().filter(|id| is_rule(id)) else {
            log.refuse(finding, "its id is not <package>.<rule>, perhaps with :<term>");
            continue;
        };
        let mut losses = engine_losses(finding);
        let mut images =
            Some(ConformaImages::default()).filter(|_| finding.key.resources.is_some());
        for resource in finding.key.resources.iter().flatten() {
            if !images.as_mut().is_none_or(|images| images.add(resource)) {
                losses
                    .push(FindingLoss::scope(format!("`{resource}` is no component and no image")));
                images = None;
            }
        }
        if let Some(text) = log.admit(finding, losses) {
            written.add(finding.record);
            let marks = text.strip_prefix(finding.record.text().as_str()).unwrap_or_default();
            exclusions.extend(entries(finding, id, images, marks));
        }
    }
    exclusions
}

/// The components and images of a finding.
#[derive(Default)]
struct ConformaImages {
    components: Vec<String>,
    digests: Vec<String>,
}

impl ConformaImages {
    /// Adds a resource; `false` if it names neither a component nor an image.
    fn add(&mut self, resource: &str) -> bool {
        let is_name = |text: &&str| {
            let is_odd = |it: char| it.is_control() || it.is_whitespace();
            !text.is_empty() && !has_wildcard(text) && !text.contains(is_odd)
        };
        if let Some(name) = resource.strip_prefix("component:").filter(is_name) {
            self.components.push(name.to_owned());
            return true;
        }
        let digest = resource.strip_prefix("image:").filter(|text| is_digest(text));
        digest.map(|digest| self.digests.push(digest.to_owned())).is_some()
    }
}

fn is_digest(text: &str) -> bool {
    let hexadecimal = text.strip_prefix("sha256:").unwrap_or_default();
    hexadecimal.len() == 64 && hexadecimal.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Tells whether an id names one rule: `*` and `@` stand for several, and so does a package alone.
fn is_rule(id: &str) -> bool {
    let rule = id.split(':').next().unwrap_or_default();
    let is_odd = |it: char| it.is_control() || it.is_whitespace() || matches!(it, '*' | '@' | '?');
    let is_named = |(package, rule): (&str, &str)| !package.is_empty() && !rule.is_empty();
    !id.contains(is_odd) && !id.ends_with(':') && rule.rsplit_once('.').is_some_and(is_named)
}

/// Returns one entry for all components, and one for each image: Conforma takes only one of both.
fn entries(
    finding: ExportedFinding<'_>,
    id: &str,
    images: Option<ConformaImages>,
    marks: &str,
) -> Vec<Exclusion> {
    let record = finding.record;
    let entry = Exclusion {
        value: id.to_owned(),
        starts: record.record.starts.as_ref().map(|starts| starts.start().to_string()),
        until: record.last_second().to_string(),
        components: Vec::new(),
        digest: None,
        reference: format!("{}{marks}", record.id()),
    };
    let Some(images) = images else {
        return vec![entry];
    };
    let mut entries = Vec::new();
    if !images.components.is_empty() {
        entries.push(Exclusion { components: images.components, ..entry.clone() });
    }
    let of_image = |digest| Exclusion { digest: Some(digest), ..entry.clone() };
    entries.extend(images.digests.into_iter().map(of_image));
    entries
}

/// Replaces the exclusions of this ledger in each source of a policy.
fn merge(input: &ExportInput<'_>, file: SharedFile<'_>) -> Result<ExportOutput, MergeRefusal> {
    let text = file.text(TARGET.name)?;
    let mut log = LossLog::new(input.options.allowed);
    let exclusions = exclusions_of(input, &mut log, &mut WrittenRecords::default());
    let edited = if text.trim().is_empty() {
        policy(&exclusions)
    } else {
        edited(text, &exclusions, &file)?
    };
    let files = ExportFiles::One(edited.into_bytes());
    Ok(ExportOutput { files, losses: log.into_losses() })
}

fn edited(
    text: &str,
    exclusions: &[Exclusion],
    file: &SharedFile<'_>,
) -> Result<String, MergeRefusal> {
    let mut text = text.to_owned();
    let root = yaml_edit::read(&text)?;
    let base = if root.get("spec").is_some() { "spec.sources" } else { "sources" };
    let shape = |key: &str, wanted| MergeRefusal::Shape { key: key.to_owned(), wanted };
    let n_sources = match root.at(base).map(|node| &node.value) {
        Some(Value::List(sources)) if !sources.is_empty() => sources.len(),
        _ => return Err(shape(base, "a list of sources")),
    };
    for source in 0..n_sources {
        let volatile = format!("{base}[{source}].volatileConfig");
        let list = format!("{volatile}.exclude");
        let root = yaml_edit::read(&text)?;
        let kept = match root.at(&list).map(|node| &node.value) {
            None | Some(Value::Null) => 0,
            Some(Value::List(items)) => items.len(),
            Some(_) => return Err(shape(&list, "a list")),
        };
        let mut missing: Vec<String> = exclusions.iter().map(Exclusion::inline).collect();
        let mut gone = Vec::new();
        for index in 0..kept {
            let Some(item) = root.at(&format!("{list}[{index}]")) else { continue };
            let reference = item.get("reference").and_then(Node::text).unwrap_or_default();
            if !file.is_own(reference) {
                continue;
            }
            let same = missing.iter().position(|it| yaml_edit::is_same(item, it));
            match same {
                Some(place) => drop(missing.remove(place)),
                None => gone.push(index),
            }
        }
        // From the last one, so that the places of the others stay.
        for index in gone.iter().rev() {
            let path = format!("{list}[{index}]");
            text = yaml_edit::applied(&text, SpliceEdit::Remove { path: &path })?;
        }
        if missing.is_empty() {
            continue;
        }
        if root.at(&volatile).is_none() {
            let items = missing.join(", ");
            let yaml = format!("exclude: [{items}]");
            text = yaml_edit::applied(&text, SpliceEdit::Insert { path: &volatile, yaml: &yaml })?;
            continue;
        }
        for item in &missing {
            text = yaml_edit::applied(&text, SpliceEdit::Append { path: &list, item })?;
        }
    }
    Ok(text)
}
