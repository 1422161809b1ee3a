//! Token formats of the issuers: how each begins, and what follows; a match of one, or of any other credential.
//!
//! Pure. Start at `find`. To add a format, add an entry to [`FORMS`], at its place in byte order.

use std::ops::Range;

/// The length of the shortest token in any format.
pub const SHORTEST: usize = 15;

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct CredentialMatch {
    /// Its byte range in the text.
    pub span: Range<usize>,
    /// What it looks like.
    pub what: &'static str,
}

/// The format of one issuer's tokens.
pub struct CredentialForm {
    /// The letters that every token begins with.
    pub start: &'static str,
    body: TokenBody,
    /// The minimum length of the body.
    pub least: usize,
    what: &'static str,
}

#[derive(Clone, Copy)]
enum TokenBody {
    /// Upper-case letters and digits.
    Upper,
    /// Hexadecimal digits.
    Hex,
    /// Letters and digits.
    Alnum,
    /// Letters, digits, `_` and `-`.
    Word,
    /// The same plus dots.
    Dotted,
    /// Three parts separated by dots, the first two of them JSON.
    Jwt,
}

const fn form(
    start: &'static str,
    body: TokenBody,
    least: usize,
    what: &'static str,
) -> CredentialForm {
    CredentialForm { start, body, least, what }
}

