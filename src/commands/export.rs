//! `export`: writes the ledger in the form that another tool reads, one subcommand for each target.
//!
//! Start at [`TARGETS`]; `target` makes a command of a row, `runner` writes those of `features::export::targets`. Follows
//! `docs/spec/interop.md`. To add a target: its row in the table; only one with a question of its own needs a file.

pub(crate) mod fleet;
pub(crate) mod pack;
pub(crate) mod revocations;
pub(crate) mod rows;
pub(crate) mod runner;
pub(crate) mod target;

use clap::Parser;

use crate::commands::command::Command;
use crate::commands::export::target::{ExportCommand, ExportContent};
use exledger::features::export::targets::{
    azure, cargo_deny, cyclonedx, dependency_check, grype, kyverno, opa, openvex, oscal,
    osv_scanner, prometheus, prowler, snyk, trivy,
};
use exledger::render::{csv, jsonl};

pub(crate) const TARGETS: &[Command] = &[
    revocations::COMMAND,
    ExportCommand {
        about: "Write .trivyignore.yaml for trivy",
        details: "Each finding of the tools trivy, trivy-misconfig, trivy-secret and trivy-license \
            in a record in force becomes an entry that ends with the record. Run trivy with \
            --ignorefile .trivyignore.yaml: by default it reads only .trivyignore.",
        examples: &[
            "exledger export trivy -o trivy-ignores.yaml",
            "exledger export trivy --into .trivyignore.yaml",
        ],
        content: ExportContent::Files(&trivy::TARGET),
    }
    .command(),
    ExportCommand {
        about: "Write an osv-scanner.toml for each folder",
        details: "Each finding of the tool osv-scanner in a record in force becomes an entry that \
            ends with the record, in the folder of each lock file that it names. Such a file is \
            about all lock files of its folder, so a finding that covers only some of them is left \
            out and named.",
        examples: &[
            "exledger export osv-scanner -o ignores",
            "exledger export osv-scanner --into services/billing/osv-scanner.toml",
        ],
        content: ExportContent::Files(&osv_scanner::TARGET),
    }
    .command(),
    ExportCommand {
        about: "Write PolicyExceptions for kyverno",
        details: "Each finding of the tool kyverno in a record in force becomes an object: \
            kyverno.io/v2 for a rule of a ClusterPolicy, policies.kyverno.io/v1 for a policy in \
            CEL, which needs kyverno 1.19 or later to end. Exceptions are off in kyverno unless \
            you turn them on, and perhaps bound to a namespace.",
        examples: &[
            "exledger export kyverno -o exceptions.yaml",
            "exledger export kyverno --namespace kyverno-exceptions",
        ],
        content: ExportContent::NamespacedFiles(&kyverno::TARGET),
    }
    .command(),
    ExportCommand {
        about: "Write ARM templates with exemptions from Azure Policy",
        details: "Each finding of the tool azure-policy in a record in force becomes a template \
            for each of its scopes. An exemption covers its scope and everything below it. Azure \
            keeps the object after its end, without effect.",
        examples: &["exledger export azure -o exemptions"],
        content: ExportContent::Files(&azure::TARGET),
    }
    .command(),
    ExportCommand {
        about: "Write suppressions for dependency-check",
        details: "Each finding of the tool dependency-check in a record in force becomes a \
            suppression that ends within the last minute of the record, in whatever time zone it \
            is read.",
        examples: &["exledger export dependency-check -o suppressions.xml"],
        content: ExportContent::Files(&dependency_check::TARGET),
    }
    .command(),
    ExportCommand {
        about: "Write .snyk for Snyk",
        details: "Each finding of the tool snyk in a record in force becomes an entry that ends \
            with the record. A finding limited to one version or to files is left out and named, \
            because a path in the file would cover more.",
        examples: &[
            "exledger export snyk -o snyk-policy.yaml",
            "exledger export snyk --into .snyk",
        ],
        content: ExportContent::Files(&snyk::TARGET),
    }
    .command(),
    ExportCommand {
        about: "Write a bundle of data for OPA",
        details: "The records in force, with indexes by identity, application, asset, control and \
            finding. The data grants nothing by itself: a policy compares starts_ns and \
            not_after_ns with the time, and the scope with its input.",
        examples: &["exledger export opa -o bundle", "exledger export opa -o bundle.tar.gz"],
        content: ExportContent::Files(&opa::TARGET),
    }
    .command(),
    ExportCommand {
        about: "Write grype.yaml for grype",
        details: "Ignore rules of grype have no end, so each finding of the tool grype is left out \
            and named unless --allow-lossy=term is given. Then write the file in the job that \
            scans, and never commit it: the next job has a new one.",
        examples: &["exledger export grype --allow-lossy=term -o grype.yaml"],
        content: ExportContent::Files(&grype::TARGET),
    }
    .command(),
    ExportCommand {
        about: "Write an OpenVEX document",
        details: "One statement for each record in force, vulnerability and package. Its status is \
            always affected: an exception shows that a risk is accepted, not that nothing can be \
            exploited, so no scanner hides a finding because of it.",
        examples: &["exledger export openvex -o exceptions.openvex.json"],
        content: ExportContent::Files(&openvex::TARGET),
    }
    .command(),
    ExportCommand {
        about: "Write a CycloneDX VEX document",
        details: "One vulnerability for each record in force, vulnerability and package. Its state \
            is always exploitable: an exception shows that a risk is accepted, not that nothing \
            can be exploited.",
        examples: &["exledger export cyclonedx -o exceptions.cdx.json"],
        content: ExportContent::Files(&cyclonedx::TARGET),
    }
    .command(),
    ExportCommand {
        about: "Write metrics for Prometheus",
        details: "For the textfile collector of node_exporter: how many records have which status, \
            and when those in force end. Alert on an old exledger_evaluated_timestamp_seconds too.",
        examples: &["exledger export prometheus -o exledger.prom"],
        content: ExportContent::Files(&prometheus::TARGET),
    }
    .command(),
    ExportCommand {
        about: "Write an OSCAL plan of action and milestones",
        details: "Each record in force becomes a risk with an approved deviation and an item of \
            the plan, with its fix, its compensating controls and its approval (OSCAL 1.2.1, \
            JSON).",
        examples: &["exledger export oscal -o poam.json"],
        content: ExportContent::Files(&oscal::TARGET),
    }
    .command(),
    ExportCommand {
        about: "Write deny.toml for cargo-deny",
        details: "Ignored advisories of cargo-deny have no end, so each finding of the tool \
            cargo-deny is left out and named unless --allow-lossy=term is given. Then write the \
            file in the job that checks, and never commit it.",
        examples: &[
            "exledger export cargo-deny --allow-lossy=term -o grants.toml",
            "exledger export cargo-deny --allow-lossy=term --into deny.toml",
        ],
        content: ExportContent::Files(&cargo_deny::TARGET),
    }
    .command(),
    ExportCommand {
        about: "Write the mutelist of prowler",
        details: "Each finding of the tool prowler in a record in force becomes an entry. A \
            mutelist has no end, so it is written only with --allow-lossy=term: generate it in the \
            job that scans, and don't commit it.",
        examples: &[
            "exledger export prowler --allow-lossy=term -o mutelist.yaml",
            "exledger export prowler --allow-lossy=term --into mutelist.yaml",
        ],
        content: ExportContent::Files(&prowler::TARGET),
    }
    .command(),
    ExportCommand {
        about: "Write the exceptions in force as CSV",
        details: "Writes one row for each exception in force, with the content that was approved: \
            who owns it, when it ends, which controls it deviates from, who approved it. The \
            columns are always the same, and the header stands there without any row too. A cell \
            that a spreadsheet would calculate gets an apostrophe in front.",
        examples: &[
            "exledger export csv -o exceptions.csv",
            "exledger export csv --all --as-of 2026-06-30",
        ],
        content: ExportContent::Rows { name: "csv", write: csv::write_rows },
    }
    .command(),
    ExportCommand {
        about: "Write the exceptions in force as JSON lines",
        details: "Writes one object per line for each exception in force, with the content that \
            was approved. The keys are the columns of `export csv`; lists stay lists, and unknown \
            values are null.",
        examples: &["exledger export jsonl --all -o exceptions.jsonl"],
        content: ExportContent::Rows { name: "jsonl", write: jsonl::write_rows },
    }
    .command(),
    fleet::COMMAND,
    pack::COMMAND,
];

/// Write the ledger for another tool
#[derive(Debug, Parser)]
#[command(after_help = "EXAMPLE\n  exledger export trivy -o .trivyignore.yaml")]
pub(crate) struct ExportArgs {}

pub(crate) const COMMAND: Command = Command::group::<ExportArgs>("export", TARGETS);
