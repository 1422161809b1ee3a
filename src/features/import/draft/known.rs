//! The findings and titles that records and drafts name already.
//!
//! Pure. Start at [`NamedFindings`]. A key names another one if it is the same or wider, so that an entry that was imported
//! before gets no second draft. Thousands of keys may have one id, so they are also found by what else they state.

use std::collections::{BTreeMap, BTreeSet};

use crate::formats::suppressions::text;
use crate::plan::answers::Answers;
use crate::record::pattern::PathPattern;
use crate::record::purl::Purl;
use crate::record::subject::FindingKey;
use crate::record::tool_ids;

/// What open records and drafts name.
#[derive(Clone, Debug, Default)]
pub struct NamedFindings {
    keys: Vec<NamedKey>,
    /// The keys by tool, id, and what else each states; a key with several paths is there for each of them.
    places: BTreeMap<(String, String, KeyPlace), Vec<usize>>,
    titles: BTreeMap<String, String>,
    /// The tool and id of each key, with its record in capitals.
    ids: BTreeSet<(String, String, String)>,
    /// The records, in capitals, with a key that names findings by more than an id, which no entry can be compared with.
    broad: BTreeSet<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum KeyPlace {
    /// A path without wildcards.
    Path(String),
    /// A resource without wildcards.
    Resource(String),
    /// The type and name of a package, as they are written.
    Package(String, String),
    /// Nothing that could be compared at once.
    Other,
}

#[derive(Clone, Debug)]
struct NamedKey {
    key: ComparedKey,
    record: String,
}

#[derive(Clone, Debug)]
struct ComparedKey {
    purl: Option<String>,
    package: Option<Purl>,
    paths: Option<Vec<PathPattern>>,
    resources: Option<Vec<PathPattern>>,
}

impl NamedFindings {
    /// Adds the title and the findings of a record or draft.
    pub fn add(&mut self, record: &str, answers: &Answers) {
        if let Some(title) = answers.text("title") {
            self.titles.entry(text::one_line(title)).or_insert_with(|| record.to_owned());
        }
        let findings = answers.get("scope.findings").and_then(serde_json::Value::as_array);
        for finding in findings.into_iter().flatten() {
            let Ok(key) = serde_json::from_value::<FindingKey>(finding.clone()) else {
                continue;
            };
            let (tool, id) = tool_and_id(&key);
            let is_plain = key.cwe.is_none()
                && key.severity.is_none()
                && key.versions.is_none()
                && key.content.is_none();
            if key.id.is_none() || !is_plain {
                self.broad.insert(record.to_ascii_uppercase());
            }
            self.ids.insert((tool.clone(), id.clone(), record.to_ascii_uppercase()));
            // No entry states these, so none is named by a key that does.
            if !is_plain {
                continue;
            }
            let compared = ComparedKey::new(&key);
            let index = self.keys.len();
            for place in compared.places() {
                self.places.entry((tool.clone(), id.clone(), place)).or_default().push(index);
            }
            self.keys.push(NamedKey { key: compared, record: record.to_owned() });
        }
    }

    /// Returns the record that names a finding: the first one of several.
    pub fn finding(&self, wanted: &FindingKey) -> Option<&str> {
        let (tool, id) = tool_and_id(wanted);
        let wanted = ComparedKey::new(wanted);
        let named = tools(tool).flat_map(|tool| {
            let ids = tool_ids::names(&tool, &id);
            ids.into_iter().map(move |id| (tool.clone(), id))
        });
        let found = named.filter_map(|(tool, id)| self.first(&tool, &id, &wanted));
        let key = self.keys.get(found.min()?)?;
        Some(key.record.as_str())
    }

    fn first(&self, tool: &str, id: &str, wanted: &ComparedKey) -> Option<usize> {
        let named = |indices: &Vec<usize>| {
            let mut indices = indices.iter().copied();
            indices.find(|index| self.keys.get(*index).is_some_and(|key| key.key.names(wanted)))
        };
        if wanted.has_empty_list() {
            let all = self.places.iter().filter(|((own, other, _), _)| own == tool && other == id);
            return all.filter_map(|(_, indices)| named(indices)).min();
        }
        let of = |place| self.places.get(&(tool.to_owned(), id.to_owned(), place));
        wanted.possible_places().into_iter().filter_map(of).filter_map(named).min()
    }

