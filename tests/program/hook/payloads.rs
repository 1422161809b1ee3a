//! The payloads of each runtime, as calls.

use exledger::formats::hooks;
use exledger::formats::hooks::ALL;
use exledger::formats::hooks::runtime::NoCall;
use exledger::gate::tool_call::ToolCall;
use exledger::policy::hooks::HookRuntime;
use exledger::record::vocabulary::Vocabulary;

fn read(runtime: &str, payload: &str) -> Result<ToolCall, NoCall> {
    let name = HookRuntime::from_word(runtime).unwrap();
    hooks::named(name).unwrap().call(payload.as_bytes())
}

#[test]
fn every_runtime_is_in_the_table() {
    let names: Vec<HookRuntime> = ALL.iter().map(|runtime| runtime.name).collect();
    assert_eq!(names, HookRuntime::ALL);
}

#[test]
fn cursor_states_tools_in_four_events() {
    let shell = r#"{"hook_event_name": "beforeShellExecution", "command": "ls", "cwd": "/w"}"#;
    let call = read("cursor", shell).unwrap();
    assert_eq!((call.tool.as_str(), &call.arguments["command"]), ("Shell", &"ls".into()));
    assert_eq!(call.folders, ["/w"]);
    let mcp = r#"{"hook_event_name": "beforeMCPExecution", "tool_name": "merge", "tool_input": "{\"server\": \"mine\", \"n\": 1}", "mcp_server_name": "github", "workspace_roots": ["/a", "/b"]}"#;
    let call = read("cursor", mcp).unwrap();
    assert_eq!((call.tool.as_str(), &call.arguments["server"]), ("MCP:merge", &"github".into()));
    assert_eq!(call.folders, ["/a", "/b"]);
    let unnamed = mcp.replace(r#", "mcp_server_name": "github""#, "");
    assert!(!read("cursor", &unnamed).unwrap().arguments.contains_key("server"));
    let file = r#"{"hook_event_name": "beforeReadFile", "file_path": "/w/a", "content": "x"}"#;
    let call = read("cursor", file).unwrap();
    assert_eq!((call.tool.as_str(), &call.arguments["file_path"]), ("Read", &"/w/a".into()));
    let other = r#"{"hook_event_name": "afterFileEdit", "file_path": "/w/a"}"#;
    assert_eq!(read("cursor", other), Err(NoCall::UnknownEvent("afterFileEdit".to_owned())));
}

#[test]
fn copilot_writes_keys_in_two_ways_but_not_in_both() {
    let camel =
        r#"{"cwd": "/w", "toolName": "bash", "toolArgs": {"command": "ls", "cwd": "/etc"}}"#;
    let call = read("copilot", camel).unwrap();
    assert_eq!((call.tool.as_str(), &call.arguments["cwd"]), ("bash", &"/w".into()));
    let snake = r#"{"hook_event_name": "PreToolUse", "cwd": "/w", "tool_name": "bash", "tool_input": {"command": "ls"}}"#;
    assert_eq!(read("copilot", snake).unwrap().arguments["command"], "ls");
    let both = camel.replace("{\"cwd\"", "{\"tool_name\": \"x\", \"cwd\"");
    assert_eq!(read("copilot", &both), Err(NoCall::Twice("toolName", "tool_name")));
    let after = camel.replace("{\"cwd\"", "{\"toolResult\": {}, \"cwd\"");
    assert!(matches!(read("copilot", &after), Err(NoCall::UnknownEvent(_))));
    let text = camel.replace(r#"{"command": "ls", "cwd": "/etc"}"#, r#""[1]""#);
    assert_eq!(read("copilot", &text), Err(NoCall::WrongValue("toolArgs")));
}

#[test]
fn a_payload_has_at_most_eight_mebibytes() {
    let long = format!("{{\"a\": \"{}\"}}", "x".repeat(8 << 20));
    assert_eq!(read("gemini", &long), Err(NoCall::TooLong));
}
