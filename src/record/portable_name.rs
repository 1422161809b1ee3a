//! File names that every system can hold, also Windows.
//!
//! Pure. Start at [`fault`]. Follows `docs/spec/rules.md` (`unportable-path`).

/// The maximum length of a name, in characters.
const LONGEST: usize = 100;

/// The length of a suffix that a shortened name keeps, in bytes.
const LONGEST_SUFFIX: usize = 20;

/// What Windows drops at the end of a name.
const DROPPED: [char; 2] = ['.', ' '];

// Names that Windows takes for devices, with any suffix; `com` and `lpt` with a digit, also a superscript one.
const DEVICES: &[&str] = &["con", "prn", "aux", "nul", "conin$", "conout$"];
const NUMBERED_DEVICES: &[&str] = &["com", "lpt"];
const NUMBERS: &str = "0123456789¹²³";

/// Returns why not every system can hold a file or folder of this name, as the end of a sentence.
pub fn fault(name: &str) -> Option<String> {
    if is_device(name) {
        return Some("is a device name on Windows".to_owned());
    }
    if let Some(forbidden) = name.chars().find(|character| is_forbidden(*character)) {
        return Some(match forbidden {
            it if it.is_control() => {
                "contains a line break or another control character".to_owned()
            }
            it => format!("contains `{it}`, which no name on Windows may contain"),
        });
    }
    if name.ends_with(DROPPED) {
        return Some("ends with a dot or a blank, which Windows drops".to_owned());
    }
    (name.chars().count() > LONGEST).then(|| format!("has more than {LONGEST} characters"))
}

/// Returns a name that every system can hold, made from another one.
pub fn made(name: &str) -> String {
    let replaced: String = name.chars().map(|it| if is_forbidden(it) { '-' } else { it }).collect();
    let kept = replaced.trim_end_matches(DROPPED);
    let named = match kept {
        "" => "-".to_owned(),
        device if is_device(device) => format!("_{device}"),
        other => other.to_owned(),
    };
    let at = named.rfind('.').filter(|at| named.len() - at <= LONGEST_SUFFIX);
    let (stem, suffix) = named.split_at(at.unwrap_or(named.len()));
    let stem: String = stem.chars().take(LONGEST - suffix.chars().count()).collect();
    format!("{stem}{suffix}").trim_end_matches(DROPPED).to_owned()
}

fn is_forbidden(character: char) -> bool {
    character.is_control() || r#"<>:"\|?*/"#.contains(character)
}

fn is_device(name: &str) -> bool {
    let stem = name.split('.').next().unwrap_or_default().trim_end().to_ascii_lowercase();
    let is_numbered = |device: &&str| {
        let mut rest = stem.strip_prefix(*device).unwrap_or_default().chars();
        rest.next().is_some_and(|number| NUMBERS.contains(number)) && rest.next().is_none()
    };
    DEVICES.contains(&stem.as_str()) || NUMBERED_DEVICES.iter().any(is_numbered)
}

/// Returns a path each of whose folders, and whose file, every system can hold.
pub fn made_path(path: &str) -> String {
    let portable = |part| match part {
        "." | ".." => part.to_owned(),
        part if fault(part).is_none() => part.to_owned(),
        part => made(part),
    };
    path.split('/').map(portable).collect::<Vec<_>>().join("/")
}
