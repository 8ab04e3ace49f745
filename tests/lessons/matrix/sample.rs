//! A few cases that stand for all: every answer of every action, and every pair of
//! values of two dimensions.

use std::collections::BTreeSet;

use super::table::{Case, Table};

/// One case of one table.
pub type Cell<'a> = (&'a Table, Case);

/// Returns the cases of the tables that a filter lets through.
pub fn every_cell<'a>(tables: &'a [Table], is_possible: impl Fn(&Case) -> bool) -> Vec<Cell<'a>> {
    let cells = tables
        .iter()
        .flat_map(|table| table.answers.iter().map(move |(case, _)| (table, case.clone())));
    cells.filter(|(_, case)| is_possible(case)).collect()
}

/// Returns a part of the cells that has every answer of every table and every pair
/// of values, the action being one more dimension. Cells that add much come first.
pub fn pairwise<'a>(cells: &[Cell<'a>]) -> Vec<Cell<'a>> {
    let mut seen: BTreeSet<String> = BTreeSet::new();
    let mut chosen = Vec::new();
    let mut left: Vec<(&Cell<'a>, Vec<String>)> =
        scattered(cells).map(|cell| (cell, features(cell))).collect();
    for least in [30, 20, 12, 8, 5, 3, 2, 1] {
        left.retain(|(cell, features)| {
            let added = features.iter().filter(|feature| !seen.contains(*feature)).count();
            if added >= least {
                seen.extend(features.iter().cloned());
                chosen.push((cell.0, cell.1.clone()));
            }
            (1..least).contains(&added)
        });
    }
    chosen
}

/// Returns what a cell shows: its answer, and each pair of its values.
fn features((table, case): &Cell<'_>) -> Vec<String> {
    let mut values: Vec<String> =
        case.iter().enumerate().map(|(index, value)| format!("{index}={value}")).collect();
    values.push(table.title.clone());
    let mut features = vec![format!("{} {:?}", table.title, table.answer(case))];
    for (index, one) in values.iter().enumerate() {
        features.extend(values[index + 1..].iter().map(|other| format!("{one} {other}")));
    }
    features
}

/// Returns the cells in an order in which neighbours differ in many dimensions.
fn scattered<'b, 'a>(cells: &'b [Cell<'a>]) -> impl Iterator<Item = &'b Cell<'a>> {
    // A prime that no number of cases here is a multiple of.
    let stride = 7_919;
    (0..cells.len()).map(move |index| &cells[index * stride % cells.len()])
}
