//! What a release is made of: the package, the workflows, the scripts, and where they must agree.

use std::collections::BTreeSet;

use crate::support::project;

mod install;
mod metadata;

/// Returns a file of the project as text.
fn text(path: &str) -> String {
    std::fs::read_to_string(project::root().join(path)).unwrap()
}

/// Returns the workflows and actions of this repository, with their paths.
fn workflows() -> Vec<(String, String)> {
    let mut paths = project::files(&project::root().join(".github"), "yml");
    paths.push(project::root().join("action.yml"));
    let written = paths.into_iter().filter(|path| path.exists());
    written.map(|path| (project::shown(&path), std::fs::read_to_string(path).unwrap())).collect()
}

/// Tells whether a `uses:` names an action by its commit, with the version beside it, or one of this repository.
fn is_pinned(uses: &str) -> bool {
    if uses.starts_with("$/") || uses.starts_with("./") {
        return true;
    }
    let Some((_, reference)) = uses.split_once('@') else {
        return false;
    };
    let (commit, comment) = reference.split_once(" # v").unwrap_or((reference, ""));
    let is_hex = |letter: char| letter.is_ascii_digit() || ('a'..='f').contains(&letter);
    commit.len() == 40 && commit.chars().all(is_hex) && comment.starts_with(char::is_numeric)
}

#[test]
fn every_action_is_pinned_by_its_commit() {
    assert!(is_pinned("a/b@0123456789abcdef0123456789abcdef01234567 # v1.2.3"));
    assert!(!is_pinned("a/b@v4"));
    assert!(!is_pinned("a/b@0123456789abcdef0123456789abcdef01234567"));
    assert!(!is_pinned("a/b@0123456 # v1.2.3"));
    let mut n_actions = 0;
    for (path, text) in workflows() {
        for line in text.lines() {
            let Some(uses) = line.trim_start_matches([' ', '-']).strip_prefix("uses: ") else {
                continue;
            };
            n_actions += 1;
            assert!(is_pinned(uses), "{path}: {uses}");
        }
    }
    assert!(n_actions > 20, "{n_actions}");
}

#[test]
fn one_version_of_an_action_is_used_everywhere() {
    let mut pins = BTreeSet::new();
    for (_, text) in workflows() {
        let uses = text.lines().filter_map(|line| line.split_once("uses: "));
        pins.extend(uses.map(|(_, uses)| uses.to_owned()));
    }
    let names: Vec<&str> = pins.iter().filter_map(|pin| pin.split('@').next()).collect();
    let distinct: BTreeSet<&&str> = names.iter().collect();
    assert_eq!(names.len(), distinct.len(), "{pins:#?}");
}

#[test]
fn workflows_grant_nothing_to_all_jobs_and_keep_no_cache() {
    for (path, text) in workflows() {
        if path.contains("workflows/") {
            assert!(text.contains("\npermissions: {}\n"), "{path}");
            let mut lines = text.lines().filter(|line| !line.trim_start().starts_with('#'));
            assert!(!lines.any(|line| line.to_lowercase().contains("cache")), "{path}");
        }
    }
}

/// Returns the text between two marks, the first time they stand in it.
fn between<'a>(text: &'a str, begin: &str, end: &str) -> &'a str {
    let (_, after) = text.split_once(begin).unwrap_or_else(|| panic!("no {begin}"));
    after.split_once(end).unwrap_or_else(|| panic!("no {end}")).0
}

#[test]
fn the_forge_runs_every_step_that_a_developer_runs() {
    let run = text(".ci/run");
    let steps: Vec<&str> = between(&run, "\nsteps=(", ")").split_whitespace().collect();
    assert!(steps.len() > 5, "{steps:?}");
    let steps = steps.into_iter().chain(["speed"]);
    let ci = text(".github/workflows/ci.yml");
    let matrix = between(&ci, "step: [", "]").split(", ");
    let named = ci.lines().filter_map(|line| line.split_once(".ci/run "));
    let named = named.flat_map(|(_, names)| names.split_whitespace());
    let on_the_forge: BTreeSet<&str> = matrix.chain(named).collect();
    for step in steps {
        assert!(run.contains(&format!("\n{step}() {{\n")), "{step} is not defined");
        assert!(on_the_forge.contains(step), "no job runs {step}");
    }
}

/// Returns the words that look like a target triple.
fn targets(text: &str) -> BTreeSet<&str> {
    let words =
        text.split(|letter: char| !letter.is_ascii_alphanumeric() && !"_-".contains(letter));
    let triples = ["-linux-musl", "-apple-darwin", "-windows-msvc"];
    words.filter(|word| triples.iter().any(|end| word.ends_with(end))).collect()
}

#[test]
fn every_target_is_built_packed_and_found_by_the_installer() {
    let workflow = text(".github/workflows/release.yml");
    let built = between(&workflow, "\n  build:\n", "\n    steps:\n");
    let archive = text("scripts/archive.sh");
    let install = text("scripts/install.sh");
    let page = text("docs/start.md");
    assert_eq!(targets(built).len(), 5);
    assert_eq!(targets(built), targets(&archive));
    assert_eq!(targets(built), targets(&install));
    for target in targets(built) {
        assert!(page.contains(&format!("-{target}.")), "docs/start.md does not name {target}");
    }
}

