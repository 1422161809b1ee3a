//! What to do about what is wrong with a record that landed: evidence that was changed since, an owner who left.
//!
//! Start at [`advise`]. Follows `docs/spec/rules.md`, content: what landed is not rewritten, so it is restored or decided again.

use crate::diag::Finding;
use crate::diag::code::Code;
use crate::diag::remedy::Remedy;
use crate::diag::shell::{self, quoted_path};
use crate::features::lint::landed::approved_tip;
use crate::history::tree::CommitTree;
use crate::ledger::tree::Tree;
use crate::record::file::{self, RecordFile};
use crate::rules::evidence::{Found, look_up};
use crate::session::locate::Located;

pub(super) fn advise(located: &Located, files: &dyn Tree, findings: &mut [Finding]) {
    let is_meant =
        |finding: &&mut Finding| matches!(finding.rule, Code::EvidenceChanged | Code::UnknownOwner);
    let mut found = findings.iter_mut().filter(is_meant).peekable();
    if found.peek().is_none() {
        return;
    }
    let Some(tip) = approved_tip(located) else { return };
    let head = tip.repository.find("HEAD");
    let head =
        head.and_then(|head| CommitTree::of_commit(tip.repository, head.oid, &tip.prefix).ok());
    let places = [("HEAD", head.as_ref()), (tip.reference.as_str(), Some(&tip.tree))];
    for finding in found {
        let Some(source) = source(files, &finding.path) else { continue };
        let landed = self::source(&tip.tree, &finding.path);
        let advised = match finding.rule {
            Code::EvidenceChanged => restored(finding, &source, &places),
            _ => transferred(&source, landed.as_ref()),
        };
        if let Some(remedy) = advised {
            finding.remedy = remedy;
        }
    }
}

fn source(files: &dyn Tree, path: &str) -> Option<RecordFile> {
    Some(file::read(path, &files.bytes(path).ok()??))
}

// Returns the command that restores the file that has the digest, from the first commit that has it.
fn restored(
    finding: &Finding,
    source: &RecordFile,
    places: &[(&str, Option<&CommitTree<'_>>)],
) -> Option<Remedy> {
    let field = finding.field.as_deref()?;
    let path = source.text(&format!("{}.path", field.strip_suffix(".sha256")?))?;
    let stated = source.text(field)?;
    let has_it = |tree: &CommitTree<'_>| {
        let found = look_up(path, tree).ok();
        matches!(found, Some(Found::File(digest)) if digest.eq_ignore_ascii_case(stated))
    };
    let (name, _) = places.iter().find(|(_, tree)| tree.is_some_and(has_it))?;
    let restore = format!("git checkout {} -- {}", shell::quoted(name), quoted_path(path));
    Some(Remedy::run([restore]).after("restore the file"))
}

fn transferred(source: &RecordFile, landed: Option<&RecordFile>) -> Option<Remedy> {
    let owner = "owner.email";
    let is_landed = landed.is_some_and(|landed| landed.text(owner) == source.text(owner));
    let transfer = shell::command("exledger transfer", &[source.text("id")?]);
    is_landed
        .then(|| Remedy::run([&transfer]).after(format!("give it another owner: `{transfer}`")))
}
