//! `explain`: what a rule finds, why, and what ends it; or the list of all rules.
//!
//! Pure. Start at [`doc`]. Follows `docs/spec/cli.md`, JSON that scripts rely on.

use serde::Serialize;

use crate::diag::Level;
use crate::diag::code::Code;
use crate::rules::rule::Rule;
use crate::view::doc::{Block, Doc, DocTable, StyledText, Tone};
use crate::view::shape;
use crate::view::tables::{flexible, whole};

#[derive(Serialize)]
struct ExplainAnswer {
    schema: String,
    rules: Vec<RuleView>,
}

#[derive(Serialize)]
struct RuleView {
    code: Code,
    group: &'static str,
    level: &'static str,
    summary: &'static str,
    why: &'static str,
    ends_by: &'static str,
    bad: String,
    good: String,
    serves: &'static [&'static str],
}

/// Returns the documentation of rules: all of it for a single one, one line each for several.
pub fn doc(rules: &[&Rule]) -> Doc<'static> {
    let mut doc = Doc::new(ExplainAnswer {
        schema: shape::schema("explain"),
        rules: rules.iter().map(|rule| RuleView::of(rule)).collect(),
    });
    doc.rows = Some("rules");
    match rules {
        [rule] => doc.blocks = one(rule),
        rules => {
            let columns = vec![whole("rule"), flexible("finds"), whole("level"), whole("group")];
            let rows = rules.iter().map(|rule| row(rule)).collect();
            doc.blocks.push(Block::Table(DocTable { columns, rows }));
        }
    }
    doc
}

impl RuleView {
    fn of(rule: &Rule) -> RuleView {
        RuleView {
            code: rule.code,
            group: rule.code.group().as_str(),
            level: rule.level.as_str(),
            summary: rule.summary,
            why: rule.why,
            ends_by: rule.code.ends_by().as_str(),
            bad: rule.bad.shown(rule.good.field()),
            good: rule.good.shown(rule.bad.field()),
            serves: rule.serves,
        }
    }
}

fn row(rule: &Rule) -> Vec<StyledText> {
    vec![
        StyledText::with_tone(Tone::Strong, rule.code.as_str()),
        StyledText::plain(rule.summary),
        StyledText::with_tone(tone(rule.level), rule.level.as_str()),
        StyledText::with_tone(Tone::Muted, rule.code.group().as_str()),
    ]
}

fn one(rule: &Rule) -> Vec<Block<'static>> {
    let heading = StyledText::with_tone(Tone::Strong, rule.code.as_str())
        .and(Tone::Plain, format!(": {}", rule.summary));
    let pairs = vec![
        ("level".to_owned(), StyledText::with_tone(tone(rule.level), rule.level.as_str())),
        ("group".to_owned(), StyledText::plain(rule.code.group().as_str())),
        ("why".to_owned(), StyledText::plain(rule.why)),
        ("ends by".to_owned(), StyledText::plain(rule.code.ends_by().as_str())),
        ("serves".to_owned(), StyledText::with_tone(Tone::Muted, rule.serves.join(", "))),
    ];
    vec![
        Block::Heading(heading),
        Block::Pairs(pairs),
        Block::Heading(StyledText::plain("Found")),
        Block::Verbatim(rule.bad.shown(rule.good.field())),
        Block::Heading(StyledText::plain("Clean")),
        Block::Verbatim(rule.good.shown(rule.bad.field())),
    ]
}

fn tone(level: Level) -> Tone {
    match level {
        Level::Error => Tone::Bad,
        Level::Warning => Tone::Warn,
        Level::Note => Tone::Plain,
    }
}
