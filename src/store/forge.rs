//! Calls to a forge through its own program (`gh` or `glab`), and git's with the token of a job. Only `ci` makes them.
//!
//! Start at [`ForgeClient`] and [`ForgeRepository`]. Follows `docs/spec/cli.md`, ci. Arguments and standard input carry
//! every value: no shell reads one. The program finds its token itself; git gets it in its environment.

mod github;
mod gitlab;

use std::fmt;
use std::path::PathBuf;
use std::thread;
use std::time::Duration;

use base64ct::{Base64, Encoding};
use serde_json::Value;

use crate::diag;
use crate::store::run::{self, ProgramCall, RunError};

/// The environment of the job that signs.
pub const ENVIRONMENT: &str = "exledger";

const PATIENCE: Duration = Duration::from_secs(120);

/// The pauses before a failed call is made again.
const PAUSES: [Duration; 2] = [Duration::from_secs(2), Duration::from_secs(8)];

/// A forge that `ci` can call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ForgeProgram {
    Github,
    Gitlab,
}

impl ForgeProgram {
    const ALL: [ForgeProgram; 2] = [ForgeProgram::Github, ForgeProgram::Gitlab];

    /// Returns the name under which the forge keeps the commits of a request, from a fork too.
    pub fn head_of_request(self, number: u64) -> String {
        let folder = match self {
            ForgeProgram::Github => "pull",
            ForgeProgram::Gitlab => "merge-requests",
        };
        format!("{folder}/{number}/head")
    }

    /// Tells whether a forge keeps the commits of a request under this name.
    pub fn is_head_of_request(name: &str) -> bool {
        let number = name.split('/').nth(1).and_then(|number| number.parse().ok());
        number.is_some_and(|number| {
            ForgeProgram::ALL.iter().any(|forge| forge.head_of_request(number) == name)
        })
    }

    pub fn program(self) -> &'static str {
        match self {
            ForgeProgram::Github => "gh",
            ForgeProgram::Gitlab => "glab",
        }
    }

    /// Returns how this forge writes the number of a request.
    pub fn request(self, number: u64) -> String {
        match self {
            ForgeProgram::Github => format!("#{number}"),
            ForgeProgram::Gitlab => format!("!{number}"),
        }
    }
}

/// Shows a call: its program, arguments and input; the input of a secret is not shown.
pub type ShowCall = Box<dyn Fn(&str, &[String], Option<&[u8]>)>;

/// How to call a forge.
pub struct ForgeClient {
    pub forge: ForgeProgram,
    /// The host, such as `github.com`.
    pub host: String,
    /// The repository, such as `example/payments`.
    pub repository: String,
    /// The folder in which programs are started.
    pub folder: PathBuf,
    /// The token of the job, for git; `None` in a clone, where git has its own.
    pub token: Option<String>,
    /// The name or address of the repository for git.
    pub remote: String,
    /// Whether only calls that read are made.
    pub dry_run: bool,
    /// Whether it waits before it makes a failed call again.
    pub waits: bool,
    /// Shows each call before it is made.
    pub show: Option<ShowCall>,
}

impl fmt::Debug for ForgeClient {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} at {}", self.repository, self.host)
    }
}

/// Why a forge gave no answer that can be used.
#[derive(Debug, thiserror::Error)]
#[error("{call}: {cause}")]
pub struct ForgeError {
    call: String,
    cause: String,
    /// The status of HTTP, if the forge answered.
    status: Option<u16>,
    /// The program that is not installed.
    absent: Option<String>,
}

impl ForgeError {
    /// Returns the program that is not installed, so that nothing was asked.
    pub fn absent_program(&self) -> Option<&str> {
        self.absent.as_deref()
    }

    /// Tells whether the forge said no, and not that it is busy or doesn't know who asks.
    pub fn is_refusal(&self) -> bool {
        self.status.is_some_and(|it| (400..500).contains(&it) && ![401, 408, 429].contains(&it))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Effect {
    Reads,
    Writes,
}

/// A comment or an issue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForgeText {
    pub number: u64,
    /// The login of its author.
    pub author: String,
    pub body: String,
}

/// A request that may have been merged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ForgeRequest {
    pub number: u64,
    /// The branch that it is for.
    pub base: String,
    /// The commit that merged it; `None` if it is not merged.
    pub landing: Option<String>,
}

