//! Statements of the docs about the source: paths in comments, the folders of the architecture, the table of commands.

use std::collections::BTreeSet;

use crate::cli;
use crate::support::project::{files, root, shown};

/// Returns the paths `docs/….md` that a text names.
fn named(text: &str) -> Vec<String> {
    let is_part = |it: char| it.is_ascii_alphanumeric() || matches!(it, '/' | '-' | '_' | '.');
    let parts = text.split("docs/").skip(1);
    let paths = parts.map(|rest| rest.split(|it| !is_part(it)).next().unwrap_or_default());
    let pages = paths.filter_map(|path| Some(path.split_once(".md")?.0));
    pages.map(|path| format!("docs/{path}.md")).collect()
}

#[test]
fn every_page_that_the_source_names_is_there() {
    let mut gone = Vec::new();
    let folders = ["src", "tests", "benches"];
    for path in folders.iter().flat_map(|it| files(&root().join(it), "rs")) {
        let text = std::fs::read_to_string(&path).unwrap();
        let comments = text.lines().filter(|line| line.trim_start().starts_with("//"));
        for page in comments.flat_map(named) {
            if !root().join(&page).exists() {
                gone.push(format!("{} names {page}", shown(&path)));
            }
        }
    }
    assert!(gone.is_empty(), "{gone:#?}");
    let text = "see docs/spec/cli.md, docs/no-page.md#x and docs/spec";
    assert_eq!(named(text), ["docs/spec/cli.md", "docs/no-page.md"]);
}

#[test]
fn every_folder_of_the_architecture_is_there() {
    let page = std::fs::read_to_string(root().join("docs/architecture.md")).unwrap();
    let tree = page.split("## Beside `src`").nth(1).unwrap();
    let tree = tree.split("```").nth(1).unwrap();
    let words = tree.split_whitespace().map(|word| word.trim_end_matches(':'));
    let folders: Vec<&str> = words.filter(|word| word.ends_with('/')).collect();
    assert!(folders.contains(&"tests/core/") && folders.contains(&"schemas/"), "{folders:?}");
    let gone: Vec<&str> = folders.into_iter().filter(|it| !root().join(it).is_dir()).collect();
    assert!(gone.is_empty(), "{gone:#?}");
}

#[test]
fn the_table_of_commands_is_that_of_the_program() {
    let page = std::fs::read_to_string(root().join("docs/spec/cli.md")).unwrap();
    let section = page.split("## Commands").nth(1).unwrap();
    let table = section.split("\n### ").next().unwrap();
    let commands = |text: &str| -> BTreeSet<String> {
        let rows = text.lines().filter(|line| line.starts_with("| `"));
        let cells = rows.map(|line| line.split(" | ").next().unwrap_or_default().to_owned());
        let spans = cells.flat_map(|cell| {
            let spans: Vec<String> =
                cell.split('`').skip(1).step_by(2).map(str::to_owned).collect();
            spans
        });
        spans.map(|span| span.split(' ').next().unwrap_or_default().to_owned()).collect()
    };
    let all: BTreeSet<String> = cli::commands().into_iter().collect();
    assert_eq!(commands(table), all);
}
