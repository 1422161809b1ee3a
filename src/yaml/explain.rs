//! The messages for everything that is wrong with a file as YAML, with help.
//!
//! Pure. Start at `syntax`. Follows `docs/spec/rules.md` (shape).

use granit_parser::ErrorKind;

use crate::diag;
use crate::diag::code::Code;
use crate::yaml::node::{Repair, SyntaxError};

const QUOTE: &str = "quote a text that contains `: ` or ` #`, or starts with a special character";

fn fault(code: Code, pos: diag::Pos, message: impl Into<String>, help: &str) -> SyntaxError {
    SyntaxError {
        code,
        pos: Some(pos),
        field: None,
        message: message.into(),
        help: help.to_owned(),
        repair: Repair::Unknown,
    }
}

pub(super) fn too_many_bytes(limit: usize) -> SyntaxError {
    SyntaxError {
        code: Code::TooLarge,
        pos: None,
        field: None,
        message: format!("the file is too long: at most {limit} bytes are read"),
        help: "shorten it: keep evidence in separate files and refer to them".to_owned(),
        repair: Repair::Unknown,
    }
}

pub(super) fn utf16() -> SyntaxError {
    fault(
        Code::Encoding,
        diag::Pos::START,
        "the file is not UTF-8: it starts like UTF-16",
        "save it as UTF-8",
    )
}

pub(super) fn not_utf8(pos: diag::Pos, byte: u8) -> SyntaxError {
    fault(
        Code::Encoding,
        pos,
        format!("the file is not UTF-8: byte 0x{byte:02X} found here"),
        "save it as UTF-8",
    )
}

pub(super) fn hidden(pos: diag::Pos, character: char, what: &str) -> SyntaxError {
    fault(
        Code::Encoding,
        pos,
        format!("U+{:04X} found here, {what}", u32::from(character)),
        "delete the character; many editors do not show it",
    )
}

/// A text contains, through an escape, a character that is not allowed.
pub(super) fn escaped(pos: diag::Pos, character: char, what: &str) -> SyntaxError {
    fault(
        Code::Encoding,
        pos,
        format!("an escape in this text is U+{:04X}, {what}", u32::from(character)),
        "delete the escape",
    )
}

pub(super) fn too_deep(pos: diag::Pos, depth: usize) -> SyntaxError {
    fault(
        Code::TooLarge,
        pos,
        "this is nested too deeply",
        &format!("nest lists and maps at most {depth} deep"),
    )
}

/// The message of a file without content.
pub const EMPTY: &str = "the file is empty";

pub(super) fn empty() -> SyntaxError {
    fault(Code::Syntax, diag::Pos::START, EMPTY, "add content, or delete the file")
}

pub(super) fn several(pos: diag::Pos) -> SyntaxError {
    fault(
        Code::Syntax,
        pos,
        "a second document starts here",
        "keep one document per file: delete the `---`, and move what follows to a separate file",
    )
}

/// A directive other than `%YAML 1.2`.
pub(super) fn directive(pos: diag::Pos, name: &str) -> SyntaxError {
    fault(
        Code::YamlFeature,
        pos,
        format!("the directive `{name}` is not supported"),
        "delete the line; files are YAML 1.2 without tags",
    )
}

pub(super) fn anchor(pos: diag::Pos) -> SyntaxError {
    fault(
        Code::YamlFeature,
        pos,
        "anchors are not supported: write each value in place",
        "delete the `&` and its name, or quote the text if it starts with `&`",
    )
}

pub(super) fn alias(pos: diag::Pos) -> SyntaxError {
    fault(
        Code::YamlFeature,
        pos,
        "aliases are not supported: write each value in place",
        "repeat the value, or quote the text if it starts with `*`",
    )
}

pub(super) fn tag(pos: diag::Pos) -> SyntaxError {
    fault(
        Code::YamlFeature,
        pos,
        "tags are not supported: the type of each field is fixed",
        "delete the tag, or quote the text if it starts with `!`",
    )
}

pub(super) fn merge(pos: diag::Pos) -> SyntaxError {
    fault(
        Code::YamlFeature,
        pos,
        "merge keys are not supported: write each value in place",
        "write the merged keys out instead of `<<`",
    )
}