/// The reviews of a request.
#[derive(Clone, Debug)]
pub struct RequestReviews {
    /// In the form of approval.md 1.12.
    pub answer: Value,
    /// Whether the forge lists the commits up to the head: GitHub lists the first 250.
    pub has_all_commits: bool,
    /// The logins of those who approved at a time that the forge does not say.
    pub undated: Vec<String>,
}

/// Whether the place of the signing key is there, and a key in it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyPlace {
    Absent,
    /// The place is there, and no key in it.
    Empty,
    Filled,
}

/// What happened to the protection of the signing key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Protection {
    /// Only jobs of these branches can read it.
    Proven,
    /// This is why it is not protected; nothing was stored.
    Refused(String),
}

/// What `ci` asks a forge about one repository, and tells it.
pub trait ForgeRepository {
    fn client(&self) -> &ForgeClient;

    /// Returns the login under which its token writes.
    fn own_login(&self) -> Result<String, ForgeError>;

    fn comments(&self, request: u64) -> Result<Vec<ForgeText>, ForgeError>;

    /// Writes a comment: over the one of this number, or a new one.
    fn write_comment(&self, request: u64, over: Option<u64>, body: &str) -> Result<(), ForgeError>;

    /// Returns all issues that an account opened, the oldest first.
    fn issues(&self, login: &str) -> Result<Vec<ForgeText>, ForgeError>;

    fn write_issue(
        &self,
        over: Option<u64>,
        is_open: bool,
        title: &str,
        body: &str,
    ) -> Result<(), ForgeError>;

    fn requests_of(&self, commit: &str) -> Result<Vec<ForgeRequest>, ForgeError>;

    fn request(&self, number: u64) -> Result<ForgeRequest, ForgeError>;

    fn reviews(
        &self,
        request: &ForgeRequest,
        landing: &LandedCommit,
    ) -> Result<RequestReviews, ForgeError>;

    fn request_ref(&self, number: u64) -> String;

    /// Starts the job `merged` for a request, on a branch.
    fn start_merged(&self, number: u64, branch: &str) -> Result<(), ForgeError>;

    /// Returns what is there of the place of the key.
    fn key_place(&self) -> Result<KeyPlace, ForgeError>;

    /// Lets only jobs of these branches read the key, and checks that it is so.
    fn protect_key(&self, branches: &[String]) -> Result<Protection, ForgeError>;

    /// Stores the private key, which goes through standard input.
    fn store_key(&self, key: &str) -> Result<(), ForgeError>;

    /// Protects the branch of the statements from force pushes and deletion.
    fn protect_approvals(&self) -> Result<(), ForgeError>;

    fn default_branch(&self) -> Result<String, ForgeError>;
}

/// The commit that merged a request, as git has it.
#[derive(Clone, Debug)]
pub struct LandedCommit {
    pub oid: String,
    /// The address of its author; `None` for a merge, whose author adds no content.
    pub author: Option<String>,
}

/// Returns a forge's repository.
pub fn open(client: ForgeClient) -> Box<dyn ForgeRepository> {
    match client.forge {
        ForgeProgram::Github => Box::new(github::Github(client)),
        ForgeProgram::Gitlab => Box::new(gitlab::Gitlab(client)),
    }
}

impl ForgeClient {
    fn get(&self, path: &str) -> Result<Value, ForgeError> {
        self.get_if(path, &Value::is_object)
    }

    // Asks for one thing, again if what it must have is not there.
    fn get_if(&self, path: &str, is_whole: &dyn Fn(&Value) -> bool) -> Result<Value, ForgeError> {
        self.api("GET", path, None, &[], &|answer| one(answer).filter(is_whole))
    }

    fn find(&self, path: &str) -> Result<Option<Value>, ForgeError> {
        match self.get(path) {
            Err(error) if error.status == Some(404) => Ok(None),
            found => found.map(Some),
        }
    }

