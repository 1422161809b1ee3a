//! GitHub, through `gh`.
//!
//! Start at [`Github`].

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::history::refs::APPROVALS_BRANCH;
use crate::store::forge::{
    ENVIRONMENT, ForgeClient, ForgeError, ForgeRepository, ForgeRequest, ForgeText, KeyPlace,
    LandedCommit, Protection, RequestReviews, has, segment, text,
};
use crate::store::run::KEY_VARIABLE;

const WORKFLOW: &str = "exledger.yml";

pub(super) struct Github(pub(super) ForgeClient);

impl Github {
    fn path(&self, rest: &str) -> String {
        format!("repos/{}{rest}", self.0.repository)
    }

    fn read_text(&self, value: &Value, number: &str) -> Result<ForgeText, ForgeError> {
        let id = value.pointer(number).and_then(Value::as_u64);
        Ok(ForgeText {
            number: id.ok_or_else(|| self.0.nonsense(number))?,
            author: text(value, "/user/login"),
            body: text(value, "/body"),
        })
    }

    // Asks for a request: who reviews it is compared with who opened it, and with the commits up to its head.
    fn whole_request(&self, number: u64) -> Result<Value, ForgeError> {
        let is_whole = |value: &Value| {
            // The author may be null: an account that no longer exists.
            let author = value.get("user").map(|user| user.is_null() || has(user, "/login"));
            value.get("number").and_then(Value::as_u64) == Some(number)
                && has(value, "/base/ref")
                && has(value, "/head/sha")
                && author == Some(true)
        };
        self.0.get_if(&self.path(&format!("/pulls/{number}")), &is_whole)
    }

    fn read_request(&self, value: &Value) -> Result<ForgeRequest, ForgeError> {
        let number = value.get("number").and_then(Value::as_u64);
        let is_merged = value.get("merged_at").is_some_and(|value| !value.is_null());
        Ok(ForgeRequest {
            number: number.ok_or_else(|| self.0.nonsense("number"))?,
            base: text(value, "/base/ref"),
            landing: Some(text(value, "/merge_commit_sha"))
                .filter(|commit| is_merged && !commit.is_empty()),
        })
    }

    fn account(&self, login: &str) -> Result<(Value, Value), ForgeError> {
        let login = segment(login);
        let user = self.0.find(&format!("users/{login}"))?.unwrap_or_default();
        let permission = self.0.find(&self.path(&format!("/collaborators/{login}/permission")))?;
        let permission = permission.unwrap_or_default().get("permission").cloned();
        let email = user.get("email").filter(|email| *email != "").cloned();
        Ok((email.unwrap_or_default(), permission.unwrap_or_default()))
    }
}

impl ForgeRepository for Github {
    fn client(&self) -> &ForgeClient {
        &self.0
    }

    fn own_login(&self) -> Result<String, ForgeError> {
        let query = json!({"query": "query { viewer { login } }"}).to_string();
        // A question, although it is sent.
        let arguments = ["api", "graphql", "--input", "-"];
        let read = |answer: &[u8]| {
            let login = text(&super::one(answer)?, "/data/viewer/login");
            if login.is_empty() { None } else { Some(login) }
        };
        self.0.call(&arguments, Some(query.as_bytes()), (super::Effect::Reads, true), &read)
    }

    fn comments(&self, request: u64) -> Result<Vec<ForgeText>, ForgeError> {
        let path = self.path(&format!("/issues/{request}/comments?per_page=100"));
        self.0.list(&path)?.iter().map(|value| self.read_text(value, "/id")).collect()
    }

    fn write_comment(&self, request: u64, over: Option<u64>, body: &str) -> Result<(), ForgeError> {
        let body = json!({ "body": body });
        match over {
            Some(id) => self.0.send("PATCH", &self.path(&format!("/issues/comments/{id}")), &body),
            None => self.0.send("POST", &self.path(&format!("/issues/{request}/comments")), &body),
        }
    }

