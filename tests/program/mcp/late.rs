//! Calls that take too long.

#[path = "../../../src/mcp/deadline.rs"]
mod deadline;

use std::time::Duration;

use tokio::sync::oneshot;

use deadline::{NoAnswer, within};

#[test]
fn a_call_without_an_answer_in_time_is_late_and_nobody_waits_for_it() {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build();
    let Ok(runtime) = runtime else { unreachable!() };
    let limit = Duration::from_millis(5);
    let (answer, answered) = oneshot::channel::<u8>();
    assert_eq!(runtime.block_on(within(limit, answered)), Err(NoAnswer::Late));
    assert!(answer.is_closed(), "the job takes no use");
    let (answer, answered) = oneshot::channel::<u8>();
    drop(answer);
    assert_eq!(runtime.block_on(within(limit, answered)), Err(NoAnswer::Ended));
    let (answer, answered) = oneshot::channel();
    assert_eq!(answer.send(7), Ok(()));
    assert_eq!(runtime.block_on(within(limit, answered)), Ok(7));
    assert_eq!(NoAnswer::Late.to_string(), "no answer within 30 seconds");
}
