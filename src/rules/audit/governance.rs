//! The audit of the governance files: each version of each of them, judged by the state before it.
//!
//! Uses history, approval, the rules. Pure. Start at [`Audit::governance`]. Follows `docs/spec/approval.md`, G2.

use crate::approval::loosened;
use crate::diag::{Finding, Level};
use crate::history::version::Change;
use crate::rules::audit::Audit;
use crate::rules::case::Subject;
use crate::rules::landed::{AtTip, Healed, Landed, Matter};
use crate::rules::lint;

impl Audit<'_> {
    /// Returns the findings about the governance files.
    pub fn governance(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        for (path, trail) in &self.history.governance {
            let verdicts = self.approvals.governance.get(path);
            let verdicts = verdicts.map_or(&[][..], Vec::as_slice);
            for (index, (version, verdict)) in trail.versions.iter().zip(verdicts).enumerate() {
                let Some(landing) = self.history.mainline.landings.get(version.landing) else {
                    continue;
                };
                let law = self.history.states.before(version.landing);
                let healed = verdicts.iter().skip(index + 1).any(loosened::by_others);
                let last = index + 1 == trail.versions.len();
                let landed = Landed {
                    matter: Matter::Governance,
                    path,
                    id: None,
                    version,
                    record: None,
                    before: None,
                    verdict,
                    landing,
                    law,
                    self_approval: law.governance.policy.approval.self_approval,
                    after: self.history.states.at(version.landing),
                    today: self.governance,
                    approved: None,
                    at_tip: if last { AtTip::Yes } else { AtTip::No },
                    level: if healed { Level::Warning } else { Level::Error },
                    healed: if healed { Healed::Yes } else { Healed::No },
                    closing: None,
                    loosened: &[],
                    signatures: self.signatures(version.landing),
                    urgent: None,
                };
                if version.change != Change::Inherited {
                    let known = self.known(&law.governance, landing.effective);
                    findings.extend(lint::audit(Subject::Landed(&landed), &known, |_| true));
                }
            }
        }
        findings
    }
}
