//! Fills the texts of the files that `init` writes.
//!
//! Start at [`policy`] and [`workflow`].

use crate::commands::init::Extra;
use crate::commands::init::action::ProgramSource;
use crate::commands::init::files::Setup;
use crate::commands::init::forge::Forge;
use crate::commands::init::people::quoted;
use exledger::diag::shell;
use exledger::record::address::Address;

const CHECKOUT: &str = "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1";

const IMAGE: &str = "alpine:3.22";

const SCHEMA: &str = "# yaml-language-server: $schema=schemas/policy.schema.json\n#\n";

const ADOPTED: &str = concat!(
    "  # What was suppressed before there was a ledger: judge it in time. It covers nothing that is new.\n",
    "  - {name: adopted, match: [{baseline: [adopted]}], max_term: 90d, max_renewals: 0, max_total: 90d}\n",
);

pub(super) fn policy(setup: &Setup) -> String {
    let name = match &setup.name {
        Some(name) => format!("name: {name}"),
        None => "# name: example/payments".to_owned(),
    };
    let list = |addresses: &[Address]| {
        let quoted: Vec<String> =
            addresses.iter().map(|address| quoted(address.as_str())).collect();
        quoted.join(", ")
    };
    let what = "who may approve access, and changes of this file";
    let approvers = match setup.approvers.addresses.as_slice() {
        [] => format!("# groups: {{approvers: [dana@example.com, sam@example.com]}}   # {what}"),
        addresses => format!("groups: {{approvers: [{}]}}   # {what}", list(addresses)),
    };
    let logins = setup.approvers.logins.iter();
    let logins: Vec<String> = logins
        .map(|(login, address)| format!("{}: {}", quoted(login), quoted(address.as_str())))
        .collect();
    let logins = match logins.as_slice() {
        [] => {
            "  # logins: {901+dkim: dana@example.com}   # forge account, by its number: address\n"
                .to_owned()
        }
        logins => format!(
            "  logins: {{{}}}   # forge account, by its number: address\n",
            logins.join(", ")
        ),
    };
    let people = match &setup.signs_merges {
        Some(forge) => {
            format!("people:\n{logins}  forges: [{forge}]   # whose signed merges count")
        }
        None if logins.starts_with("  #") => {
            format!("# people:\n# {}", logins.trim_end().trim_start_matches("  # "))
        }
        None => format!("people:\n{}", logins.trim_end()),
    };
    include_str!("policy.yaml")
        .replace("{{schema}}\n", if setup.with.contains(&Extra::Schemas) { SCHEMA } else { "" })
        .replace("{{adopted}}\n", if setup.adopts { ADOPTED } else { "" })
        .replace("{{approvers}}", &approvers)
        .replace("{{people}}", &people)
        .replace("{{name}}", &name)
}

pub(super) fn workflow(setup: &Setup, program: &ProgramSource) -> String {
    let program = match program {
        ProgramSource::Action(_) => format!("uses: {}", program.uses().unwrap_or_default()),
        ProgramSource::Command(command) => format!("run: {}", quoted(command)),
    };
    include_str!("workflow.yml")
        .replace("{{branch}}", &setup.branch)
        .replace("{{checkout}}", CHECKOUT)
        .replace("{{program}}", &program)
        .replace("{{folder}}", &folder_flag(setup))
}

fn folder_flag(setup: &Setup) -> String {
    shell::folder_flag(setup.place.prefix.trim_end_matches('/'))
}

const COMPONENT: &str = include_str!("../../../templates/exledger.yml");

/// Returns a pipeline that has the jobs of the component, with the values of its inputs.
pub(super) fn pipeline(setup: &Setup, program: &ProgramSource) -> String {
    let (head, jobs) = COMPONENT.split_once("spec:\n").unwrap_or_default();
    let jobs = jobs.split_once("---\n").unwrap_or_default().1;
    let change = shell::command("cd", &[folder(setup)]);
    let jobs = jobs
        .replace("$[[ inputs.image ]]", IMAGE)
        .replace("$[[ inputs.branch ]]", &setup.branch)
        .replace("\"$[[ inputs.install ]]\"", &install(program))
        .replace("cd \"$[[ inputs.folder ]]\"", &quoted(&change));
    format!("{head}{jobs}")
}

/// Returns the component, with the values of its inputs as defaults.
pub(super) fn included_jobs(setup: &Setup, program: &ProgramSource) -> String {
    COMPONENT
        .replacen("default: main,", &format!("default: {},", quoted(&setup.branch)), 1)
        .replacen("default: \".\",", &format!("default: {},", quoted(folder(setup))), 1)
        .replacen("default: exledger --version,", &format!("default: {},", install(program)), 1)
}

fn install(program: &ProgramSource) -> String {
    match program {
        ProgramSource::Command(command) => quoted(command),
        ProgramSource::Action(_) => String::new(),
    }
}

fn folder(setup: &Setup) -> &str {
    match setup.place.prefix.trim_end_matches('/') {
        "" => ".",
        folder => folder,
    }
}

pub(super) fn code_owners(setup: &Setup) -> String {
    let prefix = setup.place.prefix.replace(' ', "\\ ");
    let text = include_str!("codeowners").replace("{{prefix}}", &prefix);
    match setup.forge {
        Forge::Gitlab => text
            .replace("/.github/CODEOWNERS ", "/.gitlab/CODEOWNERS ")
            .replace("/.github/workflows/ ", "/.gitlab-ci.yml     "),
        Forge::Github | Forge::None => text,
    }
}
