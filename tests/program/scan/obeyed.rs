//! Files that a tool obeys by their names, although they can't be read here.

#[cfg(unix)]
use super::{ID, POLICY, ledger, record, track};
use super::{are, found, repo, rules, scan};
use crate::support::repo::git;

const PLAIN: &str = "{tool: trivy, id: CVE-2026-0001}";

#[test]
fn a_file_known_by_name_that_cannot_be_read_may_hide_anything() {
    let repo = repo(PLAIN);
    let text = "vulnerabilities:\n  - id: CVE-2026-0002\n";
    let wide: Vec<u8> =
        [0xff, 0xfe].into_iter().chain(text.encode_utf16().flat_map(u16::to_le_bytes)).collect();
    let large = format!("{text}{}", "#".repeat(1 << 20));
    for (path, bytes) in [
        ("a/.trivyignore.yaml", wide.as_slice()),
        ("b/.trivyignore.yaml", large.as_bytes()),
        ("c/.trivyignore", b"CVE-2026-0002\n# \0\n"),
        ("d/suppression.xml", &wide),
        ("e/.checkov.yaml", b"skip-check: [CKV_AWS_20]\n#\0"),
    ] {
        assert_eq!(rules(&repo, path, bytes), ["unread"], "{path}");
    }
    let run = scan(&repo, &["a", "b", "c"]);
    assert_eq!(run.code, 3, "{}", run.out);
    for said in ["it is UTF-16 text, or binary: save it as UTF-8 text", "it has more than 1 MiB"] {
        assert!(run.err.contains(said), "{said}: {}", run.err);
    }
    // In another file, only comments are looked for.
    assert!(rules(&repo, "a.py", b"\0# nosec\n").is_empty());
    // A sparse checkout leaves the large one out.
    let set = ["sparse-checkout", "set", "--no-cone", "/exceptions/", "/exledger.yaml"];
    git(repo.path(), &set);
    assert!(!repo.path().join("b").exists());
    assert_eq!(found(&repo, &["b"]).1.len(), 1);
}

#[cfg(unix)]
#[test]
fn a_link_to_a_file_known_by_name_may_hide_anything() {
    use std::os::unix::fs::symlink;
    let repo = repo(PLAIN);
    let clean = format!("# {ID}\nCVE-2026-0001 exp:2026-12-21\n");
    track(&repo, &[("x/.trivyignore", &clean), ("x/list.txt", "CVE-2026-0002\n")]);
    let link = |target: &str, path: &str| {
        let place = repo.path().join(path);
        std::fs::create_dir_all(place.parent().unwrap()).unwrap();
        let _ = std::fs::remove_file(&place);
        symlink(target, &place).unwrap();
        git(repo.path(), &["add", "--", path]);
    };
    link("../x/.trivyignore", "y/.trivyignore");
    link("../y/.trivyignore", "y2/.trivyignore");
    link("x/list.txt", "list.txt");
    assert_eq!(found(&repo, &[]), (0, vec![]));
    // It is judged as what it leads to, where it stands.
    link("../x/list.txt", "z/.trivyignore");
    assert_eq!(found(&repo, &[]), (1, are(&[("z/.trivyignore:1", "uncovered")])));
    // No file, one outside, and one that can't be read in the form of its place.
    for target in ["nowhere", "/etc/hosts"] {
        link(target, "z/.trivyignore");
        assert_eq!(found(&repo, &[]), (3, are(&[("z/.trivyignore:1", "unread")])), "{target}");
    }
    let run = scan(&repo, &[]);
    assert!(run.err.contains("it is a link to no file that is searched"), "{}", run.err);
    link("../x/.trivyignore", "z/.trivyignore");
    link("../x/.trivyignore", "z/.trivyignore.yaml");
    assert_eq!(found(&repo, &[]).1, are(&[("z/.trivyignore.yaml:2", "unread")]));
    link("../y/nothing", "z/.trivyignore.yaml");
    // An excluded file is not searched, so a link to it is not harmless.
    let excluding = format!("{POLICY}scan: {{exclude: [x/**]}}\n");
    let repo = ledger(&excluding, &record(PLAIN));
    track(&repo, &[("x/.trivyignore", "CVE-2026-0002\n"), ("y/a.txt", "")]);
    symlink("../x/.trivyignore", repo.path().join("y/.trivyignore")).unwrap();
    git(repo.path(), &["add", "-A"]);
    assert_eq!(found(&repo, &[]), (3, are(&[("y/.trivyignore:1", "unread")])));
    // osv-scanner's file rules the lock files of its own folder.
    let osv = format!(
        "[[IgnoredVulns]]\nid = \"CVE-2026-0001\"\nignoreUntil = 2026-12-21T00:00:00Z\nreason = \"{ID}\"\n"
    );
    let repo = super::repo("{tool: osv-scanner, id: CVE-2026-0001, paths: [a/Cargo.lock]}");
    track(&repo, &[("a/osv-scanner.toml", &osv), ("a/Cargo.lock", ""), ("b/Cargo.lock", "")]);
    assert_eq!(found(&repo, &[]), (0, vec![]));
    symlink("../a/osv-scanner.toml", repo.path().join("b/osv-scanner.toml")).unwrap();
    git(repo.path(), &["add", "-A"]);
    assert_eq!(found(&repo, &[]).1, are(&[("b/osv-scanner.toml:1", "scope-wider")]));
}

#[test]
fn a_split_index_is_refused_with_the_way_out() {
    let repo = repo(PLAIN);
    git(repo.path(), &["config", "core.splitIndex", "true"]);
    repo.scribble("a.py", "x()  # nosec\n");
    git(repo.path(), &["add", "a.py"]);
    let run = scan(&repo, &[]);
    assert_eq!(run.code, 3, "{}{}", run.out, run.err);
    assert!(run.err.contains("git update-index --no-split-index"), "{}", run.err);
    git(repo.path(), &["config", "core.splitIndex", "false"]);
    git(repo.path(), &["update-index", "--no-split-index"]);
    assert_eq!(found(&repo, &[]).1, are(&[("a.py:1", "uncovered")]));
}
