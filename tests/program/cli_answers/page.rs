//! `report --format html`: one self-contained page that loads nothing and shows hostile text as text.

use sha2::{Digest, Sha256};

use crate::cli;
use crate::cli_answers::{ON, ask, file, standard, story};
use crate::support::repo::Repo;

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

/// Attributes that a page may have; none of them loads, runs or styles anything.
const KNOWN: &str = "lang charset http-equiv content name aria-label href class for id type autocomplete aria-live role width height \
    viewBox x y x1 x2 y1 y2 dx scope aria-hidden aria-labelledby tabindex";

/// Checks that tags are closed in order, ids are unique, links lead to targets in the page, and nothing else leads
/// outside.
fn sound(page: &str) {
    let mut open: Vec<String> = Vec::new();
    let (mut ids, mut links) = (std::collections::BTreeSet::new(), Vec::new());
    for (name, attributes) in tags(page) {
        match name.as_str() {
            "!DOCTYPE" | "meta" | "input" | "br" => {}
            // In SVG, a tag that ends in a slash closes itself; all of them have attributes.
            "rect" | "line" => {}
            name if name.starts_with('/') => {
                assert_eq!(open.pop().as_deref(), Some(&name[1..]));
            }
            name => open.push(name.to_owned()),
        }
        for (key, value) in attributes {
            let key = key.trim_start_matches("hidden ");
            assert!(KNOWN.split_whitespace().any(|it| it == key), "{name} {key}={value}");
            match key {
                "id" => assert!(ids.insert(value.clone()), "{value} twice"),
                "href" | "aria-labelledby" | "for" => {
                    links.push(value.trim_start_matches('#').to_owned())
                }
                _ => {}
            }
        }
    }
    assert_eq!(open, [""; 0]);
    for link in links {
        assert!(ids.contains(&link), "{link} leads nowhere");
    }
    for loader in ["url(", "@import", "fetch(", "import(", "XMLHttpRequest", "eval(", "innerHTML"] {
        assert!(!page.contains(loader), "{loader}");
    }
    accessible(page);
}

/// Checks what a reader who does not see the page relies on: landmarks, headings in order, captions and heads of tables,
/// and pictures that either have a title or are hidden because words beside them say the same.
fn accessible(page: &str) {
    let tags = tags(page);
    let count = |wanted: &str| tags.iter().filter(|(name, _)| name == wanted).count();
    for landmark in ["html", "title", "header", "nav", "main", "footer", "h1"] {
        let expected = if landmark == "title" { 1 + count("figure") } else { 1 };
        assert_eq!(count(landmark), expected, "{landmark}");
    }
    let mut level = 0;
    for (name, _) in &tags {
        let heading = name.strip_prefix('h').and_then(|rest| rest.parse::<u32>().ok());
        if let Some(found) = heading {
            assert!(found <= level + 1, "h{found} follows h{level}");
            level = found;
        }
    }
    let has =
        |attributes: &[(String, String)], key: &str| attributes.iter().any(|(it, _)| it == key);
    for pair in tags.windows(2) {
        let [(name, attributes), (next, _)] = pair else { continue };
        match name.as_str() {
            "table" => assert_eq!(next, "caption"),
            "th" => assert!(has(attributes, "scope")),
            "svg" => assert!(has(attributes, "aria-hidden") || next == "title", "{attributes:?}"),
            "details" => assert_eq!(next, "summary"),
            _ => {}
        }
    }
    assert!(!page.replace("http-equiv", "").contains("<a href=\"http"), "a link leads out");
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
        assert!(page.contains(&format!("<a href=\"#EXC-2026-{id}\">")));
    }
    // The card answers the four questions.
    let card = between(&page, "id=\"EXC-2026-7F3KQ\">", "</details>");
    for part in
        ["<dt>why</dt>", "<dt>approved</dt>", "<dt>controls</dt>", "<dt>ends</dt>", "Dana Kim"]
    {
        assert!(card.contains(part), "{part}: {card}");
    }
    // The search does nothing without the script, which shows it.
    assert!(page.contains("<p class=\"search\" hidden><label for=\"search\">"));
    assert!(page.contains("at 2026-12-01T12:00:00Z (simulated), commit "));
    assert_eq!(page, self::page(&repo), "the same bytes again");
}