    /// Tells whether a record names nothing of a finding: none of its keys is about it.
    pub fn is_foreign(&self, record: &str, wanted: &FindingKey) -> bool {
        let record = record.to_ascii_uppercase();
        let (tool, id) = tool_and_id(wanted);
        let has = |tool: String| {
            let mut names = tool_ids::names(&tool, &id).into_iter();
            names.any(|name| self.ids.contains(&(tool.clone(), name, record.clone())))
        };
        !self.broad.contains(&record) && !tools(tool).any(has)
    }

    /// Returns the record with a title.
    pub fn title(&self, title: &str) -> Option<&str> {
        self.titles.get(&text::one_line(title)).map(String::as_str)
    }
}

fn tool_and_id(key: &FindingKey) -> (String, String) {
    let tool = tool_ids::tool(key.tool.as_deref().unwrap_or_default()).into_owned();
    let id = tool_ids::key(&tool, key.id.as_deref().unwrap_or_default()).into_owned();
    (tool, id)
}

/// Returns the names of tools whose keys name what a tool found: trivy's stands for all kinds of its findings.
fn tools(tool: String) -> impl Iterator<Item = String> {
    let trivy = if tool.starts_with("trivy-") { Some("trivy".to_owned()) } else { None };
    std::iter::once(tool).chain(trivy)
}

/// Returns the texts of a list without wildcards; `None` if one has some, or there are none.
fn literals(patterns: &[PathPattern]) -> Option<Vec<&str>> {
    let all: Option<Vec<&str>> = patterns.iter().map(PathPattern::literal).collect();
    all.filter(|all| !all.is_empty())
}

impl ComparedKey {
    fn new(key: &FindingKey) -> ComparedKey {
        let patterns = |texts: &Option<Vec<String>>| {
            texts.as_ref().map(|texts| texts.iter().map(|text| PathPattern::new(text)).collect())
        };
        ComparedKey {
            purl: key.purl.clone(),
            package: key.purl.as_deref().and_then(Purl::parse),
            paths: patterns(&key.paths),
            resources: patterns(&key.resources),
        }
    }

    fn places(&self) -> Vec<KeyPlace> {
        let paths = self.paths.as_deref().and_then(literals);
        let resources = self.resources.as_deref().and_then(literals);
        match (paths, resources, self.package_place()) {
            (Some(paths), _, _) => {
                paths.into_iter().map(|path| KeyPlace::Path(path.to_owned())).collect()
            }
            (None, Some(resources), _) => resources
                .into_iter()
                .map(|resource| KeyPlace::Resource(resource.to_owned()))
                .collect(),
            (None, None, Some(package)) => vec![package],
            (None, None, None) => vec![KeyPlace::Other],
        }
    }

    /// Returns all places of keys that may name a finding. One without wildcards names nothing but itself, and all paths
    /// of the finding must be named, so its first one is enough.
    fn possible_places(&self) -> Vec<KeyPlace> {
        let first = |patterns: &Option<Vec<PathPattern>>| {
            Some(patterns.as_ref()?.first()?.as_str().to_owned())
        };
        let path = first(&self.paths).map(KeyPlace::Path);
        let resource = first(&self.resources).map(KeyPlace::Resource);
        let all = [path, resource, self.package_place(), Some(KeyPlace::Other)];
        all.into_iter().flatten().collect()
    }

    fn has_empty_list(&self) -> bool {
        [&self.paths, &self.resources].into_iter().flatten().any(Vec::is_empty)
    }

    fn package_place(&self) -> Option<KeyPlace> {
        let package = self.package.as_ref()?;
        Some(KeyPlace::Package(package.kind.clone(), package.name.clone()))
    }

    fn names(&self, wanted: &ComparedKey) -> bool {
        let is_within =
            |own: &Option<Vec<PathPattern>>, wanted: &Option<Vec<PathPattern>>| match (own, wanted)
            {
                (None, _) => true,
                (Some(own), Some(wanted)) => {
                    wanted.iter().all(|item| own.iter().any(|own| own.includes(item)))
                }
                (Some(_), None) => false,
            };
        self.is_package(wanted)
            && is_within(&self.paths, &wanted.paths)
            && is_within(&self.resources, &wanted.resources)
    }

    fn is_package(&self, wanted: &ComparedKey) -> bool {
        match (&self.purl, &wanted.purl) {
            (None, _) => true,
            (Some(_), None) => false,
            (Some(own), Some(wanted)) if own == wanted => true,
            (Some(_), Some(_)) => match (&self.package, &wanted.package) {
                (Some(own), Some(wanted)) => {
                    let is_version = own.version.is_none() || own.version == wanted.version;
                    own.is_package(wanted) && is_version
                }
                _ => false,
            },
        }
    }
}
