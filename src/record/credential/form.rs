//! The forms of tokens, as their issuers print them: how each begins, and what follows.
//!
//! Uses nothing else of the line. Pure. Start at [`find`]. A further form is one line in [`FORMS`], at its place
//! in the order of bytes.

use crate::record::credential::found::Found;
use std::ops::Range;

/// The shortest token that any form has.
pub(super) const SHORTEST: usize = 15;

/// How the tokens of one issuer look.
struct Form {
    /// How each begins.
    start: &'static str,
    /// What follows.
    body: Body,
    /// The fewest characters of it.
    least: usize,
    /// What it is.
    what: &'static str,
}

/// What a token has after its beginning.
#[derive(Clone, Copy)]
enum Body {
    /// Capitals and digits.
    Upper,
    /// Hexadecimal digits.
    Hex,
    /// Letters and digits.
    Alnum,
    /// Letters, digits, `_` and `-`.
    Word,
    /// The same with dots.
    Dotted,
    /// Three parts between dots, the first two of them JSON.
    Jwt,
}

const fn form(start: &'static str, body: Body, least: usize, what: &'static str) -> Form {
    Form {
        start,
        body,
        least,
        what,
    }
}

/// The forms, in the order of their beginnings' bytes, so that those of one first byte stand together.
const FORMS: &[Form] = &[
    form("AGE-SECRET-KEY-1", Body::Upper, 40, "an age key"),
    form("AIza", Body::Word, 33, "a Google API key"),
    form("AKCp", Body::Alnum, 60, "an Artifactory key"),
    form("ATATT3", Body::Word, 40, "an Atlassian token"),
    form("ATBB", Body::Alnum, 32, "a Bitbucket password"),
    form("ATCTT3", Body::Word, 40, "an Atlassian token"),
    form("CCIPAT_", Body::Word, 30, "a CircleCI token"),
    form("GOCSPX-", Body::Word, 24, "a Google client secret"),
    form("HRKU-", Body::Word, 30, "a Heroku key"),
    form("NRAK-", Body::Upper, 20, "a New Relic key"),
    form("PMAK-", Body::Word, 40, "a Postman key"),
    form("SG.", Body::Dotted, 40, "a SendGrid key"),
    form("SK", Body::Hex, 32, "a Twilio key"),
    form("bkua_", Body::Hex, 40, "a Buildkite token"),
    form("cio", Body::Alnum, 32, "a crates.io token"),
    form("cmVmdGtu", Body::Alnum, 50, "an Artifactory token"),
    form("dapi", Body::Hex, 32, "a Databricks token"),
    form("dckr_oat_", Body::Word, 20, "a Docker token"),
    form("dckr_pat_", Body::Word, 20, "a Docker token"),
    form("doo_v1_", Body::Hex, 40, "a DigitalOcean token"),
    form("dop_v1_", Body::Hex, 40, "a DigitalOcean token"),
    form("dor_v1_", Body::Hex, 40, "a DigitalOcean token"),
    form("dp.pt.", Body::Dotted, 30, "a Doppler token"),
    form("dp.sa.", Body::Dotted, 30, "a Doppler token"),
    form("dp.st.", Body::Dotted, 30, "a Doppler token"),
    form("dt0c01.", Body::Dotted, 60, "a Dynatrace token"),
    form("dt0s16.", Body::Dotted, 60, "a Dynatrace token"),
    form("eyJ", Body::Jwt, 30, "a signed token (JWT)"),
    form("figd_", Body::Word, 30, "a Figma token"),
    form("fm2_", Body::Word, 40, "a Fly.io token"),
    form("fo1_", Body::Word, 30, "a Fly.io token"),
    form("gho_", Body::Alnum, 30, "a GitHub token"),
    form("ghp_", Body::Alnum, 30, "a GitHub token"),
    form("ghr_", Body::Alnum, 30, "a GitHub token"),
    form("ghs_", Body::Alnum, 30, "a GitHub token"),
    form("ghu_", Body::Alnum, 30, "a GitHub token"),
    form("github_pat_", Body::Word, 30, "a GitHub token"),
    form("glagent-", Body::Word, 16, "a GitLab token"),
    form("glc_", Body::Word, 32, "a Grafana token"),
    form("glcbt-", Body::Word, 16, "a GitLab token"),
    form("gldt-", Body::Word, 16, "a GitLab token"),
    form("glffct-", Body::Word, 16, "a GitLab token"),
    form("glft-", Body::Word, 16, "a GitLab token"),
    form("glimt-", Body::Word, 16, "a GitLab token"),
    form("gloas-", Body::Word, 16, "a GitLab token"),
    form("glpat-", Body::Word, 16, "a GitLab token"),
    form("glptt-", Body::Word, 16, "a GitLab token"),
    form("glrt-", Body::Word, 16, "a GitLab token"),
    form("glrtr-", Body::Word, 16, "a GitLab token"),
    form("glsa_", Body::Word, 32, "a Grafana token"),
    form("glsoat-", Body::Word, 16, "a GitLab token"),
    form("glwt-", Body::Word, 16, "a GitLab token"),
    form("gsk_", Body::Alnum, 40, "a Groq key"),
    form("hf_", Body::Alnum, 30, "a Hugging Face token"),
    form("hvb.", Body::Word, 20, "a Vault token"),
    form("hvr.", Body::Word, 20, "a Vault token"),
    form("hvs.", Body::Word, 20, "a Vault token"),
    form("key-", Body::Hex, 32, "a Mailgun key"),
    form("lin_api_", Body::Alnum, 30, "a Linear key"),
    form("nfp_", Body::Alnum, 30, "a Netlify token"),
    form("npm_", Body::Alnum, 30, "an npm token"),
    form("ntn_", Body::Alnum, 40, "a Notion token"),
    form("ops_eyJ", Body::Word, 60, "a 1Password token"),
    form("oy2", Body::Alnum, 43, "a NuGet key"),
    form("pplx-", Body::Alnum, 40, "a Perplexity key"),
    form("pscale_oauth_", Body::Dotted, 30, "a PlanetScale token"),
    form("pscale_pw_", Body::Dotted, 30, "a PlanetScale password"),
    form("pscale_tkn_", Body::Dotted, 30, "a PlanetScale token"),
    form("pul-", Body::Hex, 40, "a Pulumi token"),
    form("pypi-AgE", Body::Word, 24, "a PyPI token"),
    form("r8_", Body::Alnum, 35, "a Replicate token"),
    form("rk_live_", Body::Alnum, 16, "a Stripe key"),
    form("rk_test_", Body::Alnum, 16, "a Stripe key"),
    form("rubygems_", Body::Hex, 48, "a RubyGems key"),
    form("sb_secret_", Body::Word, 20, "a Supabase key"),
    form("sbp_", Body::Hex, 40, "a Supabase token"),
    form("secret_", Body::Alnum, 40, "a Notion token"),
    form("sgp_", Body::Alnum, 40, "a Sourcegraph token"),
    form("shpat_", Body::Hex, 32, "a Shopify token"),
    form("shpca_", Body::Hex, 32, "a Shopify token"),
    form("shppa_", Body::Hex, 32, "a Shopify token"),
    form("shpss_", Body::Hex, 32, "a Shopify secret"),
    form("sk-", Body::Alnum, 32, "an API key"),
    form("sk-admin-", Body::Word, 20, "an OpenAI key"),
    form("sk-ant-", Body::Word, 24, "an Anthropic key"),
    form("sk-or-v1-", Body::Alnum, 40, "an OpenRouter key"),
    form("sk-proj-", Body::Word, 20, "an OpenAI key"),
    form("sk-svcacct-", Body::Word, 20, "an OpenAI key"),
    form("sk_live_", Body::Alnum, 16, "a Stripe key"),
    form("sk_test_", Body::Alnum, 16, "a Stripe key"),
    form("sntrys_", Body::Word, 40, "a Sentry token"),
    form("sntryu_", Body::Hex, 40, "a Sentry token"),
    form("sq0atp-", Body::Word, 20, "a Square token"),
    form("sq0csp-", Body::Word, 20, "a Square secret"),
    form("whsec_", Body::Word, 24, "a webhook's signing secret"),
    form("xai-", Body::Alnum, 60, "an xAI key"),
    form("xapp-", Body::Word, 16, "a Slack token"),
    form("xoxa-", Body::Word, 10, "a Slack token"),
    form("xoxb-", Body::Word, 10, "a Slack token"),
    form("xoxe-", Body::Word, 10, "a Slack token"),
    form("xoxe.", Body::Word, 10, "a Slack token"),
    form("xoxo-", Body::Word, 10, "a Slack token"),
    form("xoxp-", Body::Word, 10, "a Slack token"),
    form("xoxr-", Body::Word, 10, "a Slack token"),
    form("xoxs-", Body::Word, 10, "a Slack token"),
    form("ya29.", Body::Word, 20, "a Google access token"),
];

