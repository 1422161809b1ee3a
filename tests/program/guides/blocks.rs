//! The fenced blocks of a page, and the commands in them.

/// The tags of fences that hold commands.
const TAGS: &[&str] = &["", "console", "sh", "bash"];

/// A comment on the line above a fence says how its commands are run: `<!-- commands: in empty; exits 3; continues -->`.
const COMMENT: &str = "<!-- commands:";

/// A comment on the line above a fence says that it is a file that the commands below it read.
const FILE: &str = "<!-- file:";

/// A fenced block with commands, and how to run them.
#[derive(Debug, Default, PartialEq)]
pub(super) struct Block {
    /// The line of the fence, from 1.
    pub(super) line: usize,
    pub(super) commands: Vec<String>,
    /// The names and texts of the files that the page shows above it.
    pub(super) files: Vec<(String, String)>,
    /// In a repository without a ledger, instead of the demo.
    pub(super) in_empty: bool,
    /// In the folder that the previous block left.
    pub(super) continues: bool,
    /// The exit code of every command, if it is not 0 or 1.
    pub(super) exits: Option<i32>,
}

impl Block {
    fn opened(line: usize, comment: Option<&str>) -> Block {
        let mut block = Block { line, ..Block::default() };
        let Some(comment) = comment else {
            return block;
        };
        for option in comment.trim_end_matches("-->").split(';').map(str::trim) {
            match option.split_once(' ') {
                Some(("in", "empty")) => block.in_empty = true,
                Some(("exits", code)) => block.exits = Some(code.parse().unwrap()),
                None if option == "continues" => block.continues = true,
                _ => panic!("line {line}: no such option of a block: {option}"),
            }
        }
        block
    }
}

/// Returns the blocks of a page that call the program.
pub(super) fn of(page: &str) -> Vec<Block> {
    let mut blocks = Vec::new();
    let (mut comment, mut file) = (None, None);
    let mut files = Vec::new();
    let mut lines = page.lines().enumerate();
    while let Some((index, line)) = lines.next() {
        let text = line.trim();
        if let Some(options) = text.strip_prefix(COMMENT) {
            comment = Some(options);
        } else if let Some(name) = text.strip_prefix(FILE) {
            file = Some(name.trim_end_matches("-->").trim().to_owned());
        } else if let Some(tag) = text.strip_prefix("```") {
            let inside = lines.by_ref().map(|(_, line)| line);
            let inside: Vec<&str> =
                inside.take_while(|line| !line.trim().starts_with("```")).collect();
            let mut block = Block::opened(index + 1, comment.take());
            block.commands = commands(&inside);
            block.files.clone_from(&files);
            if let Some(name) = file.take() {
                files.push((name, inside.join("\n") + "\n"));
            } else if TAGS.contains(&tag) && block.commands.iter().any(|it| calls(it) > 0) {
                blocks.push(block);
            }
        } else if !text.is_empty() {
            comment = None;
        }
    }
    blocks
}

/// Returns the commands of a block, one for each line that a shell would run.
fn commands(lines: &[&str]) -> Vec<String> {
    let prompts = lines.iter().any(|line| line.trim().starts_with("$ "));
    let mut commands = Vec::new();
    let mut open = String::new();
    for line in lines.iter().map(|line| line.trim()) {
        let begins = line.strip_prefix("$ ");
        if open.is_empty() && begins.is_none() && prompts {
            continue; // Output.
        }
        open += begins.unwrap_or(line);
        if open.ends_with('\\') {
            open.pop();
            continue;
        }
        let command = std::mem::take(&mut open);
        if !command.is_empty() && !command.starts_with('#') {
            commands.push(command);
        }
    }
    commands
}

/// Returns how often a command line calls the program.
pub(super) fn calls(line: &str) -> usize {
    let mut parts = vec![String::new()];
    let mut quote = None;
    for c in line.chars() {
        let part = parts.last_mut().unwrap();
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => {}
            None if matches!(c, '\'' | '"') => quote = Some(c),
            None if c == '#' && part.ends_with(' ') => break,
            None if matches!(c, '|' | '&' | ';') => {
                parts.push(String::new());
                continue;
            }
            None => {}
        }
        parts.last_mut().unwrap().push(c);
    }
    let first =
        |part: &&String| part.split_whitespace().find(|word| *word != "do") == Some("exledger");
    parts.iter().filter(first).count()
}

#[test]
fn blocks_are_read_with_their_options_and_commands() {
    let page = "```\nexledger lint\ngit add x && \\\n  exledger diff | jq .\n```\n<!-- file: a.yaml -->\n```yaml\na:\n  b\n```\n<!-- commands: in empty; exits 3 -->\n\n\
        ```console\n$ exledger list\nid  title\n```\n```yaml\n- run: exledger queue\n```\n```\ncargo test\n```\n";
    let blocks = of(page);
    assert_eq!(blocks.len(), 2, "{blocks:?}");
    assert_eq!(blocks[0].commands, ["exledger lint", "git add x && exledger diff | jq ."]);
    assert_eq!((blocks[0].line, blocks[0].in_empty, blocks[0].exits), (1, false, None));
    assert_eq!(blocks[1].commands, ["exledger list"]);
    assert_eq!((blocks[1].line, blocks[1].in_empty, blocks[1].exits), (13, true, Some(3)));
    assert_eq!(blocks[1].files, [("a.yaml".to_owned(), "a:\n  b\n".to_owned())]);
    assert_eq!(blocks[0].files, []);
    for (line, n) in [
        ("exledger new --title 'a | exledger b'  # exledger c", 1),
        ("gh issue view 1 | exledger new --from-issue - || exit", 1),
        ("exledger lint && exledger queue; exledger", 3),
        ("for it in *.yaml; do exledger new --from $it; done", 1),
        ("git config exledger.signingKey KEY", 0),
    ] {
        assert_eq!(calls(line), n, "{line}");
    }
}
