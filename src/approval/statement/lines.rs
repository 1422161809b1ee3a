//! Reads the lines of an approval file one by one, in order.
//!
//! Uses no other module except the errors of statement's check. Pure. Start at [`StatementLines`].

use crate::approval::statement::MOST_BYTES;
use crate::approval::statement::bad_file::BadFile;

pub(super) struct StatementLines<'a> {
    rest: &'a str,
    number: usize,
}

impl<'a> StatementLines<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Result<StatementLines<'a>, BadFile> {
        if bytes.len() > MOST_BYTES {
            return Err(BadFile::TooLarge);
        }
        let rest = std::str::from_utf8(bytes).map_err(|_| BadFile::NotText)?;
        Ok(StatementLines { rest, number: 1 })
    }

    /// Takes the next line if it begins with a prefix, and returns the rest of it.
    pub(super) fn take(&mut self, prefix: &str) -> Option<&'a str> {
        let (line, rest) = self.rest.split_once('\n')?;
        let value = line.strip_prefix(prefix)?;
        (self.rest, self.number) = (rest, self.number + 1);
        Some(value)
    }

    pub(super) fn need<T>(
        &mut self,
        key: &str,
        form: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<T, BadFile> {
        self.may(key, form, read)?.ok_or_else(|| self.expected(form))
    }

    /// Takes a line with the given key, if it is the next one.
    pub(super) fn may<T>(
        &mut self,
        key: &str,
        form: &'static str,
        read: impl FnOnce(&str) -> Option<T>,
    ) -> Result<Option<T>, BadFile> {
        let line = self.number;
        let expected = form;
        let Some(value) = self.take(&format!("{key} ")) else {
            return Ok(None);
        };
        let value = read(value).ok_or(BadFile::Line { line, expected })?;
        Ok(Some(value))
    }

    pub(super) fn expected(&self, expected: &'static str) -> BadFile {
        BadFile::Line { line: self.number, expected }
    }

    pub(super) fn end(&self) -> Result<(), BadFile> {
        match self.rest {
            "" => Ok(()),
            _ => Err(self.expected("the end of the file, or another line here")),
        }
    }
}
