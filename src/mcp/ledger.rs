//! One ledger of the server: a thread that owns its open gate and answers one call after the other.
//!
//! Start at [`LedgerHandle::open`] and [`OpenLedger`]. The gate is not async: it waits for locks and disks, which must not
//! hold up the frames.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::mpsc::{Receiver, Sender};
use std::sync::{Arc, mpsc};
use std::thread;

use serde_json::Value;
use tokio::sync::oneshot;

use crate::mcp::deadline::{NoAnswer, PATIENCE, within};
use crate::mcp::reply::ToolReply;
use exledger::features::check::receipts::ReceiptLog;
use exledger::features::live::agent::{AgentDueList, AgentStatus, Reader};
use exledger::features::live::gate::{LiveEvent, LiveGate, LiveOptions, Unsettled};
use exledger::features::request::answer::RequestLog;
use exledger::features::request::plan::ExceptionRequest;
use exledger::features::request::show::RequestView;
use exledger::gate::answer::Question;
use exledger::gate::question::{QuestionLine, TimedQuestion};
use exledger::gate::receipt::CheckAnswer;
use exledger::gate::withheld;
use exledger::ledger::tree::Tree;
use exledger::record::id::Id;
use exledger::record::time::{Instant, Term};
use exledger::session::Session;
use exledger::session::error::Error;
use exledger::session::options::Moment;
use exledger::session::snapshot::Snapshot;
use exledger::status::state::{RecordState, Status};
use exledger::survey::select::Filter;
use exledger::{features, policy};

pub(crate) struct LedgerSource {
    /// Its name in calls and resources.
    pub name: String,
    /// The clone that is asked, and how.
    pub options: LiveOptions,
    /// What counts uses and keeps answers.
    pub receipts: Arc<ReceiptLog>,
    pub clock: Arc<dyn Fn() -> Instant + Send + Sync>,
    /// Whether requests are kept on branches.
    pub keeps_branches: bool,
    /// Takes what a person should know, for stderr.
    pub report: Arc<dyn Fn(&str) + Send + Sync>,
}

pub(super) struct LedgerHandle {
    pub(super) name: String,
    jobs: Sender<LedgerJob>,
}

pub(super) type IsAwaited<'a> = dyn Fn() -> bool + 'a;

type LedgerJob = Box<dyn FnOnce(&mut OpenLedger) + Send>;

pub(super) struct OpenLedger {
    gate: LiveGate,
    options: LiveOptions,
    clock: Arc<dyn Fn() -> Instant + Send + Sync>,
    requests: Rc<RefCell<RequestLog>>,
    /// Takes what a person should know, for stderr.
    report: Arc<dyn Fn(&str) + Send + Sync>,
}

/// What is said of a ledger whose files can't be read: the reason may quote them, and stderr has it.
const UNREADABLE: &str = "the ledger can't be read now";

pub(super) struct ResourceText {
    pub(super) text: String,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum NoResource {
    Absent,
    /// The ledger can't be read now.
    Unknown,
}

impl LedgerHandle {
    /// Opens a ledger on a thread of its own; its history is read at the first call.
    pub(super) fn open(source: LedgerSource) -> Result<LedgerHandle, Error> {
        let name = source.name.clone();
        let (jobs, queue) = mpsc::channel();
        let (opened, outcome) = mpsc::channel();
        thread::spawn(move || match OpenLedger::open(source) {
            Ok(mut ledger) => {
                drop(opened.send(Ok(())));
                ledger.serve(&queue);
            }
            Err(error) => drop(opened.send(Err(error))),
        });
        match outcome.recv() {
            Ok(Err(error)) => Err(error),
            // A thread that ended answers nothing.
            Ok(Ok(())) | Err(_) => Ok(LedgerHandle { name, jobs }),
        }
    }

    /// Runs a function on the thread of the ledger, unless the caller is gone by then.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut OpenLedger) -> T + Send + 'static,
    ) -> Result<T, NoAnswer> {
        self.run_for(move |ledger, _| work(ledger)).await
    }

