//! Rules of this repository that no compiler checks: lengths, opening comments, lists that must be complete, links, and
//! permitted dependencies. Follows `docs/style.md` and `docs/libraries.md`.

use std::collections::{BTreeMap, BTreeSet};

use exledger::policy::demand::Proof;
use exledger::status::state::Status;

use crate::support::project::{everything, files, root, shown};

mod claims;
mod links;

/// The maximum length of a Rust file, in lines.
const MOST_LINES: usize = 700;

#[test]
fn no_file_of_rust_is_longer_than_a_reader_likes() {
    let mut long = Vec::new();
    for folder in ["src", "tests", "benches"] {
        for path in files(&root().join(folder), "rs") {
            let lines = std::fs::read_to_string(&path).unwrap().lines().count();
            if lines > MOST_LINES {
                long.push(format!("{} has {lines} lines", shown(&path)));
            }
        }
    }
    assert!(long.is_empty(), "split by noun: {long:#?}");
}

#[test]
fn every_file_of_the_source_opens_with_what_it_is_for() {
    let bare: Vec<String> = files(&root().join("src"), "rs")
        .into_iter()
        .filter(|path| !std::fs::read_to_string(path).unwrap().starts_with("//! "))
        .map(|path| shown(&path))
        .collect();
    assert!(bare.is_empty(), "these need a first line with `//!`: {bare:#?}");
}

#[test]
fn every_file_of_tests_is_a_module_of_a_binary() {
    let top = root().join("tests");
    let mut forgotten = Vec::new();
    for path in files(&top, "rs") {
        // What belongs to every binary is declared in each by its path.
        if path.ends_with("main.rs") || path == top.join("support/mod.rs") {
            continue;
        }
        let stem = path.file_stem().unwrap().to_str().unwrap();
        let folder = path.parent().unwrap();
        // A `mod.rs` is declared one folder up, by the name of its folder.
        let (name, folder) = match stem {
            "mod" => (folder.file_name().unwrap().to_str().unwrap(), folder.parent().unwrap()),
            _ => (stem, folder),
        };
        let parents = [folder.join("main.rs"), folder.join("mod.rs"), folder.with_extension("rs")];
        let declared = parents.iter().any(|parent| {
            let text = std::fs::read_to_string(parent).unwrap_or_default();
            text.lines().any(|line| {
                let line = line.trim_start_matches("pub(crate) ");
                line == format!("mod {name};")
            })
        });
        if !declared {
            forgotten.push(shown(&path));
        }
    }
    assert!(forgotten.is_empty(), "no `mod` line declares {forgotten:#?}");
}

#[test]
fn every_link_of_the_documents_leads_somewhere() {
    let mut pages = files(&root().join("docs"), "md");
    pages.extend(everything().into_iter().filter(|path| {
        path.parent() == Some(&root()) && path.extension().is_some_and(|it| it == "md")
    }));
    assert!(pages.len() > 15, "the documents are missing");
    let mut dead = Vec::new();
    for page in pages {
        let text = std::fs::read_to_string(&page).unwrap();
        for (line, target) in links::of(&text) {
            if !links::resolves(&page, &target) {
                dead.push(format!("{}:{line}: {target}", shown(&page)));
            }
        }
    }
    assert!(dead.is_empty(), "dead links:\n{}", dead.join("\n"));
}

#[test]
fn the_glossary_explains_each_status_and_each_level_of_proof() {
    let page = std::fs::read_to_string(root().join("docs/glossary.md")).unwrap();
    let levels = Proof::ALL.iter().map(|proof| proof.as_str());
    for word in Status::ALL.iter().map(|status| status.as_str()).chain(levels) {
        assert_eq!(page.matches(&format!("\n- `{word}`: ")).count(), 1, "{word}");
    }
}

#[test]
fn every_decision_is_one_short_paragraph() {
    let page = std::fs::read_to_string(root().join("docs/decisions.md")).unwrap();
    let sections: Vec<&str> = page.split("\n## ").skip(1).collect();
    assert!(sections.len() > 40, "the decisions are missing");
    let mut wrong = Vec::new();
    for section in sections {
        let (title, text) = section.trim_end().split_once("\n\n").unwrap();
        let words = text.split_whitespace().count();
        if words > 60 || text.contains("\n\n") {
            wrong.push(format!("{title}: {words} words"));
        }
    }
    assert!(wrong.is_empty(), "one paragraph of at most 60 words each: {wrong:#?}");
}