    fn issues(&self, login: &str) -> Result<Vec<ForgeText>, ForgeError> {
        let login = segment(login);
        let path = self.path(&format!(
            "/issues?state=all&creator={login}&sort=created&direction=asc&per_page=100"
        ));
        let all = self.0.list(&path)?;
        let issues = all.iter().filter(|issue| issue.get("pull_request").is_none());
        issues.map(|issue| self.read_text(issue, "/number")).collect()
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
                let state = if is_open { "open" } else { "closed" };
                let body = json!({ "state": state, "body": body });
                self.0.send("PATCH", &self.path(&format!("/issues/{number}")), &body)
            }
            None => {
                self.0.send("POST", &self.path("/issues"), &json!({"title": title, "body": body}))
            }
        }
    }

    fn requests_of(&self, commit: &str) -> Result<Vec<ForgeRequest>, ForgeError> {
        let path = self.path(&format!("/commits/{commit}/pulls?per_page=100"));
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
        let of = |rest: &str| self.path(&format!("/pulls/{}{rest}", request.number));
        let whole = self.whole_request(request.number)?;
        let mut authors: Vec<Value> = Vec::new();
        let mut commits = self.0.list(&of("/commits?per_page=100"))?;
        let head = text(&whole, "/head/sha");
        let has_all_commits = commits.iter().any(|commit| text(commit, "/sha") == head);
        // A merge commit is made by the person who merged, and adds no content.
        if landing.author.is_some() {
            let path = self.path(&format!("/commits/{}", landing.oid));
            commits.push(self.0.get_if(&path, &|commit| has(commit, "/commit/author/email"))?);
        }
        for commit in &commits {
            let login = commit.pointer("/author/login").cloned().unwrap_or_default();
            authors.push(json!({"email": text(commit, "/commit/author/email"), "login": login}));
        }
        let mut reviews = Vec::new();
        let mut accounts: BTreeMap<String, (Value, Value)> = BTreeMap::new();
        for review in self.0.list(&of("/reviews?per_page=100"))? {
            let state = text(&review, "/state").to_ascii_lowercase().replace('_', "-");
            if state == "pending" {
                continue;
            }
            let login = review.pointer("/user/login").cloned().unwrap_or_default();
            let (email, permission) = match login.as_str() {
                // Who reviews a request again is asked for once.
                Some(login) => match accounts.get(login) {
                    Some(known) => known.clone(),
                    None => {
                        let account = self.account(login)?;
                        accounts.entry(login.to_owned()).or_insert(account).clone()
                    }
                },
                None => Default::default(),
            };
            let commit = review.get("commit_id").and_then(Value::as_str);
            reviews.push(json!({
                "login": login,
                "number": review.pointer("/user/id").cloned().unwrap_or_default(),
                "email": email,
                "permission": permission,
                "author_association": review.get("author_association"),
                "state": state,
                "commit": commit.unwrap_or(super::NO_COMMIT),
                "at": text(&review, "/submitted_at"),
                "url": text(&review, "/html_url"),
                "reason": review.get("body"),
            }));
        }
        let answer = json!({
            "pull_request": self.0.forge.request(request.number),
            "landing": landing.oid,
            "forge": self.0.host,
            "head": head,
            "opened_by": whole.pointer("/user/login"),
            "authors": authors,
            "reviews": reviews,
        });
        Ok(RequestReviews { answer, has_all_commits, undated: Vec::new() })
    }

    fn request_ref(&self, number: u64) -> String {
        format!("refs/pull/{number}/head")
    }

    fn start_merged(&self, number: u64, branch: &str) -> Result<(), ForgeError> {
        let path = self.path(&format!("/actions/workflows/{WORKFLOW}/dispatches"));
        let inputs = json!({"pull_request": number.to_string()});
        self.0.send("POST", &path, &json!({"ref": branch, "inputs": inputs}))
    }

    fn key_place(&self) -> Result<KeyPlace, ForgeError> {
        let path = self.path(&format!("/environments/{ENVIRONMENT}"));
        if self.0.find(&path)?.is_none() {
            return Ok(KeyPlace::Absent);
        }
        match self.0.find(&format!("{path}/secrets/{KEY_VARIABLE}")) {
            Ok(None) => Ok(KeyPlace::Empty),
            // A token that may not look at secrets does not show that the key is gone.
            Err(error) if !error.is_refusal() => Err(error),
            Ok(Some(_)) | Err(_) => Ok(KeyPlace::Filled),
        }
    }

    fn protect_key(&self, branches: &[String]) -> Result<Protection, ForgeError> {
        let path = self.path(&format!("/environments/{ENVIRONMENT}"));
        let policies = format!("{path}/deployment-branch-policies");
        match self.protect_environment(&path, &policies, branches) {
            Err(error) if error.is_refusal() => return Ok(Protection::Refused(error.to_string())),
            done => done?,
        }
        if self.0.dry_run {
            return Ok(Protection::Proven);
        }
        // A forge that ignores the setting stores the key for every branch.
        let now = self.0.get(&path)?;
        let is_custom = now.pointer("/deployment_branch_policy/custom_branch_policies");
        let mut listed: Vec<String> =
            self.policies(&policies)?.into_iter().map(|(_, name)| name).collect();
        listed.sort();
        let mut wanted = branches.to_vec();
        wanted.sort();
        match is_custom {
            Some(Value::Bool(true)) if listed == wanted => Ok(Protection::Proven),
            Some(Value::Bool(true)) if listed.is_empty() => Ok(Protection::Refused(format!(
                "the forge does not show the branches of the environment {ENVIRONMENT}"
            ))),
            _ => Ok(Protection::Refused(format!(
                "the environment {ENVIRONMENT} is open to other branches"
            ))),
        }
    }

    fn store_key(&self, key: &str) -> Result<(), ForgeError> {
        let repository = match self.0.host.as_str() {
            "github.com" => self.0.repository.clone(),
            host => format!("{host}/{}", self.0.repository),
        };
        let arguments =
            ["secret", "set", KEY_VARIABLE, "--env", ENVIRONMENT, "--repo", &repository];
        self.0.send_secret(&arguments, key)
    }

    fn protect_approvals(&self) -> Result<(), ForgeError> {
        let path = self.path("/rulesets");
        let rules = json!({
            "name": APPROVALS_BRANCH,
            "target": "branch",
            "enforcement": "active",
            "conditions": {"ref_name": {"include": [format!("refs/heads/{APPROVALS_BRANCH}")], "exclude": []}},
            "rules": [{"type": "deletion"}, {"type": "non_fast_forward"}],
        });
        let all = self.0.list(&format!("{path}?per_page=100"))?;
        let own = all.iter().find(|branch| text(branch, "/name") == APPROVALS_BRANCH);
        match own.and_then(|own| own.get("id")?.as_u64()) {
            Some(id) => self.0.send("PUT", &format!("{path}/{id}"), &rules),
            None => self.0.send("POST", &path, &rules),
        }
    }

    fn default_branch(&self) -> Result<String, ForgeError> {
        let is_named = |value: &Value| has(value, "/default_branch");
        Ok(text(&self.0.get_if(&self.path(""), &is_named)?, "/default_branch"))
    }
}

