//! `init` and `demo`: which files were created, and which existed already.
//!
//! Pure. Start at [`doc`]. Follows `docs/spec/cli.md`, JSON that scripts rely on.

use serde::Serialize;

use crate::diag;
use crate::view::doc::{Block, Doc, StyledText, Tone};
use crate::view::shape;

/// The result of `init`.
#[derive(Clone, Debug)]
pub struct Init {
    /// Whether files were written.
    pub written: bool,
    /// The created files, sorted.
    pub created: Vec<String>,
    /// The existing files, sorted by path.
    pub skipped: Vec<Skipped>,
    /// The forge that the files are for: `github`, `gitlab` or `none`.
    pub forge: &'static str,
    /// The branch that the workflow runs for; `None` if no file names one.
    pub branch: Option<String>,
    /// The action that the workflow runs; `None` without a workflow for GitHub.
    pub action: Option<String>,
    /// The commands to run next.
    pub next: Vec<String>,
}

/// An existing file, which is not changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Skipped {
    /// The file.
    pub path: String,
    /// The lines to add, or the command that generates it again; empty if it needs nothing.
    pub needs: String,
}

#[derive(Serialize)]
struct InitAnswer<'a> {
    schema: String,
    created: &'a [String],
    skipped: Vec<&'a str>,
}

#[derive(Serialize)]
struct SetupAnswer<'a> {
    #[serde(flatten)]
    files: InitAnswer<'a>,
    forge: &'static str,
    branch: Option<&'a str>,
    action: Option<&'a str>,
}

/// Returns the answer.
pub fn doc(init: &Init) -> Doc<'static> {
    let skipped: Vec<&str> = init.skipped.iter().map(|skipped| skipped.path.as_str()).collect();
    let files = InitAnswer {
        schema: shape::schema("init"),
        created: &init.created,
        skipped: skipped.clone(),
    };
    let mut doc = Doc::new(SetupAnswer {
        files,
        forge: init.forge,
        branch: init.branch.as_deref(),
        action: init.action.as_deref(),
    });
    let verb = if init.written { "created" } else { "would create" };
    let created =
        init.created.iter().map(|path| (verb.to_owned(), StyledText::with_tone(Tone::Good, path)));
    let left = skipped.iter().map(|path| ("left as it is".to_owned(), StyledText::plain(*path)));
    doc.blocks.push(Block::Pairs(created.chain(left).collect()));
    doc.blocks.extend(needs(init));
    doc.blocks.extend(next(init.next.clone()));
    doc
}

/// Returns the commands to run next; empty without any.
pub fn next<'a>(commands: Vec<String>) -> Vec<Block<'a>> {
    if commands.is_empty() {
        return Vec::new();
    }
    vec![Block::Heading(StyledText::plain("Next")), Block::Commands(commands.join("\n"))]
}

/// Returns the answer of `demo`: the created files, how many records are merged and proposed, and where. `demo` refuses a
/// folder that contains files, so none is skipped.
pub fn demo<'a>(created: &[String], (merged, proposed): (usize, usize), place: &str) -> Doc<'a> {
    let answer = InitAnswer { schema: shape::schema("demo"), created, skipped: Vec::new() };
    let mut doc = Doc::new(answer);
    let merged = diag::count(merged, "exception");
    let text = format!("{merged} in {place}, and {proposed} proposed on a branch");
    doc.blocks.push(Block::Paragraph(StyledText::with_tone(Tone::Strong, text)));
    doc
}

fn needs(init: &Init) -> Vec<Block<'static>> {
    let needing = init.skipped.iter().filter(|skipped| !skipped.needs.is_empty());
    let shown = needing.flat_map(|skipped| {
        [
            Block::Heading(StyledText::plain(format!("{} would need", skipped.path))),
            Block::Verbatim(skipped.needs.clone()),
        ]
    });
    shown.collect()
}

/// Returns the same as lines for stderr, for when a script reads stdout.
pub fn needs_lines(init: &Init) -> Vec<String> {
    let needing = init.skipped.iter().filter(|skipped| !skipped.needs.is_empty());
    needing.map(|skipped| format!("{} would need:\n{}", skipped.path, skipped.needs)).collect()
}
