//! How long a call may take, and what it is told where no answer comes. Start at [`within`].

use std::time::Duration;

use tokio::sync::oneshot;

pub(crate) const PATIENCE: Duration = Duration::from_secs(30);

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum NoAnswer {
    #[error("no answer within {} seconds", PATIENCE.as_secs())]
    Late,
    #[error("the gate of this ledger has ended: start the server again")]
    Ended,
}

pub(crate) async fn within<T>(
    limit: Duration,
    answered: oneshot::Receiver<T>,
) -> Result<T, NoAnswer> {
    match tokio::time::timeout(limit, answered).await {
        Ok(Ok(result)) => Ok(result),
        Ok(Err(_)) => Err(NoAnswer::Ended),
        Err(_) => Err(NoAnswer::Late),
    }
}