impl Github {
    /// Makes the environment, or keeps what is set there, for these branches alone.
    fn protect_environment(
        &self,
        path: &str,
        policies: &str,
        branches: &[String],
    ) -> Result<(), ForgeError> {
        let before = self.0.find(path)?.unwrap_or_default();
        let rules = before.get("protection_rules").and_then(Value::as_array);
        let rule =
            |kind: &str| rules.into_iter().flatten().find(|rule| text(rule, "/type") == kind);
        let mut settings = json!({
            "deployment_branch_policy": {"protected_branches": false, "custom_branch_policies": true}
        });
        if let Some(timer) = rule("wait_timer").and_then(|rule| rule.get("wait_timer")) {
            settings["wait_timer"] = timer.clone();
        }
        if let Some(needed) = rule("required_reviewers") {
            let reviewers = needed.get("reviewers").and_then(Value::as_array);
            settings["prevent_self_review"] =
                needed.get("prevent_self_review").cloned().unwrap_or(Value::Bool(false));
            settings["reviewers"] = reviewers
                .into_iter()
                .flatten()
                .map(|reviewer| json!({"type": reviewer.get("type"), "id": reviewer.pointer("/reviewer/id")}))
                .collect();
        }
        self.0.send("PUT", path, &settings)?;
        let listed = self.policies(policies)?;
        for (id, _) in listed.iter().filter(|(_, name)| !branches.contains(name)) {
            self.0.delete(&format!("{policies}/{id}"))?;
        }
        for branch in branches.iter().filter(|it| !listed.iter().any(|(_, name)| name == *it)) {
            self.0.send("POST", policies, &json!({"name": branch, "type": "branch"}))?;
        }
        Ok(())
    }

    /// Returns the branches of the environment, with their numbers; a tag's has no name here.
    fn policies(&self, path: &str) -> Result<Vec<(u64, String)>, ForgeError> {
        let Some(answer) = self.0.find(&format!("{path}?per_page=100"))? else {
            return Ok(Vec::new());
        };
        let listed = answer.get("branch_policies").and_then(Value::as_array);
        let mut policies = Vec::new();
        for policy in listed.ok_or_else(|| self.0.nonsense(path))? {
            let id = policy.get("id").and_then(Value::as_u64);
            let is_branch = policy.get("type").is_none_or(|kind| kind == "branch");
            let name = Some(text(policy, "/name")).filter(|_| is_branch).unwrap_or_default();
            policies.push((id.ok_or_else(|| self.0.nonsense(path))?, name));
        }
        Ok(policies)
    }
}
