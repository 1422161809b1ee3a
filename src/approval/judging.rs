//! The verdicts on all records, by governance that is judged already.
//!
//! Uses history, `approval`'s governance, signatures, files and fold. Pure. Start at [`by`].

use crate::approval::approvals::Approvals;
use crate::approval::counted::CountedGovernance;
use crate::approval::fold::{self, Court, Of};
use crate::approval::law::{Laws, Ruled};
use crate::approval::seals::Seals;
use crate::approval::spoken::files::Said;
use crate::approval::verdict::Verdict;
use crate::history::walked::History;

/// Judges every version of every record by governance that is judged already.
pub fn by(history: &History, counted: CountedGovernance) -> Approvals {
    let mut approvals = Approvals::default();
    {
        let laws = Laws::of(Ruled {
            counted: &counted.states,
            approved: &counted.approved,
            landed: &history.states,
            later: &counted.later,
        });
        let seals = Seals::new(history, &laws);
        let mut said = Said::of(history, &laws, &|_| true);
        let court = Court {
            history,
            laws: &laws,
            seals: &seals,
        };
        for (key, trail) in &history.trails {
            let words = said.records.remove(key).unwrap_or_default();
            let verdicts = fold::trail(court, Of::Record, trail, words);
            let verdicts = verdicts.into_iter().map(Verdict::kept).collect();
            approvals.trails.insert(key.clone(), verdicts);
        }
        approvals.files = said.filed;
        approvals.signatures = seals.looked();
    }
    approvals
        .signatures
        .extend(counted.signatures.iter().cloned());
    approvals
        .signatures
        .sort_by_key(|it| (it.landing, it.of, it.commit));
    approvals.signatures.dedup();
    approvals.counted = counted;
    approvals
}
