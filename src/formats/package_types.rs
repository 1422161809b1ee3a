//! The types of packages, as package URLs and as grype name them.
//!
//! Uses no other module. Pure. Start at [`of_grype`]. Follows the package-URL specification, and syft's pkg/type.go.

/// Each type in a package URL, and the name that grype has for it.
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

/// Returns the name that grype has for a type of package URLs.
pub fn in_grype(kind: &str) -> Option<&'static str> {
    TYPES.iter().find(|(it, _)| *it == kind).map(|(_, name)| *name)
}

/// Returns the type of package URLs that grype has a name for.
pub fn of_grype(name: &str) -> Option<&'static str> {
    TYPES.iter().find(|(_, it)| *it == name).map(|(kind, _)| *kind)
}