pub(super) fn duplicate(pos: diag::Pos, key: &str, line: u32) -> SyntaxError {
    fault(
        Code::DuplicateKey,
        pos,
        format!("`{}` appears twice here, first in line {line}", shown(key)),
        "keep one of them",
    )
}

pub(super) fn key_not_text(pos: diag::Pos) -> SyntaxError {
    fault(
        Code::WrongType,
        pos,
        "a key must be a text, not a list or map",
        "use a single word as the key, or quote a text that starts with `[` or `{`",
    )
}

pub(super) fn key_empty(pos: diag::Pos) -> SyntaxError {
    fault(
        Code::WrongType,
        pos,
        "there is no key before this colon",
        "add the key, or quote the text if it starts with the colon",
    )
}

/// What is said of a file with the marks of a merge conflict.
pub const CONFLICT: &str = "unresolved merge conflict";

pub(super) fn conflict(pos: diag::Pos) -> SyntaxError {
    fault(
        Code::Syntax,
        pos,
        CONFLICT,
        "keep the text that landed, without the marks, then make the other side's decisions again by their commands",
    )
}

/// A key is indented deeper than the one above it, which already has a value.
pub(super) fn deeper(pos: diag::Pos, above: &str) -> SyntaxError {
    fault(
        Code::Syntax,
        pos,
        format!("this line is indented deeper than `{}` above it", shown(above)),
        "indent the keys of a map equally; quote a text that spans several lines",
    )
}

pub(super) fn unclosed(pos: diag::Pos, bracket: char) -> SyntaxError {
    fault(
        Code::Syntax,
        pos,
        format!("the `{bracket}` of line {} is not closed", pos.line),
        "close it where the list or map ends; quote a text that contains `,[]{}`",
    )
}

pub(super) fn refused(pos: diag::Pos, message: &str, help: &str) -> SyntaxError {
    fault(Code::Syntax, pos, message, help)
}

pub(super) fn syntax(pos: diag::Pos, kind: &ErrorKind, depth: usize) -> SyntaxError {
    let (code, message, help) = match tabs(kind)
        .or_else(|| brackets(kind))
        .or_else(|| quotes(kind))
        .or_else(|| blocks(kind))
    {
        Some((message, help)) => (Code::Syntax, message, help),
        None => match kind {
            ErrorKind::RecursionLimitExceeded => return too_deep(pos, depth),
            kind if is_tag(kind) => return tag(pos),
            kind => (Code::Syntax, other(kind), QUOTE),
        },
    };
    fault(code, pos, message, help)
}

