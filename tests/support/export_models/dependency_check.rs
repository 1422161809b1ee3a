//! dependency-check: SuppressionHandler.java and SuppressionRule.java. `until` is an `xs:date` with its zone: midnight.

use exledger::record::time::{Day, Instant};
use quick_xml::Reader;
use quick_xml::events::Event;
use regex::Regex;

use super::{AskedFinding, WrittenFiles, only};

#[derive(Default)]
struct Rule {
    until: String,
    /// Element, whether it is a regular expression, text.
    tests: Vec<(String, bool, String)>,
}

pub(super) fn suppresses(files: &WrittenFiles, asked: &AskedFinding, at: Instant) -> bool {
    let rules = rules(only(files));
    rules.iter().any(|rule| {
        let of = |name: &'static str| rule.tests.iter().filter(move |it| it.0 == name);
        let is_package = of("packageUrl").all(|(_, is_regex, text)| {
            let Some(purl) = asked.purl.as_deref() else { return false };
            if *is_regex { Regex::new(text).unwrap().is_match(purl) } else { text == purl }
        });
        // Compared without case; but the tool takes the names of its findings from NVD, which writes all of them in capitals.
        let is_reported = !asked.id.contains(|it: char| it.is_ascii_lowercase());
        let is_cve = is_reported && of("cve").any(|it| it.2.eq_ignore_ascii_case(&asked.id));
        let is_name = of("vulnerabilityName").any(|it| it.2 == asked.id);
        midnight(&rule.until) >= at && is_package && (is_cve || is_name)
    })
}

/// Returns the instant of a date with a zone.
fn midnight(until: &str) -> Instant {
    let (day, zone) = until.split_at(10);
    let start = Day::new(day).unwrap().start();
    if zone == "Z" {
        return start;
    }
    let (sign, time) = zone.split_at(1);
    let (hours, minutes) = time.split_once(':').unwrap();
    let minutes: i64 = hours.parse::<i64>().unwrap() * 60 + minutes.parse::<i64>().unwrap();
    assert!(minutes <= 14 * 60, "{until}");
    start.plus_seconds(if sign == "+" { -60 * minutes } else { 60 * minutes })
}

fn rules(text: &str) -> Vec<Rule> {
    let mut reader = Reader::from_str(text);
    let (mut rules, mut open): (Vec<Rule>, Option<(String, bool)>) = (Vec::new(), None);
    let mut inside = String::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Eof => return rules,
            Event::Start(start) => {
                let name = String::from_utf8(start.name().as_ref().to_vec()).unwrap();
                let attribute = |key: &str| {
                    let found = start.try_get_attribute(key).unwrap()?;
                    Some(String::from_utf8(found.value.to_vec()).unwrap())
                };
                if name == "suppress" {
                    let until = attribute("until").unwrap();
                    rules.push(Rule { until, ..Rule::default() });
                }
                open = Some((name, attribute("regex").as_deref() == Some("true")));
                inside.clear();
            }
            Event::Text(text) => inside.push_str(&text.decode().unwrap()),
            Event::GeneralRef(reference) => {
                let name = reference.decode().unwrap().into_owned();
                let entity =
                    quick_xml::escape::unescape(&format!("&{name};")).unwrap().into_owned();
                inside.push_str(&entity);
            }
            Event::End(_) => {
                if let (Some((name, is_regex)), Some(rule)) = (open.take(), rules.last_mut()) {
                    rule.tests.push((name, is_regex, inside.clone()));
                }
            }
            _ => {}
        }
    }
}