/// The formats, in byte order of their prefixes, so that those with the same first byte are adjacent.
pub const FORMS: &[CredentialForm] = &[
    form("AGE-SECRET-KEY-1", TokenBody::Upper, 40, "an age key"),
    form("AIza", TokenBody::Word, 33, "a Google API key"),
    form("AKCp", TokenBody::Alnum, 60, "an Artifactory key"),
    form("ATATT3", TokenBody::Word, 40, "an Atlassian token"),
    form("ATBB", TokenBody::Alnum, 32, "a Bitbucket password"),
    form("ATCTT3", TokenBody::Word, 40, "an Atlassian token"),
    form("CCIPAT_", TokenBody::Word, 30, "a CircleCI token"),
    form("GOCSPX-", TokenBody::Word, 24, "a Google client secret"),
    form("HRKU-", TokenBody::Word, 30, "a Heroku key"),
    form("NRAK-", TokenBody::Upper, 20, "a New Relic key"),
    form("PMAK-", TokenBody::Word, 40, "a Postman key"),
    form("SG.", TokenBody::Dotted, 40, "a SendGrid key"),
    form("SK", TokenBody::Hex, 32, "a Twilio key"),
    form("bkua_", TokenBody::Hex, 40, "a Buildkite token"),
    form("cio", TokenBody::Alnum, 32, "a crates.io token"),
    form("cmVmdGtu", TokenBody::Alnum, 50, "an Artifactory token"),
    form("dapi", TokenBody::Hex, 32, "a Databricks token"),
    form("dckr_oat_", TokenBody::Word, 20, "a Docker token"),
    form("dckr_pat_", TokenBody::Word, 20, "a Docker token"),
    form("doo_v1_", TokenBody::Hex, 40, "a DigitalOcean token"),
    form("dop_v1_", TokenBody::Hex, 40, "a DigitalOcean token"),
    form("dor_v1_", TokenBody::Hex, 40, "a DigitalOcean token"),
    form("dp.pt.", TokenBody::Dotted, 30, "a Doppler token"),
    form("dp.sa.", TokenBody::Dotted, 30, "a Doppler token"),
    form("dp.st.", TokenBody::Dotted, 30, "a Doppler token"),
    form("dt0c01.", TokenBody::Dotted, 60, "a Dynatrace token"),
    form("dt0s16.", TokenBody::Dotted, 60, "a Dynatrace token"),
    form("eyJ", TokenBody::Jwt, 30, "a signed token (JWT)"),
    form("figd_", TokenBody::Word, 30, "a Figma token"),
    form("fm2_", TokenBody::Word, 40, "a Fly.io token"),
    form("fo1_", TokenBody::Word, 30, "a Fly.io token"),
    form("gho_", TokenBody::Alnum, 30, "a GitHub token"),
    form("ghp_", TokenBody::Alnum, 30, "a GitHub token"),
    form("ghr_", TokenBody::Alnum, 30, "a GitHub token"),
    form("ghs_", TokenBody::Alnum, 30, "a GitHub token"),
    form("ghu_", TokenBody::Alnum, 30, "a GitHub token"),
    form("github_pat_", TokenBody::Word, 30, "a GitHub token"),
    form("glagent-", TokenBody::Word, 16, "a GitLab token"),
    form("glc_", TokenBody::Word, 32, "a Grafana token"),
    form("glcbt-", TokenBody::Word, 16, "a GitLab token"),
    form("gldt-", TokenBody::Word, 16, "a GitLab token"),
    form("glffct-", TokenBody::Word, 16, "a GitLab token"),
    form("glft-", TokenBody::Word, 16, "a GitLab token"),
    form("glimt-", TokenBody::Word, 16, "a GitLab token"),
    form("gloas-", TokenBody::Word, 16, "a GitLab token"),
    form("glpat-", TokenBody::Word, 16, "a GitLab token"),
    form("glptt-", TokenBody::Word, 16, "a GitLab token"),
    form("glrt-", TokenBody::Word, 16, "a GitLab token"),
    form("glrtr-", TokenBody::Word, 16, "a GitLab token"),
    form("glsa_", TokenBody::Word, 32, "a Grafana token"),
    form("glsoat-", TokenBody::Word, 16, "a GitLab token"),
    form("glwt-", TokenBody::Word, 16, "a GitLab token"),
    form("gsk_", TokenBody::Alnum, 40, "a Groq key"),
    form("hf_", TokenBody::Alnum, 30, "a Hugging Face token"),
    form("hvb.", TokenBody::Word, 20, "a Vault token"),
    form("hvr.", TokenBody::Word, 20, "a Vault token"),
    form("hvs.", TokenBody::Word, 20, "a Vault token"),
    form("key-", TokenBody::Hex, 32, "a Mailgun key"),
    form("lin_api_", TokenBody::Alnum, 30, "a Linear key"),
    form("nfp_", TokenBody::Alnum, 30, "a Netlify token"),
    form("npm_", TokenBody::Alnum, 30, "an npm token"),
    form("ntn_", TokenBody::Alnum, 40, "a Notion token"),
    form("ops_eyJ", TokenBody::Word, 60, "a 1Password token"),
    form("oy2", TokenBody::Alnum, 43, "a NuGet key"),
    form("pplx-", TokenBody::Alnum, 40, "a Perplexity key"),
    form("pscale_oauth_", TokenBody::Dotted, 30, "a PlanetScale token"),
    form("pscale_pw_", TokenBody::Dotted, 30, "a PlanetScale password"),
    form("pscale_tkn_", TokenBody::Dotted, 30, "a PlanetScale token"),
    form("pul-", TokenBody::Hex, 40, "a Pulumi token"),
    form("pypi-AgE", TokenBody::Word, 24, "a PyPI token"),
    form("r8_", TokenBody::Alnum, 35, "a Replicate token"),
    form("rk_live_", TokenBody::Alnum, 16, "a Stripe key"),
    form("rk_test_", TokenBody::Alnum, 16, "a Stripe key"),
    form("rubygems_", TokenBody::Hex, 48, "a RubyGems key"),
    form("sb_secret_", TokenBody::Word, 20, "a Supabase key"),
    form("sbp_", TokenBody::Hex, 40, "a Supabase token"),
    form("secret_", TokenBody::Alnum, 40, "a Notion token"),
    form("sgp_", TokenBody::Alnum, 40, "a Sourcegraph token"),
    form("shpat_", TokenBody::Hex, 32, "a Shopify token"),
    form("shpca_", TokenBody::Hex, 32, "a Shopify token"),
    form("shppa_", TokenBody::Hex, 32, "a Shopify token"),
    form("shpss_", TokenBody::Hex, 32, "a Shopify secret"),
    form("sk-", TokenBody::Alnum, 32, "an API key"),
    form("sk-admin-", TokenBody::Word, 20, "an OpenAI key"),
    form("sk-ant-", TokenBody::Word, 24, "an Anthropic key"),
    form("sk-or-v1-", TokenBody::Alnum, 40, "an OpenRouter key"),
    form("sk-proj-", TokenBody::Word, 20, "an OpenAI key"),
    form("sk-svcacct-", TokenBody::Word, 20, "an OpenAI key"),
    form("sk_live_", TokenBody::Alnum, 16, "a Stripe key"),
    form("sk_test_", TokenBody::Alnum, 16, "a Stripe key"),
    form("sntrys_", TokenBody::Word, 40, "a Sentry token"),
    form("sntryu_", TokenBody::Hex, 40, "a Sentry token"),
    form("sq0atp-", TokenBody::Word, 20, "a Square token"),
    form("sq0csp-", TokenBody::Word, 20, "a Square secret"),
    form("whsec_", TokenBody::Word, 24, "a webhook's signing secret"),
    form("xai-", TokenBody::Alnum, 60, "an xAI key"),
    form("xapp-", TokenBody::Word, 16, "a Slack token"),
    form("xoxa-", TokenBody::Word, 10, "a Slack token"),
    form("xoxb-", TokenBody::Word, 10, "a Slack token"),
    form("xoxe-", TokenBody::Word, 10, "a Slack token"),
    form("xoxe.", TokenBody::Word, 10, "a Slack token"),
    form("xoxo-", TokenBody::Word, 10, "a Slack token"),
    form("xoxp-", TokenBody::Word, 10, "a Slack token"),
    form("xoxr-", TokenBody::Word, 10, "a Slack token"),
    form("xoxs-", TokenBody::Word, 10, "a Slack token"),
    form("ya29.", TokenBody::Word, 20, "a Google access token"),
];

