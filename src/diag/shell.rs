//! Quotes the arguments of suggested commands for a shell, and checks the names of branches in them.
//!
//! Pure. Start at [`command`].

/// Quotes an argument for the shell, if it needs quoting.
pub fn quoted(argument: &str) -> String {
    let plain = |char: char| char.is_ascii_alphanumeric() || "/._-+@:".contains(char);
    if !argument.is_empty() && argument.chars().all(plain) {
        argument.to_owned()
    } else {
        format!("'{}'", argument.replace('\'', "'\\''"))
    }
}

/// Returns the bytes of a path from its text, in which those that are not UTF-8 are `\xNN` (`history::folder`).
pub fn path_bytes(text: &str) -> Vec<u8> {
    if !text.contains("\\x") {
        return text.as_bytes().to_vec();
    }
    let mut bytes = Vec::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('\\') {
        bytes.extend(before.as_bytes());
        let hex = after.strip_prefix('x').and_then(|after| after.get(..2));
        match hex.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => {
                bytes.push(byte);
                rest = after.get(3..).unwrap_or_default();
            }
            None => {
                bytes.push(b'\\');
                rest = after.strip_prefix('\\').unwrap_or(after);
            }
        }
    }
    bytes.extend(rest.as_bytes());
    bytes
}

/// Quotes a path for the shell, from its text; what a line of text can't hold is written by `printf`.
pub fn quoted_path(path: &str) -> String {
    let path = path_bytes(path);
    if let Ok(text) = std::str::from_utf8(&path)
        && !text.contains(char::is_control)
    {
        return quoted(text);
    }
    let escaped = path.iter().map(|byte| match byte {
        b'%' => "%%".to_owned(),
        b'\\' => "\\\\".to_owned(),
        b'\'' => "\\047".to_owned(),
        b' '..=b'~' => char::from(*byte).to_string(),
        byte => format!("\\{byte:03o}"),
    });
    format!("\"$(printf '{}')\"", escaped.collect::<String>())
}

/// Returns a command as it is typed: words of ours, and arguments that anybody may have typed.
pub fn command(words: &'static str, arguments: &[&str]) -> String {
    arguments.iter().fold(words.to_owned(), |command, argument| command + " " + &quoted(argument))
}

/// Returns the flag that names the folder in which a command runs; empty for the folder in which it is typed.
pub fn folder_flag(folder: &str) -> String {
    match folder {
        "" => String::new(),
        folder => format!(" -C {}", quoted(folder)),
    }
}

/// Returns a text whose commands of the program name their folder by a flag: those in backticks, and those that are a line.
pub fn in_folder(text: &str, flag: &str) -> String {
    lines_in_folder(&quotes_in_folder(text, flag), flag)
}

/// Returns the words of a text; a command in backticks is one, so that whoever wraps the text leaves it whole.
pub fn words(text: &str) -> impl Iterator<Item = &str> {
    // The last of an odd number begins no command.
    let n_paired = text.matches('`').count() / 2 * 2;
    let mut n = 0;
    let words = text.split(move |char| {
        n += usize::from(char == '`' && n < n_paired);
        char == ' ' && n % 2 == 0
    });
    words.filter(|word| !word.is_empty())
}

pub fn quotes_in_folder(text: &str, flag: &str) -> String {
    quotes(text, |quoted| line_in_folder(quoted, flag))
}

fn quotes(text: &str, change: impl Fn(&str) -> String) -> String {
    let parts = text.split('`').enumerate();
    let parts = parts.map(|(n, part)| if n % 2 == 1 { change(part) } else { part.into() });
    parts.collect::<Vec<_>>().join("`")
}

pub fn lines_in_folder(text: &str, flag: &str) -> String {
    text.split('\n').map(|line| line_in_folder(line, flag)).collect::<Vec<_>>().join("\n")
}

fn line_in_folder(line: &str, flag: &str) -> String {
    const PROGRAM: &str = "exledger";
    let command = line.trim_start().trim_start_matches("next:").trim_start();
    match command.strip_prefix(PROGRAM) {
        Some(rest)
            if rest.starts_with(' ')
                && !rest.starts_with(" -C ")
                && !rest.ends_with(flag)
                && !rest.contains(&format!("{flag} ")) =>
        {
            let lead = line.strip_suffix(command).unwrap_or_default();
            format!("{lead}{PROGRAM}{flag}{rest}")
        }
        _ => line.to_owned(),
    }
}

/// Where a person who reads commands types them.
#[derive(Clone, Debug, Default)]
pub struct TypedFrom {
    /// The flag that names the program its folder; empty where it finds the ledger by itself.
    pub flag: String,
    /// The ledger's root, where commands with paths run; `None` if they are typed there.
    pub root: Option<String>,
}

impl TypedFrom {
    /// Returns a command that runs in the ledger's root, as it is typed.
    pub fn in_root(&self, command: &str) -> String {
        let Some(root) = self.root.as_deref().map(quoted) else {
            return line_in_folder(command, &self.flag);
        };
        let begins = |words: &[&str]| words.iter().any(|word| command.starts_with(word));
        let is_chain = [" && ", "; "].iter().any(|joint| command.contains(joint));
        match command.split_once("  # ") {
            _ if command.starts_with('#') => quotes(command, |quoted| self.in_root(quoted)),
            Some((command, note)) => format!("{}  # {note}", self.in_root(command)),
            None if begins(&["git ", "exledger "]) && is_chain
                || begins(&["rm ", "mv ", "mkdir "]) =>
            {
                format!("(cd {root} && {command})")
            }
            None => match command.strip_prefix("git ").filter(|rest| !rest.starts_with("-C ")) {
                Some(rest) => format!("git -C {root} {rest}"),
                None => line_in_folder(command, &self.flag),
            },
        }
    }

    /// Returns the same for the commands in backticks.
    pub fn quotes_in_root(&self, text: &str) -> String {
        quotes(text, |quoted| self.in_root(quoted))
    }

    /// Returns the lines of an answer with the program's folder, and those of git that need not be typed anywhere else than in
    /// the ledger's root.
    pub fn lines(&self, text: &str) -> String {
        let line = |line: &str| {
            let bare = line.trim_start_matches("next: ");
            let moves = ["git checkout ", "git switch ", "git merge ", "git pull "];
            match moves.iter().any(|words| bare.starts_with(words)) {
                true => line.replacen(bare, &self.in_root(bare), 1),
                false => line_in_folder(line, &self.flag),
            }
        };
        text.split('\n').map(line).collect::<Vec<_>>().join("\n")
    }
}

/// Returns a text whose git commands also change what a sparse checkout leaves out, as git refuses to do without being told.
pub fn in_sparse_checkout(text: &str) -> String {
    let told = |text: String, verb| {
        text.replace(&format!("git {verb} "), &format!("git {verb} --sparse "))
    };
    ["add", "mv", "rm"].into_iter().fold(text.to_owned(), told)
}

/// Tells whether git accepts a text as the name of a branch, by the rules of git-check-ref-format(1), so that it is
/// neither an option nor anything else than a name.
pub fn is_branch_name(name: &str) -> bool {
    let is_part = |part: &str| {
        !part.is_empty()
            && !part.starts_with('.')
            && !part.ends_with(".lock")
            && !part.ends_with('.')
    };
    let is_refused = |char: char| char.is_ascii_control() || " ~^:?*[\\".contains(char);
    name.len() <= 255
        && name != "@"
        && !name.starts_with('-')
        && name.split('/').all(is_part)
        && !name.contains("..")
        && !name.contains("@{")
        && !name.contains(is_refused)
}
