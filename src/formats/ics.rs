//! `ics`: a calendar with the end, the next review and the post-closure review of records.
//!
//! Pure. Start at [`calendar`]. Follows `docs/spec/interop.md` 3 (`ics`) and RFC 5545: lines of at most 75 bytes, each
//! ended by CRLF.

use crate::formats::uuid;
use crate::record::time::{Day, Instant, When};
use crate::status::state::{DutyKind, RecordState};

/// How many days before an end the alarms are set.
const ALARMS: &[i64] = &[30, 7];

/// The maximum length of a line, in bytes, without its line ending.
const WIDTH: usize = 75;

/// A record, and how often it landed.
#[derive(Clone, Copy, Debug)]
pub struct Dated<'a> {
    pub record_state: &'a RecordState,
    /// The number of its landings: a later version of an event replaces earlier ones with a lower number.
    pub landings: usize,
}

enum EventTime {
    Day(Day),
    Instant(Instant),
}

struct CalendarEvent {
    part: &'static str,
    at: EventTime,
    summary: String,
    description: String,
    alarms: &'static [i64],
}

/// Returns the calendar of records evaluated at an instant; empty without records.
pub fn calendar(records: &[Dated<'_>], instant: Instant) -> String {
    let mut out = CalendarLines::default();
    for line in [
        "BEGIN:VCALENDAR",
        "VERSION:2.0",
        "PRODID:-//exledger//exledger//EN",
        "CALSCALE:GREGORIAN",
        "METHOD:PUBLISH",
        "X-WR-CALNAME:Exceptions",
    ] {
        out.line(line);
    }
    for dated in records {
        for event in events(dated.record_state, instant) {
            out.event(&event, *dated, instant);
        }
    }
    out.line("END:VCALENDAR");
    out.0
}

fn events(record_state: &RecordState, instant: Instant) -> Vec<CalendarEvent> {
    let id = record_state.id();
    let Some(content) = record_state.content() else {
        return Vec::new();
    };
    let title = plain(&content.title);
    let owner = format!("Owner: {} <{}>", plain(&content.owner.name), content.owner.email);
    let mut events = Vec::new();
    for duty in &record_state.duties {
        let last = duty.at.plus_seconds(-1).day();
        match duty.kind {
            DutyKind::Expiry => {
                // If something else ends it earlier, that is its end.
                let end = record_state.end.filter(|end| *end > instant).unwrap_or(duty.at);
                let last = end.plus_seconds(-1).day();
                let (at, covered) = match &content.expires {
                    When::Day(_) => (EventTime::Day(last), format!("Last day covered: {last} (UTC); ends {end}")),
                    When::Instant(..) => (EventTime::Instant(end), format!("Ends {end}")),
                };
                events.push(CalendarEvent {
                    part: "expires",
                    at,
                    summary: format!("{id} ends: {title}"),
                    description: format!("{owner}\n{covered}\n{}", plain(&content.justification)),
                    alarms: ALARMS,
                });
            }
            DutyKind::Review => events.push(CalendarEvent {
                part: "review",
                at: EventTime::Day(last),
                summary: format!("{id} review due: {title}"),
                description: format!("{owner}\nReview it by the end of {last} (UTC): exledger review {id}"),
                alarms: &[],
            }),
            DutyKind::PostClosureReview => events.push(CalendarEvent {
                part: "post-closure-review",
                at: EventTime::Day(last),
                summary: format!("{id} post-closure review due: {title}"),
                description: format!(
                    "{owner}\nSomeone other than the person who closed it must review the closure by the end of {last} (UTC): exledger close {id} --reviewed"
                ),
                alarms: &[],
            }),
            _ => {}
        }
    }
    events
}

#[derive(Default)]
struct CalendarLines(String);

impl CalendarLines {
    fn line(&mut self, text: &str) {
        let mut room = WIDTH;
        for char in text.chars() {
            if char.len_utf8() > room {
                self.0.push_str("\r\n ");
                room = WIDTH - 1;
            }
            self.0.push(char);
            room -= char.len_utf8();
        }
        self.0.push_str("\r\n");
    }

    fn event(&mut self, event: &CalendarEvent, dated: Dated<'_>, instant: Instant) {
        let id = dated.record_state.id();
        let uid = uuid::name_uuid(&format!("ics/{id}/{}", event.part));
        self.line("BEGIN:VEVENT");
        self.line(&format!("UID:{uid}@exledger"));
        self.line(&format!("DTSTAMP:{}", compact(instant)));
        self.line(&format!("SEQUENCE:{}", dated.landings));
        match event.at {
            EventTime::Day(day) => {
                self.line(&format!("DTSTART;VALUE=DATE:{}", bare(day)));
                self.line(&format!("DTEND;VALUE=DATE:{}", bare(day.plus_days(1))));
            }
            EventTime::Instant(at) => self.line(&format!("DTSTART:{}", compact(at))),
        }
        self.line(&format!("SUMMARY:{}", escaped(&event.summary)));
        self.line(&format!("DESCRIPTION:{}", escaped(&event.description)));
        self.line(&format!("CATEGORIES:exledger,{}", event.part));
        self.line("CLASS:PRIVATE");
        self.line("STATUS:CONFIRMED");
        self.line("TRANSP:TRANSPARENT");
        self.line(&format!("X-EXLEDGER-ID:{id}"));
        let start = match event.at {
            EventTime::Day(day) => day.start(),
            EventTime::Instant(at) => at,
        };
        for days in event.alarms {
            if start.plus_seconds(-days * 86_400) > instant {
                self.line("BEGIN:VALARM");
                self.line("ACTION:DISPLAY");
                self.line(&format!("DESCRIPTION:{}", escaped(&event.summary)));
                self.line(&format!("TRIGGER:-P{days}D"));
                self.line("END:VALARM");
            }
        }
        self.line("END:VEVENT");
    }
}

/// Formats an instant as the standard requires: `20261221T000000Z`.
fn compact(instant: Instant) -> String {
    instant.to_string().replace(['-', ':'], "")
}

fn bare(day: Day) -> String {
    day.to_string().replace('-', "")
}

fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '\n' => out.push_str("\\n"),
            '\\' | ';' | ',' => {
                out.push('\\');
                out.push(char);
            }
            _ if char.is_control() => {}
            _ => out.push(char),
        }
    }
    out
}