    /// Asks for a list, all pages of it.
    fn list(&self, path: &str) -> Result<Vec<Value>, ForgeError> {
        self.api("GET", path, None, &["--paginate"], &pages)
    }

    fn send(&self, method: &str, path: &str, body: &Value) -> Result<(), ForgeError> {
        self.api(method, path, Some(body.to_string().as_bytes()), &[], &done)
    }

    fn api<T>(
        &self,
        method: &str,
        path: &str,
        body: Option<&[u8]>,
        flags: &[&str],
        read: ReadAnswer<'_, T>,
    ) -> Result<T, ForgeError> {
        let mut arguments = vec!["api", "--method", method, path];
        arguments.extend(flags);
        if body.is_some() {
            arguments.extend(["--header", "Content-Type: application/json", "--input", "-"]);
        }
        let effect = if method == "GET" { Effect::Reads } else { Effect::Writes };
        self.call(&arguments, body, (effect, true), read)
    }

    fn delete(&self, path: &str) -> Result<(), ForgeError> {
        self.api("DELETE", path, None, &[], &done)
    }

    fn send_secret(&self, arguments: &[&str], secret: &str) -> Result<(), ForgeError> {
        self.call(arguments, Some(secret.as_bytes()), (Effect::Writes, false), &done)
    }

    fn call<T>(
        &self,
        arguments: &[&str],
        input: Option<&[u8]>,
        (effect, is_shown): (Effect, bool),
        read: ReadAnswer<'_, T>,
    ) -> Result<T, ForgeError> {
        let program = self.forge.program();
        let mut variables = Vec::new();
        // A token in the environment is for the forge's own host.
        match self.forge {
            ForgeProgram::Github if self.host != "github.com" => {
                variables.push(("GH_HOST".to_owned(), self.host.clone()));
                let token = self.token.iter().cloned();
                variables.extend(token.map(|token| ("GH_ENTERPRISE_TOKEN".to_owned(), token)));
            }
            ForgeProgram::Github => {}
            ForgeProgram::Gitlab => variables.push(("GITLAB_HOST".to_owned(), self.host.clone())),
        }
        self.start((program, arguments, input), (effect, is_shown), &variables, read)
    }

    /// Runs git with the token of the job, which is neither an argument nor kept in the clone.
    fn git(&self, arguments: &[&str], effect: Effect) -> Result<(), ForgeError> {
        let mut variables = vec![("GIT_TERMINAL_PROMPT".to_owned(), "0".to_owned())];
        if let Some(token) = &self.token {
            let user = match self.forge {
                ForgeProgram::Github => "x-access-token",
                ForgeProgram::Gitlab => "oauth2",
            };
            let basic = Base64::encode_string(format!("{user}:{token}").as_bytes());
            let key = format!("http.https://{}/.extraheader", self.host);
            // The empty value drops a header that the checkout may have left.
            let header = format!("AUTHORIZATION: basic {basic}");
            variables.push(("GIT_CONFIG_COUNT".to_owned(), "2".to_owned()));
            for (at, value) in [String::new(), header].into_iter().enumerate() {
                variables.push((format!("GIT_CONFIG_KEY_{at}"), key.clone()));
                variables.push((format!("GIT_CONFIG_VALUE_{at}"), value));
            }
        }
        self.start(("git", arguments, None), (effect, true), &variables, &done)
    }

    /// Fetches into this clone; nothing that is fetched is checked out or run.
    ///
    /// # Errors
    /// [`ForgeError`] if git can't.
    pub fn fetch(&self, refspec: &str) -> Result<(), ForgeError> {
        self.git(&["fetch", "--quiet", "--no-tags", &self.remote, refspec], Effect::Reads)
    }

    /// Pushes, and never over what others pushed.
    ///
    /// # Errors
    /// [`ForgeError`] if the forge refuses.
    pub fn push(&self, refspec: &str) -> Result<(), ForgeError> {
        self.git(&["push", "--quiet", &self.remote, refspec], Effect::Writes)
    }

