//! `secret`: what is found, what is not, and that the secret is never repeated. Start at [`found`].
//!
//! Tokens are assembled here, so that no secret scanner reports this file. Follows `docs/spec/rules.md`.

use exledger::diag::Finding;
use exledger::diag::code::Code;
use exledger::ledger::tree::MapTree;

use crate::support::lint::findings_of;
use crate::support::samples::{PATH, SAMPLE};

/// The rules that these tests are about.
const RULES: &[Code] = &[
    Code::Secret,
    Code::UnknownKey,
    Code::BadValue,
    Code::IncompleteIdentity,
    Code::ClosureIncomplete,
    Code::BadReference,
    Code::Placeholder,
];

/// Random-looking letters and digits.
const DRAWN: &str = "9fQz3Lr8Wb1Xk7Tn5Vc2Hs6Yd4Jp0MgRaEuOiKtZqBwNxCvPl8Dh3Gf5Sj7Ae1Ru9Io2Ty6";
/// Hexadecimal digits.
const HEX: &str = "5f4dcc3b5aa765d61d8327deb882cf99e10adc3949ba59abbe56e057f20f883e";

fn found(lines: &str, policy: &str) -> Vec<Finding> {
    let tree =
        MapTree::of([(PATH, format!("{SAMPLE}{lines}\n")), ("exledger.yaml", policy.to_owned())]);
    findings_of(RULES, &tree, None)
}

/// Returns the findings in a text below `x`, all of them secrets.
fn in_text(text: &str) -> Vec<Finding> {
    let found = found(&format!("x:\n  note: {}", quoted(text)), "version: 1\n");
    assert!(found.iter().all(|finding| finding.rule.as_str() == "secret"), "{found:#?}");
    found
}

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap()
}

#[test]
fn tokens_are_known_by_their_form_wherever_they_stand() {
    let upper = "IOSFODNN7ABCDEFG2";
    let (alnum, hex32) = (&DRAWN[..40], &HEX[..32]);
    let jwt = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxMjM0NTY3ODkwIn0";
    let tokens = [
        format!("ghp_{}", &DRAWN[..36]),
        format!("ghs_{}", &DRAWN[..36]),
        format!("github_pat_{}_{}", &DRAWN[..22], &DRAWN[..59]),
        format!("glpat-{}", &DRAWN[..20]),
        format!("xoxb-{}-{}", "123456789012", &DRAWN[..24]),
        format!("xapp-1-A0123456-{}", &DRAWN[..24]),
        format!("https://hooks.slack.com/services/T0000000/B0000000/{}", &DRAWN[..24]),
        format!("sk_live_{}", &DRAWN[..24]),
        format!("rk_test_{}", &DRAWN[..24]),
        format!("AIza{}", &DRAWN[..35]),
        format!("GOCSPX-{}", &DRAWN[..28]),
        format!("ya29.{alnum}"),
        format!("sk-proj-{alnum}"),
        format!("sk-ant-api03-{alnum}"),
        format!("sk-{}T3BlbkFJ{}", &DRAWN[..20], &DRAWN[..20]),
        format!("npm_{}", &DRAWN[..36]),
        format!("pypi-AgEIcHlwaS5vcmc{alnum}"),
        format!("{jwt}.{alnum}"),
        format!("abC8Q~{}", &DRAWN[..34]),
        format!("hvs.{}", &DRAWN[..24]),
        format!("SG.{}.{}", &DRAWN[..22], &DRAWN[..43]),
        format!("SK{hex32}"),
        format!("hf_{}", &DRAWN[..34]),
        format!("dapi{hex32}"),
        format!("dop_v1_{HEX}"),
        format!("dckr_pat_{}", &DRAWN[..27]),
        format!("shpat_{hex32}"),
        format!("glsa_{}_{}", &DRAWN[..32], &HEX[..8]),
        format!("AGE-SECRET-KEY-1{}", &upper.repeat(4)[..58]),
        "-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA\n".to_owned(),
        "-----BEGIN PRIVATE KEY-----".to_owned(),
        "-----BEGIN RSA PRIVATE KEY-----".to_owned(),
        "-----BEGIN PGP PRIVATE KEY BLOCK-----".to_owned(),
    ];
    for token in &tokens {
        for text in [
            token.clone(),
            format!("It logs in with {token}, which is in the script."),
            format!("url=https://example.com/?t={token}&x=1"),
            format!("({token})"),
        ] {
            let found = in_text(&text);
            assert_eq!(found.len(), 1, "{text}");
            assert_eq!(found[0].field.as_deref(), Some("x.note"), "{text}");
            assert_silent(&found, token);
        }
    }
}

