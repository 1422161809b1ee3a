//! `export`: writes the ledger in the form that another tool reads, one subcommand for each target.
//!
//! Start at [`TARGETS`]; `runner` is what they share. Follows `docs/spec/interop.md`. To add a target: its file, its `mod`
//! line, one line in the table.

pub(crate) mod azure;
pub(crate) mod cargo_deny;
pub(crate) mod conforma;
pub(crate) mod csv;
pub(crate) mod cyclonedx;
pub(crate) mod dependency_check;
pub(crate) mod fleet;
pub(crate) mod grype;
pub(crate) mod jsonl;
pub(crate) mod kubescape;
pub(crate) mod kyverno;
pub(crate) mod opa;
pub(crate) mod openvex;
pub(crate) mod oscal;
pub(crate) mod osv_scanner;
pub(crate) mod pack;
pub(crate) mod prometheus;
pub(crate) mod prowler;
pub(crate) mod revocations;
pub(crate) mod rows;
pub(crate) mod runner;
pub(crate) mod snyk;
pub(crate) mod trivy;

use clap::Parser;

use crate::commands::command::Command;

/// All targets, in the order of the help.
pub(crate) const TARGETS: &[Command] = &[
    revocations::COMMAND,
    trivy::COMMAND,
    osv_scanner::COMMAND,
    kyverno::COMMAND,
    azure::COMMAND,
    kubescape::COMMAND,
    conforma::COMMAND,
    dependency_check::COMMAND,
    snyk::COMMAND,
    opa::COMMAND,
    grype::COMMAND,
    openvex::COMMAND,
    cyclonedx::COMMAND,
    prometheus::COMMAND,
    oscal::COMMAND,
    cargo_deny::COMMAND,
    prowler::COMMAND,
    csv::COMMAND,
    jsonl::COMMAND,
    fleet::COMMAND,
    pack::COMMAND,
];

/// Write the ledger for another tool
#[derive(Debug, Parser)]
#[command(name = "export")]
#[command(after_help = "EXAMPLE\n  exledger export trivy -o .trivyignore.yaml")]
pub(crate) struct ExportArgs {}

pub(crate) const COMMAND: Command = Command::group::<ExportArgs>(TARGETS);
