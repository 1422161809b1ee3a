//! GitLab, through `glab`.
//!
//! Start at [`Gitlab`].

use serde_json::{Value, json};

use crate::history::refs::APPROVALS_BRANCH;
use crate::record::time::Instant;
use crate::store::forge::{
    ENVIRONMENT, ForgeClient, ForgeError, ForgeRepository, ForgeRequest, ForgeText, KeyPlace,
    LandedCommit, NO_COMMIT, Protection, RequestReviews, has, segment, text,
};
use crate::store::run::KEY_VARIABLE;

/// The variable by which a pipeline records the reviews of one merge request again.
const AGAIN: &str = "EXLEDGER_MERGE_REQUEST";

/// The access levels of GitLab, from the highest on, by the names of GitHub's permissions.
const LEVELS: [(u64, &str); 3] = [(50, "admin"), (40, "maintain"), (30, "write")];

pub(super) struct Gitlab(pub(super) ForgeClient);

impl Gitlab {
    fn path(&self, rest: &str) -> String {
        format!("projects/{}{rest}", segment(&self.0.repository))
    }

    fn key_path(&self) -> String {
        let filter = format!("filter%5Benvironment_scope%5D={ENVIRONMENT}");
        self.path(&format!("/variables/{KEY_VARIABLE}?{filter}"))
    }

    fn read_text(
        &self,
        value: &Value,
        (number, body): (&str, &str),
    ) -> Result<ForgeText, ForgeError> {
        let id = value.get(number).and_then(Value::as_u64);
        Ok(ForgeText {
            number: id.ok_or_else(|| self.0.nonsense(number))?,
            author: text(value, "/author/username"),
            body: text(value, body),
        })
    }

    // Asks for a request: who approves it is compared with who opened it, and with the commits up to its head.
    fn whole_request(&self, number: u64) -> Result<Value, ForgeError> {
        let is_whole = |value: &Value| {
            value.get("iid").and_then(Value::as_u64) == Some(number)
                && ["/target_branch", "/sha", "/author/username"].iter().all(|key| has(value, key))
        };
        self.0.get_if(&self.path(&format!("/merge_requests/{number}")), &is_whole)
    }

    fn read_request(&self, value: &Value) -> Result<ForgeRequest, ForgeError> {
        let number = value.get("iid").and_then(Value::as_u64);
        let is_merged = text(value, "/state") == "merged";
        // A fast-forward has no commit of its own.
        let mut commits = ["/merge_commit_sha", "/squash_commit_sha", "/sha"].into_iter();
        let landing = commits.find_map(|key| value.pointer(key)?.as_str().map(str::to_owned));
        Ok(ForgeRequest {
            number: number.ok_or_else(|| self.0.nonsense("iid"))?,
            base: text(value, "/target_branch"),
            landing: landing.filter(|landing| is_merged && !landing.is_empty()),
        })
    }

    // Returns when an account approved, by the note that GitLab itself writes then: older instances state it nowhere else.
    // `None` if there is no such note, or a later one says that the approval was taken back.
    fn noted(&self, notes: &str, user: u64) -> Result<Option<String>, ForgeError> {
        let mut last: Option<(Instant, bool, String)> = None;
        for note in self.0.list(notes)? {
            let is_own = note.get("system").and_then(Value::as_bool) == Some(true)
                && note.pointer("/author/id").and_then(Value::as_u64) == Some(user);
            let approves = match text(&note, "/body").trim() {
                "approved this merge request" => true,
                "unapproved this merge request" => false,
                _ => continue,
            };
            let stated = text(&note, "/created_at");
            let Some(at) = Instant::parse(&stated).filter(|_| is_own) else {
                continue;
            };
            if last.as_ref().is_none_or(|(before, _, _)| *before <= at) {
                last = Some((at, approves, stated));
            }
        }
        Ok(last.filter(|(_, approves, _)| *approves).map(|(_, _, stated)| stated))
    }

