//! Edits of a JSON list that change only some of its items: every other byte stays.
//!
//! Pure. Start at [`JsonList::parse`].

use std::ops::Range;

use serde_json::Value;

use crate::features::export::targets::merge::MergeRefusal;

/// A file that is a list, with the place of each item.
pub struct JsonList<'a> {
    source: &'a str,
    items: Vec<(Range<usize>, Value)>,
    close: usize,
    open: usize,
}

impl<'a> JsonList<'a> {
    /// Parses a file and finds the bytes of each item of its list.
    ///
    /// # Errors
    /// [`MergeRefusal`] if it is no JSON, or no list.
    pub fn parse(source: &'a str) -> Result<JsonList<'a>, MergeRefusal> {
        let unparsed = |error: serde_json::Error| MergeRefusal::Unparsed(error.to_string());
        let whole: Value = serde_json::from_str(source).map_err(unparsed)?;
        let wrong = || MergeRefusal::Shape { key: "the file".to_owned(), wanted: "a list" };
        let n_items = whole.as_array().ok_or_else(wrong)?.len();
        let open = source.find('[').ok_or_else(wrong)? + 1;
        let close = source.rfind(']').ok_or_else(wrong)?;
        let mut items = Vec::with_capacity(n_items);
        let mut at = open;
        while items.len() < n_items {
            let rest = source.get(at..close).ok_or_else(wrong)?;
            let blank = rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r', ',']).len();
            let begin = at + blank;
            let rest = source.get(begin..close).ok_or_else(wrong)?;
            let mut stream = serde_json::Deserializer::from_str(rest).into_iter::<Value>();
            let item = stream.next().ok_or_else(wrong)?.map_err(unparsed)?;
            at = begin + stream.byte_offset();
            items.push((begin..at, item));
        }
        Ok(JsonList { source, items, close, open })
    }

    /// Returns the file with other items of ours. One that is there already stays where it is; the others of ours go,
    /// and new ones are added at the end, indented as the last item, or by two spaces.
    pub fn replaced(&self, is_own: &dyn Fn(&Value) -> bool, wanted: &[Value]) -> String {
        let mut missing: Vec<&Value> = wanted.iter().collect();
        let mut kept: Vec<usize> = Vec::new();
        for (index, (_, item)) in self.items.iter().enumerate() {
            if !is_own(item) {
                kept.push(index);
            } else if let Some(place) = missing.iter().position(|wanted| *wanted == item) {
                missing.remove(place);
                kept.push(index);
            }
        }
        if kept.len() == self.items.len() && missing.is_empty() {
            return self.source.to_owned();
        }
        let mut out = self.part(0..self.open).to_owned();
        for (place, index) in kept.iter().enumerate() {
            let before = if place == 0 { 0 } else { *index };
            out.push_str(self.part(self.before(before)));
            out.push_str(self.items.get(*index).map_or("", |(range, _)| self.part(range.clone())));
        }
        let newline = if self.source.contains("\r\n") { "\r\n" } else { "\n" };
        let lead = self.part(self.before(0));
        let (gap, is_inline) = match self.items.as_slice() {
            [] => (format!("{newline}  "), false),
            _ if lead.contains('\n') => {
                let indent = lead.rsplit('\n').next().unwrap_or_default();
                (format!("{newline}{indent}"), false)
            }
            _ => (" ".to_owned(), true),
        };
        for (place, item) in missing.iter().enumerate() {
            let is_first = place == 0 && kept.is_empty();
            out.push_str(if is_first { "" } else { "," });
            out.push_str(if is_first && is_inline { "" } else { &gap });
            let lines = format!("{item:#}").replace('\n', &gap);
            out.push_str(&if is_inline { item.to_string() } else { lines });
        }
        let is_empty = kept.is_empty() && missing.is_empty();
        match self.items.last() {
            _ if is_empty => {}
            Some((last, _)) => out.push_str(self.part(last.end..self.close)),
            None => out.push_str(newline),
        }
        out.push_str(self.part(self.close..self.source.len()));
        out
    }

    fn part(&self, range: Range<usize>) -> &'a str {
        self.source.get(range).unwrap_or_default()
    }

    fn before(&self, index: usize) -> Range<usize> {
        let begin = index.checked_sub(1).and_then(|index| self.items.get(index));
        let end = self.items.get(index).map_or(self.close, |(range, _)| range.start);
        begin.map_or(self.open, |(range, _)| range.end)..end
    }
}
