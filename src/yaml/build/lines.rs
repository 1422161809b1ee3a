//! The source between nodes: tabs, directives, ends of documents.
//!
//! Pure. Start at [`Builder::tabs`].

use super::Builder;
use super::token::{Token, TokenKind};
use crate::diag;
use crate::yaml::node::NodeStyle;
use crate::yaml::portable::Context;
use crate::yaml::{explain, portable, source};

impl<'s> Builder<'s> {
    pub(super) fn early_end(&mut self, until: usize) {
        let head = self.source.get(..until).unwrap_or_default();
        for (line, text) in (1..).zip(source::lines(head)) {
            if text.starts_with("...") {
                let refusal = Some(("a document ends before it begins", "delete the line"));
                self.refuse(diag::Pos { line, column: 1 }, refusal);
            }
        }
    }

    pub(super) fn directives(&mut self, until: usize) {
        let head = self.source.get(..until).unwrap_or_default();
        let bare = head.strip_prefix('\u{FEFF}').unwrap_or(head);
        for (line, text) in (1..).zip(source::lines(bare)) {
            let mut words = text.split_ascii_whitespace();
            let directive = words.next().unwrap_or_default();
            let is_harmless = directive == "%YAML" && words.next() == Some("1.2");
            if directive.starts_with('%') && !is_harmless {
                let pos = diag::Pos { line, column: 1 };
                self.faults.push(explain::directive(pos, directive));
            }
        }
    }

    pub(super) fn tabs(&mut self, checked: usize, token: &Token<'s>) {
        let is_flow = self.context == Context::Flow;
        let indents = |tab| (tab, portable::TAB);
        let tab = match &token.kind {
            TokenKind::Scalar(_, NodeStyle::Plain) if is_flow => {
                let rest = self.source.get(token.end..).unwrap_or_default();
                let n_blanks = rest.len() - rest.trim_ascii_start().len();
                portable::tab(self.source, token.start..token.end + n_blanks).map(indents)
            }
            _ if is_flow => None,
            TokenKind::Scalar(_, NodeStyle::Literal | NodeStyle::Folded) => {
                portable::block_tab(self.source, checked..token.end, token.indent)
            }
            _ => portable::tab(self.source, checked..token.start).map(indents),
        };
        if let Some((tab, refusal)) = tab {
            let at = self.place(token, tab);
            self.refuse(at, Some(refusal));
        }
        // The lines of a plain text have indentation like any others.
        let next = match token.kind {
            TokenKind::Scalar(_, NodeStyle::Plain) => token.start,
            _ => token.end,
        };
        self.tabs_from = Some(next.max(checked));
    }

    /// Notes the first line inside brackets that is indented no deeper than the key or dash before it.
    pub(super) fn flow_indent(&mut self, token: &Token<'s>, begin: usize) {
        let Some(indent) = self.indent else {
            return;
        };
        let text = self.source.get(begin..self.cursor).unwrap_or_default();
        if let Some(line) = portable::shallow(text, indent) {
            let at = self.place(token, begin + line);
            self.refuse(at, Some(portable::SHALLOW));
        }
    }

    pub(super) fn refuse(&mut self, at: diag::Pos, refusal: Option<portable::PortabilityFault>) {
        if let Some((message, help)) = refusal {
            self.note(explain::refused(at, message, help));
        }
    }
}