#[test]
fn the_project_names_no_folder_of_the_machine_it_was_written_on() {
    // Assembled here, so that this file does not contain them itself.
    let banned =
        ["work", "root", "tmp/bash"].map(|folder| format!("/{folder}/").replace("bash/", "bash_"));
    let mut naming = Vec::new();
    for path in everything() {
        let bytes = std::fs::read(&path).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        for (number, line) in text.lines().enumerate() {
            if banned.iter().any(|folder| line.contains(folder)) {
                naming.push(format!("{}:{}", shown(&path), number + 1));
            }
        }
    }
    assert!(naming.is_empty(), "{naming:#?}");
}

#[test]
fn nothing_is_read_beside_the_repository() {
    // Put together here, so that this file does not name them itself.
    let beside = [["..", "/shared"], ["root().", "parent()"], ["root().join(\"", ".."]]
        .map(|it| it.concat());
    let includes = ["include_str!(\"", "include_bytes!(\"", "#[path = \""];
    let mut outside = Vec::new();
    for path in everything() {
        let bytes = std::fs::read(&path).unwrap();
        let text = String::from_utf8_lossy(&bytes);
        let depth = path.strip_prefix(root()).unwrap().components().count() - 1;
        let leaves = |line: &str| {
            let named = includes.iter().filter_map(|begin| Some(line.split_once(begin)?.1));
            named.map(|name| name.matches("../").count()).any(|up| up > depth)
        };
        for (number, line) in text.lines().enumerate() {
            if leaves(line) || beside.iter().any(|name| line.contains(name)) {
                outside.push(format!("{}:{}", shown(&path), number + 1));
            }
        }
    }
    assert!(outside.is_empty(), "{outside:#?}");
}

/// Returns the entries of one list of `deny.toml`, one per line.
fn listed_in_deny(list: &str) -> Vec<String> {
    let text = std::fs::read_to_string(root().join("deny.toml")).unwrap();
    let opening = format!("{list} = [");
    let lines = text.lines().skip_while(|line| *line != opening).skip(1);
    lines.take_while(|line| *line != "]").map(str::to_owned).collect()
}

/// Returns the packages that a table of the manifest names, under whatever name it uses them.
fn packages_of(table: &dyn toml_edit::TableLike) -> Vec<String> {
    let mut packages = Vec::new();
    for (name, item) in table.iter() {
        if name == "target" || name.starts_with("cfg(") {
            packages.extend(packages_of(item.as_table_like().unwrap()));
        } else if name.ends_with("dependencies") {
            let named = item.as_table_like().unwrap().iter();
            packages.extend(named.map(|(name, dependency)| {
                let package = dependency.get("package").and_then(toml_edit::Item::as_str);
                package.unwrap_or(name).to_owned()
            }));
        }
    }
    packages
}

#[test]
fn every_dependency_is_listed_with_its_reason() {
    let page = std::fs::read_to_string(root().join("docs/libraries.md")).unwrap();
    let list = page.split("\n## ").next().unwrap();
    let rows = list.lines().filter_map(|line| line.strip_prefix("- `")?.split_once('`'));
    let listed: BTreeSet<String> = rows.map(|(name, _)| name.to_owned()).collect();
    let manifest = std::fs::read_to_string(root().join("Cargo.toml")).unwrap();
    let manifest: toml_edit::DocumentMut = manifest.parse().unwrap();
    let packages: BTreeSet<String> = packages_of(manifest.as_table()).into_iter().collect();
    assert_eq!(packages, listed, "left: Cargo.toml; right: the list of docs/libraries.md");
}

#[test]
fn no_crate_is_built_in_two_versions_without_a_reason() {
    let lock = std::fs::read_to_string(root().join("Cargo.lock")).unwrap();
    let mut versions: BTreeMap<&str, usize> = BTreeMap::new();
    for name in lock.lines().filter_map(|line| line.strip_prefix("name = ")) {
        *versions.entry(name.trim_matches('"')).or_default() += 1;
    }
    versions.retain(|_, count| *count > 1);
    let twice: Vec<&str> = versions.into_keys().collect();
    let skipped = listed_in_deny("skip");
    let mut excused: Vec<&str> = skipped
        .iter()
        .map(|line| {
            let (crate_and_version, reason) = line.split_once("reason = ").unwrap();
            assert!(reason.len() > 20, "say why: {line}");
            let (_, named) = crate_and_version.split_once('"').unwrap();
            named.split_once('@').unwrap().0
        })
        .collect();
    excused.dedup();
    assert_eq!(twice, excused, "left: what is there twice; right: what deny.toml excuses");
}
