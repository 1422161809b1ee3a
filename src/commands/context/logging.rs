//! Log messages on stderr about how an answer was found: `-v`, `-vv`, `-vvv` and `EXLEDGER_LOG`.
//!
//! Start at [`start`]. Follows `docs/spec/cli.md`, streams. A line names records by their id and never contains the
//! value of a field or a variable. Messages of other crates are not shown.

use std::io::Write;

use log::{Level, LevelFilter};

use crate::ask;
use crate::commands::context::fault;
use exledger::render;

/// The variable that enables messages of some modules, such as `exledger::approval=trace`.
pub(crate) const VARIABLE: &str = "EXLEDGER_LOG";

const OWN: &str = env!("CARGO_CRATE_NAME");

pub(crate) fn start(verbose: u8, variable: Option<&str>) -> anyhow::Result<()> {
    let level = match verbose {
        0 => LevelFilter::Off,
        1 => LevelFilter::Info,
        2 => LevelFilter::Debug,
        3.. => LevelFilter::Trace,
    };
    let mut logger = env_logger::Builder::new();
    logger.filter_level(LevelFilter::Off);
    logger.filter_module(OWN, level);
    for directive in variable.into_iter().flat_map(|text| text.split(',')) {
        let (module, level) = parse(directive.trim()).ok_or_else(|| {
            fault::usage_error(
                format!("{VARIABLE}: `{directive}` is not LEVEL or MODULE=LEVEL"),
                format!("set it to `debug` or to `{OWN}::approval=trace`, say, or unset it"),
            )
        })?;
        logger.filter_module(module, level);
    }
    logger.format(|out, record| {
        let line = match record.level() {
            Level::Error | Level::Warn | Level::Info => record.args().to_string(),
            Level::Debug => format!("debug {}: {}", record.target(), record.args()),
            Level::Trace => format!("trace {}: {}", record.target(), record.args()),
        };
        writeln!(out, "{}", ask::wrapped(&render::harmless(&line)))
    });
    // It fails if logging has already been started; the first settings then remain.
    let _ = logger.try_init();
    Ok(())
}

fn parse(directive: &str) -> Option<(&str, LevelFilter)> {
    let (module, level) = directive.split_once('=').unwrap_or((OWN, directive));
    let inside = module.strip_prefix(OWN)?;
    let is_own = inside.is_empty() || inside.starts_with("::");
    is_own.then_some((module, level.parse().ok()?))
}
