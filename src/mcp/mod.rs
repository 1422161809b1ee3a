//! The server that agents ask, by the Model Context Protocol on standard input and output.
//!
//! The only async code of the program. Start at [`serve`]. Follows `docs/spec/cli.md`, mcp. Frames are read and written in
//! `transport`, each ledger is answered on a thread of its own in `ledger`, and `server` is what the SDK calls.

mod arguments;
mod deadline;
mod frames;
pub(crate) mod ledger;
mod reply;
mod resources;
mod schemas;
mod server;
mod tools;
mod transport;

use std::io;

use rmcp::service::{self, ServerInitializeError};

use crate::mcp::ledger::{LedgerHandle, LedgerSource};
use crate::mcp::server::AgentServer;
use crate::mcp::tools::ToolEffects;
use crate::mcp::transport::StdioTransport;
use exledger::gate::question::BoundIdentity;
use exledger::session::error::Error;

pub(crate) struct AgentSession {
    pub ledgers: Vec<LedgerSource>,
    /// Whom every question is about; `None` for anybody.
    pub identity: Option<BoundIdentity>,
    /// Whether answers are kept.
    pub keeps_receipts: bool,
    /// Whether requests are kept on branches.
    pub keeps_branches: bool,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum ServeError {
    #[error(transparent)]
    Ledger(#[from] Error),
    /// The system gives no timer.
    #[error("can't start the server: {0}")]
    Runtime(#[from] io::Error),
}

pub(crate) fn serve(session: AgentSession) -> Result<(), ServeError> {
    let AgentSession { ledgers, identity, keeps_receipts, keeps_branches } = session;
    let mut handles = Vec::with_capacity(ledgers.len());
    for source in ledgers {
        handles.push(LedgerHandle::open(source)?);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build()?;
    runtime.block_on(async move {
        let (transport, writer, is_over) = StdioTransport::start();
        let effects = ToolEffects { keeps_receipts, keeps_branches };
        let server = AgentServer::new(handles, identity, effects, is_over);
        loop {
            match service::serve_server(server.clone(), transport.clone()).await {
                Ok(running) => drop(running.waiting().await),
                // The SDK gives up at a notification or a response before the first request.
                Err(ServerInitializeError::ExpectedInitializeRequest(_)) => continue,
                Err(_) => {}
            }
            break;
        }
        drop((server, transport));
        writer.finish().await;
    });
    Ok(())
}
