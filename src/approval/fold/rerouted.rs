//! What commits off the line, and files that went from beside others, mean for the versions of a trail.
//!
//! Pure. Start at `TrailEvaluator::bar_older`. Follows `docs/spec/approval.md`, M5, V3 and V7b.

use crate::approval::count::requirement;
use crate::approval::fold::trail::{TrailEvaluator, TrailKind, VersionStep};
use crate::approval::put_back;
use crate::history::off_line::Lost;
use crate::history::taken::OffLine;
use crate::history::version::Version;
use crate::record::time::Instant;

impl<'a> TrailEvaluator<'a> {
    /// Ends the support of statements from before a commit off the line took something away (M5), or its file went (V3).
    pub(crate) fn bar_older(&mut self, version: &Version) {
        let own = version.taken_away().map_or(Instant::MIN, |taken| taken.at);
        let bar = self.off_line().map(|off_line| off_line.bar(version, self.trail));
        let bar = bar.unwrap_or(Instant::MIN);
        let landing = self.context.history.mainline.landings.get(version.landing);
        if let Some(landing) = landing.filter(|_| version.is_left_over()) {
            self.series.end_support(landing.effective);
        }
        if !put_back::A3 {
            self.series.end_support(bar.max(own));
        }
    }

    fn off_line(&self) -> Option<&'a OffLine> {
        let history = self.context.history;
        match self.of {
            TrailKind::Record => history.off_line.get(&self.trail.key),
            TrailKind::Governance(path) => history.off_line_rules.get(path),
        }
    }

    /// Tells whether an earlier merge brought a commit that took something away after a version was approved, or left out an approval
    /// file of the record: the version's approval is from before that.
    pub(super) fn is_barred_since(&self, approved: usize, landing: usize) -> bool {
        let Some(approved) = self.trail.versions.get(approved) else { return false };
        let between = approved.landing + 1..landing;
        let is_barred = |off_line: &OffLine| off_line.bars_within(between.clone(), self.trail);
        // What it approved may have taken something away, whoever landed that text.
        let mut approvals =
            self.context.history.approvals.iter().filter(|approval| approval.is_off_line);
        let lacks_approval = approvals
            .any(|change| between.contains(&change.landing) && change.record() == self.trail.key);
        !put_back::A3 && (lacks_approval || self.off_line().is_some_and(is_barred))
    }

    /// Tells whether a version only stands there for what a merge left out, and a put-back hole hides that.
    pub(super) fn is_hidden(&self, index: usize) -> bool {
        let Some(version) = self.trail.versions.get(index) else { return false };
        match version.taken_away().map(|taken| taken.by) {
            Some(Lost::Merge(landing, _)) => {
                let merge = self.context.history.mainline.landings.get(landing);
                let is_parent =
                    merge.is_some_and(|merge| merge.parents.contains(&version.commit.oid));
                put_back::A3 || put_back::N2 && !is_parent
            }
            Some(Lost::Tip(_)) => false,
            None => {
                version.is_brought_back()
                    && index.checked_sub(1).is_some_and(|before| self.is_hidden(before))
            }
        }
    }

    pub(super) fn is_off_line(&self, index: usize) -> bool {
        self.trail.versions.get(index).is_some_and(|version| version.taken_away().is_some())
    }

    pub(super) fn follows_off_line(&self, step: &VersionStep) -> bool {
        step.index.checked_sub(1).is_some_and(|before| self.is_off_line(before))
    }

    /// Tells whether a merge says no more than the line did before commits off it took something away: moved, in another
    /// layout, or with what V9 adds.
    pub(super) fn brings_back(&self, step: &VersionStep) -> bool {
        let stood = (0..step.index).rev().find(|index| !self.is_off_line(*index));
        let Some(stood) = stood.filter(|_| self.follows_off_line(step)) else {
            return step.version.is_brought_back();
        };
        let blobs =
            |version: &Version| version.files.iter().map(|file| file.blob).collect::<Vec<_>>();
        let before = self.trail.versions.get(stood).map(blobs);
        let both = self.record(Some(stood)).zip(step.record);
        before == Some(blobs(step.version))
            || both.is_some_and(|(before, after)| requirement::only_adds(before, after))
    }
}