    /// Runs a function that can ask whether the caller is still there: it may wait for a lock meanwhile.
    pub(super) async fn run_for<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut OpenLedger, &IsAwaited<'_>) -> T + Send + 'static,
    ) -> Result<T, NoAnswer> {
        let (answer, answered) = oneshot::channel();
        let job = move |ledger: &mut OpenLedger| {
            // A call that was cancelled or came too late takes no use.
            if !answer.is_closed() {
                let result = work(ledger, &|| !answer.is_closed());
                drop(answer.send(result));
            }
        };
        self.jobs.send(Box::new(job)).map_err(|_| NoAnswer::Ended)?;
        within(PATIENCE, answered).await
    }
}

impl OpenLedger {
    fn open(source: LedgerSource) -> Result<OpenLedger, Error> {
        let LedgerSource { options, receipts, clock, report, keeps_branches, .. } = source;
        let gate = LiveGate::open(options.clone(), receipts)?;
        let requests = if keeps_branches {
            features::request::begin_log(&Session::open(&options.folder, options.options.clone())?)?
        } else {
            RequestLog::without_branches()
        };
        let requests = Rc::new(RefCell::new(requests));
        let (own, told) = (Rc::clone(&requests), Arc::clone(&report));
        let edit = move |check: &mut CheckAnswer, among: &[&RecordState]| {
            withheld::withhold(check, among, &|state| is_own(&own, state));
        };
        let gate = gate.editing(Box::new(edit)).reporting(Box::new(move |event| {
            if let LiveEvent::Failed(why) = event {
                told(&format!("warning: every answer is unknown until this is fixed: {why}"));
            }
        }));
        Ok(OpenLedger { gate, options, clock, requests, report })
    }

    fn serve(&mut self, jobs: &Receiver<LedgerJob>) {
        for job in jobs {
            job(self);
        }
    }

    /// Answers a question and stores the receipt, unless the caller has gone meanwhile.
    pub(super) fn may_i(&mut self, question: &Question, is_awaited: &IsAwaited<'_>) -> ToolReply {
        let wall = (self.clock)();
        match self.gate.answer_while(&asked(question), wall, is_awaited) {
            Some(answer) => ToolReply::receipt(&answer),
            None => ToolReply::unknown("nobody waits for the answer"),
        }
    }

    /// Answers the same, unless the answer is not settled: then nothing is stored. The first look sees what was proposed a
    /// moment ago, because a denial ends the wait.
    pub(super) fn settled(
        &mut self,
        question: &Question,
        before: Option<Unsettled>,
        is_awaited: &IsAwaited<'_>,
    ) -> Result<ToolReply, Unsettled> {
        let wall = (self.clock)();
        if before.is_none() {
            self.gate.look_again();
        }
        let answer = self.gate.settled_while((&asked(question), wall), before, is_awaited)?;
        Ok(ToolReply::receipt(&answer))
    }

    pub(super) fn status(&mut self, id: &Id) -> ToolReply {
        const UNTRUSTED: &[&str] = &["reasons", "next", "texts"];
        let requests = Rc::clone(&self.requests);
        self.read(|snapshot| {
            let is_named = |state: &&RecordState| state.id() == id.as_str();
            let Some(state) = snapshot.records().iter().find(is_named) else {
                return ToolReply::unknown(format!("the ledger has no record {id}"));
            };
            let reader = if is_own(&requests, state) { Reader::Filer } else { Reader::Other };
            let status = AgentStatus::of(state, reader, snapshot.around());
            match status.json() {
                Ok(data) => ToolReply::escaped(status.line(), data, UNTRUSTED),
                Err(error) => ToolReply::unknown(error),
            }
        })
        .unwrap_or_else(ToolReply::unknown)
    }

    pub(super) fn due(&mut self, within: Option<Term>, owner: Option<String>) -> ToolReply {
        self.read(|snapshot| {
            if let Err(incomplete) = snapshot.refuse_incomplete() {
                return ToolReply::unknown(incomplete);
            }
            let mut due = snapshot.due(within);
            if let Some(owner) = owner {
                let filter = Filter { owner: vec![owner], ..Filter::default() };
                let of_owner = snapshot.selected(&filter);
                due.retain(|(state, _)| of_owner.iter().any(|owner| std::ptr::eq(*owner, *state)));
            }
            let list = AgentDueList::of(due, snapshot.stamp().instant);
            match serde_json::to_value(&list) {
                Ok(data) => ToolReply::escaped(list.lines(), data, &[]),
                Err(error) => ToolReply::unknown(error),
            }
        })
        .unwrap_or_else(ToolReply::unknown)
    }