type Explanation = Option<(String, &'static str)>;

fn tabs(kind: &ErrorKind) -> Explanation {
    let message = match kind {
        ErrorKind::TabNotAllowed
        | ErrorKind::TabInBlockIndentation
        | ErrorKind::TabInIndentation
        | ErrorKind::TabAtBlockScalarStart
        | ErrorKind::TabInPlainScalar => "a tab is used for indentation",
        _ => return None,
    };
    Some((message.to_owned(), "indent with spaces"))
}

fn brackets(kind: &ErrorKind) -> Explanation {
    let message = match kind {
        ErrorKind::UnclosedFlowCollection { open } => format!("this `{open}` is not closed"),
        ErrorKind::MismatchedFlowCollectionEnd { open, close } => {
            format!("`{close}` closes what `{open}` opened")
        }
        ErrorKind::MisplacedFlowCollectionEnd => "this closes nothing".to_owned(),
        ErrorKind::UnexpectedEofFlowSequence => "the file ends inside `[`".to_owned(),
        ErrorKind::UnexpectedEofFlowMapping | ErrorKind::UnexpectedEofImplicitFlowMapping => {
            "the file ends inside `{`".to_owned()
        }
        ErrorKind::ExpectedFlowMappingSeparator => "`,` or `}` is missing before this".to_owned(),
        ErrorKind::ExpectedFlowSequenceSeparator => "`,` or `]` is missing before this".to_owned(),
        ErrorKind::BlockEntryInFlowCollection => {
            "a dash does not start an item inside brackets".to_owned()
        }
        _ => return None,
    };
    let help =
        "match the brackets, and separate items with commas; quote a text that contains `,[]{}`";
    Some((message, help))
}

fn quotes(kind: &ErrorKind) -> Explanation {
    let (message, help) = match kind {
        ErrorKind::UnclosedQuotedScalar | ErrorKind::DocumentIndicatorInQuotedScalar => {
            ("this quote is not closed", "close it with the same character")
        }
        ErrorKind::InvalidTrailingSingleQuotedScalar => {
            ("text follows the closing quote", "double a quote inside single quotes: `''`")
        }
        ErrorKind::InvalidTrailingDoubleQuotedScalar => {
            ("text follows the closing quote", "write a quote inside double quotes as `\\\"`")
        }
        ErrorKind::InvalidQuotedScalarIndent => (
            "this quote is not closed before a line that is indented no deeper than its key",
            "close it with the same character, or indent the continuation lines",
        ),
        ErrorKind::UnknownQuotedScalarEscape
        | ErrorKind::InvalidQuotedScalarHexEscape
        | ErrorKind::InvalidLowSurrogateHexEscape
        | ErrorKind::InvalidLowSurrogate
        | ErrorKind::MissingLowSurrogate
        | ErrorKind::UnpairedLowSurrogate
        | ErrorKind::InvalidUnicodeEscape => (
            "this is not a valid escape",
            "double a backslash inside double quotes, or use single quotes",
        ),
        _ => return None,
    };
    Some((message.to_owned(), help))
}

fn blocks(kind: &ErrorKind) -> Explanation {
    let (message, help) = match kind {
        ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement => (
            "a colon where no value can start",
            "quote a text that contains `: `; start each key on its own line",
        ),
        ErrorKind::SimpleKeyExpected | ErrorKind::InvalidSimpleKey => (
            "a key needs a colon and a blank after it, on the same line",
            "write `key: value`, or indent a continued text deeper than its key",
        ),
        ErrorKind::InvalidIndentation
        | ErrorKind::ExpectedBlockMappingKey
        | ErrorKind::ExpectedBlockSequenceEntry
        | ErrorKind::InvalidBlockScalarIndent
        | ErrorKind::InvalidFlowScalarIndent
        | ErrorKind::BlockSequenceEntryNotAllowed
        | ErrorKind::MappingKeyNotAllowed => (
            "the indentation does not match any open list or map",
            "indent the keys of a map, and the dashes of a list, equally",
        ),
        ErrorKind::MissingAnchorOrAliasName => {
            ("a text that starts with `*` or `&` needs quotes", "write it as `'*'`")
        }
        ErrorKind::UnexpectedCharacter { character } => {
            let message = format!("a text cannot start with '{character}'");
            return Some((message, "quote the text"));
        }
        ErrorKind::InvalidBlockScalarHeader | ErrorKind::ZeroBlockScalarIndent => (
            "there is text after `|` or `>`",
            "start the text on the next line, or quote a text that starts with `|` or `>`",
        ),
        ErrorKind::BomInsideDocument => {
            ("there is a byte order mark inside the text", "delete it; many editors do not show it")
        }
        _ => return None,
    };
    Some((message.to_owned(), help))
}

fn is_tag(kind: &ErrorKind) -> bool {
    matches!(
        kind,
        ErrorKind::UndeclaredTagHandle
            | ErrorKind::DuplicateTagDirective
            | ErrorKind::ExpectedTagBang
            | ErrorKind::ExpectedTagDirectiveBang
            | ErrorKind::InvalidGlobalTagCharacter
            | ErrorKind::InvalidTagDirectiveTerminator
            | ErrorKind::InvalidTagTerminator
            | ErrorKind::MissingTagUri
            | ErrorKind::UnclosedVerbatimTag
            | ErrorKind::InvalidTagEscape
            | ErrorKind::InvalidTagUtf8LeadingByte
            | ErrorKind::InvalidTagUtf8TrailingByte
            | ErrorKind::InvalidTagUtf8
    )
}

fn other(kind: &ErrorKind) -> String {
    let message = kind.to_string();
    let message = match message.split_once(", ") {
        Some((doing, message)) if doing.starts_with("while ") => message,
        _ => &message,
    };
    format!("not YAML: {message}")
}

fn shown(key: &str) -> String {
    let cut = key.chars().take(40).map(|character| match character {
        character if character.is_control() => ' ',
        character => character,
    });
    let mut shown: String = cut.collect();
    if shown.len() < key.len() {
        shown.push('…');
    }
    shown
}