#[test]
fn the_first_screen_says_how_the_ledger_is() {
    let page = page(&story());
    let header = between(&page, "<header>", "</header>");
    assert_eq!(
        header.trim(),
        "<h1>Exceptions of example/payments</h1>\n<p class=\"lead\"><span class=\"strong\">2 exceptions</span> are in force, \
         2 of which end within 30d; <span class=\"bad\">2 are overdue</span>: Ana Ruiz (2); <span class=\"warn\">1 waits for \
         approval</span>.</p>\n<p class=\"stamp\">at 2026-12-01T12:00:00Z (simulated), commit 6b8156f4d586 of \
         2026-11-20T15:00:00Z on refs/heads/main (local, unprotected)</p>"
    );
    let glance = between(&page, "<section id=\"glance\"", "</section>");
    for title in [
        "Most urgent",
        "Open exceptions against today",
        "Due in the coming 6 weeks",
        "By owner",
        "By tier",
        "Approvals and status",
        "Opened and closed",
    ] {
        assert!(glance.contains(&format!("<h2>{title}</h2>")), "{title}: {glance}");
    }
    // What a picture shows stands beside it in words.
    for words in [
        "ended 21 days ago",
        "ends in 19 days",
        "claimed: stated in git: <b>2</b> (100 %)",
        "attested: signed: <b>0</b> (0 %)",
        "due: 1 end, 0 to do",
        "2026-11: 4 opened",
    ] {
        let words = words.replace("2026-11: ", "Nov: ");
        assert!(glance.contains(&words), "{words}: {glance}");
    }
    let legend = between(&page, ">Legend</h2>", "</section>");
    for status in exledger::status::state::Status::ALL {
        assert!(legend.contains(&format!(">{}</td>", status.as_str())), "{}", status.as_str());
    }
    for word in ["attested", "claimed", "sensitive", "standard"] {
        assert!(legend.contains(word), "{word}");
    }
    let bare = |tag: &str| between(&page, &format!("<{tag}>"), &format!("</{tag}>")).to_owned();
    let mut golden = page.clone();
    for tag in ["style", "script"] {
        golden = golden.replace(&bare(tag), "…");
    }
    let policy = between(&page, "Content-Security-Policy\" content=\"", "\"");
    golden = golden.replace(policy, "…");
    // One line for each row and pair, to see what changes.
    for start in ["<tr", "<dt>", "<dd", "<details"] {
        golden = golden.replace(start, &format!("\n{start}"));
    }
    crate::support::golden::check("cli/report.html", &golden);
}

#[test]
fn a_ledger_without_records_has_a_page() {
    let repo = Repo::at("2026-11-20T09:00:00Z");
    repo.by("dana").write("exledger.yaml", "version: 1\n").commit("Begin");
    repo.checkout();
    let page = page(&repo);
    sound(&page);
    assert!(
        page.contains("No exceptions</span> are in force; <span class=\"good\">nothing is overdue")
    );
    assert!(page.contains("nothing is due in these 6 weeks") && !page.contains("class=\"search\""));
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
    for raw in ["<img", "<b onclick", "<svg/", "<script>alert"] {
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
    assert_eq!((run.code, run.out.as_str()), (2, ""), "{}", run.err);
    // Other answers have no page format.
    for command in ["list", "lint", "queue"] {
        let run = cli::run(repo.path(), &[command, "--on", ON, "--format", "html"]);
        assert_eq!((run.code, run.out.as_str()), (2, ""), "{command}: {}", run.err);
    }
}
