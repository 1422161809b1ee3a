//! An agent asks, is refused, files a request, waits, acts once, and is stopped by a revocation, while people decide in git.
//!
//! The agent is driven by the official SDKs for Python (both eras of the protocol) and TypeScript, which `.ci/run sdks` installs;
//! without them their tests do nothing, except in continuous integration, where they fail. A client of our own plays the same
//! story everywhere, and its transcript stands in `docs/agents.md`. Start at [`story::play`].

mod agent;
mod story;
mod transcript;

use agent::{Agent, Sdk};

/// Plays the story with an SDK, if it is installed, and compares what the agent saw with the transcript.
#[expect(clippy::print_stderr, reason = "a test that is skipped says so")]
fn plays(sdk: Sdk, protocol: &str) {
    let Some(command) = sdk.command() else {
        eprintln!("{} is not installed: run `.ci/run sdks`", sdk.folder());
        return;
    };
    let played = story::play(&|server, folder| Agent::through(&command, server, folder));
    assert_eq!(played.protocol, protocol);
    transcript::check(&played);
}

#[test]
fn a_client_of_our_own_plays_the_story() {
    let played = story::play(&|server, folder| Agent::plain(server, folder));
    assert_eq!(played.protocol, "2025-11-25");
    transcript::check(&played);
}

#[test]
fn the_python_sdk_plays_the_story_by_the_stateless_protocol() {
    plays(Sdk::Python2026, "2026-07-28");
}

#[test]
fn the_python_sdk_plays_the_story_by_the_protocol_before() {
    plays(Sdk::Python2025, "2025-11-25");
}

#[test]
fn the_typescript_sdk_plays_the_story() {
    plays(Sdk::TypeScript, "2026-07-28");
}
