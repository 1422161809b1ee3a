//! Kinds that are found by what a file holds: policy engines, waivers, VEX.

use super::check;

#[test]
fn exceptions_of_policy_engines() {
    check(&[
        (
            "k8s/exception.yaml",
            "apiVersion: kyverno.io/v2\nkind: PolicyException\nmetadata:\n  name: a\n  annotations: {description: vendor image}\nspec:\n  exceptions:\n    - policyName: nonroot\n      ruleNames: [run]\n  match:\n    any:\n      - resources: {kinds: [Pod], namespaces: [billing], names: [batch]}\n",
            &["1 kyverno ClusterPolicy/nonroot/run | open | vendor image"],
        ),
        (
            "mutelist.yaml",
            "Mutelist:\n  Accounts:\n    \"123456789012\":\n      Checks:\n        iam_keys:\n          Regions: [\"*\"]\n          Resources: [\"^a$\"]\n          Description: rotated by hand\n",
            &["5 prowler iam_keys | rotated by hand"],
        ),
        (
            "policy.yaml",
            "sources:\n  - volatileConfig:\n      exclude:\n        # no fix\n        - value: cve.blockers:CVE-2026-1\n          effectiveUntil: \"2026-12-20T23:59:59Z\"\n          componentNames: [a]\n",
            &["5 conforma cve.blockers:CVE-2026-1 | 2026-12-21T00:00:00Z | no fix"],
        ),
        (
            "exempt.json",
            "{\"resources\":[{\"type\":\"Microsoft.Authorization/policyExemptions\",\"name\":\"a\",\"scope\":\"/subscriptions/1\",\"properties\":{\"policyAssignmentId\":\"/subscriptions/1/assign/keys\",\"expiresOn\":\"2026-12-20T23:59:59Z\",\"description\":\"moved in May\"}}]}\n",
            &["1 azure-policy /subscriptions/1/assign/keys | 2026-12-21T00:00:00Z | moved in May"],
        ),
        (
            "exceptions.json",
            "[{\"name\":\"a\",\"policyType\":\"postureExceptionPolicy\",\"posturePolicies\":[{\"controlID\":\"C-0013\"}],\"reason\":\"root needed\",\"expirationDate\":\"2026-12-21T00:00:00Z\"}]\n",
            &["1 kubescape C-0013 | 2026-12-21T00:00:00Z | root needed"],
        ),
        // A word alone is nothing, nor is a file that can't be read.
        ("notes.yaml", "about: volatileConfig and PolicyException\n", &[]),
        ("chart.yaml", "kind: PolicyException\nspec: {{ .Values.x }}\n", &[]),
        ("chart.json", "{\"postureExceptionPolicy\": \n", &[]),
    ]);
}