#[track_caller]
fn assert_silent(found: &[Finding], secret: &str) {
    for finding in found {
        let field = finding.field.as_deref().unwrap_or_default();
        for text in [field, &finding.message, &finding.remedy.words()] {
            assert!(!text.contains(secret), "{text}");
        }
    }
}

#[test]
fn values_given_to_a_name_are_found_in_running_text() {
    let drawn = &DRAWN[..40];
    let texts = [
        "postgres://billing:hunter2@db.example.com/invoices".to_owned(),
        "see https://oauth2:s3cr3t-value@git.example.com/x.git".to_owned(),
        "redis://:pw12345@cache:6379/0".to_owned(),
        format!("https://{drawn}@git.example.com/x.git"),
        "Server=db;Database=billing;User Id=app;Password=Winter2026!;".to_owned(),
        format!("DefaultEndpointsProtocol=https;AccountName=x;AccountKey={drawn}+/{drawn}==;"),
        format!("Endpoint=sb://x.example.com/;SharedAccessKey={drawn}="),
        format!("aws_secret_access_key = {drawn}"),
        format!("https://example.com/c?sv=2024-01-01&sig={drawn}%3D"),
        "run it with --password hunter2x".to_owned(),
        "export DB_PASSWORD=hunter2x".to_owned(),
        "{\"clientSecret\": \"q8Zr-x1Lk.w\"}".to_owned(),
        "The password: Winter2026 is known to all.".to_owned(),
        "The password is Winter2026, as everybody knows.".to_owned(),
        "nosec B602 - the password was Zx9UGJ07mGEp".to_owned(),
        "Das Passwort ist Winter2026".to_owned(),
        "password2: Winter2026".to_owned(),
        "its token is q8Zr-x1Lk.w until May".to_owned(),
        format!("curl -H 'Authorization: Bearer {drawn}'"),
        format!("its API key: {drawn}"),
        "curl -u billing:hunter2 https://db.example.com".to_owned(),
        "curl --proxy-user 'billing:Winter2026' --user=x:y https://db.example.com".to_owned(),
    ];
    for text in texts {
        let found = in_text(&text);
        assert_eq!(found.len(), 1, "{text}");
        assert_silent(&found, drawn);
    }
}

#[test]
fn a_key_is_found_by_its_looks_in_a_sentence_too() {
    let keys = [
        DRAWN[..40].to_owned(),
        format!("wJalrXUtnFEMI/K7MDENG/{}", "bPxRfiCYEXAMPLEKEY"),
        format!("{}==", &DRAWN[..62]),
    ];
    for key in keys {
        for text in [
            format!("the job reads with {key} until December"),
            format!("{key}, as before"),
            format!("see the note ({key})"),
            format!("it is\n{key}\n"),
        ] {
            let found = in_text(&text);
            assert_eq!(found.len(), 1, "{text}");
            assert_silent(&found, &key);
        }
    }
    // A shorter one, behind what names it.
    for text in ["the token KEY is old", "our API key `KEY`, of the tests", "secret (KEY)"] {
        let found = in_text(&text.replace("KEY", &DRAWN[..32]));
        assert_eq!(found.len(), 1, "{text}");
        assert_silent(&found, &DRAWN[..32]);
    }
    for text in ["the build KEY is old", "the commit token.KEY"] {
        assert!(in_text(&text.replace("KEY", &DRAWN[..32])).is_empty(), "{text}");
    }
}

#[test]
fn values_below_x_are_found_by_the_name_of_their_key() {
    let cases = [
        ("password", "hunter2"),
        ("db_password", "Winter2026!"),
        ("dbPassword", "p4ssw0rd"),
        ("passphrase", "tr0ub4dor&3"),
        ("api_key", &HEX[..32]),
        ("apiKey", &DRAWN[..24]),
        ("client-secret", "q8zr-x1lk9w"),
        ("access_token", HEX),
        ("tokens", "s3cr3tv4lue"),
        ("PWD", "x9k2m4"),
        ("key", &DRAWN[..32]),
        ("credential", &DRAWN[..40]),
    ];
    for (key, value) in cases {
        for lines in
            [format!("x: {{{key}: '{value}'}}"), format!("x: {{deep: [{{{key}: ['{value}']}}]}}")]
        {
            let found = found(&lines, "version: 1\n");
            assert_eq!(found.len(), 1, "{lines}");
            assert_eq!(found[0].rule.as_str(), "secret", "{lines}");
            assert_silent(&found, value);
        }
    }
}

