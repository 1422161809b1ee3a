//! The flags of `new`: one for each field that people state, as `record` declares it.
//!
//! Start at [`Flags`]. Follows `docs/spec/cli.md`, flags that scripts use. Values are texts: the record reader checks
//! them, so that the error is the same for a flag and a file.

use clap::{Arg, ArgAction, ArgMatches, Args, Command, FromArgMatches};
use exledger::diag::sorting::StableSort as _;

use crate::commands::context::listed_values::ListedValues;
use exledger::plan::answers::Answers;
use exledger::plan::field_values::{
    self, FieldValueError, FieldValues, flag_fields, is_repeatable,
};
use exledger::record::spec::{Ask, FieldPath, ValueShape};

/// The flags for the fields of the record; those of lists may be given several times.
#[derive(Clone, Debug, Default)]
pub(crate) struct Flags {
    given: FieldValues,
}

const SHORTER: &[(&str, &str)] = &[("owner-email", "owner"), ("owner-team", "team")];

fn name(ask: &Ask) -> &'static str {
    ask.flag.trim_start_matches('-')
}

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
        let fields: Vec<(FieldPath, Ask)> = flag_fields().collect();
        let place = |flag: &str| fields.iter().position(|(_, ask)| ask.flag == flag);
        // A flag that stands below another one is placed right after it. Each place is looked up once: every start of the
        // program does this.
        let placed = fields.iter().enumerate().map(|(at, (field, ask))| {
            let above = Some(ask.below).filter(|below| !below.is_empty()).and_then(place);
            (above.map_or((at, 0), |above| (above, 1)), flag(field, ask))
        });
        let mut flags: Vec<((usize, u8), Arg)> = placed.collect();
        flags.order_by_key(|(key, _)| *key);
        command.args(flags.into_iter().map(|(_, flag)| flag))
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
    pub(crate) fn named(&self) -> Vec<&'static str> {
        let given = flag_fields().filter(|(field, _)| self.given.contains_key(&field.path));
        given.map(|(_, ask)| ask.flag).collect()
    }

    pub(crate) fn fill(&self, answers: &mut Answers) -> Result<(), FieldValueError> {
        field_values::fill(&self.given, answers)
    }
}
