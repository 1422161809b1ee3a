//! Explains why the parser stopped, at the place where people look for the error.
//!
//! Pure. Start at [`Builder::stopped`].

use granit_parser::{ErrorKind, ScanError};

use super::{BuildStop, Builder, token};
use crate::yaml::node::SyntaxError;
use crate::yaml::{around, explain, source};

impl Builder<'_> {
    /// Explains why the parser stopped. An unclosed quote is reported where it opens.
    pub(super) fn stopped(&self, error: &ScanError) -> BuildStop {
        let mark = error.marker();
        let mut at = token::pos(mark);
        if let Some(fault) = self.explain_around(error) {
            return BuildStop(Box::new(fault));
        }
        if matches!(
            error.kind(),
            ErrorKind::UnclosedQuotedScalar | ErrorKind::InvalidQuotedScalarIndent
        ) {
            let end = mark.byte_offset().unwrap_or(self.source.len());
            if let Some(quote) = source::find(self.source, self.cursor..end, &['\'', '"']) {
                at = source::pos(self.source, at, end, quote);
            }
        }
        BuildStop(Box::new(explain::syntax(at, error.kind(), self.depth)))
    }

    fn explain_around(&self, error: &ScanError) -> Option<SyntaxError> {
        let mark = error.marker();
        let end = mark.byte_offset()?;
        let place = |offset| source::pos(self.source, token::pos(mark), end, offset);
        let is_open = matches!(
            error.kind(),
            ErrorKind::ExpectedFlowMappingSeparator
                | ErrorKind::ExpectedFlowSequenceSeparator
                | ErrorKind::MappingValueNotAllowed
                | ErrorKind::InvalidColonPlacement
                | ErrorKind::UnexpectedEofFlowSequence
                | ErrorKind::UnexpectedEofFlowMapping
                | ErrorKind::UnexpectedEofImplicitFlowMapping
                | ErrorKind::UnclosedFlowCollection { .. }
        );
        let mut brackets = self.brackets.iter().rev();
        let open = brackets.find(|bracket| is_open && !around::closes(self.source, **bracket));
        if let Some(open) = open {
            let character = self.source.get(*open..)?.chars().next()?;
            return Some(explain::unclosed(place(*open), character));
        }
        if !matches!(
            error.kind(),
            ErrorKind::MappingValueNotAllowed | ErrorKind::InvalidColonPlacement
        ) {
            return None;
        }
        let deeper = around::deeper(self.source, end)?;
        Some(explain::deeper(place(deeper.offset), deeper.above))
    }
}
