//! Files whose names differ by letter case alone from those in git's index.

use super::{Origin, sample, write};

#[test]
fn a_file_that_git_takes_for_one_of_the_index_is_not_passed_over() {
    let origin = Origin::new();
    for is_committed in [false, true] {
        let clone = origin.after(&[&["switch", "-qc", "folded", "origin/main"]]);
        let added = "exceptions/team/EXC-2026-00006.yaml";
        write(&clone.top, added, &sample(added).replace("class: standard", "class: ["));
        clone.git(&["add", "-A"]);
        if is_committed {
            clone.git(&["commit", "-qm", "Add one"]);
        }
        let folder = |name: &str| clone.top.join("exceptions").join(name);
        std::fs::rename(folder("team"), folder("Team")).unwrap();
        clone.git(&["config", "core.ignorecase", "true"]);
        for words in [&["lint"][..], &["lint", "--base", "origin/main"], &["diff", "origin/main"]] {
            let run = clone.run(words);
            assert_eq!(run.code, 3, "{words:?}: {}{}", run.out, run.err);
            let taken = "exceptions/Team/EXC-2026-00006.yaml for exceptions/team/";
            assert!(run.err.contains(taken), "{words:?}: {}", run.err);
        }
        let (code, said) = clone.ask("folded", &["lint", "--base", "origin/main"]);
        assert_eq!(code, 1, "{said:?}");
        assert!(said.iter().any(|it| it.starts_with("\"syntax\"")), "{said:?}");
    }
    // Where nothing differs, the setting changes nothing.
    let clone = origin.after(&[&["config", "core.ignorecase", "true"]]);
    assert_eq!(clone.said("as it is"), origin.clone(&[]).said("full clone"));
}
