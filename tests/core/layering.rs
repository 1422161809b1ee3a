//! The order of the modules: reads `src/` and reports the file and line of a misplaced dependency or crate.
//!
//! Changing one of the three tables is a decision that needs its own pull request. Follows `docs/architecture.md`,
//! "How it is kept". Start at [`broken`]; the reader of tokens is in `layering/tokens.rs`.

mod tokens;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use crate::support::project;
use tokens::{Named, Token};

/// The modules from left to right; each may use those to its left.
const LINE: &str =
    "diag yaml record ledger policy history approval status gate survey rules plan view render";

/// Library modules outside the sequence, and the rightmost module that each may use. `session` also uses those before it,
/// and `features` all of them.
const BESIDE: &[(&str, &str)] = &[
    ("formats", "plan"),
    ("clock", "record"),
    ("store", "history"),
    ("session", "plan"),
    ("features", "view"),
];

/// Modules of the program, and the rightmost module that each may use; `mcp` also uses the library's others, `commands` all.
const PROGRAM: &[(&str, &str)] = &[("ask", "plan"), ("mcp", "view"), ("commands", "render")];

/// External crates, and the modules that may name them.
const HOME: &[(&str, &str)] = &[
    ("git2", "store"),
    ("std::fs", "store"),
    ("std::process::Command", "store"),
    ("Utc::now", "clock"),
    ("std::env", "commands main"),
    ("clap", "commands main"),
    ("anyhow", "commands main"),
    ("env_logger", "commands"),
    ("rustix", "ask commands"),
    ("dialoguer", "ask"),
    ("indicatif", "ask"),
    ("rmcp", "mcp"),
    ("tokio", "mcp"),
    ("granit_parser", "yaml"),
    ("chrono", "record clock formats features"),
    ("schemars", "record policy"),
    ("jsonschema", "rules"),
    ("rsa", "approval"),
    ("ssh_key", "approval"),
    ("unicode_normalization", "record"),
    ("unicode_security", "policy"),
    ("base64ct", "approval policy render store"),
    ("strsim", "record"),
    ("strum", "record policy history approval survey"),
    ("similar", "view"),
    ("uuid::Uuid", "formats"),
    ("quick_xml", "formats features"),
    ("toml_edit", "formats features"),
    ("tar", "formats"),
    ("flate2", "formats policy store"),
    ("regex", "formats features"),
    ("comfy_table", "render"),
    ("maud", "render"),
];

#[test]
fn every_room_uses_only_rooms_to_its_left_and_every_crate_is_at_home() {
    let root = project::root().join("src");
    let mut wrong = Vec::new();
    for path in project::files(&root, "rs") {
        let inside = path.strip_prefix(&root).unwrap();
        let text = std::fs::read_to_string(&path).unwrap();
        wrong.extend(broken(inside, &text));
    }
    assert!(wrong.is_empty(), "out of place:\n{}", wrong.join("\n"));
}

#[test]
fn the_library_declares_the_rooms_in_the_order_of_the_line() {
    let text = std::fs::read_to_string(project::root().join("src/lib.rs")).unwrap();
    let declared: Vec<&str> =
        text.lines().filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';')).collect();
    let beside = BESIDE.iter().map(|(room, _)| *room);
    let expected: Vec<&str> = LINE.split(' ').chain(beside).collect();
    assert_eq!(declared, expected);
    let text = std::fs::read_to_string(project::root().join("src/main.rs")).unwrap();
    let declared: Vec<&str> =
        text.lines().filter_map(|line| line.strip_prefix("mod ")?.strip_suffix(';')).collect();
    assert!(declared.iter().eq(PROGRAM.iter().map(|(room, _)| room)));
}

#[test]
fn every_home_is_a_room() {
    for (what, rooms) in HOME {
        for room in rooms.split(' ') {
            assert!(room == "main" || is_room(room), "{what}: {room} is no room of src");
        }
    }
}