#[test]
fn references_digests_and_remarks_are_no_secrets() {
    let uuid = "123e4567-e89b-12d3-a456-426614174000";
    let texts = [
        "vault:prod/billing/db".to_owned(),
        "arn:aws:secretsmanager:eu-west-1:123456789012:secret:prod/billing-AbCdEf".to_owned(),
        "op://vault/item/password".to_owned(),
        "projects/12345/secrets/billing-db/versions/7".to_owned(),
        HEX.to_owned(),
        format!("sha256:{HEX}"),
        format!("sha256-{}=", &DRAWN[..43]),
        format!("SHA256:{}", &DRAWN[..43]),
        "da39a3ee5e6b4b0d3255bfef95601890afd80709".to_owned(),
        uuid.to_owned(),
        format!("https://docs.example.com/document/d/{}/edit?tab=t.0", &DRAWN[..44]),
        format!("https://grafana.example.com/d/{uuid}?token_type=x&from=now-1h"),
        "pkg:cargo/openssl@0.10.60?checksum=sha256:5f4dcc3b5aa765d6".to_owned(),
        "pkg:npm/%40scope/legacy-ui-of-the-billing-team@3.2.0-rc.1".to_owned(),
        "k8s:payments/Deployment/billing-batch-7d9c6f5b8-x2x9z".to_owned(),
        "/subscriptions/123e4567-e89b-12d3-a456-426614174000/resourceGroups/Billing2026Prod"
            .to_owned(),
        "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIOMqqnkVzrm0SdG6UOoqKLsabgH5C9okWi0dh2l9GKJl"
            .to_owned(),
        "-----BEGIN CERTIFICATE-----".to_owned(),
        "-----BEGIN PUBLIC KEY-----".to_owned(),
        "The token: rotated every 30 days, secret: see vault:prod/x, password: unchanged."
            .to_owned(),
        "API key: BILL-412; token=<your token>; password=${DB_PASSWORD}; secret=***".to_owned(),
        "postgres://billing:${PW}@db.example.com/x and https://user:***@example.com".to_owned(),
        "ssh://git@git.example.com:2222/team/x.git, mailto:ana@example.com".to_owned(),
        "docker run -u 1000:1000 --user=app2:app2 x; curl -u user:password".to_owned(),
        "The password is unchanged, the token is BILL-412, the secret was rotated; the password is in vault:prod/x."
            .to_owned(),
        "The password is 2026-12-20 old and was prod-billing before; the token is short-lived."
            .to_owned(),
        "It uses bearer token authentication and basic credentials.".to_owned(),
        "monkey=Turkey2026x1; keyboard: qwertz-2026".to_owned(),
        "Rotate sk-, ghp_ and AKIA keys; eyJ marks a JWT.".to_owned(),
        "ASIA and the ASIAPACIFIC region".to_owned(),
        "The-Job-Hard-Codes-The-Credential-Path-Until-2026".to_owned(),
        "password: CustomerNotificationPreferenceServiceConfigurationHandler".to_owned(),
        "token AbstractSingletonProxyFactoryBeanGenerator1 of the library".to_owned(),
        "aws_access_key_id: AKIAJ7DKEWPQLRZTNVXA".to_owned(),
    ];
    for text in texts {
        assert_eq!(in_text(&text), [], "{text}");
    }
    let pairs = [
        ("token", "BILL-412"),
        ("token_ref", "vault:prod/x"),
        ("secret", "vault:prod/x"),
        ("secret", "DB_PASSWORD"),
        ("secret", "prod/billing/db"),
        ("api_key", "rotated-weekly"),
        ("api_key", uuid),
        ("password", "2026-12-20"),
        ("password", "unchanged"),
        ("password", "${DB_PASSWORD}"),
        ("password", "<password>"),
        ("password", "/run/secrets/db"),
        ("password_policy", "rotate30days1x"),
        ("tokens", "lee@example.com"),
        ("key", HEX),
        ("public_key", DRAWN),
        ("imageDigest", &DRAWN[..44]),
        ("sha256", &DRAWN[..44]),
        ("max_tokens", "4096"),
        ("credential", "kv-BillingProd2026-Primary"),
    ];
    for (key, value) in pairs {
        let found = found(&format!("x: {{{key}: '{value}'}}"), "version: 1\n");
        assert_eq!(found, [], "{key}: {value}");
    }
}

