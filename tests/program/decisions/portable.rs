//! Names of folders and evidence that every system can hold, also Windows.

use crate::decisions::Life;
#[cfg(unix)]
use crate::decisions::evidence::{kept, note};
#[cfg(unix)]
use crate::decisions::refused::refused;
#[cfg(unix)]
use crate::decisions::{ID, record};

#[cfg(unix)]
#[test]
fn a_name_that_windows_can_not_hold_is_made_portable() {
    let life = Life::new();
    life.filed(ID, &record(ID, ""), "ana", "lee");
    for (given, made) in [
        ("a:b?.txt", "a-b-.txt"),
        ("con", "_con"),
        ("COM¹", "_COM¹"),
        ("conout$.log", "_conout$.log"),
        ("aux.d", "_aux.d"),
        ("trail.", "trail"),
        ("two\nlines.log", "two-lines.log"),
    ] {
        let folder = crate::support::temporary();
        std::fs::write(folder.path().join(given), "seen\n").unwrap();
        // A colon would end the kind.
        let argument = format!("log:{}", folder.path().join(given).display());
        let run = life.run("ana", &note(&argument));
        assert_eq!(run.code, 0, "{given:?}: {}", run.err);
        assert!(
            life.text(ID).contains(&format!("path: evidence/{ID}/{made}")),
            "{}",
            life.text(ID)
        );
        assert!(kept(&life).contains(&made.to_owned()), "{:?}", kept(&life));
    }
    // Where only the whole names a file, nothing before the colon is a kind.
    let folder = crate::support::temporary();
    std::fs::write(folder.path().join("c:d.txt"), "seen\n").unwrap();
    let whole = folder.path().join("c:d.txt").display().to_string();
    let run = life.run("ana", &note(&whole));
    assert_eq!(run.code, 0, "{}", run.err);
    assert!(
        life.text(ID).contains(&format!("{{kind: file, path: evidence/{ID}/c-d.txt")),
        "{}",
        life.text(ID)
    );
    let clash = crate::support::temporary();
    let write = |name: &str, text: &str| {
        let path = clash.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.display().to_string()
    };
    let (one, two) = (write("Log.txt", "one"), write("log.txt", "two"));
    let both = [&note(&one)[..], &["--evidence", &two]].concat();
    assert!(refused(&life, &both).contains("two files would be stored as evidence/"));
    assert!(!life.repo.path().join(format!("evidence/{ID}/Log.txt")).exists());
}

#[test]
fn a_folder_for_records_has_a_name_that_every_system_can_hold() {
    let life = Life::new();
    let filing = |folder: &'static str| {
        let text = "new --no-input --draft --title Nightly --folder";
        [text.split(' ').collect::<Vec<_>>(), vec![folder]].concat()
    };
    for (folder, why) in [
        ("EXC-2026-AAAAA.yaml", "`EXC-2026-AAAAA.yaml` is named like a record"),
        ("billing/old.yml", "`old.yml` is named like a record"),
        ("con", "`con` is a device name on Windows"),
        ("billing/LPT1", "`LPT1` is a device name on Windows"),
        ("aux.d", "`aux.d` is a device name on Windows"),
        ("LPT²", "`LPT²` is a device name on Windows"),
        ("billing/CONIN$", "`CONIN$` is a device name on Windows"),
        ("a:b", "`a:b` contains `:`, which no name on Windows may contain"),
        ("x?y", "`x?y` contains `?`, which no name on Windows may contain"),
        ("a\\b", "`a\\\\b` contains `\\`, which no name on Windows may contain"),
        ("trail.", "`trail.` ends with a dot or a blank, which Windows drops"),
        ("two\nlines", "`two\\nlines` contains a line break or another control character"),
    ] {
        let run = life.run("ana", &filing(folder));
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{folder:?}: {}", run.err);
        let said = format!(
            "error: {why}, so it cannot be a folder for records\n  help: choose another --folder: 2026 or billing/2026\n"
        );
        assert_eq!(run.err, said);
    }
    assert!(!life.repo.path().join("exceptions").exists());
    for folder in ["2026", "billing/console", "com", "nul-1", "Ünïcode"] {
        let run = life.run("ana", &filing(folder));
        assert!(!run.err.contains("folder for records"), "{folder}: {}", run.err);
    }
    // The record folder itself may be named with it.
    let with_risk = |folder| [filing(folder), vec!["--risk-level", "low"]].concat();
    let top = life.repo.path();
    for (folder, made) in [("exceptions/team", "exceptions/team"), ("exceptions", "exceptions")] {
        let answer = life.answer(0, "ana", &with_risk(folder));
        let path = answer["path"].as_str().unwrap();
        assert_eq!(path.rsplit_once('/').unwrap().0, made, "{folder}");
    }
    std::fs::create_dir_all(top.join("exceptions/exceptions")).unwrap();
    let answer = life.answer(0, "ana", &with_risk("exceptions"));
    assert!(answer["path"].as_str().unwrap().starts_with("exceptions/exceptions/"), "{answer}");
}

#[cfg(unix)]
#[test]
fn a_file_whose_name_no_line_can_hold_is_renamed_by_the_commands_that_are_printed() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt as _;
    for (name, said) in [
        (&b"t\xe9am"[..], "`t\\xe9am` is not UTF-8, which some systems can't hold"),
        (b"a\nb", "`a\\nb` contains a line break"),
        (b"100%'\xff", "is not UTF-8"),
        (b"a\\xe9", "contains `\\`, which no name on Windows may contain"),
    ] {
        let life = Life::new();
        let folder = life.repo.path().join("exceptions").join(OsStr::from_bytes(name));
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(format!("{ID}.yaml")), record(ID, "")).unwrap();
        let (code, lint) = life.answered("ana", &["lint"]);
        let finding = &lint["findings"][0];
        assert_eq!((code, &finding["rule"]), (1, &"unportable-path".into()), "{lint}");
        assert!(finding["message"].as_str().unwrap().contains(said), "{finding}");
        let commands = finding["remedy"]["commands"].as_array().unwrap();
        for command in commands.iter().filter_map(|command| command.as_str()) {
            let run = crate::cli::shell(&life.repo, command);
            assert_eq!(run.code, 0, "{command}: {}", run.err);
        }
        assert_eq!(life.run("ana", &["lint"]).code, 0, "{said}");
        assert!(!folder.join(format!("{ID}.yaml")).exists());
    }
}
