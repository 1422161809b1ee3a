//! The changes of a commit: to records, governance and approval files.
//!
//! Start at [`World::edit_record`]. Each edit returns a description of what it did.

use super::content::{Content, IDS};
use super::dice::Dice;
use super::memory::Files;
use super::people::{PEOPLE, Who};
use super::statement::{self, About};
use super::world::{MAILMAP, POLICY, REVOKED, SIGNERS, World, is_record};

const FOLDERS: &[&str] = &["exceptions", "exceptions/team", "waivers"];

/// Returns a path for a record, sometimes with a wrong file name.
fn some_path(id: usize, dice: &mut Dice) -> String {
    let name = match dice.below(12) {
        0 => "draft.yaml".to_owned(),
        1 => format!("{}.yaml", IDS[id].to_lowercase()),
        2 => format!("{}.yaml", IDS[1 - id]),
        3 => format!("{}.yml", IDS[id]),
        _ => format!("{}.yaml", IDS[id]),
    };
    format!("{}/{name}", dice.pick(FOLDERS))
}

impl World {
    /// Files, changes, removes, moves or copies a record.
    pub(super) fn edit_record(&mut self, files: &mut Files, dice: &mut Dice) -> String {
        let there = self.records(files);
        if there.is_empty() || dice.often(10) {
            let id = usize::from(dice.often(25));
            let content = self.some_content(id, dice);
            let path = format!("{}/{}.yaml", dice.pick(FOLDERS), IDS[id]);
            files.insert(path.clone(), self.write(content));
            return format!("files {path} {:?}", content.values);
        }
        let (path, content) = dice.pick(&there).clone();
        match dice.below(16) {
            0 => {
                files.remove(&path);
                format!("removes {path}")
            }
            1 => {
                let to = some_path(content.id, dice);
                if let Some(blob) = files.remove(&path) {
                    files.insert(to.clone(), blob);
                }
                format!("moves {path} to {to}")
            }
            2 => {
                // A second file with the same id: the record is then in conflict.
                let to = some_path(content.id, dice);
                let content = self.some_content(content.id, dice);
                files.insert(to.clone(), self.write(content));
                format!("copies to {to}")
            }
            3 => {
                files.insert(path.clone(), self.memory.blob(b"id: [\n"));
                format!("breaks {path}")
            }
            _ => {
                let content: Content = match dice.below(3) {
                    0 => self.some_content(content.id, dice),
                    n => super::steps::some_change(content, n, dice),
                };
                files.insert(path.clone(), self.write(content));
                format!("writes {path} {:?}", content.values)
            }
        }
    }

    /// Changes the policy, the signers, the revoked keys or the mailmap, or restores the files of the tip.
    pub(super) fn edit_governance(&mut self, files: &mut Files, dice: &mut Dice) -> String {
        match dice.below(10) {
            0 => {
                files.remove(POLICY);
                "removes the policy".to_owned()
            }
            1 if dice.often(70) => {
                let known = files.get(REVOKED).and_then(|blob| self.revoked.get(blob));
                let mut keys = known.cloned().unwrap_or_default();
                match keys.is_empty() || dice.often(70) {
                    true => keys.push(*dice.pick(PEOPLE)),
                    false => drop(keys.pop()),
                }
                let what = format!("revokes the keys of {keys:?}");
                files.insert(REVOKED.to_owned(), self.revoke(keys));
                what
            }
            1 => {
                files.remove(SIGNERS);
                "removes the signers".to_owned()
            }
            2 | 3 => {
                let tip = self.files(self.tip());
                for path in [POLICY, SIGNERS, MAILMAP, REVOKED] {
                    match tip.get(path) {
                        Some(blob) => files.insert(path.to_owned(), *blob),
                        None => files.remove(path),
                    };
                }
                "puts governance back".to_owned()
            }
            4 | 5 => {
                let known = files.get(SIGNERS).and_then(|blob| self.signers.get(blob));
                let mut lines = known.cloned().unwrap_or_default();
                match dice.below(3) {
                    0 if !lines.is_empty() => {
                        lines.remove(dice.below(lines.len()));
                    }
                    _ => lines.push((*dice.pick(PEOPLE), *dice.pick(PEOPLE))),
                }
                let what = format!("lists {lines:?}");
                files.insert(SIGNERS.to_owned(), self.list(lines));
                what
            }
            6 => {
                let (one, other) = (*dice.pick(PEOPLE), *dice.pick(PEOPLE));
                if dice.below(2) == 0 {
                    files.insert(MAILMAP.to_owned(), self.join(one, other));
                    return format!("joins {other:?} to {one:?}");
                }
                let second = one.second();
                let line = format!("{} <{}> <{}>\n", one.name(), one.email(), second.email);
                files.insert(MAILMAP.to_owned(), self.memory.blob(line.as_bytes()));
                format!("maps {line:?}")
            }
            _ => {
                let known = files.get(POLICY).and_then(|blob| self.laws.get(blob));
                let law = known.cloned().unwrap_or_else(super::law::Law::careful);
                let mut law = law.near(dice);
                law.attested |= self.open;
                let what = format!("enacts {law:?}");
                files.insert(POLICY.to_owned(), self.enact(law));
                what
            }
        }
    }

