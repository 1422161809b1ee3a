//! Parses the arguments, runs the command, exits with its code; nothing else.

fn main() -> std::process::ExitCode {
    exledger::commands::main()
}