    fn start<T>(
        &self,
        (program, arguments, input): (&str, &[&str], Option<&[u8]>),
        (effect, is_shown): (Effect, bool),
        variables: &[(String, String)],
        read: ReadAnswer<'_, T>,
    ) -> Result<T, ForgeError> {
        let arguments: Vec<String> =
            arguments.iter().map(|argument| (*argument).to_owned()).collect();
        if let Some(show) = &self.show {
            show(program, &arguments, input.filter(|_| is_shown));
        }
        if self.dry_run && effect == Effect::Writes {
            return read(b"{}")
                .ok_or_else(|| unusable(format!("{program} {}", arguments.join(" "))));
        }
        let call = ProgramCall {
            program,
            arguments: &arguments,
            input: input.unwrap_or_default(),
            variables,
            folder: &self.folder,
            patience: PATIENCE,
        };
        // Others may have pushed in the meantime: only the caller knows what to do then.
        let pauses =
            if arguments.first().is_some_and(|it| it == "push") { &[][..] } else { &PAUSES };
        let mut pauses = pauses.iter();
        loop {
            let error = match run::run(&call).map(|answer| read(&answer)) {
                Ok(Some(answer)) => return Ok(answer),
                Ok(None) => unusable(format!("{program} {}", arguments.join(" "))),
                Err(error @ RunError::Absent(_)) => {
                    return Err(self.failed(program, &arguments, &error));
                }
                Err(error) => self.failed(program, &arguments, &error),
            };
            let is_final = error.status == Some(404);
            match pauses.next().filter(|_| !is_final) {
                Some(pause) if self.waits => thread::sleep(*pause),
                Some(_) => {}
                None => return Err(error),
            }
        }
    }

    fn failed(&self, program: &str, arguments: &[String], error: &RunError) -> ForgeError {
        ForgeError {
            call: format!("{program} {}", arguments.join(" ")),
            cause: error.to_string(),
            status: status(error),
            absent: match error {
                RunError::Absent(program) => Some(program.clone()),
                _ => None,
            },
        }
    }

    fn nonsense(&self, path: &str) -> ForgeError {
        unusable(format!("{} api {path}", self.forge.program()))
    }
}

fn unusable(call: String) -> ForgeError {
    ForgeError {
        call,
        cause: "the answer is not what the forge promises".to_owned(),
        status: None,
        absent: None,
    }
}

/// Returns the status that both programs name in their complaint, as in `(HTTP 404)`.
fn status(error: &RunError) -> Option<u16> {
    let RunError::Refused(complaint) = error else {
        return None;
    };
    let (_, after) = complaint.split_once("HTTP ")?;
    after.get(..3)?.parse().ok()
}

const NO_COMMIT: &str = "0000000000000000000000000000000000000000";

// Reads an answer; `None` if it is not what was asked for, so that the call is made again.
type ReadAnswer<'r, T> = &'r dyn Fn(&[u8]) -> Option<T>;

#[expect(clippy::unnecessary_wraps, reason = "it stands where answers are read")]
fn done(_: &[u8]) -> Option<()> {
    Some(())
}

// Each page is a document of its own; an empty list is one, too, and no document is not an answer.
fn pages(answer: &[u8]) -> Option<Vec<Value>> {
    let pages = serde_json::Deserializer::from_slice(answer).into_iter::<Vec<Value>>();
    let pages = pages.collect::<Result<Vec<_>, _>>().ok()?;
    let items = pages.concat();
    if pages.is_empty() || !items.iter().all(Value::is_object) { None } else { Some(items) }
}

fn one(answer: &[u8]) -> Option<Value> {
    serde_json::from_slice(answer).ok()
}

/// Returns a text of an answer by its JSON pointer; empty if it is not there.
fn text(value: &Value, pointer: &str) -> String {
    value.pointer(pointer).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn has(value: &Value, pointer: &str) -> bool {
    !text(value, pointer).is_empty()
}

/// Returns a text as one segment of a path: other bytes than those of names are written in hexadecimal.
fn segment(text: &str) -> String {
    diag::percent_encoded(text, b"-_.~")
}
