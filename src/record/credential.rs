//! Whether a text looks like a credential: by the beginnings that issuers give their keys, and by shape.
//!
//! Uses nothing else of the line. Pure. Start at [`kind`]. What is found is named by its kind, never repeated.
//! Follows `docs/spec/rules.md` (`secret`) and `docs/architecture.md`, invariant 8.

/// A key with a beginning of its own.
struct Key {
    begins: &'static str,
    /// So many characters follow at least.
    least: usize,
    made_of: Made,
    kind: &'static str,
}

/// What a key is made of after its beginning.
#[derive(Clone, Copy)]
enum Made {
    /// `A-Z 0-9`.
    Upper,
    /// Letters and digits.
    Alphanumeric,
    /// Letters, digits, `-` and `_`.
    Url,
    /// Letters, digits, `-`, `_`, `.`, `+`, `/` and `=`.
    Base64,
}

impl Made {
    fn holds(self, byte: u8) -> bool {
        match self {
            Made::Upper => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Made::Alphanumeric => byte.is_ascii_alphanumeric(),
            Made::Url => byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'),
            Made::Base64 => {
                byte.is_ascii_alphanumeric()
                    || matches!(byte, b'-' | b'_' | b'.' | b'+' | b'/' | b'=')
            }
        }
    }
}

const fn key(begins: &'static str, least: usize, made_of: Made, kind: &'static str) -> Key {
    Key {
        begins,
        least,
        made_of,
        kind,
    }
}

const KEYS: &[Key] = &[
    key("AKIA", 16, Made::Upper, "an AWS access key"),
    key("ASIA", 16, Made::Upper, "an AWS access key"),
    key("ABIA", 16, Made::Upper, "an AWS access key"),
    key("ACCA", 16, Made::Upper, "an AWS access key"),
    key("ghp_", 30, Made::Alphanumeric, "a GitHub token"),
    key("gho_", 30, Made::Alphanumeric, "a GitHub token"),
    key("ghu_", 30, Made::Alphanumeric, "a GitHub token"),
    key("ghs_", 30, Made::Alphanumeric, "a GitHub token"),
    key("ghr_", 30, Made::Alphanumeric, "a GitHub token"),
    key("github_pat_", 22, Made::Url, "a GitHub token"),
    key("glpat-", 20, Made::Url, "a GitLab token"),
    key("gldt-", 20, Made::Url, "a GitLab token"),
    key("glrt-", 20, Made::Url, "a GitLab token"),
    key("xoxb-", 10, Made::Url, "a Slack token"),
    key("xoxp-", 10, Made::Url, "a Slack token"),
    key("xoxa-", 10, Made::Url, "a Slack token"),
    key("xoxr-", 10, Made::Url, "a Slack token"),
    key("xoxs-", 10, Made::Url, "a Slack token"),
    key("xapp-", 10, Made::Url, "a Slack token"),
    key("AIza", 35, Made::Url, "a Google API key"),
    key("GOCSPX-", 20, Made::Url, "a Google client secret"),
    key("ya29.", 20, Made::Url, "a Google access token"),
    key("sk_live_", 16, Made::Alphanumeric, "a Stripe key"),
    key("sk_test_", 16, Made::Alphanumeric, "a Stripe key"),
    key("rk_live_", 16, Made::Alphanumeric, "a Stripe key"),
    key("whsec_", 24, Made::Base64, "a webhook secret"),
    key("sk-ant-", 20, Made::Url, "an API key"),
    key("sk-proj-", 20, Made::Url, "an API key"),
    key("sk-", 32, Made::Alphanumeric, "an API key"),
    key("npm_", 30, Made::Alphanumeric, "an npm token"),
    key("pypi-", 50, Made::Url, "a PyPI token"),
    key("rubygems_", 40, Made::Alphanumeric, "a RubyGems token"),
    key("SG.", 40, Made::Base64, "a SendGrid key"),
    key("hf_", 30, Made::Alphanumeric, "a Hugging Face token"),
    key("hvs.", 20, Made::Url, "a Vault token"),
    key("hvb.", 20, Made::Url, "a Vault token"),
    key("dop_v1_", 40, Made::Alphanumeric, "a DigitalOcean token"),
    key("shpat_", 30, Made::Alphanumeric, "a Shopify token"),
    key("dckr_pat_", 20, Made::Url, "a Docker token"),
    key("lin_api_", 30, Made::Alphanumeric, "a Linear key"),
    key("AGE-SECRET-KEY-1", 40, Made::Upper, "an age secret key"),
    key("AccountKey=", 40, Made::Base64, "an Azure storage key"),
    key("SharedAccessKey=", 30, Made::Base64, "an Azure access key"),
    key("Bearer ", 24, Made::Base64, "a bearer token"),
];

/// Names that stand before a password.
const NAMES: &[&str] = &[
    "password",
    "passwd",
    "passphrase",
    "pwd",
    "secret",
    "token",
    "api_key",
    "apikey",
    "api-key",
    "access_key",
    "access-key",
    "secret_key",
    "secret-key",
    "private_key",
];

/// Returns what kind of credential a text looks like; `None` of any other text.
pub fn kind(text: &str) -> Option<&'static str> {
    if text.len() < 8 {
        return None;
    }
    issued(text)
        .or_else(|| private_key(text))
        .or_else(|| json_web_token(text))
        .or_else(|| password_in_address(text))
        .or_else(|| named_password(text))
        .or_else(|| random(text))
}

