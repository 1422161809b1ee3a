//! Compares what is in force with one version of the record.
//!
//! Start at [`Content::exceeded_by`].

use exledger::record::{Record, time};

use super::content::{
    ACTIONS, ALIASES, APPLICATION, CLASS, CLOSURE, CONTROLS, Content, FINDINGS, FIRED, MEASURES,
    NOT_WAIVED, RESOURCES, REVIEW_EVERY, RULE, START, TRIGGERS, USES,
};

impl Content {
    /// Returns how what is in force goes beyond this version, or `None`.
    ///
    /// A scope list must be absent or present just as in the approved version; with a later version that is not
    /// compared.
    pub(super) fn exceeded_by(&self, now: &Record, is_approved: bool) -> Option<String> {
        let mut wrong: Vec<&str> = Vec::new();
        let mut hold = |holds: bool, what: &'static str| {
            if !holds {
                wrong.push(what);
            }
        };
        let scope = now.scope.clone().unwrap_or_default();
        hold(time::not_after(&now.expires) <= self.not_after(), "end");
        let starts = now.starts.as_ref().map(|starts| starts.start().to_string());
        let own = match self.get(START) {
            0 => None,
            1 => Some("2026-11-21T00:00:00Z".to_owned()),
            _ => Some("2026-12-12T00:00:00Z".to_owned()),
        };
        hold(starts >= own, "start");
        let findings = scope.findings.map(|list| {
            let ids = list.into_iter().map(|finding| finding.id.unwrap_or_default());
            ids.collect::<Vec<String>>()
        });
        for (list, field, what) in [
            (&scope.resources, RESOURCES, "resources"),
            (&scope.actions, ACTIONS, "actions"),
            (&findings, FINDINGS, "findings"),
        ] {
            let within = match (list, self.items(field)) {
                (None, None) => true,
                (Some(_), None) | (None, Some(_)) => !is_approved,
                (Some(list), Some(own)) => list.iter().all(|item| own.contains(&item.as_str())),
            };
            hold(within, what);
        }
        let controls = now.deviates_from.controls.as_ref();
        let controls: Option<Vec<String>> =
            controls.map(|list| list.iter().map(ToString::to_string).collect());
        for (list, field, what) in
            [(&now.subject.aliases, ALIASES, "aliases"), (&controls, CONTROLS, "controls")]
        {
            let own = self.items(field).unwrap_or_default();
            let mut list = list.iter().flatten();
            hold(list.all(|item| own.contains(&item.as_str())), what);
        }
        wrong.extend(self.lacks(now));
        (!wrong.is_empty()).then(|| wrong.join(", "))
    }

    /// Returns the restrictions of this version that are missing from what is in force.
    fn lacks(&self, now: &Record) -> Vec<&'static str> {
        let mut wrong: Vec<&str> = Vec::new();
        let mut hold = |holds: bool, what: &'static str| {
            if !holds {
                wrong.push(what);
            }
        };
        let scope = now.scope.clone().unwrap_or_default();
        let kept = scope.not_waived.unwrap_or_default();
        let own = self.items(NOT_WAIVED).unwrap_or_default();
        hold(own.iter().all(|item| kept.iter().any(|other| other == item)), "not_waived");
        let measures: Vec<String> = now
            .compensating_controls
            .iter()
            .map(|control| format!("{} {}", control.id, control.status.as_str()))
            .collect();
        let own: &[&str] = match self.get(MEASURES) {
            1 => &["CC1 active", "CC2 active"],
            2 => &["CC2 active"],
            3 => &["CC1 withdrawn"],
            _ => &["CC1 active"],
        };
        hold(own.iter().all(|item| measures.iter().any(|it| it == item)), "compensating_controls");
        let has = |id: &str| now.triggers.iter().any(|trigger| trigger.id == id);
        hold(!matches!(self.get(TRIGGERS), 1 | 3) || has("T1"), "triggers");
        hold(!matches!(self.get(TRIGGERS), 2 | 3) || has("T2"), "triggers");
        let fired = |id: &str| now.fired.iter().any(|firing| firing.trigger == id);
        hold(self.get(FIRED) != 1 || fired("T1"), "fired");
        hold(self.get(FIRED) != 2, "revoked");
        let limit = now.uses.as_ref().map_or(u32::MAX, |uses| uses.limit);
        hold(limit <= [u32::MAX, 1, 5][usize::from(self.get(USES))], "uses");
        let every = now.review_every.map_or(i64::MAX, |term| term.seconds());
        let own = [i64::MAX, 14 * 86_400, 30 * 86_400][usize::from(self.get(REVIEW_EVERY))];
        hold(every <= own, "review_every");
        hold(self.get(CLOSURE) == 0, "closure");
        let application = now.subject.application.as_deref();
        let own = ["billing", "payroll"][usize::from(self.get(APPLICATION))];
        hold(application == Some(own), "application");
        let rule = now.deviates_from.rule.as_deref().map(|rule| rule.ends_with("key"));
        hold(rule == Some(self.get(RULE) == 1), "rule");
        hold((now.class.as_str() == "emergency") == (self.get(CLASS) == 1), "class");
        wrong
    }
}