/// Made-up sources: the file below `src`, its text, and the offending lines.
const SOURCES: &[(&str, &str, &[usize])] = &[
    ("record/mod.rs", "use crate::diag;\nuse crate::policy;\n", &[2]),
    ("policy/tier.rs", "fn f(r: &crate::record::Record) {}\n", &[]),
    ("policy/tier.rs", "\nfn f(s: crate::status::state::Status) {}\n", &[2]),
    ("yaml/mod.rs", "use crate::{diag, record};\n", &[1]),
    ("yaml/mod.rs", "use crate::{\n    diag::Pos,\n    ledger::{Tree, Ledger},\n};\n", &[3]),
    ("yaml/mod.rs", "fn f() { super::gate::ask() }\n", &[1]),
    ("yaml/splice.rs", "use super::Node;\nuse super::super::plan;\n", &[2]),
    ("rules/secret.rs", "use crate::rules::Case;\nuse super::Rule;\n", &[]),
    ("rules/secret.rs", "use crate::store;\n", &[1]),
    ("store/git.rs", "use crate::history;\nuse crate::approval;\n", &[2]),
    ("store/git.rs", "use crate::clock;\n", &[1]),
    ("commands/lint.rs", "use exledger::store;\nuse exledger::render;\nuse crate::ask;\n", &[]),
    ("ask/raw.rs", "use exledger::plan;\nuse exledger::render;\nuse crate::commands;\n", &[2, 3]),
    ("main.rs", "fn f() { crate::commands::main() }\nuse crate::ask;\n", &[2]),
    (
        "mcp/server.rs",
        "use exledger::session;\nuse crate::commands;\nuse exledger::render;\n",
        &[2, 3],
    ),
    ("session/mod.rs", "use crate::store;\nuse crate::features;\nuse crate::view;\n", &[2, 3]),
    (
        "features/mod.rs",
        "use crate::session;\nuse crate::view;\nuse crate::formats;\nuse crate::render;\n",
        &[4],
    ),
    ("survey/mod.rs", "use crate::features;\n", &[1]),
    ("view/mod.rs", "use crate::features;\n", &[1]),
    ("mcp/server.rs", "use exledger::features;\n", &[]),
    ("session/mod.rs", "async fn f() { tokio::time::sleep(x).await }\n", &[1]),
    ("status/mod.rs", "use crate::nowhere;\n", &[1]),
    ("nowhere/mod.rs", "\n", &[1]),
    (
        "diag.rs",
        "mod code {\n    use super::Code;\n    use super::super::gate;\n}\nuse super::Code;\n",
        &[3, 5],
    ),
    // Crates, and parts of std with side effects.
    ("policy/mod.rs", "use chrono::NaiveDate;\n", &[1]),
    ("record/time.rs", "use chrono::Utc;\nfn f() { Utc::now(); }\n", &[2]),
    ("clock.rs", "fn f() { chrono::Utc::now(); }\n", &[]),
    ("ledger/mod.rs", "use std::{collections::BTreeMap, fs};\n", &[1]),
    ("ledger/mod.rs", "fn f() { std::fs::read(\"x\"); }\n", &[1]),
    ("view/mod.rs", "use std::process;\n\nfn f() { process::Command::new(\"x\"); }\n", &[3]),
    ("main.rs", "use std::process::ExitCode;\n", &[]),
    ("gate/mod.rs", "use std::env as world;\n", &[1]),
    ("render/json.rs", "fn f() { ::git2::Oid::zero(); }\n", &[1]),
    ("plan/mod.rs", "#[derive(schemars::JsonSchema)]\nstruct S;\n", &[1]),
    // Comments, strings and tests don't count.
    ("diag.rs", "//! See `crate::render`.\n/* crate::gate /* git2:: */ */\n", &[]),
    ("diag.rs", "const A: &str = \"crate::gate \\\" git2::x\";\n", &[]),
    ("diag.rs", "const A: &str = r#\"crate::gate \" git2::x\"#;\n", &[]),
    ("diag.rs", "fn f<'a>(x: &'a str) -> char { '\"' }\nuse crate::gate;\n", &[2]),
    ("diag.rs", "#[cfg(test)]\nmod tests {\n    use crate::gate;\n}\nuse crate::plan;\n", &[5]),
    ("diag.rs", "fn f(git2: u8) -> u8 { git2 + 1 }\n", &[]),
];

#[test]
fn an_edge_or_a_crate_out_of_place_is_found() {
    for (file, text, lines) in SOURCES {
        let found: Vec<usize> = broken(Path::new(file), text)
            .iter()
            .map(|wrong| wrong.split(':').nth(1).unwrap().parse().unwrap())
            .collect();
        assert_eq!(&found, lines, "{file}:\n{text}");
    }
}

#[test]
fn features_use_one_another_without_a_cycle() {
    let root = project::root().join("src/features");
    let mut uses: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for path in project::files(&root, "rs") {
        let feature = room_of(path.strip_prefix(&root).unwrap());
        let text = std::fs::read_to_string(&path).unwrap();
        let named = tokens::paths(&tokens::without_tests(&tokens::read(&text)));
        let used = named.iter().filter_map(|path| match path.segments.as_slice() {
            [root, features, used, ..] if root == "crate" && features == "features" => Some(used),
            _ => None,
        });
        let used = used.filter(|used| **used != feature).cloned();
        uses.entry(feature.clone()).or_default().extend(used);
    }
    assert!(uses.len() > 20 && uses["triage"].contains("patterns"), "{uses:?}");
    while let Some(free) = uses.keys().find(|feature| uses[*feature].is_empty()).cloned() {
        uses.remove(&free);
        for used in uses.values_mut() {
            used.remove(&free);
        }
    }
    assert!(uses.is_empty(), "these features need each other: {uses:#?}");
}