#[test]
fn a_credential_may_be_any_reference_and_no_token() {
    let with = |credential: &str| {
        let subject = format!(
            "{{identity: svc:a, identity_type: api-key, task: nightly, credential: {}}}",
            quoted(credential)
        );
        let text = SAMPLE.replace("{application: billing}", &subject);
        findings_of(RULES, &MapTree::of([(PATH, text)]), None)
    };
    for credential in [
        "vault:prod/billing/db",
        "aws-secrets-manager:prod/billing",
        "keyvault/prod/BillingDb",
        "CN=billing.example.com, serial 4a:5b:6c",
        HEX,
    ] {
        assert_eq!(with(credential), [], "{credential}");
    }
    for token in [format!("ghp_{}", &DRAWN[..36]), DRAWN[..40].to_owned()] {
        let found = with(&token);
        assert_eq!(found.len(), 1, "{found:#?}");
        assert_eq!(found[0].field.as_deref(), Some("subject.credential"));
        assert_silent(&found, &token);
    }
}

#[test]
fn a_key_is_looked_at_too_and_no_path_repeats_it() {
    let token = format!("ghp_{}", &DRAWN[..36]);
    let below = found(&format!("x: {{a: {{{token}: {{b: {token}}}}}}}"), "version: 1\n");
    let fields = below.iter().map(|finding| finding.field.as_deref().unwrap());
    assert_eq!(fields.collect::<Vec<_>>(), ["x.a", "x.a"]);
    assert_silent(&below, &token);
    let unknown = found(&format!("{token}: 1"), "version: 1\n");
    let rules: Vec<&str> = unknown.iter().map(|finding| finding.rule.as_str()).collect();
    assert_eq!(rules, ["secret", "unknown-key"]);
    assert_silent(&unknown, &token);
    let value = found(&format!("requester: {token}"), "version: 1\n");
    let rules: Vec<&str> = value.iter().map(|finding| finding.rule.as_str()).collect();
    assert_eq!(rules, ["bad-value", "secret"]);
    assert_silent(&value, &token);
}

#[test]
fn the_policy_is_looked_at_too() {
    let token = format!("glpat-{}", &DRAWN[..20]);
    let policy = format!("version: 1\npeople:\n  logins: {{{token}: ana@example.com}}\n");
    let findings = found("", &policy);
    assert_eq!(findings.len(), 1, "{findings:#?}");
    assert_eq!(findings[0].path, "exledger.yaml");
    assert_eq!(findings[0].pos.unwrap().line, 3);
    assert_silent(&findings, &token);
    let broken = found("", &format!("version: 1\nname: {token}\nnothing: 1\n"));
    assert!(broken.iter().any(|finding| finding.rule.as_str() == "secret"));
}

#[test]
fn what_the_policy_lists_as_no_secret_passes_as_a_whole_value_alone() {
    let example = format!("ghp_{}EXAMPLE", &DRAWN[..29]);
    let lines = format!("x: {{a: {example}, b: 'with {example}'}}");
    let policy = "version: 1\nlint:\n  not_secrets: ['ghp_*EXAMPLE']\n";
    let findings = found(&lines, policy);
    let fields: Vec<_> = findings.iter().map(|finding| finding.field.as_deref()).collect();
    assert_eq!(fields, [Some("x.b")]);
}

#[test]
fn what_a_closing_answers_is_no_credential_whatever_its_items_are_named() {
    let closure = "closure: {outcome: remediated, date: 2026-12-01, by: ana@example.com, reason: The job is gone,
  checks: {token: yes-see-E1, password: rotat3d-see-E2x}}";
    assert!(found(closure, "version: 1\n").iter().all(|finding| finding.rule.as_str() != "secret"));
}

#[test]
fn a_comment_is_looked_at_too() {
    let token = format!("glpat-{}", &DRAWN[..20]);
    for (lines, line) in [
        (format!("# the token was {token}"), 13),
        (format!("requester: ana@example.com  # {token}"), 13),
        (format!("x: {{a: 'no # {{comment}}'}} # password: Sup3rS3cret, {token}"), 13),
    ] {
        let found = found(&lines, "version: 1\n");
        assert_eq!(found.len(), 1, "{lines}: {found:#?}");
        assert_eq!((found[0].rule.as_str(), found[0].field.as_deref()), ("secret", None));
        assert_eq!(found[0].pos.unwrap().line, line);
        assert_silent(&found, &token);
    }
    let policy = found("", &format!("version: 1\n# {token}\n"));
    assert_eq!((policy[0].rule.as_str(), policy[0].path.as_str()), ("secret", "exledger.yaml"));
    let fine = "# see vault:prod/x, token: rotated weekly\nx: {a: 'b#c', d: \"# none\"} # BILL-412";
    assert_eq!(found(fine, "version: 1\n"), []);
}
