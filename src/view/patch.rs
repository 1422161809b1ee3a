//! Two texts as a patch: the lines that differ, with three lines around them, as git writes it.
//!
//! Uses nothing of the line. Pure. Start at [`patch`]. The lines that differ are found by Myers' algorithm, which is
//! fast where few do.

use std::fmt::Write;

/// So many lines around a difference are shown.
const AROUND: usize = 3;

/// What becomes of a line.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Step {
    Keep,
    Take,
    Add,
}

/// Returns the patch that leads from one text to another; empty where they are equal.
///
/// `path` is the file's path from the top of the repository.
pub fn patch(path: &str, before: &str, after: &str) -> String {
    if before == after {
        return String::new();
    }
    let (old, new) = (lines(before), lines(after));
    let steps = steps(&old, &new);
    let mut out = format!("--- a/{path}\n+++ b/{path}\n");
    for hunk in hunks(&steps) {
        write(&mut out, &hunk, [&old, &new]);
    }
    out
}

/// Returns the lines of a text, each with its end.
fn lines(text: &str) -> Vec<&str> {
    text.split_inclusive('\n').collect()
}

/// One step with the lines before it on either side.
#[derive(Clone, Copy, Debug)]
struct At {
    step: Step,
    old: usize,
    new: usize,
}

/// Returns the shortest way from the one to the other.
fn steps(old: &[&str], new: &[&str]) -> Vec<At> {
    let same_start = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let (old_rest, new_rest) = (old.get(same_start..), new.get(same_start..));
    let (old_rest, new_rest) = (old_rest.unwrap_or_default(), new_rest.unwrap_or_default());
    let mut way: Vec<Step> = vec![Step::Keep; same_start];
    way.extend(shortest(old_rest, new_rest));
    let (mut at_old, mut at_new) = (0, 0);
    let mut steps = Vec::with_capacity(way.len());
    for step in way {
        steps.push(At {
            step,
            old: at_old,
            new: at_new,
        });
        at_old += usize::from(step != Step::Add);
        at_new += usize::from(step != Step::Take);
    }
    steps
}

/// Walks by Myers' algorithm: for each number of differences the furthest that each diagonal gets.
fn shortest(old: &[&str], new: &[&str]) -> Vec<Step> {
    let (n, m) = (old.len(), new.len());
    let most = n + m;
    let mut furthest = vec![0_usize; 2 * most + 3];
    let mut trail: Vec<Vec<usize>> = Vec::new();
    let at = |row: &[usize], diagonal: isize| {
        let index = usize::try_from(diagonal + 1 + isize::try_from(most).unwrap_or(0));
        index
            .ok()
            .and_then(|index| row.get(index))
            .copied()
            .unwrap_or(0)
    };
    'found: for d in 0..=most {
        trail.push(furthest.clone());
        let d = isize::try_from(d).unwrap_or(0);
        for k in (-d..=d).step_by(2) {
            let down = k == -d || (k != d && at(&furthest, k - 1) < at(&furthest, k + 1));
            let mut x = match down {
                true => at(&furthest, k + 1),
                false => at(&furthest, k - 1) + 1,
            };
            let y = |x: usize| usize::try_from(isize::try_from(x).unwrap_or(0) - k).unwrap_or(0);
            while x < n && y(x) < m && old.get(x) == new.get(y(x)) {
                x += 1;
            }
            let index = usize::try_from(k + 1 + isize::try_from(most).unwrap_or(0)).unwrap_or(0);
            if let Some(slot) = furthest.get_mut(index) {
                *slot = x;
            }
            if x >= n && y(x) >= m {
                break 'found;
            }
        }
    }
    back(&trail, n, m, &at)
}

/// Walks the trail back from the end.
fn back(
    trail: &[Vec<usize>],
    n: usize,
    m: usize,
    at: &dyn Fn(&[usize], isize) -> usize,
) -> Vec<Step> {
    let signed = |number: usize| isize::try_from(number).unwrap_or(0);
    let (mut x, mut y) = (signed(n), signed(m));
    let mut steps = Vec::new();
    for (d, row) in trail.iter().enumerate().rev() {
        let (d, k) = (signed(d), x - y);
        let down = k == -d || (k != d && at(row, k - 1) < at(row, k + 1));
        let from = if down { k + 1 } else { k - 1 };
        let before_x = signed(at(row, from));
        let before_y = before_x - from;
        while x > before_x && y > before_y && x > 0 && y > 0 {
            steps.push(Step::Keep);
            (x, y) = (x - 1, y - 1);
        }
        if d > 0 {
            steps.push(if down { Step::Add } else { Step::Take });
            (x, y) = (before_x, before_y);
        }
    }
    steps.reverse();
    steps
}

/// Returns the steps that are shown together: each difference with what is around it.
fn hunks(steps: &[At]) -> Vec<Vec<At>> {
    let differ = |at: &At| at.step != Step::Keep;
    let mut hunks: Vec<Vec<At>> = Vec::new();
    let mut last: Option<usize> = None;
    for (index, _) in steps.iter().enumerate().filter(|(_, at)| differ(at)) {
        let begin = index.saturating_sub(AROUND);
        let end = (index + AROUND + 1).min(steps.len());
        let from = last.filter(|last| *last >= begin).unwrap_or(begin);
        let more = steps.get(from..end).unwrap_or_default();
        match hunks
            .last_mut()
            .filter(|_| last.is_some_and(|last| last >= begin))
        {
            Some(hunk) => hunk.extend_from_slice(more),
            None => hunks.push(more.to_vec()),
        }
        last = Some(end);
    }
    hunks
}

fn write(out: &mut String, hunk: &[At], [old, new]: [&[&str]; 2]) {
    let Some(first) = hunk.first() else {
        return;
    };
    let count = |other: Step| hunk.iter().filter(|at| at.step != other).count();
    let (n_old, n_new) = (count(Step::Add), count(Step::Take));
    let range = |begin: usize, n: usize| match n {
        0 => format!("{begin},0"),
        1 => format!("{}", begin + 1),
        n => format!("{},{n}", begin + 1),
    };
    // Writing to a text cannot fail.
    let _ = writeln!(
        out,
        "@@ -{} +{} @@",
        range(first.old, n_old),
        range(first.new, n_new)
    );
    for at in hunk {
        let (sign, line) = match at.step {
            Step::Keep => (' ', old.get(at.old)),
            Step::Take => ('-', old.get(at.old)),
            Step::Add => ('+', new.get(at.new)),
        };
        let line = line.copied().unwrap_or_default();
        out.push(sign);
        out.push_str(line);
        if !line.ends_with('\n') {
            out.push_str("\n\\ No newline at end of file\n");
        }
    }
}
