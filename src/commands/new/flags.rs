//! The flags of `new`: one for each field that people state, as `record` declares it.
//!
//! Start at [`Flags`]. Follows `docs/spec/cli.md`, flags that scripts use. Values are texts: the record reader checks
//! them, so that the error is the same for a flag and a file.

use std::collections::BTreeMap;

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use serde_json::{Value, json};

use crate::commands::context::listed_values::ListedValues;
use exledger::ledger;
use exledger::plan::answers::Answers;
use exledger::plan::part;
use exledger::record::Record;
use exledger::record::map::MapSpec;
use exledger::record::spec::{self, Ask, FieldPath, ValueShape};

/// The key of the list whose items are given by several flags, the n-th of each for the n-th item.
const CONTROLS: &str = "compensating_controls";

/// The flags for the fields of the record; those of lists may be given several times.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flags {
    /// The values of each flag that was given, by the path of its field.
    given: BTreeMap<String, Vec<String>>,
}

/// Flags that have a shorter name, too.
const SHORTER: &[(&str, &str)] = &[("owner-email", "owner"), ("owner-team", "team")];

/// Returns the fields that have a flag, in the order of the record.
fn flag_fields() -> impl Iterator<Item = (FieldPath, Ask)> {
    let fields = spec::walk(Record::FIELDS).into_iter();
    fields.filter_map(|field| {
        let ask = field.spec.ask.filter(|ask| !ask.flag.is_empty())?;
        Some((field, ask))
    })
}

/// Returns the name of a flag, without its dashes.
fn name(ask: &Ask) -> &'static str {
    ask.flag.trim_start_matches('-')
}

/// Tells whether a flag may be given several times.
fn is_repeatable(field: &FieldPath) -> bool {
    field.is_of_item || matches!(field.spec.shape, ValueShape::List(_))
}

/// Returns the flag of a field.
fn flag(field: &FieldPath, ask: &Ask) -> Arg {
    let help = match ask.help {
        "" => field.spec.doc.trim().trim_end_matches('.'),
        help => help,
    };
    let value = match ask.value {
        "" => name(ask).to_uppercase().replace('-', "_"),
        value => value.to_owned(),
    };
    let action = if is_repeatable(field) { ArgAction::Append } else { ArgAction::Set };
    let flag = Arg::new(name(ask))
        .long(name(ask))
        .visible_aliases(SHORTER.iter().filter(|(long, _)| *long == name(ask)).map(|(_, to)| *to))
        .value_name(value)
        .help(help)
        .help_heading(field.group)
        .action(action);
    match field.spec.shape {
        ValueShape::Word { words, .. } => flag.value_parser(ListedValues::from(words())),
        _ => flag,
    }
}

impl Args for Flags {
    fn augment_args(command: Command) -> Command {
        let mut fields: Vec<(FieldPath, Ask)> = flag_fields().collect();
        let order: Vec<&str> = fields.iter().map(|(_, ask)| ask.flag).collect();
        let place = |flag: &str| order.iter().position(|known| *known == flag);
        // A flag that stands below another one is placed right after it.
        fields.sort_by_key(|(_, ask)| match place(ask.below) {
            Some(above) => (above, 1),
            None => (place(ask.flag).unwrap_or(usize::MAX), 0),
        });
        command.args(fields.iter().map(|(field, ask)| flag(field, ask)))
    }

    fn augment_args_for_update(command: Command) -> Command {
        Flags::augment_args(command)
    }
}

impl FromArgMatches for Flags {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Flags, clap::Error> {
        let mut flags = Flags::default();
        flags.update_from_arg_matches(matches)?;
        Ok(flags)
    }

    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        for (field, ask) in flag_fields() {
            if let Some(values) = matches.get_many::<String>(name(&ask)) {
                self.given.insert(field.path, values.cloned().collect());
            }
        }
        Ok(())
    }
}

impl Flags {
    /// Adds the values of flags to the answers, overriding known ones.
    ///
    /// # Errors
    /// The text that says what is wrong with a trigger or a finding.
    pub(crate) fn fill(&self, answers: &mut Answers) -> Result<(), String> {
        for (field, _) in flag_fields().filter(|(field, _)| !field.is_of_item) {
            if let Some(values) = self.given.get(&field.path) {
                answers.set(&field.path, stated(&field, values)?);
            }
        }
        self.controls(answers)
    }

    fn controls(&self, answers: &mut Answers) -> Result<(), String> {
        let parts = flag_fields().filter(|(field, _)| field.is_of_item);
        let mut controls: Vec<Value> = Vec::new();
        for (field, ask) in parts {
            let values = self.given.get(&field.path).map_or(&[][..], Vec::as_slice);
            let key = field.spec.key;
            if key == "description" {
                controls = values.iter().map(|text| json!({"description": text})).collect();
            } else if values.len() > controls.len() {
                return Err(format!(
                    "more {} than --compensating-control: give one for each, in order",
                    ask.flag
                ));
            }
            for (control, value) in controls.iter_mut().zip(values) {
                if let Some(control) = control.as_object_mut() {
                    control.insert(key.to_owned(), json!(value));
                }
            }
        }
        if !controls.is_empty() {
            answers.set(CONTROLS, controls);
        }
        Ok(())
    }
}

/// Returns the value of a field given by a flag.
fn stated(field: &FieldPath, values: &[String]) -> Result<Value, String> {
    let texts = || values.iter().map(String::as_str);
    match field.path.as_str() {
        "scope.findings" => texts().map(part::finding).collect(),
        "triggers" => {
            let numbered = texts().enumerate();
            numbered.map(|(n, text)| part::trigger(text, n + 1)).collect()
        }
        "references.supersedes" => Ok(texts().map(ledger::id_of).collect::<String>().into()),
        _ if is_repeatable(field) => Ok(json!(values)),
        _ => Ok(texts().collect::<String>().into()),
    }
}
