//! The commands of `docs/check-us.md`, which need nothing of ours, do on the demo what the page says.

use super::place::Place;
use crate::support::project;

#[test]
fn the_proof_is_checked_by_stock_tools_alone() {
    let page = std::fs::read_to_string(project::root().join("docs/check-us.md")).unwrap();
    let blocks: Vec<&str> =
        page.split("```sh\n").skip(1).map(|rest| rest.split_once("```").unwrap().0).collect();
    let [merges, statements, bytes] = blocks[..] else { panic!("{blocks:?}") };
    let place = Place::demo();
    let merged = place.output(merges);
    assert!(
        merged.contains(" G [forge@example.com] Dana Okafor <dana@example.com> Merge "),
        "{merged}"
    );

    assert_eq!(place.set_up("git push --quiet origin main:exledger-approvals"), None);
    let good = "Good \"exledger-approval@v1\" signature for sam@example.com ";
    let signed = place.output(statements);
    assert_eq!(signed.matches(good).count(), 2, "{signed}");
    assert!(!signed.contains("not verified"), "{signed}");
    assert_eq!(place.set_up("sed -i s/two/ten/ exceptions/.approvals/*/*.txt"), None);
    let forged = place.output(&statements.replace("mkdir statements", ""));
    assert_eq!(forged.matches(good).count(), 1, "{forged}");
    assert!(forged.contains("not verified: exceptions/"), "{forged}");

    place.run("exledger export pack --from 2026-11-01 --to 2026-11-19 -o ../pack");
    let there = format!("CLONE=\"$PWD\"; cd ../pack; {}", bytes.replace("COMMIT", "main"));
    let ids = place.output(&there);
    let ids: Vec<&str> = ids.lines().collect();
    assert!(ids.len() == 2 && ids[0] == ids[1] && ids[0].len() == 40, "{ids:?}");
    assert_eq!(place.set_up("echo >> ../pack/records/EXC-2026-7F3KQ.yaml"), None);
    let damaged = place.output(&there);
    assert!(damaged.contains("EXC-2026-7F3KQ.yaml: FAILED"), "{damaged}");
}
