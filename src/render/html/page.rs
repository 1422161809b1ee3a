//! The page around the answer: its head, its policy, its style sheet and script.
//!
//! Pure. Start at [`head`]. The digests of style sheet and script cover the bytes between their tags, as a Content Security
//! Policy requires.

use base64ct::{Base64, Encoding};
use sha2::{Digest, Sha256};

use super::escape;

const STYLE: &str = include_str!("style.css");
const SCRIPT: &str = include_str!("script.js");

pub(super) struct Parts<'p> {
    pub(super) title: &'p str,
    /// Its title and the sentence below it, as HTML.
    pub(super) header: &'p str,
    pub(super) sections: &'p [(String, String)],
    pub(super) has_records: bool,
}

pub(super) fn head(parts: &Parts<'_>) -> String {
    let policy = format!(
        "default-src 'none'; style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'",
        digest(STYLE),
        digest(SCRIPT)
    );
    let title = escape::line(parts.title);
    format!(
        "<!DOCTYPE html>
<html lang=\"en\">
<head>
<meta charset=\"utf-8\">
<meta http-equiv=\"Content-Security-Policy\" content=\"{policy}\">
<meta name=\"referrer\" content=\"no-referrer\">
<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">
<title>{title}</title>
<style>{STYLE}</style>
</head>
<body>
<a class=\"skip\" href=\"#main\">Skip to the content</a>
<header>
{header}</header>
{nav}<main id=\"main\" tabindex=\"-1\">
",
        header = parts.header,
        nav = nav(parts),
    )
}

pub(super) fn tail(footer: &str) -> String {
    let footer = escape::line(footer);
    format!(
        "</main>
<footer>{footer}</footer>
<script>{SCRIPT}</script>
</body>
</html>
"
    )
}

fn nav(parts: &Parts<'_>) -> String {
    let links: String = parts
        .sections
        .iter()
        .map(|(anchor, heading)| format!("<li><a href=\"#{anchor}\">{heading}</a></li>\n"))
        .collect();
    // Without the script there is nothing that searches; it shows the input.
    let search = if parts.has_records {
        "<p class=\"search\" hidden><label for=\"search\">Search records</label> <input id=\"search\" type=\"search\" \
             autocomplete=\"off\"> <output for=\"search\" aria-live=\"polite\"></output></p>\n"
    } else {
        ""
    };
    if links.is_empty() && search.is_empty() {
        String::new()
    } else {
        format!("<nav aria-label=\"Sections\">\n<ul>\n{links}</ul>\n{search}</nav>\n")
    }
}

fn digest(text: &str) -> String {
    Base64::encode_string(&Sha256::digest(text.as_bytes()))
}
