//! The program: exit codes, streams and files.

use crate::cli;
use crate::support::export_engines::{ID, ledger, sample};

#[test]
fn each_target_goes_where_it_is_sent() {
    let repo = ledger(&[(ID, &sample())]);
    let run = |args: &[&str]| {
        let all = [&["export"], args, &["--on", crate::support::export_engines::ON]].concat();
        cli::run(repo.path(), &all)
    };
    for target in ["kyverno", "openvex", "cyclonedx", "prometheus", "oscal"] {
        let answer = run(&[target]);
        assert_eq!((answer.code, answer.err.as_str()), (0, ""), "{target}");
        assert!(answer.out.contains(ID), "{target}: {}", answer.out);
        let answer = run(&[target, "-o", "file"]);
        assert_eq!((answer.code, answer.out.as_str()), (0, ""), "{target}: {}", answer.err);
    }
    let answer = run(&["prowler"]);
    assert_eq!(answer.code, 1);
    assert!(answer.err.contains("term: a mutelist has no end"), "{}", answer.err);
    let answer = run(&["prowler", "--allow-lossy=term"]);
    assert!(answer.code == 0 && answer.err.contains("term") && answer.out.contains(ID));
    for target in ["azure", "opa"] {
        let answer = run(&[target]);
        assert_eq!((answer.code, answer.out.as_str()), (2, ""), "{target}: {}", answer.err);
        assert_eq!(run(&[target, "-o", "made"]).code, 0, "{target}");
    }
    let read = |path: &str| std::fs::read(repo.path().join(path)).unwrap();
    assert!(!read("made/exc-2026-7f3kq-1.json").is_empty());
    assert!(!read("made/.manifest").is_empty() && !read("made/exledger/data.json").is_empty());
    assert_eq!(run(&["opa", "-o", "bundle.tar.gz"]).code, 0);
    assert_eq!(read("bundle.tar.gz")[..2], [0x1F, 0x8B]);
    let answer = run(&["kyverno", "--namespace", "exceptions"]);
    assert_eq!(answer.out.matches("\n  namespace: exceptions\n").count(), 2, "{}", answer.out);
    let args = ["prowler", "--into", "shared", "--allow-lossy"];
    assert_eq!(run(&args).code, 0);
    let written = read("shared");
    assert_eq!(run(&args).code, 0);
    assert_eq!(read("shared"), written);
}