    /// Drafts a request for an exception, which grants nothing.
    pub(super) fn request(&mut self, asked: &ExceptionRequest) -> ToolReply {
        // What may not be read for an answer is not a ground for a request: it can be broken or too old.
        if let Err(why) = self.read(|_| ()) {
            return ToolReply::unknown(why);
        }
        let moment = Moment::at((self.clock)());
        let session = Session::open(&self.options.folder, self.options.options.clone());
        let requested = session.and_then(|session| {
            features::request::draft(&session, &moment, asked, &mut self.requests.borrow_mut())
        });
        let made = match requested {
            Ok(made) => made,
            Err(Error::Usage(usage)) => {
                return ToolReply::Refused(withheld::escaped(&Error::Usage(usage).reason()));
            }
            Err(error) => {
                (self.report)(&format!("warning: no request was drafted: {}", error.reason()));
                return ToolReply::unknown(UNREADABLE);
            }
        };
        self.gate.look_again();
        let text = match &made.branch {
            Some(branch) => format!(
                "{} is proposed on branch {}; it grants nothing until it is approved and merged",
                made.id, branch.name
            ),
            None => format!(
                "{} is drafted and not written anywhere: propose its text by a pull request; it grants nothing until it is approved and merged",
                made.id
            ),
        };
        match serde_json::to_value(RequestView::of(&made)) {
            Ok(data) => ToolReply::drafted(text, data),
            Err(error) => ToolReply::unknown(error),
        }
    }

    pub(super) fn record_ids(&mut self) -> Result<Vec<String>, NoResource> {
        let ids = self.read(|snapshot| {
            let landed = snapshot.records().iter().filter(|state| is_on_ref(state));
            let ids = landed.map(RecordState::id).filter(|id| Id::new(id).is_some());
            let mut ids: Vec<String> = ids.map(str::to_owned).collect();
            ids.sort_unstable();
            ids.dedup();
            ids
        });
        ids.map_err(|_| NoResource::Unknown)
    }

    pub(super) fn record(&mut self, id: &Id) -> Result<ResourceText, NoResource> {
        self.resource(|snapshot| {
            let is_named = |state: &&RecordState| state.id() == id.as_str() && is_on_ref(state);
            let state = snapshot.records().iter().find(is_named)?;
            snapshot.bytes(state)
        })
    }

    pub(super) fn policy(&mut self) -> Result<ResourceText, NoResource> {
        self.resource(|snapshot| snapshot.tree().ok()?.bytes(policy::FILE).ok()?)
    }

    fn resource(
        &mut self,
        bytes: impl FnOnce(&Snapshot<'_>) -> Option<Vec<u8>>,
    ) -> Result<ResourceText, NoResource> {
        let bytes = self.read(bytes).map_err(|_| NoResource::Unknown)?;
        let bytes = bytes.ok_or(NoResource::Absent)?;
        let text = withheld::escaped_lines(&String::from_utf8_lossy(&bytes));
        Ok(ResourceText { text })
    }

    fn read<T>(&mut self, then: impl FnOnce(&Snapshot<'_>) -> T) -> Result<T, String> {
        let wall = (self.clock)();
        let read = self.gate.with_snapshot(wall, then);
        read.map_err(|why| {
            if self.gate.is_loaded() {
                return withheld::escaped(&why);
            }
            UNREADABLE.to_owned()
        })
    }
}

/// Tells whether nothing is proposed of a record but what this session wrote.
fn is_own(requests: &RefCell<RequestLog>, state: &RecordState) -> bool {
    requests.borrow().is_own(state)
}

fn is_on_ref(state: &RecordState) -> bool {
    state.landed.is_some() && state.status != Status::Removed
}

fn asked(question: &Question) -> QuestionLine {
    let question = TimedQuestion { question: question.clone(), at: None };
    QuestionLine { id: Value::Null, question: Ok(question) }
}
