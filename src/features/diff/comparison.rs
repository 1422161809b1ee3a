//! Compares a branch with its target: the files that differ, their authors, and what of it is approved.
//!
//! Start at [`Comparer::compare`].

use crate::approval;
use crate::approval::TrailVerdicts;
use crate::features::diff::authors::{Authorship, how};
use crate::features::diff::compared::{Compared, Entry, ProposedState};
use crate::features::diff::redesigns::{plan_redesigns, redesign_folders};
use crate::features::diff::uncounted::UncountedFiles;
use crate::history::branch::Branch;
use crate::history::chain::Chain;
use crate::history::folder::Mode;
use crate::history::folders::{ComparisonJob, FileChange, FolderComparison, RecordSearch};
use crate::history::governance::GovernanceOrigin;
use crate::history::objects::{Oid, OidMap};
use crate::history::paths::LedgerPrefix;
use crate::history::refs::ApprovedRef;
use crate::history::tree::CommitTree;
use crate::history::version::TrailKey;
use crate::history::walked::History;
use crate::history::watched_paths::{Interest, RecordFilter};
use crate::history::{chain, walk};
use crate::ledger::Files;
use crate::ledger::tree::Tree;
use crate::policy;
use crate::policy::governance::{Governance, State};
use crate::policy::people;
use crate::policy::redesign::Redesign;
use crate::record::time::Instant;
use crate::rules::change_cases::GovernanceChange;
use crate::session::error::Undetermined;
use crate::session::locate::above::{self, PolicyReader};
use crate::session::mainline::{read_approvals, read_notes};
use crate::session::snapshot::nearby::{self, FormerSearch, NeighbourSearch};
use crate::store::git::Repository;
use crate::store::git::indexed::IndexedObjects;
use crate::survey::approved_state::ApprovedState;
use crate::survey::branch::{self, Candidates, Delta, LedgerSide};
use crate::survey::neighbour::Neighbours;
use crate::survey::redesign::RedesignHistory;
use std::cell::OnceCell;
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

pub(crate) struct Comparer<'h> {
    pub(crate) repository: &'h Repository,
    pub(crate) prefix: LedgerPrefix,
    pub(crate) chosen: ApprovedRef,
    pub(crate) now: Instant,
    pub(crate) on: Option<Instant>,
    pub(crate) chain: OnceCell<Chain>,
    pub(crate) past: OnceCell<(History, TrailVerdicts)>,
    pub(crate) indexed: IndexedObjects<'h>,
}

/// The records that differ, by the governance of both sides.
struct ComparedRecords {
    governance: [Rc<Governance>; 2],
    named: Files,
    deltas: Vec<Delta>,
    /// Those like them, once their history is read along with everything else.
    similar: Option<SimilarRecords>,
}

impl ComparedRecords {
    /// Tells whether other rules let the same records differ, and find the same like them.
    fn is_same_under(&self, states: &[Rc<Governance>; 2]) -> bool {
        let mut pairs = self.governance.iter().zip(states);
        pairs.all(|(own, other)| nearby::compare_alike(own, other))
    }
}

struct SimilarRecords {
    keys: Vec<TrailKey>,
    /// The redesigns whose records are among them.
    redesigns: Vec<Rc<Redesign>>,
}

