//! The people of made-up histories.

/// Returns name and address of a fixed person: the forges, a bot, an agent, else `name@example.com`.
pub(crate) fn person(key: &str) -> (String, String) {
    let (name, address) = match key {
        "ana" => ("Ana Ruiz", "ana@example.com"),
        "lee" => ("Lee Chen", "lee@example.com"),
        "dana" => ("Dana Kim", "dana@example.com"),
        "sam" => ("Sam Ito", "sam@example.com"),
        "github" => ("GitHub", "noreply@github.com"),
        "gitlab" => ("GitLab", "noreply@gitlab.com"),
        "gerrit" => ("Gerrit Code Review", "gerrit@review.example.com"),
        "bot" => ("renovate[bot]", "29139614+renovate[bot]@users.noreply.github.com"),
        "agent" => ("Filing agent", "agent-filer@example.com"),
        _ if key.contains('<') => {
            let (name, rest) = key.split_once('<').unwrap();
            return (name.trim().into(), rest.trim_end_matches('>').into());
        }
        _ => return (key.to_owned(), format!("{key}@example.com")),
    };
    (name.to_owned(), address.to_owned())
}
