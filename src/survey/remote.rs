//! The address of a git remote: which host, which repository. Credentials in it are dropped.
//!
//! Pure. Start at [`RemoteAddress::parse`].

/// The host and path of a remote.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteAddress {
    /// The host, in lower case, without user and port.
    pub host: String,
    /// The path without `/` at either end and without `.git`.
    pub path: String,
}

impl RemoteAddress {
    /// Parses `https://HOST/OWNER/REPO.git`, `ssh://git@HOST:22/OWNER/REPO` or `git@HOST:OWNER/REPO.git`.
    ///
    /// `None` for a folder of this machine, and for anything else without a host.
    pub fn parse(url: &str) -> Option<RemoteAddress> {
        let address = url.trim();
        let (authority, rest) = match address.split_once("://") {
            Some((scheme, _)) if scheme.eq_ignore_ascii_case("file") => return None,
            Some((_, rest)) => rest.split_once('/')?,
            // A colon before any slash separates host and path, as for scp; a drive letter is not a host.
            None => {
                address.split_once(':').filter(|(host, _)| host.len() > 1 && !host.contains('/'))?
            }
        };
        let host_and_port = authority.rsplit('@').next().unwrap_or(authority);
        let typed = host_and_port.split(':').next().unwrap_or_default().to_ascii_lowercase();
        let host = match typed.as_str() {
            // SSH at the port of HTTPS: another name for the same forge.
            "ssh.github.com" => "github.com".to_owned(),
            "altssh.gitlab.com" => "gitlab.com".to_owned(),
            "altssh.bitbucket.org" => "bitbucket.org".to_owned(),
            _ => typed,
        };
        let full_path = rest.split(['?', '#']).next().unwrap_or_default().trim_matches('/');
        let path = full_path.strip_suffix(".git").unwrap_or(full_path).trim_end_matches('/');
        let is_plain = |text: &str| {
            let allowed = |it: char| it.is_ascii_alphanumeric() || "._-/~".contains(it);
            !text.is_empty() && text.chars().all(allowed)
        };
        (is_plain(&host) && is_plain(path)).then(|| RemoteAddress { host, path: path.to_owned() })
    }

    /// Returns the forge at this host, as the policy's `forge` names it; `None` if the host does not show it.
    pub fn forge(&self) -> Option<&'static str> {
        let labels: Vec<&str> = self.host.split('.').collect();
        let has = |name: &str| labels.contains(&name);
        match self.host.as_str() {
            "bitbucket.org" => Some("bitbucket"),
            "codeberg.org" => Some("gitea"),
            "dev.azure.com" | "ssh.dev.azure.com" => Some("azure"),
            _ if has("github") || self.host.ends_with(".ghe.com") => Some("github"),
            _ if has("gitlab") => Some("gitlab"),
            _ if has("gitea") || has("forgejo") => Some("gitea"),
            _ => None,
        }
    }
}