/// Returns the first token within a word of a text.
pub(super) fn find(text: &str, span: Range<usize>) -> Option<Found> {
    let word = text.get(span.clone())?;
    let mut before = b'-';
    for (at, byte) in word.bytes().enumerate() {
        let is_start = !before.is_ascii_alphanumeric() && byte.is_ascii_alphanumeric();
        before = byte;
        if word.len() - at < SHORTEST {
            break;
        }
        let Some(rest) = word.get(at..).filter(|_| is_start) else {
            continue;
        };
        let first = FORMS.partition_point(|form| form.start.as_bytes().first() < Some(&byte));
        let same = FORMS.get(first..).unwrap_or_default().iter();
        let mut same = same.take_while(|form| form.start.as_bytes().first() == Some(&byte));
        if let Some(form) = same.find(|form| form.fits(rest)) {
            return Some(Found {
                span: span.start + at..span.end,
                what: form.what,
            });
        }
    }
    marked(word).map(|what| Found { span, what })
}

impl Form {
    /// Tells whether a text begins with such a token.
    fn fits(&self, text: &str) -> bool {
        let Some(rest) = text.strip_prefix(self.start) else {
            return false;
        };
        let takes = |byte: &u8| match self.body {
            Body::Upper => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            Body::Hex => byte.is_ascii_hexdigit(),
            Body::Alnum => byte.is_ascii_alphanumeric(),
            Body::Word => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'),
            Body::Dotted | Body::Jwt => *byte != b'~',
        };
        let least = rest.as_bytes().get(..self.least);
        least.is_some_and(|least| least.iter().all(takes))
            && (!matches!(self.body, Body::Jwt) || is_jwt(text))
    }
}

