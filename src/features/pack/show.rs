//! `export pack`: the text that says what is in a pack and how to check it without this program.
//!
//! Pure. Start at [`readme`]. Follows `docs/spec/interop.md`, 3a. Each command of the text stands on lines of its own that
//! are indented by four spaces; a test runs exactly those.

use crate::record::time::Instant;
use crate::status::stamp::Stamp;
use crate::survey::landed_record::LedgerCounts;
use crate::view::doc::Doc;
use crate::view::findings::LevelCounts;
use serde::Serialize;

/// What the text is about.
#[derive(Clone, Debug)]
pub struct PackSummary<'a> {
    /// What the pack was computed from, at the end of its span.
    pub stamp: &'a Stamp,
    /// The first instant of the span.
    pub from: Instant,
    /// The arguments that write the same pack again, without the output.
    pub command: &'a str,
    /// The version of the program.
    pub version: &'a str,
    /// All records of the ledger.
    pub counts: LedgerCounts,
    /// How many of them are in the pack.
    pub packed: usize,
    /// What `verify` found.
    pub findings: LevelCounts,
    /// The path of the list of signers in the pack, if there is one.
    pub signers: Option<&'a str>,
}

/// Returns the text of `README.txt`.
pub fn readme(summary: &PackSummary<'_>) -> String {
    let PackSummary { stamp, counts, packed, findings, version, command, .. } = summary;
    let name = stamp.called.as_deref().unwrap_or("without a name");
    let commit = stamp.commit.as_deref().unwrap_or("unknown");
    let reference = stamp.reference.as_deref().unwrap_or("unknown");
    let (from, to) = (summary.from, stamp.instant);
    let LedgerCounts { records, in_force, overdue, unreadable } = counts;
    let checked = findings.display();
    let checks = checks_of(commit, summary.signers);
    format!(
        "\
AUDIT PACK OF THE EXCEPTION LEDGER {name}

span      {from} to {to}
state     as of the end of the span: commit {commit} of {reference}
records   {records} in the ledger, {in_force} in force then, {overdue} ended and not closed, {unreadable} unreadable
packed    {packed}: those in force at some time in the span, or changed in it
verify    {checked} (verify.txt)

WHAT IS IN IT

index.csv      one row for each packed record: owner, status, end, controls, approvers, dates; the population to sample
list.json      every record of the ledger at the end of the span, packed or not
report.json    the backlog at the end of the span, and what was opened and closed in each month of it
verify.txt     what was checked about every version that was ever merged, for people; verify.json for scripts
records/       the file of each packed record, byte for byte as git holds it
cards/         each record evaluated at the end of the span: status and why, approvals, controls, evidence
trail/         each record's history: every merged change, its values, its authors and its approvals
approvals/     signed approvals and rejections of these records and of the governance files, also removed ones
evidence/      the files that these records cite as evidence, as they were at the end of the span
policy/        COMMIT.yaml: the policy from that commit on; COMMIT/: the other governance files; current/: all at the end
files.tsv      for each copied file: its name here, commit, blob and path in git
checkpoint.json the state of the branch: `exledger verify --checkpoint` says later whether it was rewritten
SHA256SUMS     the digest of every other file

HOW TO CHECK IT

The commands need sh, sha256sum, git and ssh-keygen, and run in this folder. CLONE is a clone of the ledger's
repository with its whole history, which you get from its forge and not from whoever gave you this pack:

    CLONE=/path/to/clone
{checks}
WHAT IT CANNOT SHOW

Who could write to the forge, and what was never committed. Times are those of commits: the earliest at which a change can
have been effective. An approval that is claimed and not attested rests on text that the committer could have written.
Evidence by address is cited, not copied. docs/audit.md of exledger says what each of these means.

Written by exledger {version}; the same version writes the same bytes from any complete clone. If the archive that you were given
lies beside this folder, the last command prints the same digest twice:

    exledger -C \"$CLONE\" {command} -o \"$PWD/../again.tar.gz\"
    sha256sum ../*.tar.gz
"
    )
}

fn checks_of(commit: &str, signers: Option<&str>) -> String {
    let signed = match signers {
        Some(signers) => format!(
            "\
4. Each signed approval was signed by the person whom it names, with a key that the ledger lists. It holds the digest of
   the record that it approves or rejects; the last command compares those with the packed records, and a line
   'is about an earlier version' is not a fault. A review that was recorded by a bridge (it has a line 'via') is signed by
   the bridge. A key that was removed since is in an earlier version of the list, policy/COMMIT/.

    find approvals -name '*.txt.sig' | sort | while read -r sig; do
      text=\"${{sig%.sig}}\"; who=\"$(sed -n 's/^by //p' \"$text\")\"; as=exledger-approval@v1
      if grep -q '^via ' \"$text\"; then
        who=\"$(ssh-keygen -Y find-principals -f '{signers}' -s \"$sig\" | head -n 1)\"; as=exledger-review@v1
      fi
      ssh-keygen -Y verify -f '{signers}' -I \"$who\" -n \"$as\" -s \"$sig\" < \"$text\" || echo \"not verified: $text\"
    done

    find approvals -name '*.txt' | sort | while read -r text; do
      record=\"$(sed -n 's/^record //p' \"$text\")\"; digest=\"$(sed -n 's/^sha256 //p' \"$text\")\"
      case \"$record\" in governance:*) continue;; esac
      echo \"$digest  records/$record.yaml\" | sha256sum -c --status && echo \"is about the packed version: $text\" || echo \"is about an earlier version: $text\"
    done
"
        ),
        None => "\
4. Signatures: at the end of the span the ledger listed no keys, so no signed approval counted by that list.
"
        .to_owned(),
    };
    format!(
        "
1. Nothing was changed or added since the pack was written. Nothing is printed if so.

    sha256sum -c --quiet SHA256SUMS

    find . ! -type d | sed 's,^\\./,,' | sort | while IFS= read -r file; do
      test \"$file\" = SHA256SUMS || cut -c 67- SHA256SUMS | grep -qxF -e \"$file\" || echo \"not in SHA256SUMS: $file\"
    done

2. The pack is about the branch that you see: its commit is there.

    git -C \"$CLONE\" log -1 --format='%H %cI %s' {commit}

3. The copies are git's own bytes, at the commit and path that files.tsv names, and none is an earlier version than that at
   the end of the span. Nothing is printed if so.

    tail -n +2 files.tsv | while IFS=\"$(printf '\\t')\" read -r file commit blob path; do
      test \"$(git hash-object --no-filters \"$file\")\" = \"$blob\" || echo \"other bytes than git's: $file\"
      test \"$(git -C \"$CLONE\" rev-parse \"$commit:$path\")\" = \"$blob\" || echo \"not at that commit: $file\"
      git -C \"$CLONE\" merge-base --is-ancestor \"$commit\" {commit} || echo \"not on the branch: $file\"
      case \"$file\" in records/*|evidence/*|policy/current/*)
        last=\"$(git -C \"$CLONE\" rev-parse --verify --quiet \"{commit}:$path\")\"
        test \"${{last:-$blob}}\" = \"$blob\" || echo \"an earlier version: $file\";;
      esac
    done

    for folder in records approvals evidence policy; do
      test ! -e $folder || find $folder ! -type d
    done | sort | while IFS= read -r file; do
      cut -f 1 files.tsv | grep -qxF -e \"$file\" || echo \"not in files.tsv: $file\"
    done

{signed}
"
    )
}

#[derive(Serialize)]
struct LedgerRow<'a> {
    ledger: Option<&'a str>,
    commit: Option<&'a str>,
    evaluated_at: Instant,
    records: usize,
    in_force: usize,
    overdue: usize,
    unreadable: usize,
}

/// Returns the ledger in one row: its name, what was evaluated, and how many records that gave.
pub fn ledger<'a>(stamp: &Stamp, counts: LedgerCounts) -> Doc<'a> {
    Doc::new(LedgerRow {
        ledger: stamp.called.as_deref(),
        commit: stamp.commit.as_deref(),
        evaluated_at: stamp.instant,
        records: counts.records,
        in_force: counts.in_force,
        overdue: counts.overdue,
        unreadable: counts.unreadable,
    })
}