#[test]
fn waivers_and_vex() {
    check(&[
        (
            "waivers.yml",
            "xccdf_1:\n  justification: legacy host\n  expiration_date: 2027-01-01\n  run: false\nxccdf_2:\n  justification: no shell\n  run: false\nother:\n  justification: none\n",
            &[
                "1 inspec xccdf_1 | 2027-01-01T12:00:00Z | legacy host",
                "5 inspec xccdf_2 | open | no shell",
            ],
        ),
        (
            "w.yaml",
            "waivers:\n  - control_id: a-1\n    justification: later\n    expiration_date: soon\n  - control_id: a-2\n    justification: later\n",
            &["5 inspec a-2 | open | later", "2 unread: a-1: `expiration_date` is not a date"],
        ),
        ("css.yaml", "box:\n  justification: left\n", &[]),
        (
            "vex.json",
            "{\"@context\": \"https://openvex.dev/ns/v0.2.0\", \"author\": \"x\", \"statements\": [\n  {\"vulnerability\": {\"name\": \"CVE-2026-1\"}, \"status\": \"not_affected\", \"justification\": \"vulnerable_code_not_present\", \"impact_statement\": \"not built\"},\n  {\"vulnerability\": {\"name\": \"CVE-2026-2\"}, \"status\": \"affected\"},\n  {\"vulnerability\": {\"name\": \"CVE-2026-3\"}, \"status\": \"fixed\"}\n]}\n",
            &["2 vex CVE-2026-1 | not built / vulnerable_code_not_present", "4 vex CVE-2026-3"],
        ),
        (
            "own.json",
            "{\"@context\": \"https://openvex.dev/ns/v0.2.0\", \"tooling\": \"exledger 1.0\", \"statements\": [{\"vulnerability\": {\"name\": \"CVE-2026-1\"}, \"status\": \"fixed\"}]}\n",
            &[],
        ),
        (
            "bom.json",
            "{\"bomFormat\": \"CycloneDX\", \"vulnerabilities\": [\n  {\"id\": \"CVE-2026-1\", \"analysis\": {\"state\": \"not_affected\", \"detail\": \"not reachable\"}},\n  {\"id\": \"CVE-2026-2\", \"analysis\": {\"state\": \"exploitable\"}}\n]}\n",
            &["2 vex CVE-2026-1 | not reachable"],
        ),
        (
            "csaf.json",
            "{\"document\": {\"csaf_version\": \"2.0\"}, \"vulnerabilities\": [\n  {\"cve\": \"CVE-2026-1\", \"product_status\": {\"known_not_affected\": [\"a\"]}, \"threats\": [{\"category\": \"impact\", \"details\": \"no network\"}]},\n  {\"cve\": \"CVE-2026-2\", \"product_status\": {\"known_affected\": [\"a\"]}}\n]}\n",
            &["2 vex CVE-2026-1 | no network"],
        ),
    ]);
}

#[test]
fn exceptions_that_cannot_be_read_are_said_and_templates_are_not() {
    const ALIAS: &str = "unread: it can't be read as YAML";
    let exception = "kind: PolicyException\nmetadata: &a {name: a}\nspec:\n  conditions:\n    any:\n      - key: \"{{ request.object.metadata.name }}\"\n";
    let waivers = "a-1: &a\n  justification: later\n  run: false\na-2: *a\n";
    let conforma = "sources:\n  - policy: [oci::a]\n    config: &a\n      exclude: [cve]\n";
    for (path, text, is_read) in [
        ("k.yaml", exception.to_owned(), true),
        ("k.yaml", exception.replace("\"{{ request", "\"{{request"), true),
        ("k.yaml", exception.replace("\"{{ request.object", ">-\n          {{ request.x"), true),
        ("k.yaml", exception.replace("\"{{ request.object", "\"{{ .Values"), false),
        ("k.yaml", exception.replace("\"{{ request.object", "\"{{- include x"), false),
        ("k.yaml", exception.replace("{name: a}", "{name: {{ x }}}"), false),
        ("w.yaml", waivers.to_owned(), true),
        ("w.yaml", waivers.replace("run:", "rub:"), false),
        ("w.yaml", "waivers:\n  - control_id: &a a\n    justification: b\n".to_owned(), true),
        ("w.yaml", waivers.replace("later", "'{{ later }}'"), false),
        ("c.yaml", conforma.to_owned(), true),
        ("c.yaml", conforma.replace("exclude:", "include: []\n    exclude:"), false),
        ("c.yaml", conforma.replace("policy:", "image: # policy"), false),
    ] {
        let found = super::all(path, &text);
        let is_unread: Vec<bool> = found.iter().map(|it| it.contains(ALIAS)).collect();
        assert_eq!(is_unread, vec![true; usize::from(is_read)], "{text}\n{found:#?}");
    }
}

#[test]
fn keys_of_vex_have_letters_of_either_case() {
    check(&[(
        "vex.json",
        "{\"@context\": \"https://openvex.dev/ns/v0.2.0\", \"Statements\": [\n  {\"Vulnerability\": {\"Name\": \"CVE-2026-1\"}, \"Status\": \"fixed\"}]}\n",
        &["2 vex CVE-2026-1"],
    )]);
}
