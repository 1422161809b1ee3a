//! Attributes that libgit2 reads otherwise than git.

use serde_json::Value;

use super::{MOVED, Origin, RECORDS, write};
use crate::cli::Run;

#[test]
fn attributes_that_only_git_reads_are_heeded() {
    let origin = Origin::new();
    let full = origin.clone(&[]).said("full clone");
    let unread = |run: &Run| -> Vec<String> {
        let answer: Value = serde_json::from_str(&run.out).unwrap();
        let files = answer["judged"]["not_read"].as_array().unwrap();
        files.iter().map(|it| it["path"].as_str().unwrap().to_owned()).collect()
    };
    let of_two = vec![RECORDS[1].to_owned(), MOVED.to_owned()];
    let some = ["EXC-2026-00002.yaml", "EXC-2026-00004.yaml"];
    for attributes in [
        some.map(|name| format!("\"{name}\" ident\n")).concat(),
        some.map(|name| format!("\"**/{name}\" filter=vault text\n")).concat(),
        some.map(|name| format!("\"{}\" ident\n", name.replace("EXC", r"\105X\103"))).concat(),
        some.map(|name| format!("{name} coded\n")).concat()
            + "[attr]coded working-tree-encoding=ISO646-GB\n",
        some.map(|name| format!("\"{name}\" outer\n")).concat()
            + "[attr]outer inner\n[attr]inner ident\n",
        // Git passes over the lines after the first.
        some.map(|name| format!("{name} ident\n{name} -filter -ident -working-tree-encoding @x\n"))
            .concat(),
        some.map(|name| format!("{name} ident\n")).concat()
            + "!none.yaml -filter -ident -working-tree-encoding\n",
        some.map(|name| {
            format!("{name} ident\n{name}\u{c} -filter -ident -working-tree-encoding\n")
        })
        .concat(),
        // Only the lines that the help writes take it back.
        "*.yaml -filter -ident -working-tree-encoding\n".to_owned()
            + &some.map(|name| format!("\"{name}\" ident\n")).concat(),
    ] {
        let clone = origin.clone(&[]);
        write(&clone.top, ".gitattributes", &attributes);
        let run = clone.run(&["lint", "--format", "json"]);
        assert_eq!((run.code, unread(&run)), (3, of_two.clone()), "{attributes}");
        clone.follow_help(&run, &attributes);
        clone.follow_help(&clone.run(&["lint", "--format", "json"]), &attributes);
        assert_eq!(clone.ask(&attributes, &["lint"]), full[2], "{attributes}");
    }
    for attributes in [
        "\"file name.txt\" text\n",
        "\"*.yaml\" text -ident !filter\n",
        "\"*.psd\" filter=lfs diff=lfs\n\"secrets/*.yaml\" filter=vault\n",
        "[attr]large filter=lfs\n*.psd large\n",
        "# \"*.yaml\" ident\n",
        "\"**/my assets/**\" filter=lfs diff=lfs merge=lfs -text\n\"My *\" filter=lfs\n",
    ] {
        let clone = origin.clone(&[]);
        write(&clone.top, ".gitattributes", attributes);
        assert_eq!(clone.ask(attributes, &["lint"]), full[2], "{attributes}");
    }
    let clone = origin.clone(&[]);
    write(&clone.top, ".git/info/attributes", "\"team/**\" ident\n");
    let run = clone.run(&["lint", "--format", "json"]);
    assert_eq!(unread(&run), [RECORDS[4]]);
    clone.follow_help(&run, "the clone's own");
    assert_eq!(clone.said("the clone's own"), full);
}

#[test]
fn attributes_of_a_named_tree_are_not_guessed() {
    let origin = Origin::new();
    let full = origin.clone(&[]).said("full clone");
    let named = |tree: &str| {
        let mut clone = origin.after(&[&["switch", "-qc", "attributes"]]);
        write(&clone.top, ".gitattributes", "*.yaml filter=vault\n");
        clone.git(&["add", "-A"]);
        clone.git(&["commit", "-qm", "Convert records"]);
        clone.git(&["switch", "-q", "work"]);
        match tree {
            "attr.tree" => clone.git(&["config", "attr.tree", "attributes"]),
            variable => clone.variables.push((variable.to_owned(), "attributes".to_owned())),
        }
        clone
    };
    for (tree, end) in
        [("attr.tree", "git config attr.tree ''"), ("GIT_ATTR_SOURCE", "unset GIT_ATTR_SOURCE")]
    {
        let mut clone = named(tree);
        for words in [&["lint"][..], &["lint", "--base", "origin/main"], &["diff", "origin/main"]] {
            let run = clone.run(words);
            assert_eq!((run.code, run.out.as_str()), (3, ""), "{tree}: {words:?}");
            assert!(
                run.err.contains(tree) && run.err.contains(&format!("help: run `{end}`")),
                "{}",
                run.err
            );
        }
        clone.variables.clear();
        assert_eq!(clone.said(tree), full, "{tree}");
    }
}