fn is_jwt(text: &str) -> bool {
    let mut parts = text.split('.');
    let mut is_json = || {
        parts
            .next()
            .is_some_and(|part| part.len() >= 8 && part.starts_with("eyJ"))
    };
    is_json() && is_json() && parts.next().is_some_and(|part| part.len() >= 8)
}

/// Tokens that carry their mark inside: a client secret and a key of Azure, a token of Terraform.
fn marked(word: &str) -> Option<&'static str> {
    let before = |mark| {
        word.split_once(mark)
            .map(|(before, after)| (before.len(), after.len()))
    };
    if let Some((4.., 30..)) = before("Q~") {
        return Some("an Azure client secret");
    }
    if let Some((50.., 20..)) = before("JQQJ99") {
        return Some("an Azure key");
    }
    match before(".atlasv1.") {
        Some((10.., 30..)) => Some("a Terraform token"),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::{FORMS, SHORTEST};

    #[test]
    fn the_forms_stand_in_the_order_of_their_bytes() {
        assert!(FORMS.is_sorted_by_key(|form| form.start.as_bytes()));
    }

    #[test]
    fn no_form_is_shorter_than_the_words_that_are_looked_at() {
        let shortest = FORMS.iter().map(|form| form.start.len() + form.least).min();
        assert_eq!(shortest, Some(SHORTEST));
    }
}
