//! What to do about what is wrong with a record that landed: evidence that was changed since, an owner who left.
//!
//! Start at [`advise`]. Follows `docs/spec/rules.md`, content: what landed is not rewritten, so it is restored or decided again.

use crate::diag::Finding;
use crate::diag::code::Code;
use crate::diag::remedy::Remedy;
use crate::diag::shell::{self, quoted_path};
use crate::features::lint::landed::{ApprovedTip, approved_tip};
use crate::history::chain;
use crate::history::tree::CommitTree;
use crate::ledger::tree::Tree;
use crate::record::file::{self, RecordFile};
use crate::record::{consistent, mend, places, portable_name};
use crate::rules::evidence::{self, Found, look_up};
use crate::session::locate::Located;
use crate::yaml::explain::EMPTY;
use crate::yaml::node::Node;

// The commits from which a file can be restored.
struct Places<'p> {
    head: Option<CommitTree<'p>>,
    landed: &'p ApprovedTip<'p>,
}

pub(super) fn advise(located: &Located, files: &dyn Tree, findings: &mut [Finding]) {
    find_renamed(files, findings);
    let is_meant = |finding: &&mut Finding| match finding.rule {
        Code::EvidenceChanged | Code::MissingEvidence | Code::UnknownOwner | Code::BadId => true,
        Code::BadValue | Code::MissingField => finding.field.as_deref().is_some_and(is_of_evidence),
        _ => finding.message == EMPTY,
    };
    let mut found = findings.iter_mut().filter(is_meant).peekable();
    if found.peek().is_none() {
        return;
    }
    let Some(tip) = approved_tip(located) else { return };
    let head = tip.repository.find("HEAD");
    let head =
        head.and_then(|head| CommitTree::of_commit(tip.repository, head.oid, &tip.prefix).ok());
    let places = Places { head, landed: &tip };
    for finding in found {
        let Some(source) = source(files, &finding.path) else { continue };
        let landed = self::source(&tip.tree, &finding.path);
        let advised = match finding.rule {
            Code::EvidenceChanged | Code::MissingEvidence => {
                restored(finding, &source, (landed.as_ref(), files), &places)
            }
            Code::BadId => name_back(&source, files, &places),
            Code::BadValue | Code::MissingField => {
                let field = finding.field.as_deref().unwrap_or_default();
                let digest = || with_digest(field, &source, files);
                own_id(field, &source, landed.as_ref()).or_else(digest)
            }
            Code::Syntax => fill_again(&source, &places).or_else(|| remove(&source)),
            _ => transferred(&source, landed.as_ref()),
        };
        if let Some(remedy) = advised {
            finding.remedy = remedy;
        }
    }
}

fn is_of_evidence(field: &str) -> bool {
    let is_named = |suffix| field.ends_with(suffix);
    field.contains("evidence[") && [".id", ".sha256"].into_iter().any(is_named)
}

// Returns the edit that gives evidence another id where two pieces have one: what landed keeps its own, since that is decided.
fn own_id(field: &str, source: &RecordFile, landed: Option<&RecordFile>) -> Option<Remedy> {
    let own = field.strip_suffix(".id")?;
    // What is at fault has no readable text.
    let (id, found) = (source.root.as_ref()?.at(field)?.text()?, pieces(source));
    let known = landed.map(pieces).unwrap_or_default();
    let is_landed = |piece: &Piece<'_>| known.iter().any(|known| known.says == piece.says);
    let of_id = || found.iter().filter(|piece| piece.id() == Some(id));
    let own = of_id().find(|piece| piece.path == own)?;
    let renamed = match is_landed(own) {
        true => of_id().find(|piece| !is_landed(piece))?,
        false => own,
    };
    let ids: Vec<&str> = found.iter().filter_map(Piece::id).collect();
    let free = consistent::next_id(id, &ids);
    let mut values = vec![(format!("{}.id", renamed.path), free.clone())];
    let checks = source.root.as_ref()?.at("closure.checks").filter(|_| renamed.is_of_closure());
    for check in checks.into_iter().flat_map(Node::entries) {
        if check.value.text() == Some(id) {
            values.push((format!("closure.checks.{}", check.key), free.clone()));
        }
    }
    Some(Remedy::from(source.edit_all(&values)?).after("give each entry its own id"))
}

