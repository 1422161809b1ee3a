//! The subset of an XML reader that reports and their schemas need: elements, attributes, text.

/// An element.
#[derive(Clone, Debug, Default)]
pub(crate) struct Element {
    pub(crate) name: String,
    pub(crate) attributes: Vec<(String, String)>,
    pub(crate) children: Vec<Element>,
    pub(crate) text: String,
}

impl Element {
    /// Returns the value of an attribute.
    pub(crate) fn get(&self, name: &str) -> Option<&str> {
        let mut attributes = self.attributes.iter();
        attributes.find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// Returns the name without its prefix.
    pub(crate) fn local(&self) -> &str {
        self.name.rsplit(':').next().unwrap()
    }

    /// Returns the children of a name without prefix.
    pub(crate) fn all<'e>(&'e self, name: &'e str) -> impl Iterator<Item = &'e Element> {
        self.children.iter().filter(move |child| child.local() == name)
    }
}

/// Reads a document; panics on anything that is not well-formed, with the rest of the text.
pub(crate) fn parse(text: &str) -> Element {
    let mut open = vec![Element::default()];
    let mut rest = text;
    while let Some((before, tag)) = rest.split_once('<') {
        open.last_mut().unwrap().text.push_str(&unescaped(before));
        if let Some(comment) = tag.strip_prefix("!--") {
            rest = comment.split_once("-->").unwrap().1;
            continue;
        }
        let end = end_of_tag(tag);
        let (tag, after) = (&tag[..end], &tag[end + 1..]);
        rest = after;
        if tag.starts_with('?') {
            assert!(tag.ends_with('?'), "{tag}");
        } else if let Some(name) = tag.strip_prefix('/') {
            let closed = open.pop().unwrap();
            assert_eq!(closed.name, name.trim(), "another element is open");
            open.last_mut().unwrap().children.push(closed);
        } else {
            let (tag, is_empty) = match tag.strip_suffix('/') {
                Some(tag) => (tag, true),
                None => (tag, false),
            };
            let element = element(tag);
            match is_empty {
                true => open.last_mut().unwrap().children.push(element),
                false => open.push(element),
            }
        }
    }
    assert!(rest.trim().is_empty(), "after the end: {rest:?}");
    let [document] = open.as_mut_slice() else {
        panic!("not closed: {}", open.last().unwrap().name);
    };
    assert!(document.text.trim().is_empty(), "{:?}", document.text);
    assert_eq!(document.children.len(), 1, "one root");
    document.children.pop().unwrap()
}

/// Returns where a tag ends; `>` may be part of an attribute value.
fn end_of_tag(tag: &str) -> usize {
    let mut quote = None;
    for (at, character) in tag.char_indices() {
        match (quote, character) {
            (None, '>') => return at,
            (None, '"' | '\'') => quote = Some(character),
            (Some(open), close) if open == close => quote = None,
            (_, '<') => panic!("`<` inside {tag:?}"),
            _ => {}
        }
    }
    panic!("a tag without end: {tag:?}");
}

fn element(tag: &str) -> Element {
    let (name, mut rest) = tag.split_once(char::is_whitespace).unwrap_or((tag, ""));
    let mut element = Element { name: name.to_owned(), ..Element::default() };
    assert!(
        !name.is_empty() && name.chars().all(|it| it.is_alphanumeric() || "-_.:".contains(it)),
        "{tag}"
    );
    while !rest.trim().is_empty() {
        let (key, value) = rest.split_once('=').unwrap_or_else(|| panic!("{tag}"));
        let value = value.trim_start();
        let quote = value.chars().next().unwrap();
        assert!(matches!(quote, '"' | '\''), "{tag}");
        let (value, after) = value[1..].split_once(quote).unwrap();
        assert!(element.get(key.trim()).is_none(), "{key} twice");
        element.attributes.push((key.trim().to_owned(), unescaped(value)));
        rest = after;
    }
    element
}

fn unescaped(text: &str) -> String {
    let allowed = |it: char| matches!(it, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..);
    assert!(text.chars().all(allowed), "no character of XML in {text:?}");
    let mut parts = text.split('&');
    let mut out = parts.next().unwrap().to_owned();
    for part in parts {
        let (entity, rest) =
            part.split_once(';').unwrap_or_else(|| panic!("a bare `&` before {part:?}"));
        out.push(match entity {
            "amp" => '&',
            "lt" => '<',
            "gt" => '>',
            "quot" => '"',
            "apos" => '\'',
            other => panic!("no entity {other:?}"),
        });
        out.push_str(rest);
    }
    out
}
