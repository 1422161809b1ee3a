//! `report --format html`: one self-contained page that loads nothing and shows hostile text as text.

use sha2::{Digest, Sha256};

use crate::cli;
use crate::cli_answers::{ON, ask, file, standard, story};
use crate::repo::Repo;

fn page(repo: &Repo) -> String {
    let run = ask(repo, &["report", "--format", "html"]);
    assert_eq!((run.code, run.err.as_str()), (0, ""));
    run.out
}

/// Returns the text from one marker up to another.
fn between<'t>(text: &'t str, from: &str, to: &str) -> &'t str {
    let (_, rest) = text.split_once(from).unwrap_or_else(|| panic!("{from}"));
    rest.split_once(to).unwrap_or_else(|| panic!("{to}")).0
}

/// Returns the tags of a page with their attributes, as an HTML parser reads them.
fn tags(page: &str) -> Vec<(String, Vec<(String, String)>)> {
    let script = between(page, "<script>", "</script>");
    let style = between(page, "<style>", "</style>");
    let bare = page.replace(script, "").replace(style, "");
    let mut tags = Vec::new();
    for piece in bare.split('<').skip(1) {
        let tag = piece.split_once('>').unwrap_or_else(|| panic!("{piece}")).0;
        let (name, rest) = tag.split_once(' ').unwrap_or((tag, ""));
        let mut attributes = Vec::new();
        let mut rest = rest.trim();
        while let Some((key, after)) = rest.split_once("=\"") {
            let (value, after) = after.split_once('"').unwrap();
            attributes.push((key.trim().to_owned(), value.to_owned()));
            rest = after;
        }
        tags.push((name.to_owned(), attributes));
    }
    tags
}

/// Checks that tags are closed in order, ids are unique, links lead to targets in the page, and nothing else leads
/// outside.
fn sound(page: &str) {
    let mut open: Vec<String> = Vec::new();
    let (mut ids, mut links) = (std::collections::BTreeSet::new(), Vec::new());
    for (name, attributes) in tags(page) {
        match name.as_str() {
            "!DOCTYPE" | "meta" | "input" | "br" | "line" | "line/" => {}
            name if name.starts_with('/') => {
                assert_eq!(open.pop().as_deref(), Some(&name[1..]));
            }
            "rect" if page.contains("<rect") && attributes.iter().any(|(_, it)| it == "10") => {}
            name => open.push(name.to_owned()),
        }
        for (key, value) in attributes {
            let known = [
                "lang",
                "charset",
                "http-equiv",
                "content",
                "name",
                "aria-label",
                "href",
                "class",
                "for",
                "id",
                "type",
                "autocomplete",
                "aria-live",
                "role",
                "width",
                "height",
                "viewBox",
                "x",
                "y",
                "x1",
                "x2",
                "y1",
                "y2",
                "scope",
                "aria-sort",
                "aria-hidden",
            ];
            assert!(known.contains(&key.as_str()), "{name} {key}={value}");
            match key.as_str() {
                "id" => assert!(ids.insert(value.clone()), "{value} twice"),
                "href" => links.push(value),
                _ => {}
            }
        }
    }
    assert_eq!(open, [""; 0]);
    for link in links {
        let anchor = link.strip_prefix('#').unwrap_or_else(|| panic!("{link} leads out"));
        assert!(ids.contains(anchor), "{link} leads nowhere");
    }
    for loader in ["url(", "@import", "fetch(", "import(", "XMLHttpRequest", "eval(", "innerHTML"] {
        assert!(!page.contains(loader), "{loader}");
    }
}

#[test]
fn every_record_has_a_card_with_its_trail() {
    let repo = story();
    let page = page(&repo);
    sound(&page);
    for id in ["01D01", "C10SE", "7F3KQ", "V23EW", "5E1FA", "BR0KE"] {
        let card =
            between(&page, &format!("<details class=\"card\" id=\"EXC-2026-{id}\">"), "</details>");
        for part in ["<summary>", "<h3>Trail</h3>", "filed"] {
            assert!(card.contains(part), "{id}: {part}: {card}");
        }
        assert!(page.contains(&format!("<a class=\"id\" href=\"#EXC-2026-{id}\">")));
    }
    // The card answers the four questions.
    let card = between(&page, "id=\"EXC-2026-7F3KQ\">", "</details>");
    for part in
        ["<dt>why</dt>", "<dt>approved</dt>", "<dt>controls</dt>", "<dt>ends</dt>", "Dana Kim"]
    {
        assert!(card.contains(part), "{part}: {card}");
    }
    let heads = page.matches("<th ").count();
    assert!(heads > 20);
    assert_eq!(
        page.matches("<th scope=\"col\" aria-sort=\"none\"><button type=\"button\">").count(),
        heads
    );
    assert!(page.contains("<label for=\"search\">") && page.contains("<input id=\"search\""));
    assert_eq!(page.matches("<svg role=\"img\"").count(), 3);
    assert!(page.contains("at 2026-12-01T12:00:00Z (simulated), commit "));
    assert_eq!(page, self::page(&repo), "the same bytes again");
}