pub(super) fn find(text: &str, span: Range<usize>) -> Option<CredentialMatch> {
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
        let mut same = FORMS
            .get(first..)
            .unwrap_or_default()
            .iter()
            .take_while(|form| form.start.as_bytes().first() == Some(&byte));
        if let Some(form) = same.find(|form| form.fits(rest)) {
            return Some(CredentialMatch { span: span.start + at..span.end, what: form.what });
        }
    }
    marked(word).map(|what| CredentialMatch { span, what })
}

impl CredentialForm {
    fn fits(&self, text: &str) -> bool {
        let Some(rest) = text.strip_prefix(self.start) else {
            return false;
        };
        let takes = |byte: &u8| match self.body {
            TokenBody::Upper => byte.is_ascii_uppercase() || byte.is_ascii_digit(),
            TokenBody::Hex => byte.is_ascii_hexdigit(),
            TokenBody::Alnum => byte.is_ascii_alphanumeric(),
            TokenBody::Word => byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'),
            TokenBody::Dotted | TokenBody::Jwt => *byte != b'~',
        };
        let least = rest.as_bytes().get(..self.least);
        least.is_some_and(|least| least.iter().all(takes))
            && (!matches!(self.body, TokenBody::Jwt) || is_jwt(text))
    }
}

fn is_jwt(text: &str) -> bool {
    let mut parts = text.split('.');
    let mut is_json =
        || parts.next().is_some_and(|part| part.len() >= 8 && part.starts_with("eyJ"));
    is_json() && is_json() && parts.next().is_some_and(|part| part.len() >= 8)
}

/// Tokens with a mark inside: a client secret and a key of Azure, a token of Terraform.
fn marked(word: &str) -> Option<&'static str> {
    let before = |mark| word.split_once(mark).map(|(before, after)| (before.len(), after.len()));
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