    /// Adds a signed statement, or only its text or its signature, or its text with the signature of another.
    pub(super) fn bring_signed(&mut self, files: &mut Files, dice: &mut Dice) -> String {
        if self.signed.is_empty() {
            return "brings nothing".to_owned();
        }
        let n = dice.below(self.signed.len());
        self.put_signed(files, n);
        let path = self.path_of(n);
        match dice.below(8) {
            0 => {
                files.remove(&path);
            }
            1 => {
                files.remove(&format!("{path}.sig"));
            }
            2 => {
                let other = dice.below(self.signed.len());
                let seal = self.signed[other].seal.clone();
                files.insert(format!("{path}.sig"), self.memory.blob(seal.as_bytes()));
            }
            _ => {}
        }
        let signed = &self.signed[n];
        format!("brings {:?}'s word on {:?} {:?}", signed.by, signed.about, signed.blob)
    }

    fn path_of(&self, n: usize) -> String {
        let signed = &self.signed[n];
        statement::path(&signed.about, &self.memory.bytes(signed.blob), signed.by)
    }

    /// Adds a signed statement at its own path.
    pub(super) fn put_signed(&mut self, files: &mut Files, n: usize) {
        let path = self.path_of(n);
        let signed = &self.signed[n];
        files.insert(format!("{path}.sig"), self.memory.blob(signed.seal.as_bytes()));
        files.insert(path, self.memory.blob(signed.text.as_bytes()));
    }

    /// Adds an approval file for a review that never took place.
    pub(super) fn lie(&mut self, files: &mut Files, dice: &mut Dice) -> String {
        let there: Vec<String> = files.keys().filter(|path| is_record(path)).cloned().collect();
        if there.is_empty() {
            return "lies about nothing".to_owned();
        }
        let blob = files[dice.pick(&there)];
        let Some(id) = self.contents.get(&blob).map(|content| content.id) else {
            return "lies about nothing".to_owned();
        };
        let by: Who = *dice.pick(PEOPLE);
        let about = About::Record(id);
        let bytes = self.memory.bytes(blob);
        let tail = "via https://forge.example.com/2\n";
        let text = statement::text(&about, &bytes, by, self.instant(), "approve", tail);
        files.insert(statement::path(&about, &bytes, by), self.memory.blob(text.as_bytes()));
        format!("tells of {by:?}'s review")
    }

    /// Removes an approval file, or moves it to another folder.
    pub(super) fn drop_approval(&mut self, files: &mut Files, dice: &mut Dice) -> String {
        let there: Vec<String> =
            files.keys().filter(|path| path.contains("/.approvals/")).cloned().collect();
        if there.is_empty() {
            return "drops nothing".to_owned();
        }
        let path = dice.pick(&there).clone();
        let Some(blob) = files.remove(&path) else {
            return "drops nothing".to_owned();
        };
        if dice.often(40) {
            files.insert(path.replacen("exceptions/", "waivers/", 1), blob);
            return format!("moves {path}");
        }
        format!("removes {path}")
    }
}