    /// Returns what an account may do here, by the names of GitHub's permissions.
    fn permission(&self, user: u64) -> Result<&'static str, ForgeError> {
        let member = self.0.find(&self.path(&format!("/members/all/{user}")))?.unwrap_or_default();
        let level = member.get("access_level").and_then(Value::as_u64).unwrap_or_default();
        let found = LEVELS.iter().find(|(least, _)| level >= *least);
        Ok(found.map_or("read", |(_, name)| name))
    }
}

impl ForgeRepository for Gitlab {
    fn client(&self) -> &ForgeClient {
        &self.0
    }

    fn own_login(&self) -> Result<String, ForgeError> {
        let login = text(&self.0.get("user")?, "/username");
        if login.is_empty() { Err(self.0.nonsense("user")) } else { Ok(login) }
    }

    fn comments(&self, request: u64) -> Result<Vec<ForgeText>, ForgeError> {
        let path = self.path(&format!("/merge_requests/{request}/notes?per_page=100"));
        self.0.list(&path)?.iter().map(|value| self.read_text(value, ("id", "/body"))).collect()
    }

    fn write_comment(&self, request: u64, over: Option<u64>, body: &str) -> Result<(), ForgeError> {
        let path = self.path(&format!("/merge_requests/{request}/notes"));
        let body = json!({ "body": body });
        match over {
            Some(id) => self.0.send("PUT", &format!("{path}/{id}"), &body),
            None => self.0.send("POST", &path, &body),
        }
    }

    fn issues(&self, login: &str) -> Result<Vec<ForgeText>, ForgeError> {
        let login = segment(login);
        let path = self.path(&format!(
            "/issues?scope=all&author_username={login}&order_by=created_at&sort=asc&per_page=100"
        ));
        self.0.list(&path)?.iter().map(|it| self.read_text(it, ("iid", "/description"))).collect()
    }

    fn write_issue(
        &self,
        over: Option<u64>,
        is_open: bool,
        title: &str,
        body: &str,
    ) -> Result<(), ForgeError> {
        match over {
            Some(number) => {
                let event = if is_open { "reopen" } else { "close" };
                let body = json!({"state_event": event, "description": body});
                self.0.send("PUT", &self.path(&format!("/issues/{number}")), &body)
            }
            None => {
                let body = json!({"title": title, "description": body});
                self.0.send("POST", &self.path("/issues"), &body)
            }
        }
    }

    fn requests_of(&self, commit: &str) -> Result<Vec<ForgeRequest>, ForgeError> {
        let path = self.path(&format!("/repository/commits/{commit}/merge_requests?per_page=100"));
        self.0.list(&path)?.iter().map(|value| self.read_request(value)).collect()
    }

    fn request(&self, number: u64) -> Result<ForgeRequest, ForgeError> {
        self.read_request(&self.whole_request(number)?)
    }

