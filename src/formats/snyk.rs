//! The package types in the ids of snyk: `SNYK-JS-LODASH-567746` is about a package of npm.
//!
//! Uses nothing else. Pure. Start at [`package_type`].

/// The beginnings of ids, with the types of package URLs.
const TYPES: &[(&str, &str)] = &[
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

/// Returns the type of the package that an issue is about, as package URLs name it.
pub fn package_type(id: &str) -> Option<&'static str> {
    TYPES.iter().find(|(begin, _)| id.starts_with(begin)).map(|(_, kind)| *kind)
}
