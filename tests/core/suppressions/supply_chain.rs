//! Kinds of the supply chain: minimum ages, trust, audits, updates.

use super::check;

#[test]
fn exclusions_from_a_minimum_age() {
    check(&[
        (
            ".npmrc",
            "; our own\nmin-release-age-exclude=@acme/*\nmin-release-age-exclude[]=react # hotfix\nmin-release-age=7\n# min-release-age-exclude=old\n",
            &["2 !npm-age @acme/* | our own", "3 npm-age react | our own / hotfix"],
        ),
        (
            "pnpm-workspace.yaml",
            "minimumReleaseAge: 1440\n# Until the fix is a day old\nminimumReleaseAgeExclude:\n  - react@19.0.1 # CVE in 19.0.0\n  # - vue\n  - '@acme/*'\n",
            &[
                "4 pnpm-age react@19.0.1 | Until the fix is a day old / CVE in 19.0.0",
                "6 !pnpm-age @acme/*",
            ],
        ),
        (
            "package.json",
            "{\n\t\"name\": \"a\",\n\t\"pnpm\": {\n\t\t\"minimumReleaseAgeExclude\": [\"react\"]\n\t}\n}\n",
            &["4 pnpm-age react"],
        ),
        ("package.json", "{\"minimumReleaseAgeExclude\": [\"react\"]}", &[]),
        (
            ".yarnrc.yml",
            "npmMinimalAgeGate: 3d\nnpmPreapprovedPackages:\n  - react # fixed today\n",
            &["3 yarn-age react | fixed today"],
        ),
        (
            "bunfig.toml",
            "[install]\n# typed by us\nminimumReleaseAgeExcludes = [\"@types/bun\", \"react\"]\n\n[test]\nminimumReleaseAgeExcludes = [\"no\"]\n",
            &["3 bun-age @types/bun | typed by us", "3 bun-age react | typed by us"],
        ),
        (
            "pyproject.toml",
            "[project]\nname = \"a\"\n\n# torch needs the nightly build\n[tool.uv.exclude-newer-package]\ntorch = false\nnumpy = \"2027-01-01T00:00:00Z\" # pinned\n",
            &["6 uv-age torch | torch needs the nightly build", "7 uv-age numpy | pinned"],
        ),
        ("uv.toml", "exclude-newer-package = { torch = false }\n", &["1 uv-age torch"]),
        ("pyproject.toml", "[tool.uv]\nexclude-newer = \"2027-01-01\"\n", &[]),
    ]);
}

