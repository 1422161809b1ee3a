//! Parses the arguments, runs the command, exits with its code; nothing else.

/// A history is read into millions of small pieces, for which the system's allocator takes a tenth of the time.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> std::process::ExitCode {
    exledger::commands::main()
}