#[test]
fn the_browser_runs_the_pages_own_script_and_nothing_else() {
    let page = page(&story());
    let policy = between(&page, "http-equiv=\"Content-Security-Policy\" content=\"", "\"");
    assert!(policy.starts_with("default-src 'none'; "), "{policy}");
    for tag in ["style", "script"] {
        let text = between(&page, &format!("<{tag}>"), &format!("</{tag}>"));
        let digest = base64(&Sha256::digest(text.as_bytes()));
        assert!(policy.contains(&format!("{tag}-src 'sha256-{digest}'")), "{tag}: {policy}");
        assert_eq!(page.matches(&format!("<{tag}")).count(), 1);
    }
    assert!(!policy.contains("unsafe"), "{policy}");
}

fn base64(bytes: &[u8]) -> String {
    let digits: Vec<char> =
        ('A'..='Z').chain('a'..='z').chain('0'..='9').chain(['+', '/']).collect();
    let bits: String = bytes.iter().map(|byte| format!("{byte:08b}")).collect();
    let sixes: Vec<String> = bits
        .as_bytes()
        .chunks(6)
        .map(|six| format!("{:0<6}", String::from_utf8_lossy(six)))
        .collect();
    let text: String =
        sixes.iter().map(|six| digits[usize::from_str_radix(six, 2).unwrap()]).collect();
    format!("{text}{}", "=".repeat((4 - text.len() % 4) % 4))
}

#[test]
fn hostile_text_is_text() {
    let repo = story();
    let evil = r#"</script><script>alert(1)</script>"'><img src=x onerror=alert(1)>&amp;"#;
    let text = standard("EXC-2026-EV11X", "TITLE", "shop", "2026-11-20", "2026-12-20")
        .replace("TITLE", &format!("'{}'", evil.replace('\'', "''")))
        .replace("application: shop,", &format!("application: '{}',", evil.replace('\'', "''")))
        .replace("name: Ana Ruiz", "name: \"<b onclick=alert(1)>Ana</b>\"")
        .replace("The job is replaced", "<svg/onload=alert(1)> `--> ]]> The job is replaced")
        .replace("BILL-412", "'javascript:alert(1)'");
    file(&repo, "EXC-2026-EV11X", &text);
    // Whoever pushes chooses the names of branches and files.
    let branch = "x\"><svg/onload=alert(1)>";
    let other = standard("EXC-2026-EV12X", "On a branch", "branch", "2026-11-20", "2026-12-20");
    repo.branch(branch).by("ana").write("EXC-2026-EV12X", &other).commit("File");
    repo.by("lee")
        .write("exceptions/\"><img src=x>.yaml", "not: a record\n")
        .commit("A file with a name");
    repo.checkout();
    let page = page(&repo);
    sound(&page);
    let shown = "&lt;/script&gt;&lt;script&gt;alert(1)&lt;/script&gt;&quot;&#39;&gt;&lt;img src=x onerror=alert(1)&gt;&amp;amp;";
    assert!(page.contains(shown), "{page}");
    assert!(page.contains("x&quot;&gt;&lt;svg/onload=alert(1)&gt;"));
    for raw in ["<img", "<b ", "<svg/", "<script>alert"] {
        assert!(!page.contains(raw), "{raw}");
    }
}

#[test]
fn it_is_written_whole_into_a_file_that_is_named() {
    let repo = story();
    let expected = page(&repo);
    for _ in 0..2 {
        let run = ask(&repo, &["report", "--format", "html", "-o", "page.html"]);
        assert_eq!((run.code, run.out.as_str()), (0, ""), "{}", run.err);
        let written = std::fs::read_to_string(repo.path().join("page.html")).unwrap();
        assert_eq!(written, expected);
    }
    let run = ask(&repo, &["report", "--format", "html", "-o", "nowhere/page.html"]);
    assert_eq!((run.code, run.out.as_str()), (3, ""), "{}", run.err);
    // Other answers have no page format.
    for command in ["list", "lint", "due", "queue"] {
        let run = cli::run(repo.path(), &[command, "--on", ON, "--format", "html"]);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{command}: {}", run.err);
    }
}
