//! The subset of XML Schema 1.0 that the JUnit schemas use: sequences, choices, references, extensions, attributes.

use std::collections::BTreeSet;

use super::xml::Element;

/// Returns the schema errors of an element, in order.
pub(crate) fn errors(schema: &Element, root: &Element) -> Vec<String> {
    let mut errors = Vec::new();
    let declared = schema.all("element").find(|it| it.get("name") == Some(&root.name));
    match declared {
        Some(declared) => Validator { schema, errors: &mut errors }.element(declared, root),
        None => errors.push(format!("no element {}", root.name)),
    }
    errors
}

struct Validator<'s, 'e> {
    schema: &'s Element,
    errors: &'e mut Vec<String>,
}

impl<'s> Validator<'s, '_> {
    fn element(&mut self, declared: &'s Element, actual: &Element) {
        let complex = declared.all("complexType").next();
        let named = declared.get("type").and_then(|name| self.named("complexType", name));
        match complex.or(named) {
            Some(complex) => self.complex(complex, actual),
            None => {
                if !actual.children.is_empty() || !actual.attributes.is_empty() {
                    self.errors.push(format!("{} holds more than text", actual.name));
                }
            }
        }
    }

    fn named(&self, kind: &'s str, name: &str) -> Option<&'s Element> {
        let schema = self.schema;
        schema.all(kind).find(|it| it.get("name") == Some(name))
    }

    fn complex(&mut self, complex: &'s Element, actual: &Element) {
        let mut particles = Vec::new();
        let mut attributes = Vec::new();
        let is_text = self.collect(complex, &mut particles, &mut attributes);
        for attribute in &attributes {
            let name = attribute.get("name").unwrap();
            match actual.get(name) {
                Some(value) => self.value(attribute, name, value),
                None if attribute.get("use") == Some("required") => {
                    self.errors.push(format!("{} lacks {name}", actual.name));
                }
                None => {}
            }
        }
        for (key, _) in &actual.attributes {
            if !attributes.iter().any(|it| it.get("name") == Some(key)) {
                self.errors.push(format!("{} may have no {key}", actual.name));
            }
        }
        let is_mixed = is_text || complex.get("mixed") == Some("true");
        if !is_mixed && !actual.text.trim().is_empty() {
            self.errors.push(format!("{} holds text", actual.name));
        }
        let mut ends = BTreeSet::from([0]);
        for particle in &particles {
            ends = ends.iter().flat_map(|at| self.fit(particle, actual, *at)).collect();
        }
        if !ends.contains(&actual.children.len()) {
            let names: Vec<&str> = actual.children.iter().map(|it| it.name.as_str()).collect();
            self.errors.push(format!("{} may not hold {names:?}", actual.name));
        }
        for child in &actual.children {
            match particles.iter().find_map(|it| self.declaration(it, &child.name)) {
                Some(declared) => self.element(declared, child),
                None => self.errors.push(format!("{} holds {}", actual.name, child.name)),
            }
        }
    }

    /// Collects particles and attributes, those of the extended type first; tells whether the content is text.
    fn collect(
        &self,
        of: &'s Element,
        particles: &mut Vec<&'s Element>,
        attributes: &mut Vec<&'s Element>,
    ) -> bool {
        let mut is_text = false;
        for child in &of.children {
            match child.local() {
                "sequence" | "choice" => particles.push(child),
                "attribute" => attributes.push(child),
                "simpleContent" => {
                    self.collect(child, particles, attributes);
                    is_text = true;
                }
                "complexContent" => is_text |= self.collect(child, particles, attributes),
                "extension" => {
                    let base = child.get("base").unwrap();
                    if let Some(base) = self.named("complexType", base) {
                        is_text |= self.collect(base, particles, attributes);
                    }
                    is_text |= self.collect(child, particles, attributes);
                }
                "annotation" => {}
                other => panic!("the schema uses {other}"),
            }
        }
        is_text
    }

    /// Returns the possible ends of the children that a particle matches.
    fn fit(&self, particle: &Element, actual: &Element, from: usize) -> BTreeSet<usize> {
        let number = |key: &str| match particle.get(key) {
            Some("unbounded") => usize::MAX,
            Some(number) => number.parse().unwrap(),
            None => 1,
        };
        let (least, most) = (number("minOccurs"), number("maxOccurs"));
        let mut reached = BTreeSet::from([from]);
        let mut ends = BTreeSet::new();
        for n in 0.. {
            if n >= least {
                ends.extend(&reached);
            }
            let next: BTreeSet<usize> =
                reached.iter().flat_map(|at| self.once(particle, actual, *at)).collect();
            if n >= most || next.is_empty() || (n >= least && next.is_subset(&ends)) {
                break;
            }
            reached = next;
        }
        ends
    }

    fn once(&self, particle: &Element, actual: &Element, from: usize) -> BTreeSet<usize> {
        match particle.local() {
            "element" => {
                let name = particle.get("name").or(particle.get("ref"));
                let fits =
                    actual.children.get(from).is_some_and(|it| Some(it.name.as_str()) == name);
                fits.then_some(from + 1).into_iter().collect()
            }
            "choice" => {
                let choices = particle.children.iter();
                choices.flat_map(|it| self.fit(it, actual, from)).collect()
            }
            "sequence" => particle.children.iter().fold(BTreeSet::from([from]), |ends, it| {
                ends.iter().flat_map(|at| self.fit(it, actual, *at)).collect()
            }),
            _ => BTreeSet::from([from]),
        }
    }

    fn declaration(&self, particle: &'s Element, name: &str) -> Option<&'s Element> {
        match particle.local() {
            "element" if particle.get("name") == Some(name) => Some(particle),
            "element" if particle.get("ref") == Some(name) => self.named("element", name),
            _ => particle.children.iter().find_map(|it| self.declaration(it, name)),
        }
    }

    fn value(&mut self, attribute: &Element, name: &str, value: &str) {
        let inline = attribute.all("simpleType").next();
        let kind = attribute.get("type").unwrap_or("xs:token");
        let is_token = !value.starts_with(' ') && !value.ends_with(' ') && !value.contains("  ");
        let fits = match kind {
            "xs:token" => is_token && (inline.is_none() || !value.is_empty()),
            "xs:string" => true,
            "xs:int" => value.parse::<i32>().is_ok(),
            "xs:decimal" => value.parse::<f64>().is_ok(),
            "SUREFIRE_TIME" => value.bytes().all(|it| it.is_ascii_digit() || it == b'.'),
            "ISO8601_DATETIME_PATTERN" => {
                exledger::record::time::Instant::parse(&format!("{value}Z")).is_some()
                    && value.len() == 19
            }
            other => panic!("the schema uses the type {other}"),
        };
        if !fits {
            self.errors.push(format!("{name} is no {kind}: {value:?}"));
        }
    }
}