impl Comparer<'_> {
    pub(super) fn past(&self) -> Result<&(History, TrailVerdicts), Undetermined> {
        if let Some(past) = self.past.get() {
            return Ok(past);
        }
        let read = self.past_of(&RecordFilter::default(), None)?;
        Ok(self.past.get_or_init(|| read))
    }

    fn past_of(
        &self,
        few: &RecordFilter,
        search: Option<RecordSearch<'_>>,
    ) -> Result<(History, TrailVerdicts), Undetermined> {
        let mut chain = self.chain()?.clone();
        chain.others.noted = above::noted(&self.prefix, &[]);
        let few = (few, search);
        let mut history = self.indexed.read_with(|objects| {
            walk::walk_named(objects, chain.clone(), &self.prefix, None, few)
        })?;
        read_notes(self.repository, &mut history, None);
        // A policy that nobody above approved is compared as if it counted: that says nothing about what is in force.
        history.begins = self.policies().begin(&history)?.unwrap_or_default();
        history.check_complete()?;
        let approvals = approval::judge(&history);
        Ok((history, approvals))
    }

    pub(super) fn chain(&self) -> Result<&Chain, Undetermined> {
        if let Some(chain) = self.chain.get() {
            return Ok(chain);
        }
        let mut read = chain::walk(self.repository, &self.chosen, self.now)?;
        let present = (self.now, false);
        read.approvals = read_approvals(self.repository, &self.chosen, &read, present)?;
        Ok(self.chain.get_or_init(|| read))
    }

    fn policies(&self) -> PolicyReader<'_> {
        PolicyReader::new(self.repository, &self.chosen, self.now, usize::MAX)
    }

    /// Leaves out the policies of folders beside the ledger, and of those below it that count and so govern themselves.
    fn without_other_policies(
        &self,
        rulings: Vec<branch::Ruling>,
        named: &BTreeSet<String>,
    ) -> Result<Vec<branch::Ruling>, Undetermined> {
        let policies = self.policies();
        let named: BTreeSet<String> = named.iter().map(|path| self.prefix.plain(path)).collect();
        let mut known: BTreeMap<String, bool> = BTreeMap::new();
        let mut kept = Vec::new();
        for ruling in rulings {
            let folder =
                ruling.path.strip_suffix(policy::FILE).map(|folder| folder.trim_end_matches('/'));
            let folder =
                folder.filter(|folder| !folder.is_empty() && !named.contains(&ruling.path));
            let is_kept = match folder {
                None => true,
                Some(folder) if folder.split('/').any(|part| part == "..") => false,
                Some(folder) => match known.get(folder) {
                    Some(is_kept) => *is_kept,
                    None => {
                        let outward = self.prefix.outward(folder).unwrap_or_default().join("/");
                        let is_kept = !policies.counts(&LedgerPrefix::new(&outward))?;
                        known.insert(folder.to_owned(), is_kept);
                        is_kept
                    }
                },
            };
            kept.extend(is_kept.then_some(ruling));
        }
        Ok(kept)
    }

    /// Returns the governance that counts after a commit, otherwise that of its tree, or the nearest earlier readable one.
    fn state(&self, commit: Oid) -> Result<Rc<Governance>, Undetermined> {
        let tree = self.tree(commit)?;
        let own = Governance::read(&tree)?;
        if let Some(counted) = self.counted(commit)? {
            return Ok(counted);
        }
        if own.state == State::Sound {
            return Ok(Rc::new(own));
        }
        let (history, _) = self.past()?;
        Ok(match history.landed.get(&commit) {
            Some(landing) => Rc::clone(&history.states.at(*landing).governance),
            None if own.state == State::Absent => Rc::new(own),
            None => Rc::clone(&history.states.at(usize::MAX).governance),
        })
    }

    /// Returns the governance that counts after a commit; `None` off the approved ref, and if it can't be determined.
    fn counted(&self, commit: Oid) -> Result<Option<Rc<Governance>>, Undetermined> {
        let Some(landing) = self.landing(commit)? else {
            return Ok(None);
        };
        let (_, approvals) = self.past()?;
        let state = approvals.counted.states.at(landing);
        Ok(Some(Rc::clone(&state.governance)))
    }

    fn uncounted(&self, commit: Oid) -> Result<UncountedFiles, Undetermined> {
        let Some(landing) = self.landing(commit)? else {
            return Ok(UncountedFiles::default());
        };
        let (history, approvals) = self.past()?;
        Ok(UncountedFiles::of(history, &approvals.counted, landing))
    }

    // Returns the governance files at a commit of the approved ref whose text counts after it.
    fn counted_files(
        &self,
        commit: Oid,
        governance: &Governance,
    ) -> Result<BTreeMap<String, Option<Oid>>, Undetermined> {
        let uncounted = self.uncounted(commit)?;
        let paths = governance.paths().into_iter().map(|path| self.prefix.plain(&path));
        self.landed_files(commit, paths.filter(|path| !uncounted.has(path)))
    }

    // Returns some files at a commit of the approved ref, each as it is there; of another commit nothing has landed.
    pub(super) fn landed_files(
        &self,
        commit: Oid,
        paths: impl Iterator<Item = String>,
    ) -> Result<BTreeMap<String, Option<Oid>>, Undetermined> {
        let mut landed = BTreeMap::new();
        if self.landing(commit)?.is_none() {
            return Ok(landed);
        }
        let tree = self.tree(commit)?;
        for path in paths {
            match tree.entry(&path)? {
                Some((Mode::File, blob)) => landed.insert(path, Some(blob)),
                Some(_) => continue,
                None => landed.insert(path, None),
            };
        }
        Ok(landed)
    }

    /// Returns which landing a commit of the approved ref is, if the governance that counts after it can be determined.
    pub(super) fn landing(&self, commit: Oid) -> Result<Option<usize>, Undetermined> {
        let (history, approvals) = self.past()?;
        let landing = history.mainline.position(commit);
        Ok(landing.filter(|landing| {
            let state = approvals.counted.states.at(*landing);
            matches!(state.origin, GovernanceOrigin::Own(_) | GovernanceOrigin::Earlier(_))
        }))
    }

    /// Tells whether no policy counted up to a commit of the approved ref: the first one counts for what lands with it, too.
    fn had_no_policy(&self, commit: Oid) -> Result<bool, Undetermined> {
        let (history, approvals) = self.past()?;
        let landing = history.mainline.position(commit);
        let origin = landing.map(|landing| approvals.counted.states.at(landing).origin.clone());
        Ok(origin == Some(GovernanceOrigin::Defaults))
    }

    fn cast(&self, onto: Oid, branch: Option<&str>) -> Result<Authorship, Undetermined> {
        let onto = self.state(onto)?;
        let (name, email) = self.repository.user();
        let worker = email.map(|email| {
            let name = name.unwrap_or_default();
            people::identify(&onto, &name, &email)
        });
        let branch = branch.map(str::to_owned);
        let judging = Rc::clone(&onto);
        Ok(Authorship { onto, judging, worker, branch, only_listed: OnceCell::new() })
    }

    pub(super) fn tree(&self, commit: Oid) -> Result<CommitTree<'_>, Undetermined> {
        Ok(CommitTree::of_commit(self.repository, commit, &self.prefix)?)
    }

    fn branch(&self, onto: Oid, parents: &[Oid]) -> Result<Branch, Undetermined> {
        let branch = Branch::of_parents(self.repository, onto, parents)?;
        let branch =
            branch.ok_or_else(|| Undetermined::other("there is no commit", "commit first"))?;
        match branch.truncated.clone() {
            Some(missing) => Err(missing.into()),
            None => Ok(branch),
        }
    }

    /// Returns where a branch started; of several merge bases the one that landed last.
    fn base(&self, onto: Oid, branch: &Branch) -> Result<Oid, Undetermined> {
        if let [only] = branch.bases.as_slice() {
            return Ok(*only);
        }
        let (history, _) = self.past()?;
        let landed = |oid: &Oid| history.landed.get(oid).copied();
        let base = branch.bases.iter().copied().max_by_key(landed);
        let extent = || self.repository.extent();
        base.ok_or_else(|| Undetermined::NothingInCommon { onto, extent: extent() })
    }

    /// Compares a state with the commit where it will land; based on several `parents` in the middle of a merge.
    pub(crate) fn compare(
        &self,
        onto: Oid,
        parents: &[Oid],
        proposed: ProposedState<'_>,
    ) -> Result<Compared, Undetermined> {
        let branch = self.branch(onto, parents)?;
        let (base, head) = (self.base(onto, &branch)?, branch.tip.oid);
        let tried = self.try_landed(base, proposed)?;
        let mut cast = self.cast(onto, proposed.branch)?;
        let before = self.state(base)?;
        let uncounted = self.uncounted(base)?;
        let governance = uncounted.governance(&before, proposed)?;
        let is_first = self.had_no_policy(onto)? && governance.state == State::Sound;
        if is_first {
            cast.judging = Rc::clone(&governance);
        }
        let proposed = ProposedState { governance: &governance, ..proposed };
        let states = [Rc::clone(&before), Rc::clone(&governance)];
        let folders = record_folders(&states);
        let ComparedRecords { named, deltas, similar, .. } = match tried {
            Some(tried) if tried.is_same_under(&states) => tried,
            _ => self.records(base, states, proposed)?,
        };
        let states = [&*before, &*cast.onto, proposed.governance];
        let mut governance_paths: BTreeSet<String> =
            states.into_iter().flat_map(Governance::paths).collect();
        let planned = redesign_folders(states.into_iter());
        let landed = self.counted_files(onto, &cast.onto)?;
        let (commits, mut brought) = branch::collect_commits(
            self.repository,
            &self.prefix,
            &branch,
            [&folders, &planned],
            governance_paths.iter().cloned(),
            &landed,
            &|tree| uncounted.read(tree),
        )?;
        let ruled = self.without_other_policies(branch::rulings(&commits), &governance_paths)?;
        let governors = find_governors(&ruled, &cast.onto);
        let by_branch = brought.iter().flat_map(|state| state.paths());
        let ruling: BTreeSet<String> = by_branch.chain(governance_paths.iter().cloned()).collect();
        let ruled = self.of_policy(branch::without_landed(ruled, &landed), &planned, &ruling);
        let mut rulings: Vec<GovernanceChange> = ruled.map(|ruling| cast.ruling(ruling)).collect();
        governance_paths.extend(rulings.iter().map(|ruling| ruling.path.clone()));
        let mut loose = BTreeSet::new();
        if proposed.commit.is_none() {
            let paths: Vec<String> = governance_paths.iter().cloned().collect();
            loose = self.uncommitted(&self.prefix, parents, &folders)?.into_keys().collect();
            loose.extend(proposed.instead.iter().cloned());
            rulings.extend(self.uncommitted_rules(&cast, parents, proposed, &paths)?);
        }
        uncounted.find_inherited(&mut rulings, proposed.tree)?;
        if !rulings.is_empty() {
            brought.push(Rc::new(proposed.governance.clone()));
        }
        let (redesigns, changed) = self.redesigns(base, proposed)?;
        let worker = cast.worker.as_ref().filter(|_| proposed.commit.is_none());
        let planned = plan_redesigns(changed, &governors, worker, &cast.onto);
        let until = self.until(head)?;
        let entry = |delta: Delta, landed| cast.entry(delta, landed, &commits, &loose);
        let differing = (deltas, similar, [&*before, proposed.governance]);
        let (entries, neighbours) = self.entries(differing, &redesigns, until, &entry)?;
        let taken = self.taken(base, &commits, &entries, proposed)?;
        let mut compared = Compared {
            taken,
            base,
            head,
            target: onto,
            onto: Rc::clone(&cast.judging),
            is_first,
            entries,
            rulings,
            workflows: self.workflows(&cast, (onto, &branch), parents, proposed)?,
            governors,
            before,
            brought,
            wrong_graph: self.indexed.disagrees.get(),
            uncounted: uncounted.still_in(proposed.tree)?,
            governance: Rc::clone(&governance),
            odd: self.odd(base, named)?,
            neighbours,
            redesigns,
            planned,
            until,
        };
        self.find_standing(&mut compared, proposed, worker)?;
        Ok(compared)
    }

    /// Returns the entries of the records that differ, and the landed records to compare these with; `None` if none differs.
    fn entries(
        &self,
        (deltas, similar, governance): (Vec<Delta>, Option<SimilarRecords>, [&Governance; 2]),
        redesigns: &[RedesignHistory],
        until: Instant,
        entry: &dyn Fn(Delta, ApprovedState) -> Entry,
    ) -> Result<(Vec<Entry>, Option<Neighbours>), Undetermined> {
        if deltas.is_empty() {
            return Ok((Vec::new(), None));
        }
        let counted = redesigns.iter().filter_map(|redesign| redesign.counted.as_ref());
        let search = NeighbourSearch::of(&deltas, governance)
            .with_redesigns(counted.map(|counted| &counted.redesign));
        let further;
        let ((history, approvals), similar) = match similar {
            Some(similar) if search.is_within(&similar.redesigns) => (self.past()?, similar.keys),
            _ => {
                further = self.past_of_similar(&deltas, &search)?;
                (&further.0, further.1)
            }
        };
        let stems = deltas.iter().map(|it| it.key.as_str());
        let counted = &approvals.counted.tip;
        let hidden = nearby::hidden(similar.iter(), history);
        let neighbours = Neighbours {
            redesigns: redesigns.to_vec(),
            further_ids: nearby::known(stems, history),
            all: nearby::landed(similar.iter(), history, approvals, counted),
            until,
        };
        let entries = deltas.into_iter().map(|delta| {
            let mut landed = ApprovedState::from_history(history, approvals, &delta.key);
            landed.hidden = hidden.clone().filter(|_| nearby::asks_for_similar(&delta));
            entry(delta, landed)
        });
        Ok((entries.collect(), Some(neighbours)))
    }

    /// Compares by the governance that landed, and reads the past of the records that differ with that of everything else: what
    /// landed nearly always counts.
    fn try_landed(
        &self,
        base: Oid,
        proposed: ProposedState<'_>,
    ) -> Result<Option<ComparedRecords>, Undetermined> {
        let states = [Governance::read(&self.tree(base)?)?, proposed.governance.clone()];
        if states.iter().any(|it| it.state != State::Sound) {
            return Ok(None);
        }
        let mut tried = self.records(base, states.map(Rc::new), proposed)?;
        if !tried.deltas.is_empty() {
            let [before, after] = &tried.governance;
            let stated = self.stated_redesigns(proposed)?;
            let search =
                NeighbourSearch::of(&tried.deltas, [before, after]).with_redesigns(stated.iter());
            let (past, keys) = self.past_of_similar(&tried.deltas, &search)?;
            self.past.get_or_init(|| past);
            tried.similar = Some(SimilarRecords { keys, redesigns: search.into_redesigns() });
        }
        Ok(Some(tried))
    }

    /// Returns the past of the records that differ, and of those that are or were similar to one of them; and the latter's keys.
    fn past_of_similar(
        &self,
        deltas: &[Delta],
        search: &NeighbourSearch<'_>,
    ) -> Result<((History, TrailVerdicts), Vec<TrailKey>), Undetermined> {
        let mut similar = search.among(&self.tree(self.chosen.tip)?)?;
        let mut names: BTreeSet<String> = deltas.iter().map(|it| it.key.clone()).collect();
        names.extend(similar.iter().cloned());
        let few = RecordFilter::of(names);
        let matches = |path: &str, bytes: &[u8]| search.matched(path, bytes).is_some();
        let former = FormerSearch::new(self.repository, &matches);
        let name = |change: &FileChange| former.name(change);
        let further = RecordSearch { folders: &search.folders(), name: &name };
        let further = Some(further).filter(|_| !search.is_empty());
        let past = self.past_of(&few, further)?;
        similar.extend(former.found.into_inner());
        let similar = similar.into_iter().map(TrailKey::Id).collect();
        Ok((past, similar))
    }

    /// Returns the end of the windows: the instant in question, otherwise the committer time of the head.
    fn until(&self, head: Oid) -> Result<Instant, Undetermined> {
        if let Some(instant) = self.on {
            return Ok(instant);
        }
        let head = chain::read(self.repository, head)?;
        Ok(head.committed().unwrap_or(self.now))
    }

    /// Returns the records that differ from where the branch started.
    fn records(
        &self,
        base: Oid,
        governance: [Rc<Governance>; 2],
        proposed: ProposedState<'_>,
    ) -> Result<ComparedRecords, Undetermined> {
        let tree = self.tree(base)?;
        let [own, other] = governance.each_ref().map(|it| &it.policy.records);
        let named = Files::list(proposed.tree, other)?;
        let folders = record_folders(&governance);
        let mut paths = match proposed.commit {
            None => self.loose(base, &folders)?,
            Some(commit) => self.differing(base, commit, &folders)?,
        };
        paths.extend(proposed.instead.iter().cloned());
        let candidates = if own == other { Candidates::Among(&paths) } else { Candidates::All };
        let files = if paths.is_empty() && own == other {
            Files::default()
        } else {
            Files::list(&tree, own)?
        };
        let old = LedgerSide { tree: &tree, files: &files };
        let new = LedgerSide { tree: proposed.tree, files: &named };
        let deltas = branch::deltas(old, new, candidates)?;
        Ok(ComparedRecords { deltas, governance, named, similar: None })
    }

    /// Returns the paths that are named like a record and are not files, but were something else, or did not
    /// exist, where the branch started.
    fn odd(&self, base: Oid, named: Files) -> Result<Files, Undetermined> {
        let tree = self.tree(base)?;
        let mut odd = Vec::new();
        for item in named.odd {
            if tree.kind(&item.path)? != Some(item.kind) {
                odd.push(item);
            }
        }
        Ok(Files { records: Vec::new(), odd })
    }

    fn loose(&self, from: Oid, places: &[String]) -> Result<BTreeSet<String>, Undetermined> {
        let loose = self.repository.loose(Some(from), &self.prefix, places)?;
        Ok(loose.into_iter().map(|file| file.path).collect())
    }

    pub(super) fn uncommitted(
        &self,
        prefix: &LedgerPrefix,
        parents: &[Oid],
        places: &[String],
    ) -> Result<BTreeMap<String, bool>, Undetermined> {
        let mut uncommitted: Option<BTreeMap<String, bool>> = None;
        for parent in parents {
            let loose = self.repository.loose(Some(*parent), prefix, places)?;
            let mut loose: BTreeMap<String, bool> =
                loose.into_iter().map(|file| (file.path, file.file.is_some())).collect();
            if let Some(before) = &uncommitted {
                loose.retain(|path, _| before.contains_key(path));
            }
            uncommitted = Some(loose);
        }
        Ok(uncommitted.unwrap_or_default())
    }

    fn differing(
        &self,
        from: Oid,
        to: Oid,
        folders: &[String],
    ) -> Result<BTreeSet<String>, Undetermined> {
        let interest = Interest::new(&self.prefix, folders);
        let tree = |oid| chain::read(self.repository, oid).map(|commit| commit.tree);
        let job = ComparisonJob {
            pair: 0,
            old: Some(tree(from)?),
            new: Some(tree(to)?),
            others: Box::default(),
        };
        let mut folders = FolderComparison::new(self.repository, &self.prefix, OidMap::default());
        folders.run(interest.top(), vec![job]);
        match folders.obstacles.pop_first() {
            Some((_, missing)) => Err(missing.into()),
            None => {
                let changes = folders.changes.into_iter().flatten();
                Ok(changes.map(|change| change.path.to_string()).collect())
            }
        }
    }

    fn uncommitted_rules(
        &self,
        cast: &Authorship,
        parents: &[Oid],
        ProposedState { tree, instead, .. }: ProposedState<'_>,
        paths: &[String],
    ) -> Result<Vec<GovernanceChange>, Undetermined> {
        let Some(head) = parents.first() else { return Ok(Vec::new()) };
        let committed = self.tree(*head)?;
        let bytes = |tree: &dyn Tree, path: &str| tree.bytes(path);
        let mut found = Vec::new();
        let mut changed = self.uncommitted(&self.prefix, parents, paths)?;
        changed.extend(instead.iter().map(|path| (path.clone(), true)));
        for path in changed.into_keys().filter(|path| paths.contains(path)) {
            if bytes(&committed, &path)? == bytes(tree, &path)? {
                continue;
            }
            let there = [bytes(&committed, &path)?.is_some(), bytes(tree, &path)?.is_some()];
            found.push(GovernanceChange {
                commit: None,
                author: cast.worker.as_ref().map(|worker| worker.email.clone()),
                path,
                branch: cast.branch.clone(),
                how: how(there),
                is_first: cast.is_first(),
                only_listed: cast.worker.as_ref().and_then(|worker| cast.only_listed(worker)),
                inherited: Vec::new(),
                standing: Rc::default(),
            });
        }
        Ok(found)
    }
}

fn find_governors(
    ruled: &[branch::Ruling],
    onto: &Governance,
) -> BTreeMap<String, branch::BranchAuthors> {
    let mut governors: BTreeMap<String, branch::BranchAuthors> = BTreeMap::new();
    for ruling in ruled {
        let made = governors.entry(ruling.path.clone()).or_default();
        made.take(&ruling.commit, onto);
    }
    governors
}

/// Returns the record folders of two states together.
fn record_folders(states: &[Rc<Governance>; 2]) -> Vec<String> {
    let folders: BTreeSet<&String> = states.iter().flat_map(|it| &it.policy.records).collect();
    folders.into_iter().cloned().collect()
}