// A piece of evidence in a file that may not be readable as a record.
struct Piece<'s> {
    path: String,
    says: [Option<&'s str>; 5],
}

impl<'s> Piece<'s> {
    fn id(&self) -> Option<&'s str> {
        self.says.first().copied().flatten()
    }

    fn is_of_closure(&self) -> bool {
        self.path.starts_with("closure.")
    }
}

fn pieces(source: &RecordFile) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    if let Some(root) = &source.root {
        places::evidence(root, &mut |place, item| {
            let says = ["id", "kind", "path", "url", "commit"];
            let says = says.map(|key| item.get(key).and_then(Node::text));
            found.push(Piece { path: place.path(), says });
        });
    }
    found
}

// Returns the edit that states the digest of a file that is there.
fn with_digest(field: &str, source: &RecordFile, files: &dyn Tree) -> Option<Remedy> {
    let item = field.strip_suffix(".sha256")?;
    let Found::File(digest) = look_up(source.text(&format!("{item}.path"))?, files).ok()? else {
        return None;
    };
    Some(source.edit_all(&[(field.to_owned(), digest)])?.into())
}

fn remove(source: &RecordFile) -> Option<Remedy> {
    source.id()?;
    let remove = format!("rm -f -- {}", quoted_path(&source.path));
    Some(Remedy::run([remove]).after("write the record, or remove the file"))
}

fn source(files: &dyn Tree, path: &str) -> Option<RecordFile> {
    Some(file::read(path, &files.bytes(path).ok()??))
}

impl Places<'_> {
    // Returns the name of the checked-out or approved commit, whichever holds something.
    fn name(&self, holds: &dyn Fn(&CommitTree<'_>) -> bool) -> Option<String> {
        let head = self.head.as_ref().filter(|head| holds(head)).map(|_| "HEAD");
        let tip = || holds(&self.landed.tree).then_some(&*self.landed.reference);
        head.or_else(tip).map(str::to_owned)
    }

    // Returns the same, or the last landing that holds it; what holds it is asked of each content of the file once.
    fn name_landed(&self, path: &str, holds: &dyn Fn(&CommitTree<'_>) -> bool) -> Option<String> {
        let earlier = || {
            let ApprovedTip { repository, prefix, tip, tree, .. } = self.landed;
            let (mut at, mut seen) = (*tip, tree.entry(path).ok()?);
            loop {
                at = *chain::read(*repository, at).ok()?.parents.first()?;
                let tree = CommitTree::of_commit(*repository, at, prefix).ok()?;
                let entry = tree.entry(path).ok()?;
                if entry != seen && holds(&tree) {
                    return Some(at.short());
                }
                seen = entry;
            }
        };
        self.name(holds).or_else(earlier)
    }
}

// Returns the command that restores the file that has the digest, from the first commit that has it.
fn restored(
    finding: &Finding,
    source: &RecordFile,
    (landed, files): (Option<&RecordFile>, &dyn Tree),
    places: &Places<'_>,
) -> Option<Remedy> {
    let (item, _) = finding.field.as_deref()?.rsplit_once('.')?;
    let [path, stated] = ["path", "sha256"].map(|key| source.text(&format!("{item}.{key}")));
    let (path, stated) = path.zip(stated)?;
    let has_it = |tree: &CommitTree<'_>| {
        let found = look_up(path, tree).ok();
        matches!(found, Some(Found::File(digest)) if digest.eq_ignore_ascii_case(stated))
    };
    let cited = landed
        .and_then(|landed| landed.record.as_ref())
        .map(|record| evidence::cited(record, None));
    let is_landed = cited.into_iter().flatten().any(|cited| {
        cited.stated.path.as_deref() == Some(path) && cited.stated.sha256.as_deref() == Some(stated)
    });
    let name = if is_landed { places.name_landed(path, &has_it) } else { places.name(&has_it) };
    let renamed = || rename_evidence(path, stated, files);
    if let Some(remedy) = name.is_none().then(renamed).flatten() {
        return Some(remedy);
    }
    match name {
        Some(name) => Some(restore(&name, path).after("restore the file")),
        // A decision that landed is not rewritten.
        None if is_landed && finding.rule == Code::MissingEvidence => {
            Some("commit the file that has the digest".into())
        }
        None => None,
    }
}