#[test]
fn exclusions_from_trust_and_audit_of_package_managers() {
    check(&[
        (
            "pnpm-workspace.yaml",
            "trustPolicy: no-downgrade\ntrustPolicyExclude:\n  - semver@6.3.1\nauditConfig:\n  ignoreCves:\n    - CVE-2026-1\n  ignoreGhsas: [GHSA-1111-2222-3333] # no fix\n",
            &[
                "3 pnpm-trust semver@6.3.1",
                "6 pnpm-audit CVE-2026-1",
                "7 pnpm-audit GHSA-1111-2222-3333 | no fix",
            ],
        ),
        (
            ".yarnrc.yml",
            "npmAuditIgnoreAdvisories:\n  # dev only\n  - \"1085674\"\nnpmAuditExcludePackages:\n  - lodash\n",
            &["3 yarn-audit 1085674 | dev only", "5 !yarn-audit"],
        ),
        (
            "audit-ci.jsonc",
            "{\n  // Only in tests\n  \"allowlist\": [\n    'GHSA-1111-2222-3333',\n    {\"GHSA-4444-5555-6666|a>b\": {\"active\": true, \"notes\": \"no fix\", \"expiry\": \"2027-01-01\"}},\n    {\"GHSA-7777-8888-9999\": {\"active\": false}},\n    {\"GHSA-7777-0000-0000\": {\"notes\": \"x\"}},\n    {\"1001\": {\"active\": true, \"expiry\": 1798761600000}},\n    \"lodash\",\n  ],\n}\n",
            &[
                "4 audit-ci GHSA-1111-2222-3333 | Only in tests",
                "5 audit-ci GHSA-4444-5555-6666|a>b | 2027-01-01T00:00:00Z | no fix / Only in tests",
                "8 audit-ci 1001 | 2027-01-01T00:00:00Z | Only in tests",
                "9 !audit-ci lodash | Only in tests",
                "7 audit-ci GHSA-7777-0000-0000 | open | x / Only in tests",
            ],
        ),
        (
            "audit-ci.json",
            "{\"allowlist\": [\n",
            &["1 unread: it can't be read as JSON: this `[` is not closed"],
        ),
        (
            ".nsprc",
            "{\n  \"1337\": {\"notes\": \"dev\", \"expiry\": \"1 June 2027 13:00\"},\n  \"1338\": \"a note\",\n  \"1339\": {\"active\": false},\n  \"1340\": {\"expiry\": \"soon\"}\n}\n",
            &[
                "2 better-npm-audit 1337 | 2027-06-02T01:00:00Z | dev",
                "3 better-npm-audit 1338 | open | a note",
                "5 unread: 1340: `expiry` is not a date",
            ],
        ),
        (
            ".iyarc",
            "# no fix\nGHSA-1111-2222-3333\n\nGHSA-4444-5555-6666, 1234 # both\n#GHSA-0000-0000-0000\n",
            &[
                "2 improved-yarn-audit GHSA-1111-2222-3333 | no fix",
                "4 improved-yarn-audit GHSA-4444-5555-6666 | both",
                "4 improved-yarn-audit 1234 | both",
            ],
        ),
        (
            ".bundler-audit.yml",
            "---\nignore:\n  - CVE-2026-1 # not reachable\n  - OSVDB-108664\n",
            &["3 bundler-audit CVE-2026-1 | not reachable", "4 bundler-audit OSVDB-108664"],
        ),
        (
            "composer.json",
            "{\"config\": {\"audit\": {\n  \"ignore\": {\n    \"CVE-2026-1\": \"not used\",\n    \"CVE-2026-2\": {\"apply\": \"all\", \"reason\": \"dev\"}\n}}}}\n",
            &["3 composer CVE-2026-1 | not used", "4 composer CVE-2026-2 | dev"],
        ),
        (
            "composer.json",
            "{\"config\": {\"audit\": {\"ignore\": [\"CVE-2026-1\"]}}}\n",
            &["1 composer CVE-2026-1"],
        ),
        ("composer.json", "{\"config\": {\"audit\": {\"abandoned\": \"report\"}}}\n", &[]),
        (
            "src/a.csproj",
            "<Project>\n  <ItemGroup>\n    <!-- dev only -->\n    <NuGetAuditSuppress Include=\"https://github.com/advisories/GHSA-1111-2222-3333\" />\n    <!-- <NuGetAuditSuppress Include=\"https://x/GHSA-0000-0000-0000\" /> -->\n  </ItemGroup>\n</Project>\n",
            &["4 nuget GHSA-1111-2222-3333 | dev only"],
        ),
        ("Directory.Build.props", "<Project><NuGetAudit>true</NuGetAudit></Project>\n", &[]),
        (
            "supply-chain/config.toml",
            "# cargo-vet config file\n\n[cargo-vet]\nversion = \"0.10\"\n\n[policy.mine]\ncriteria = []\n\n[policy.other]\naudit-as-crates-io = true\n\n[[exemptions.memchr]]\nversion = \"2.7.5\"\ncriteria = \"safe-to-deploy\"\nnotes = \"widely used\"\n\n[[exemptions.memchr]]\nversion = \"2.7.6\"\ncriteria = \"safe-to-deploy\"\n",
            &["12 cargo-vet memchr | widely used", "17 cargo-vet memchr", "6 cargo-vet mine"],
        ),
        ("config.toml", "[[exemptions.memchr]]\nversion = \"2.7.5\"\n", &[]),
    ]);
}

#[test]
fn updates_that_are_turned_off() {
    check(&[
        (
            ".github/renovate.json5",
            "{\n  extends: ['config:base'], // shared\n  ignoreDeps: [\n    'node', // with the image\n  ],\n  ignorePaths: ['old/**'],\n  packageRules: [\n    {\n      description: 'breaks the build',\n      matchPackageNames: ['react', 'react-dom'],\n      enabled: false,\n    },\n    {matchDepNames: ['fast'], minimumReleaseAge: null},\n    {matchPackageNames: ['ok'], minimumReleaseAge: '3 days'},\n    {allowedVersions: '<5'},\n  ],\n}\n",
            &[
                "4 renovate node | with the image",
                "6 !renovate",
                "8 renovate react react-dom | breaks the build",
                "13 renovate fast",
                "15 !renovate",
            ],
        ),
        (
            ".renovaterc.json5",
            "{packageRules: [\n  {matchPackageNames: ['/ubuntu/'], allowedVersions: '/26/'}, // until the image moves\n]}\n",
            &["2 renovate /ubuntu/ | until the image moves"],
        ),
        (
            ".github/dependabot.yml",
            "version: 2\nupdates:\n  - package-ecosystem: npm\n    directory: /\n    cooldown:\n      default-days: 7\n      exclude:\n        - react # ours\n    ignore:\n      # no ESM yet\n      - dependency-name: chalk\n        versions: ['>=5']\n      - dependency-name: '*'\n        update-types: [version-update:semver-major]\n",
            &[
                "11 dependabot chalk | no ESM yet",
                "13 !dependabot | no ESM yet",
                "8 dependabot react | ours",
            ],
        ),
        ("dependabot.yml", "updates:\n  - ignore: [{dependency-name: a}]\n", &[]),
    ]);
}

#[test]
fn entries_of_renovate_and_nuget_with_several_texts() {
    check(&[
        (
            "renovate.json",
            "{\"packageRules\": [\n  {\"matchPackageNames\": [\"a\"], \"enabled\": false, \"description\": [\"breaks on node 18\", \"see #12\"]}]}\n",
            &["2 renovate a | breaks on node 18 / see #12"],
        ),
        (
            "a.csproj",
            "<Project>\n<NuGetAuditSuppress Include=\"https://x/GHSA-1;https://x/GHSA-2\"/></Project>\n",
            &["2 nuget GHSA-1", "2 nuget GHSA-2"],
        ),
    ]);
}