/// Returns a message for each misplaced dependency or crate: `src/<file>:<line>: what`.
fn broken(file: &Path, text: &str) -> Vec<String> {
    let room = room_of(file);
    let at = |line: usize, what: String| format!("src/{}:{line}: {what}", file.display());
    if room != "lib" && room != "main" && !is_room(&room) {
        return vec![at(1, format!("{room} is in no table of tests/core/layering.rs"))];
    }
    let tokens = tokens::without_tests(&tokens::read(text));
    let named = tokens::paths(&tokens);
    let imports = imports(&named);
    let mut wrong = Vec::new();
    for path in &named {
        let full = resolved(path, &imports);
        if let Some(target) = target(&full, depth(file) + path.within, &room)
            && !may_use(&room, target)
        {
            wrong.push(at(path.line, format!("{room} must not use {target}")));
        }
        if let Some((what, homes)) = homeless(path, &full, &room) {
            wrong.push(at(path.line, format!("{what} belongs in {homes}, not in {room}")));
        }
    }
    wrong.dedup();
    wrong
}

/// Returns the module of a file below `src`: its first folder, or its stem.
fn room_of(file: &Path) -> String {
    let first = file.components().next().unwrap().as_os_str();
    Path::new(first).file_stem().unwrap().to_str().unwrap().to_owned()
}

/// Returns how many modules enclose the items of a file: 0 for the root, 1 for the `mod.rs` of a module.
fn depth(file: &Path) -> usize {
    let folders = file.components().count() - 1;
    match file.file_stem().unwrap().to_str().unwrap() {
        "lib" | "main" if folders == 0 => 0,
        "mod" => folders,
        _ => folders + 1,
    }
}

fn is_room(name: &str) -> bool {
    rank(name).is_some() || furthest(name).is_some()
}

fn rank(room: &str) -> Option<usize> {
    LINE.split(' ').position(|name| name == room)
}

/// Returns the rightmost module of the sequence that a module outside it may use.
fn furthest(name: &str) -> Option<&'static str> {
    let mut rooms = BESIDE.iter().chain(PROGRAM);
    rooms.find(|(room, _)| *room == name).map(|(_, room)| *room)
}

fn may_use(from: &str, to: &str) -> bool {
    match (from, furthest(from), rank(from), rank(to)) {
        _ if from == to || from == "lib" => true,
        ("main", ..) => to == "commands",
        ("commands", .., None) => furthest(to).is_some(),
        ("session", .., None) => to != "features" && is_beside(to),
        ("features" | "mcp", .., None) => is_beside(to),
        (_, Some(furthest), _, Some(target)) => target <= rank(furthest).unwrap(),
        (_, None, Some(own), Some(target)) => target < own,
        _ => false,
    }
}

fn is_beside(name: &str) -> bool {
    BESIDE.iter().any(|(room, _)| *room == name)
}

/// Returns the names that `use` brings into a file, with the full path of each.
fn imports(named: &[Named]) -> BTreeMap<String, Vec<String>> {
    let mut imports = BTreeMap::new();
    for path in named {
        if let Some(name) = &path.imported_as {
            imports.insert(name.clone(), path.segments.clone());
        }
    }
    imports
}

/// Returns a path with its first segment resolved by the imports.
fn resolved(path: &Named, imports: &BTreeMap<String, Vec<String>>) -> Vec<String> {
    match imports.get(&path.segments[0]) {
        // The import itself is judged where it is; so are paths into modules.
        Some(import)
            if path.imported_as.is_none() && path.segments.len() > 1 && import[0] == "std" =>
        {
            import.iter().chain(&path.segments[1..]).cloned().collect()
        }
        _ => path.segments.clone(),
    }
}

/// Returns the module that a path enters from the root of the crate.
fn target<'a>(path: &'a [String], depth: usize, room: &str) -> Option<&'a str> {
    let climbed = path.iter().take_while(|part| *part == "super").count();
    let inside = match path[0].as_str() {
        "crate" => 1,
        "exledger" if PROGRAM.iter().any(|(name, _)| *name == room) => 1,
        "super" if climbed >= depth => climbed,
        _ => return None,
    };
    path.get(inside).map(String::as_str)
}

/// Returns an external name that only other modules may use, and those modules.
fn homeless(path: &Named, full: &[String], room: &str) -> Option<(&'static str, &'static str)> {
    let single = path.segments.len() == 1 && path.imported_as.is_none();
    if single {
        return None;
    }
    HOME.iter().copied().find(|(what, homes)| {
        let begins = |path: &[String]| {
            let mut path = path.iter();
            what.split("::").all(|part| path.next().is_some_and(|segment| segment == part))
        };
        let named = match what.starts_with(char::is_uppercase) {
            true => (0..full.len()).any(|at| begins(&full[at..])),
            false => begins(full),
        };
        named && !homes.split(' ').any(|home| home == room)
    })
}

#[test]
fn tokens_keep_the_line_on_which_they_stand() {
    let tokens = tokens::read("a\n/* b\n */ c \"d\ne\" 'f' f\n");
    let words: Vec<(&str, usize)> = tokens
        .iter()
        .filter_map(|(token, line)| match token {
            Token::Word(word) => Some((word.as_str(), *line)),
            Token::Joint | Token::Mark(_) => None,
        })
        .collect();
    assert_eq!(words, [("a", 1), ("c", 3), ("f", 4)]);
}
