//! Frames on standard input and output, between the process's streams and the SDK.
//!
//! Start at [`StdioTransport::start`]. One thread reads, one writes, and neither holds up the other. The SDK starts as many
//! calls as it is given, so no more are given to it than can be remembered.

use std::borrow::Cow;
use std::collections::HashSet;
use std::io::{self, Write as _};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread;
use std::time::Duration;

use rmcp::RoleServer;
use rmcp::model::{ClientNotification, JsonRpcMessage, RequestId};
use rmcp::service::{RxJsonRpcMessage, TxJsonRpcMessage};
use rmcp::transport::Transport;
use tokio::sync::{Notify, mpsc, oneshot, watch};

use crate::mcp::frames::{self, Frame, LONGEST_FRAME};
use exledger::formats::lines;
use exledger::formats::lines::KeptLine;

/// How many requests may be without an answer; more of them wait in the pipe.
const MOST_IN_FLIGHT: usize = 256;

const QUEUE: usize = 64;

/// How long answers may take after the end of the input.
const PATIENCE: Duration = Duration::from_secs(40);

#[derive(Clone)]
pub(super) struct StdioTransport {
    input: Arc<tokio::sync::Mutex<FrameInput>>,
    output: mpsc::Sender<Vec<u8>>,
    pending: Arc<Pending>,
}

struct FrameInput {
    frames: mpsc::Receiver<Frame>,
    refused: Option<Vec<u8>>,
    is_over: bool,
}

struct Pending {
    ids: Mutex<HashSet<RequestId>>,
    changed: Notify,
    is_over: watch::Sender<bool>,
}

/// The thread that writes, which ends with the transport.
pub(super) struct Writer(oneshot::Receiver<()>);

impl Writer {
    pub(super) async fn finish(self) {
        let _ = self.0.await;
    }
}

impl StdioTransport {
    /// Starts reading and writing. The receiver turns true at the end of the input.
    pub(super) fn start() -> (StdioTransport, Writer, watch::Receiver<bool>) {
        let (read, frames) = mpsc::channel(QUEUE);
        let (output, write) = mpsc::channel(QUEUE);
        let (written, finished) = oneshot::channel();
        thread::spawn(move || read_frames(&read));
        thread::spawn(move || {
            write_frames(write);
            drop(written);
        });
        let (is_over, ended) = watch::channel(false);
        let ids = Mutex::default();
        let pending = Arc::new(Pending { ids, changed: Notify::new(), is_over });
        let input = FrameInput { frames, refused: None, is_over: false };
        let input = Arc::new(tokio::sync::Mutex::new(input));
        (StdioTransport { input, output, pending }, Writer(finished), ended)
    }

    /// Returns the next message; `None` once there is no more to read or nobody reads the answers. May be dropped at any
    /// `await` without losing anything.
    async fn next(&self) -> Option<RxJsonRpcMessage<RoleServer>> {
        let mut input = self.input.lock().await;
        loop {
            if input.refused.is_some() {
                let permit = self.output.reserve().await.ok()?;
                permit.send(input.refused.take()?);
            }
            let changed = self.pending.changed.notified();
            if input.is_over {
                if !self.pending.ids().is_empty() {
                    tokio::time::timeout(PATIENCE, changed).await.ok()?;
                    continue;
                }
                return None;
            }
            if self.pending.ids().len() >= MOST_IN_FLIGHT {
                tokio::select! {
                    () = changed => {}
                    () = self.output.closed() => return None,
                }
                continue;
            }
            let frame = tokio::select! {
                frame = input.frames.recv() => frame,
                () = self.output.closed() => return None,
            };
            match frame {
                None => {
                    input.is_over = true;
                    self.pending.is_over.send_replace(true);
                }
                Some(Frame::Refused(error)) => input.refused = line(&JsonRpcFrame::Error(error)),
                Some(Frame::Message(message)) => {
                    if self.pending.takes(&message) {
                        return Some(*message);
                    }
                    input.refused = line(&JsonRpcFrame::Error(frames::repeated()));
                }
            }
        }
    }
}

type JsonRpcFrame = TxJsonRpcMessage<RoleServer>;

impl Pending {
    fn ids(&self) -> MutexGuard<'_, HashSet<RequestId>> {
        self.ids.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Remembers a request; returns `false` for one whose id is taken.
    fn takes(&self, message: &RxJsonRpcMessage<RoleServer>) -> bool {
        match message {
            JsonRpcMessage::Request(request) => self.ids().insert(request.id.clone()),
            JsonRpcMessage::Notification(notification) => {
                // What is cancelled gets no answer.
                if let ClientNotification::CancelledNotification(it) = &notification.notification
                    && let Some(id) = &it.params.request_id
                {
                    self.forget(id);
                }
                true
            }
            JsonRpcMessage::Response(_) | JsonRpcMessage::Error(_) => true,
        }
    }

    fn forget(&self, id: &RequestId) {
        self.ids().remove(id);
        self.changed.notify_one();
    }
}

impl Transport<RoleServer> for StdioTransport {
    type Error = io::Error;

    fn name() -> Cow<'static, str> {
        "stdio".into()
    }

    fn send(
        &mut self,
        item: TxJsonRpcMessage<RoleServer>,
    ) -> impl Future<Output = Result<(), io::Error>> + Send + 'static {
        let (output, pending) = (self.output.clone(), Arc::clone(&self.pending));
        async move {
            let id = match &item {
                JsonRpcMessage::Response(response) => Some(response.id.clone()),
                JsonRpcMessage::Error(error) => error.id.clone(),
                JsonRpcMessage::Request(_) | JsonRpcMessage::Notification(_) => None,
            };
            let unread = || io::Error::from(io::ErrorKind::BrokenPipe);
            let sent = match line(&item) {
                Some(bytes) => output.send(bytes).await.map_err(|_| unread()),
                None => Err(io::Error::from(io::ErrorKind::InvalidData)),
            };
            if let Some(id) = id {
                pending.forget(&id);
            }
            sent
        }
    }

    fn receive(&mut self) -> impl Future<Output = Option<RxJsonRpcMessage<RoleServer>>> + Send {
        self.next()
    }

    fn close(&mut self) -> impl Future<Output = Result<(), io::Error>> + Send {
        std::future::ready(Ok(()))
    }
}

fn line(frame: &JsonRpcFrame) -> Option<Vec<u8>> {
    let mut bytes = serde_json::to_vec(frame).ok()?;
    bytes.push(b'\n');
    Some(bytes)
}

fn read_frames(frames: &mpsc::Sender<Frame>) {
    let mut stdin = io::stdin().lock();
    let mut buffer = Vec::new();
    while let Ok(Some(kept)) = lines::next(&mut stdin, &mut buffer, LONGEST_FRAME) {
        let frame = match kept {
            KeptLine::TooLong => frames::too_long(),
            KeptLine::Whole if buffer.trim_ascii().is_empty() => continue,
            KeptLine::Whole => frames::read(&buffer),
        };
        if frames.blocking_send(frame).is_err() {
            return;
        }
        // One long frame must not keep its memory for the rest of the session.
        buffer.shrink_to(QUEUE << 10);
    }
}

fn write_frames(mut frames: mpsc::Receiver<Vec<u8>>) {
    let mut stdout = io::stdout().lock();
    while let Some(frame) = frames.blocking_recv() {
        if stdout.write_all(&frame).and_then(|()| stdout.flush()).is_err() {
            return;
        }
    }
}
