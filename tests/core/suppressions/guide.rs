//! The table of kinds in the guide.

use exledger::formats::suppressions::kinds::kinds;

use crate::support::{golden, project};

#[test]
fn the_guide_lists_the_kinds_of_the_table() {
    let path = project::root().join("docs/scan.md");
    let guide = std::fs::read_to_string(&path).unwrap();
    let mut table =
        String::from("| kind | read from | end | reason |\n| --- | --- | --- | --- |\n");
    for kind in kinds() {
        let cell = |text: &str| text.replace('|', "\\|").replace('#', "\\#");
        let cells = [kind.name, kind.files, kind.end, kind.reason].map(cell);
        table.push_str(&format!("| {} |\n", cells.join(" | ")));
    }
    let (begin, end) = ("<!-- kinds -->\n", "<!-- end of kinds -->\n");
    let (before, rest) = guide.split_once(begin).unwrap();
    let (_, after) = rest.split_once(end).unwrap();
    golden::check("../../docs/scan.md", &format!("{before}{begin}{table}{end}{after}"));
}