/// Returns a message in which what looks like a credential is replaced by `…`.
pub fn hidden(message: String) -> String {
    let quoted = message.split('`').any(|part| kind(part).is_some());
    if !quoted && kind(&message).is_none() {
        return message;
    }
    let parts = message.split('`').map(|part| match kind(part) {
        Some(_) => "…",
        None => part,
    });
    let hidden = parts.collect::<Vec<_>>().join("`");
    match kind(&hidden) {
        Some(_) => "a value here looks like a credential, so it is not repeated".to_owned(),
        None => hidden,
    }
}

fn issued(text: &str) -> Option<&'static str> {
    let mut before = b' ';
    for (offset, byte) in text.bytes().enumerate() {
        if before.is_ascii_alphanumeric() || !byte.is_ascii_alphabetic() {
            before = byte;
            continue;
        }
        before = byte;
        let Some(rest) = text.get(offset..) else {
            continue;
        };
        if let Some(key) = KEYS.iter().find(|key| key.begins(rest)) {
            return Some(key.kind);
        }
    }
    None
}

impl Key {
    fn begins(&self, text: &str) -> bool {
        let Some(rest) = text.strip_prefix(self.begins) else {
            return false;
        };
        let run = rest.bytes().take_while(|byte| self.made_of.holds(*byte));
        run.count() >= self.least
    }
}

fn private_key(text: &str) -> Option<&'static str> {
    let (_, rest) = text.split_once("-----BEGIN ")?;
    let (name, _) = rest.split_once("-----")?;
    name.contains("PRIVATE KEY").then_some("a private key")
}

/// Three parts in base 64, the first two of which are JSON objects.
fn json_web_token(text: &str) -> Option<&'static str> {
    let is_token = |word: &str| {
        let mut parts = word.split('.');
        let mut next = || {
            parts
                .next()
                .filter(|part| part.bytes().all(|byte| Made::Url.holds(byte)))
        };
        let (head, body, mark) = (next(), next(), next());
        let is_object = |part: Option<&str>| {
            part.is_some_and(|part| part.starts_with("eyJ") && part.len() > 10)
        };
        is_object(head) && is_object(body) && mark.is_some()
    };
    words(text).any(is_token).then_some("a JSON web token")
}

/// `scheme://user:password@host`.
fn password_in_address(text: &str) -> Option<&'static str> {
    let holds = |rest: &str| {
        let authority = rest.split(['/', '?', '#', ' ', '"', '\'']).next();
        let (user, _) = authority.unwrap_or_default().rsplit_once('@')?;
        let (_, password) = user.split_once(':')?;
        is_written_out(password).then_some("a password in an address")
    };
    text.split("://").skip(1).find_map(holds)
}

/// `password=…`, or `password: …` where what follows is mixed enough to be one.
fn named_password(text: &str) -> Option<&'static str> {
    let lower = text.to_ascii_lowercase();
    for name in NAMES {
        for (offset, found) in lower.match_indices(name) {
            let Some(rest) = text.get(offset + found.len()..) else {
                continue;
            };
            let rest = rest.trim_start_matches(['"', '\'']);
            let (value, least) = match (rest.strip_prefix('='), rest.strip_prefix(": ")) {
                (Some(value), _) => (value, 2),
                (_, Some(value)) => (value, 3),
                _ => continue,
            };
            let value = value.trim_start_matches([' ', '"', '\'']);
            let end = value.find([' ', '"', '\'', ',', ';', '&', '\n']);
            let value = value.get(..end.unwrap_or(value.len())).unwrap_or_default();
            if value.len() >= 8 && classes(value) >= least && is_written_out(value) {
                return Some("a password");
            }
        }
    }
    None
}

/// Says whether a text is a password and not what stands for one: `***`, `$TOKEN`, `<password>`, `{{ secret }}`.
fn is_written_out(text: &str) -> bool {
    let is_mask = text
        .chars()
        .all(|it| matches!(it, '*' | 'x' | 'X' | '.' | '…'));
    !text.is_empty() && !is_mask && !text.starts_with(['$', '<', '{', '%', '['])
}

/// A whole value of 40 characters or more in base 64 that no word or path looks like.
fn random(text: &str) -> Option<&'static str> {
    let text = text.trim();
    let is_one = (40..=512).contains(&text.len())
        && text
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=' | b'_'));
    let is_mixed = text.bytes().any(|byte| byte.is_ascii_uppercase())
        && text.bytes().any(|byte| byte.is_ascii_lowercase())
        && text.bytes().filter(u8::is_ascii_digit).count() >= 3;
    (is_one && is_mixed && bits(text) > 4.5).then_some("a random key")
}

/// Returns the information in a character of a text, in bits.
fn bits(text: &str) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in text.bytes() {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let length = text.len() as f64;
    let counted = counts.iter().filter(|count| **count > 0);
    counted
        .map(|count| {
            let share = f64::from(*count) / length;
            -share * share.log2()
        })
        .sum()
}

/// Returns how many of lower case, upper case, digits and signs a text has.
fn classes(text: &str) -> usize {
    let has = |class: fn(char) -> bool| usize::from(text.chars().any(class));
    has(|it| it.is_lowercase())
        + has(|it| it.is_uppercase())
        + has(|it| it.is_numeric())
        + has(|it| !it.is_alphanumeric() && !matches!(it, '-' | '_' | '.' | '/' | ':'))
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|it: char| {
        it.is_whitespace() || matches!(it, '"' | '\'' | ',' | ';' | '=' | '(' | ')')
    })
}
