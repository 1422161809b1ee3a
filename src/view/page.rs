//! Blocks that only a page shows: its first screen, in sentences, figures and pictures.
//!
//! Pure. Start at [`PageBlock`]. Each picture is data here; its drawing is in `render`. Other formats show none of them,
//! and have the same figures in their tables or in JSON.

use crate::record::time::Day;
use crate::view::doc::{Block, StyledText, Tone};

/// A block that only a page shows.
#[derive(Debug)]
pub enum PageBlock<'a> {
    /// The sentence below the title.
    Lead(StyledText),
    /// Large numbers, side by side.
    Figures(Vec<Figure>),
    /// Parts of the first screen, side by side if there is room.
    Panels(Vec<Panel<'a>>),
    /// Periods against today.
    Timeline(Timeline),
    /// How much is due on each day of the coming weeks.
    Calendar(DueCalendar),
    /// Counts of some groups, with a bar for each.
    Bars(BarTable),
    /// The parts of a whole.
    Shares(Vec<SharePart>),
}

/// A large number.
#[derive(Clone, Debug)]
pub struct Figure {
    /// What it counts.
    pub label: String,
    /// The number.
    pub value: String,
    /// What it means here; empty if that is clear.
    pub note: String,
    /// Whether the number is good or bad news.
    pub tone: Tone,
}

/// A part of the first screen.
#[derive(Debug)]
pub struct Panel<'a> {
    /// Its heading.
    pub title: String,
    /// How much room it needs.
    pub width: PanelWidth,
    /// Its content.
    pub blocks: Vec<Block<'a>>,
}

/// How much room a panel needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PanelWidth {
    /// Two fit beside each other.
    Half,
    /// Like half the width, beside two others.
    Tall,
    /// It needs the whole width.
    Full,
}

/// Periods against today; places are in thousandths of the width.
#[derive(Clone, Debug)]
pub struct Timeline {
    /// The place of the instant in question.
    pub today: u16,
    /// The places of the first days of months, with their names.
    pub months: Vec<(u16, String)>,
    /// The periods, in order.
    pub rows: Vec<TimelineRow>,
}

/// A period against today.
#[derive(Clone, Debug)]
pub struct TimelineRow {
    /// The record's id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The place of its begin.
    pub from: u16,
    /// The place of its end.
    pub to: u16,
    /// Its status and end in words, whose first tone is the color of the bar.
    pub words: StyledText,
}

/// How much is due on each day of some weeks.
#[derive(Clone, Debug)]
pub struct DueCalendar {
    /// The weeks, each from Monday to Sunday.
    pub weeks: Vec<Vec<CalendarDay>>,
}

/// A day of a calendar.
#[derive(Clone, Copy, Debug)]
pub struct CalendarDay {
    /// The day.
    pub day: Day,
    /// Whether it is over, today, or still to come.
    pub time: DayTime,
    /// How many records end on it.
    pub ends: usize,
    /// How much else has to be done by it: reviews, verifications, fixes.
    pub tasks: usize,
}

/// Where a day lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayTime {
    /// It is over.
    Past,
    /// It is the day of the instant in question.
    Today,
    /// It is still to come.
    Future,
}

/// Counts of some groups.
#[derive(Clone, Debug)]
pub struct BarTable {
    /// What the groups are, as the title of their column.
    pub of: &'static str,
    /// The titles of the counts, with the color of their part of the bar; `None` for counts without a part.
    pub counts: Vec<(&'static str, Option<Tone>)>,
    /// The groups.
    pub rows: Vec<BarRow>,
}

/// The counts of a group, and its bar.
#[derive(Clone, Debug)]
pub struct BarRow {
    /// Its name.
    pub label: StyledText,
    /// As many counts as there are titles.
    pub counts: Vec<usize>,
    /// The parts of its bar, which exclude each other.
    pub parts: Vec<(Tone, usize)>,
}

/// A part of a whole.
#[derive(Clone, Debug)]
pub struct SharePart {
    /// Its name.
    pub name: String,
    /// Its size.
    pub count: usize,
    /// Its color.
    pub tone: Tone,
}
