//! Paths as people write them: what Windows answers has a prefix that neither cmd.exe nor git takes.

use exledger::store::real_path::{real_path, without_prefix};

#[test]
fn a_path_of_windows_is_shown_as_people_write_it() {
    let long = format!(r"\\?\C:\{}", "d".repeat(260));
    for (given, written) in [
        (r"\\?\C:\demo", Some(r"C:\demo")),
        (r"\\?\c:\Users\Ana Ruiz\ledger", Some(r"c:\Users\Ana Ruiz\ledger")),
        (r"\\?\UNC\server\share\ledger", Some(r"\\server\share\ledger")),
        // These need it.
        (r"\\?\Volume{b75e2c83-0000-0000-0000-602f00000000}\ledger", None),
        (r"\\?\GLOBALROOT\Device", None),
        (&long, None),
        // These don't have it.
        (r"C:\demo", None),
        (r"\\.\COM1", None),
        ("/home/ana/ledger", None),
        (r"/tmp/\\?\C:\demo", None),
    ] {
        assert_eq!(without_prefix(given).as_deref(), written, "{given}");
    }
}

#[test]
fn a_path_that_is_made_absolute_has_no_prefix_and_no_links() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::create_dir(folder.path().join("ledger")).unwrap();
    let real = real_path(folder.path().join("ledger").join("..").join("ledger")).unwrap();
    assert!(real.is_absolute() && real.ends_with("ledger"), "{}", real.display());
    assert!(!real.display().to_string().starts_with(r"\\?\"), "{}", real.display());
    assert!(real_path(folder.path().join("gone")).is_err());
}