#[test]
fn the_release_is_built_by_a_compiler_that_the_package_allows() {
    let manifest = text("Cargo.toml");
    let oldest = between(&manifest, "rust-version = \"", "\"");
    let workflow = text(".github/workflows/release.yml");
    let used = between(&workflow, "RUSTUP_TOOLCHAIN: \"", "\"");
    let numbers = |version: &str| -> Vec<u32> {
        version.split('.').map(|part| part.parse().unwrap()).collect()
    };
    assert_eq!(numbers(used).len(), 3, "{used} is not one exact version");
    assert!(numbers(used) >= numbers(oldest), "{used} is older than {oldest}");
}

#[test]
fn the_wheel_takes_its_version_from_the_package() {
    let project = text("pyproject.toml");
    assert!(between(&project, "dynamic = [", "]").contains("\"version\""));
    assert!(!project.contains("\nversion ="));
    assert!(project.contains("\nbindings = \"bin\"\n"));
    let profile = between(&project, "\nprofile = \"", "\"");
    assert!(text("Cargo.toml").contains(&format!("\n[profile.{profile}]\n")), "{profile}");
}

#[test]
fn tools_of_the_workflows_are_pinned_by_version_and_digest() {
    let workflows: String = workflows().into_iter().map(|(_, text)| text).collect();
    for path in project::files(&project::root().join(".github/tools"), "txt") {
        let text = std::fs::read_to_string(&path).unwrap();
        let (pins, digests): (Vec<&str>, Vec<&str>) =
            text.lines().partition(|line| !line.trim_start().starts_with("--hash=sha256:"));
        assert!(pins.iter().all(|line| line.contains("==")), "{}: {pins:?}", path.display());
        assert!(digests.len() > 5, "{}", path.display());
        assert!(workflows.contains(&format!("--requirement {}", project::shown(&path))));
    }
    let installed = workflows.matches("pip install ").count();
    let verified = workflows.matches("--require-hashes --only-binary :all:").count();
    // The wheel that was just built is the one package that comes from no index.
    assert_eq!(installed, verified + workflows.matches("--no-index").count());
}

#[test]
fn the_image_has_a_known_base_and_a_user_without_rights() {
    let image = text("Containerfile");
    for base in image.lines().filter_map(|line| line.strip_prefix("FROM ")) {
        assert!(base == "scratch" || base.contains("@sha256:"), "{base}");
    }
    let user = between(&image, "\nUSER ", "\n");
    assert!(user.split(':').all(|id| id.parse::<u32>().unwrap() > 0), "{user}");
}

/// Returns whether an entry of `include` takes a path into the package.
fn is_included(entry: &str, path: &str) -> bool {
    let entry = entry.strip_prefix('/').unwrap_or_else(|| panic!("{entry} is not anchored"));
    match entry.split_once('*') {
        None if entry.ends_with('/') => path.starts_with(entry),
        None => path == entry,
        Some((folder, ending)) => {
            let name = path.strip_prefix(folder).and_then(|name| name.strip_suffix(ending));
            name.is_some_and(|name| !name.contains('/'))
        }
    }
}

#[test]
fn the_package_contains_what_a_build_reads_and_no_tests() {
    let manifest: toml_edit::DocumentMut = text("Cargo.toml").parse().unwrap();
    let include = manifest["package"]["include"].as_array().unwrap();
    let include: Vec<&str> = include.iter().map(|entry| entry.as_str().unwrap()).collect();
    let is_packed = |path: &str| include.iter().any(|entry| is_included(entry, path));
    let root = project::root().canonicalize().unwrap();
    let mut n_read = 0;
    for path in project::files(&project::root().join("src"), "rs") {
        let source = std::fs::read_to_string(&path).unwrap();
        for opening in ["include_str!(", "include_bytes!("] {
            // The build script makes what is in `OUT_DIR`, from files that `built_in.rs` names.
            let made = |rest: &&str| !rest.starts_with("concat!(env!(\"OUT_DIR\")");
            for rest in source.split(opening).skip(1).filter(made) {
                let name = between(rest, "\"", "\"");
                let read = path.parent().unwrap().join(name).canonicalize().unwrap();
                let read = read.strip_prefix(&root).unwrap().to_str().unwrap().replace('\\', "/");
                assert!(is_packed(&read), "{} reads {read}", path.display());
                n_read += 1;
            }
        }
    }
    assert!(n_read > 20, "{n_read}");
    // Cargo adds its manifest and `Cargo.lock`; `.ci/run hello` asks for the latter, and builds the package.
    for name in ["README.md", "CHANGELOG.md", "LICENSE-MIT", "LICENSE-APACHE"] {
        assert!(is_packed(name) && root.join(name).exists(), "{name}");
    }
    let outside =
        ["tests/", "benches/", "docs/", "exceptions/", ".github/", ".ci/", "exledger.yaml"];
    let files = project::everything();
    let files = files.iter().map(|path| project::shown(path).replace('\\', "/"));
    let shipped: Vec<String> = files
        .filter(|path| outside.iter().any(|top| path.starts_with(top)) && is_packed(path))
        .collect();
    assert!(shipped.is_empty(), "{shipped:?}");
}
