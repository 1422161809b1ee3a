//! A checkpoint: the state of the approved branch at a point in time, stored outside the branch; and where
//! a former tip is now.
//!
//! Pure. Start at [`Checkpoint`], which is written and read here, and [`stand`]. Follows `docs/spec/approval.md`, M6, and
//! `docs/spec/cli.md`, a checkpoint.

use serde_json::{Value, json};

use crate::history::mainline::Mainline;
use crate::history::objects::{Extent, Objects, Obstacle, Oid};
use crate::record::json;
use crate::record::time::Instant;

pub const SCHEMA: &str = "exledger/checkpoint/v1";

/// The maximum size of a checkpoint, in bytes.
pub const MOST_BYTES: u64 = 64 * 1024;

/// The state of the approved branch at a point in time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    /// The name of the ledger in its policy.
    pub ledger: Option<String>,
    /// The id of the first commit.
    pub root: String,
    pub reference: String,
    pub tip: String,
    /// The number of commits along first parents.
    pub mainline_commits: u64,
    /// The tree of the record folder at the tip; `None` without one.
    pub ledger_tree: Option<String>,
    /// The tip of the approvals branch; `None` if the clone has none.
    pub approvals: Option<String>,
    /// When it was taken, by the clock of the person who took it.
    pub at: Instant,
}

/// Where a former tip is relative to the current one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Stand {
    /// On the first-parent chain, at this position.
    OnChain(usize),
    /// Among the ancestors of the tip, but not on the first-parent chain.
    Beside,
    /// Present, but no ancestor of the tip.
    Apart,
    /// Missing from a clone that should be complete.
    Missing,
    Undetermined(Obstacle),
}

/// Why a file is not a checkpoint.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CheckpointError {
    #[error("it is not JSON")]
    NotJson,
    /// The key that is missing or invalid.
    #[error("its `{0}` is missing or invalid")]
    Key(&'static str),
}

impl Checkpoint {
    pub fn read(bytes: &[u8]) -> Result<Checkpoint, CheckpointError> {
        let value = json::value(bytes).map_err(|_| CheckpointError::NotJson)?;
        let text = |key: &'static str| {
            let text = value.get(key).and_then(Value::as_str);
            text.map(str::to_owned).ok_or(CheckpointError::Key(key))
        };
        if text("schema")? != SCHEMA {
            return Err(CheckpointError::Key("schema"));
        }
        let oid = |key: &'static str| {
            let text = text(key)?;
            Oid::from_hex(&text).map(|_| text).ok_or(CheckpointError::Key(key))
        };
        Ok(Checkpoint {
            ledger: text("ledger").ok(),
            root: oid("root")?,
            reference: text("ref")?,
            tip: oid("tip")?,
            mainline_commits: value
                .get("mainline_commits")
                .and_then(Value::as_u64)
                .ok_or(CheckpointError::Key("mainline_commits"))?,
            ledger_tree: text("ledger_tree").ok(),
            approvals: match value.get("approvals") {
                None | Some(Value::Null) => None,
                Some(_) => Some(oid("approvals")?),
            },
            at: Instant::parse(&text("at")?).ok_or(CheckpointError::Key("at"))?,
        })
    }

    pub fn text(&self) -> String {
        let value = json!({
            "schema": SCHEMA,
            "ledger": self.ledger,
            "root": self.root,
            "ref": self.reference,
            "tip": self.tip,
            "mainline_commits": self.mainline_commits,
            "ledger_tree": self.ledger_tree,
            "approvals": self.approvals,
            "at": self.at,
        });
        format!("{value:#}\n")
    }

    /// Returns how the checkpoint differs from the mainline at its position, as text; `None` if it agrees.
    pub fn contradicted(&self, mainline: &Mainline, position: usize) -> Option<String> {
        if mainline.boundary.is_some() {
            return None;
        }
        let root = mainline.landings.first().map(|landing| landing.oid.to_string());
        if root.as_deref() != Some(&self.root) {
            return Some(format!("the checkpoint gives {} as the first commit", self.root));
        }
        let n_commits = u64::try_from(position).unwrap_or(u64::MAX).saturating_add(1);
        (n_commits != self.mainline_commits).then(|| {
            format!(
                "the checkpoint counts {} first-parent commits, but there are {n_commits}",
                self.mainline_commits
            )
        })
    }
}

/// Returns where a former tip of the approved branch is now (M6). `is_ancestor` tells whether the
/// current tip can reach it.
pub fn stand(
    mainline: &Mainline,
    is_ancestor: &dyn Fn(Oid) -> bool,
    objects: &dyn Objects,
    commit: Oid,
) -> Stand {
    if let Some(position) = mainline.position(commit) {
        return Stand::OnChain(position);
    }
    // Beyond the end of a clone it may be anywhere.
    if let Some(boundary) = &mainline.boundary {
        return Stand::Undetermined(boundary.clone());
    }
    if is_ancestor(commit) {
        return Stand::Beside;
    }
    match objects.read(commit) {
        Ok(_) => Stand::Apart,
        Err(Obstacle::Missing { extent: Extent::Full, .. }) => Stand::Missing,
        Err(obstacle) => Stand::Undetermined(obstacle),
    }
}
