//! The flags that select records.
//!
//! Start at [`Filters`]. Follows `docs/spec/cli.md`, list.

use clap::Args;
use clap::builder::PossibleValuesParser;

use exledger::diag::shell::is_branch_name;
use exledger::record::scalar::Scalar;
use exledger::record::time::{MomentOrTerm, Term, When};
use exledger::record::vocabulary::{Class, RootCause, Vocabulary};
use exledger::status::state::Status;
use exledger::survey::select::Filter;

/// Which records are meant; every flag may be given several times, or with values separated by commas.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Filters")]
pub(crate) struct Filters {
    #[command(flatten)]
    others: OtherFilters,
    /// Filter by control, as catalog:id
    #[arg(long, value_delimiter = ',')]
    control: Vec<String>,
}

/// All of them but the control, for a command that names a control of the record itself.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = "Filters")]
pub(crate) struct OtherFilters {
    /// Filter by status
    #[arg(long, value_delimiter = ',', value_parser = statuses())]
    status: Vec<String>,
    /// Filter by owner (email address or name)
    #[arg(long, value_delimiter = ',')]
    owner: Vec<String>,
    /// Filter by the owner's team
    #[arg(long, value_delimiter = ',')]
    team: Vec<String>,
    /// Filter by identity
    #[arg(long, value_delimiter = ',')]
    identity: Vec<String>,
    /// Filter by credential
    #[arg(long, value_delimiter = ',')]
    credential: Vec<String>,
    /// Filter by asset
    #[arg(long, value_delimiter = ',')]
    asset: Vec<String>,
    /// Filter by application
    #[arg(long, value_delimiter = ',')]
    application: Vec<String>,
    /// Filter by vendor
    #[arg(long, value_delimiter = ',')]
    vendor: Vec<String>,
    /// Filter by scanner finding, as TOOL:ID
    #[arg(long, value_delimiter = ',')]
    finding: Vec<String>,
    /// Filter by reference or ticket
    #[arg(long, value_delimiter = ',')]
    reference: Vec<String>,
    /// Filter by class
    #[arg(long, value_delimiter = ',', value_parser = words::<Class>())]
    class: Vec<String>,
    /// Filter by tier
    #[arg(long, value_delimiter = ',')]
    tier: Vec<String>,
    /// Filter by root cause
    #[arg(long, value_delimiter = ',', value_parser = words::<RootCause>())]
    root_cause: Vec<String>,
    /// Only records that end within this time, such as 30d
    #[arg(long, value_name = "DURATION", value_parser = term)]
    ends_within: Option<Term>,
}

impl Filters {
    pub(crate) fn filter(&self) -> Filter {
        Filter { control: self.control.clone(), ..self.others.filter() }
    }
}

impl OtherFilters {
    pub(crate) fn filter(&self) -> Filter {
        Filter {
            status: self.status.iter().filter_map(|word| Status::from_word(word)).collect(),
            owner: self.owner.clone(),
            team: self.team.clone(),
            control: Vec::new(),
            identity: self.identity.clone(),
            credential: self.credential.clone(),
            asset: self.asset.clone(),
            application: self.application.clone(),
            vendor: self.vendor.clone(),
            finding: self.finding.clone(),
            reference: self.reference.clone(),
            class: self.class.iter().filter_map(|word| Class::from_word(word)).collect(),
            tier: self.tier.clone(),
            root_cause: self
                .root_cause
                .iter()
                .filter_map(|word| RootCause::from_word(word))
                .collect(),
            ends_within: self.ends_within,
        }
    }
}

pub(crate) fn term(text: &str) -> Result<Term, String> {
    Term::parse(text).map_err(|error| format!("{}: {}", error.message, error.help))
}

pub(crate) fn moment(text: &str) -> Result<When, String> {
    When::parse(text).map_err(|error| format!("{}: {}", error.message, error.help))
}

pub(crate) fn branch_name(text: &str) -> Result<String, String> {
    if is_branch_name(text) {
        Ok(text.to_owned())
    } else {
        Err("this is not the name of a branch: give a name such as billing-key".to_owned())
    }
}

pub(crate) fn moment_or_term(text: &str) -> Result<MomentOrTerm, String> {
    MomentOrTerm::parse(text).map_err(|error| format!("{}: {}", error.message, error.help))
}

fn statuses() -> PossibleValuesParser {
    PossibleValuesParser::new(Status::ALL.iter().map(|status| status.as_str()))
}

pub(crate) fn words<W: Vocabulary>() -> PossibleValuesParser {
    PossibleValuesParser::new(W::words().into_iter())
}