    fn reviews(
        &self,
        request: &ForgeRequest,
        landing: &LandedCommit,
    ) -> Result<RequestReviews, ForgeError> {
        let of = |rest: &str| self.path(&format!("/merge_requests/{}{rest}", request.number));
        let whole = self.whole_request(request.number)?;
        let approvals = self.0.get(&of("/approvals"))?;
        let versions = self.0.list(&of("/versions?per_page=100"))?;
        let commits = self.0.list(&of("/commits?per_page=100"))?;
        let head = text(&whole, "/sha");
        let has_all_commits = commits.iter().any(|commit| text(commit, "/id") == head);
        let addresses = commits.iter().map(|commit| text(commit, "/author_email"));
        let authors: Vec<Value> = addresses
            .chain(landing.author.clone())
            .map(|email| json!({"email": email, "login": null}))
            .collect();
        let (mut reviews, mut undated) = (Vec::new(), Vec::new());
        let approved = approvals.get("approved_by").and_then(Value::as_array);
        for approval in approved.ok_or_else(|| self.0.nonsense("approvals"))? {
            let user = approval.pointer("/user/id").and_then(Value::as_u64);
            // A deleted account is nobody, and takes nothing from the approvals of others.
            let is_nobody = approval.get("user").is_some_and(Value::is_null);
            if user.is_none() && !is_nobody {
                return Err(self.0.nonsense("approvals"));
            }
            let stated = text(approval, "/approved_at");
            let stated = match (Instant::parse(&stated), user) {
                (Some(_), _) => Some(stated),
                (None, Some(user)) => self.noted(&of("/notes?per_page=100"), user)?,
                (None, None) => None,
            };
            // An approval names no commit: it is about the last one that was pushed before it.
            let Some((at, stated)) =
                stated.and_then(|stated| Some((Instant::parse(&stated)?, stated)))
            else {
                let name = text(approval, "/user/username");
                undated.push(if is_nobody { "a deleted account".to_owned() } else { name });
                continue;
            };
            let permission = user.map(|user| self.permission(user)).transpose()?;
            let pushed = |version: &Value| {
                let when = Instant::parse(&text(version, "/created_at"))?;
                Some((when, text(version, "/head_commit_sha")))
            };
            // If a time can't be read, nobody knows which that is.
            let pushed: Option<Vec<_>> = versions.iter().map(pushed).collect();
            let before = pushed.into_iter().flatten().filter(|(when, _)| *when <= at);
            let commit = before.max_by_key(|(when, _)| *when).map(|(_, commit)| commit);
            reviews.push(json!({
                "login": approval.pointer("/user/username"),
                "number": user,
                "email": null,
                "permission": permission,
                "author_association": null,
                "state": "approved",
                "commit": commit.unwrap_or_else(|| NO_COMMIT.to_owned()),
                "at": stated,
                "url": whole.get("web_url"),
                "reason": null,
            }));
        }
        let answer = json!({
            "pull_request": self.0.forge.request(request.number),
            "landing": landing.oid,
            "forge": self.0.host,
            "head": head,
            "opened_by": whole.pointer("/author/username"),
            "authors": authors,
            "reviews": reviews,
        });
        Ok(RequestReviews { answer, has_all_commits, undated })
    }

    fn request_ref(&self, number: u64) -> String {
        format!("refs/merge-requests/{number}/head")
    }

    fn start_merged(&self, number: u64, branch: &str) -> Result<(), ForgeError> {
        let variable = json!({"key": AGAIN, "value": number.to_string()});
        let body = json!({"ref": branch, "variables": [variable]});
        self.0.send("POST", &self.path("/pipeline"), &body)
    }

    fn key_place(&self) -> Result<KeyPlace, ForgeError> {
        let place = if self.0.find(&self.key_path())?.is_some() {
            KeyPlace::Filled
        } else {
            KeyPlace::Absent
        };
        Ok(place)
    }

    fn protect_key(&self, branches: &[String]) -> Result<Protection, ForgeError> {
        for branch in branches {
            let path = self.path(&format!("/protected_branches/{}", segment(branch)));
            if self.0.find(&path)?.is_none() {
                return Ok(Protection::Refused(format!("the branch {branch} is not protected")));
            }
        }
        Ok(Protection::Proven)
    }

    fn store_key(&self, key: &str) -> Result<(), ForgeError> {
        let (path, own) = (self.path("/variables"), self.key_path());
        let variable = json!({
            "key": KEY_VARIABLE,
            "value": key,
            "environment_scope": ENVIRONMENT,
            "protected": true,
            "masked": true,
            "raw": true,
        });
        let (method, path) = match self.0.find(&own)? {
            Some(_) => ("PUT", own),
            None => ("POST", path),
        };
        let header = "Content-Type: application/json";
        let arguments = ["api", "--method", method, &path, "--header", header, "--input", "-"];
        self.0.send_secret(&arguments, &variable.to_string())
    }

    fn protect_approvals(&self) -> Result<(), ForgeError> {
        let path = self.path("/protected_branches");
        if self.0.find(&format!("{path}/{APPROVALS_BRANCH}"))?.is_some() {
            return Ok(());
        }
        // Developers push there; nobody with force.
        let body = json!({"name": APPROVALS_BRANCH, "push_access_level": 30, "merge_access_level": 30, "allow_force_push": false});
        self.0.send("POST", &path, &body)
    }

    fn default_branch(&self) -> Result<String, ForgeError> {
        let is_stated = |value: &Value| value.get("default_branch").is_some();
        Ok(text(&self.0.get_if(&self.path(""), &is_stated)?, "/default_branch"))
    }
}
