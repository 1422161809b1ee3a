//! The types of packages, as package URLs and grype name them, and as the ids of snyk begin.
//!
//! Pure. Start at [`of_grype`] and [`of_snyk`]. Follows the package-URL specification, and syft's pkg/type.go.

const TYPES: &[(&str, &str)] = &[
    ("alpm", "alpm"),
    ("apk", "apk"),
    ("cargo", "rust-crate"),
    ("cocoapods", "pod"),
    ("composer", "php-composer"),
    ("conan", "conan"),
    ("deb", "deb"),
    ("gem", "gem"),
    ("github", "github-action"),
    ("golang", "go-module"),
    ("hackage", "hackage"),
    ("hex", "hex"),
    ("maven", "java-archive"),
    ("npm", "npm"),
    ("nuget", "dotnet"),
    ("pub", "dart-pub"),
    ("pypi", "python"),
    ("rpm", "rpm"),
    ("swift", "swift"),
];

const SNYK_TYPES: &[(&str, &str)] = &[
    ("SNYK-JS-", "npm"),
    ("npm:", "npm"),
    ("SNYK-PYTHON-", "pypi"),
    ("SNYK-JAVA-", "maven"),
    ("SNYK-RUBY-", "gem"),
    ("SNYK-GOLANG-", "golang"),
    ("SNYK-DOTNET-", "nuget"),
    ("SNYK-PHP-", "composer"),
    ("SNYK-RUST-", "cargo"),
];

/// Returns the name that grype has for a type of package URLs.
pub fn in_grype(kind: &str) -> Option<&'static str> {
    TYPES.iter().find(|(listed, _)| *listed == kind).map(|(_, name)| *name)
}

/// Returns the type of package URLs that grype has a name for.
pub fn of_grype(name: &str) -> Option<&'static str> {
    TYPES.iter().find(|(_, listed)| *listed == name).map(|(kind, _)| *kind)
}

/// Returns the type of the package that an issue of snyk is about, as package URLs name it: `SNYK-JS-LODASH-567746` is about
/// a package of npm.
pub fn of_snyk(id: &str) -> Option<&'static str> {
    SNYK_TYPES.iter().find(|(begin, _)| id.starts_with(begin)).map(|(_, kind)| *kind)
}