// Returns the commands that give a file the name that a record has for it now: one that every system can hold.
fn rename_evidence(path: &str, stated: &str, files: &dyn Tree) -> Option<Remedy> {
    let (folder, _) = path.rsplit_once('/')?;
    let found = files.list(path.split('/').next()?).ok()?.into_iter();
    let mut odd = found.filter(|it| it.path != path && portable_name::made_path(&it.path) == path);
    let from = odd.find(|item| {
        let found = look_up(&item.path, files).ok();
        matches!(found, Some(Found::File(digest)) if digest.eq_ignore_ascii_case(stated))
    })?;
    Some(Remedy::run([
        format!("mkdir -p -- {}", quoted_path(folder)),
        format!("mv -- {} {}", quoted_path(&from.path), quoted_path(path)),
    ]))
}

// A record whose file was renamed is not deleted: it ends with what is said of that file.
fn find_renamed(files: &dyn Tree, findings: &mut [Finding]) {
    let is_deleted = |finding: &Finding| finding.rule == Code::RecordDeleted;
    if !findings.iter().any(is_deleted) {
        return;
    }
    let id = |finding: &Finding| match finding.rule {
        Code::BadId => Some(source(files, &finding.path)?.stated_id()?.to_string()),
        Code::StrayRecord => finding.id.clone(),
        _ => None,
    };
    let known = findings.iter().filter_map(|finding| Some((id(finding)?, finding.path.clone())));
    let known: Vec<(String, String)> = known.collect();
    for finding in findings.iter_mut().filter(|finding| is_deleted(finding)) {
        if let Some((_, path)) = known.iter().find(|(id, _)| Some(id) == finding.id.as_ref()) {
            finding.remedy = format!("rename {}, as is said of it", quoted_path(path)).into();
        }
    }
}

// Returns the commands that give the file of a record its name back, if nothing else has it now.
fn name_back(source: &RecordFile, files: &dyn Tree, places: &Places<'_>) -> Option<Remedy> {
    let to = mend::beside(&source.path, &source.stated_id()?);
    let is_gone =
        files.kind(&to).ok()?.is_none() && places.name(&|tree| is_record(tree, &to)).is_some();
    if is_gone { Some(mend::rename_to(&source.path, &to)) } else { None }
}

// Returns the command that restores a record that was emptied.
fn fill_again(source: &RecordFile, places: &Places<'_>) -> Option<Remedy> {
    let name = places.name_landed(&source.path, &|tree| is_record(tree, &source.path))?;
    Some(restore(&name, &source.path).after("restore the record"))
}

fn is_record(tree: &CommitTree<'_>, path: &str) -> bool {
    source(tree, path).is_some_and(|source| source.record.is_some())
}

fn restore(name: &str, path: &str) -> Remedy {
    Remedy::run([format!("git checkout {} -- {}", shell::quoted(name), quoted_path(path))])
}

fn transferred(source: &RecordFile, landed: Option<&RecordFile>) -> Option<Remedy> {
    let owner = "owner.email";
    let is_landed = landed.is_some_and(|landed| landed.text(owner) == source.text(owner));
    let transfer = shell::command("exledger transfer", &[source.text("id")?]);
    is_landed
        .then(|| Remedy::run([&transfer]).after(format!("give it another owner: `{transfer}`")))
}
