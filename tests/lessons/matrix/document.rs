//! docs/matrix.md is the tables in their short form, and the short form says the
//! same as the tables.
//!
//! `UPDATE_MATRIX=1 cargo test --test proof matrix::document` brings it up to date.

use std::fmt::Write;

use imprimatur::domain::{Action, Layer, State};
use imprimatur::permissions;

use super::cover::Cube;
use super::table::{Answer, Row, Table};
use super::{accounts, posts};
use crate::support::documents;

const INTRODUCTION: &str = "# Who can do what, and when

This file is generated: the program's own permissions, visibility and rules were asked every case.
A case is one combination of everything that is listed under *What varies*.
A condition that is not named in a row does not matter there.

For each action, **done when** lists the cases in which it takes effect.
In every other case it is refused, and nothing changes.
The layers are asked in this order: permission, visibility, policy.
The first layer that refuses gives the answer, with every code of that layer whose condition is met.
Where several policy codes apply and one of them is a 403, the answer is a 403.

`cargo test --test proof matrix` compares this file with the code, compares its rows with every single case, and tries a sample of the cases on a real database.
`cargo test --test proof matrix -- --ignored` tries all of them.
";

fn document() -> String {
    let mut text = INTRODUCTION.to_owned();
    text += "\n## Posts, in short\n\n";
    text += "Each cell lists the posts on which a person with exactly these roles can do it, if everything else is as it should be.\n\n";
    text += &summary();
    text += "\n## Posts\n\n";
    text += &varied(posts::table(Action::Publish));
    for table in posts::tables() {
        text += &section(table);
    }
    text += "\n## Accounts\n\nThe person who acts is \"you\". Their own account is active: with a deactivated one they are not signed in.\n\n";
    text += &varied(&accounts::changes()[0]);
    for table in accounts::changes() {
        text += &section(table);
    }
    text +=
        "\n## Your own account\n\nEvery active account may do this: it takes no permission.\n\n";
    text += &varied(&accounts::own()[0]);
    for table in accounts::own() {
        text += &section(&table);
    }
    text += "\n## The first account, and incidents\n";
    for table in [accounts::first(), accounts::incidents()] {
        text += &section(&table);
    }
    text
}

/// One row for each set of roles, one column for each action.
fn summary() -> String {
    let mut text = "| roles |".to_owned();
    for action in Action::ALL {
        let _ = write!(text, " {action} |");
    }
    text += "\n|---|---|---|---|---|---|---|---|\n";
    for roles in 0..8 {
        let names: Vec<&str> = posts::roles(roles).into_iter().map(|role| role.as_str()).collect();
        let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
        let _ = write!(text, "| {names} |");
        for action in Action::ALL {
            let _ = write!(text, " {} |", reach(action, roles));
        }
        text.push('\n');
    }
    text
}

/// The posts on which a set of roles can do an action.
fn reach(action: Action, roles: usize) -> String {
    let table = posts::table(action);
    let done: Vec<_> = table
        .answers
        .iter()
        .filter(|(case, answer)| posts::role_index(case) == roles && *answer == Answer::Done)
        .map(|(case, _)| case)
        .collect();
    if action == Action::Create {
        return if done.is_empty() { "" } else { "new" }.to_owned();
    }
    let mut found = Vec::new();
    for state in State::ALL {
        let state_done = |is_own| {
            done.iter().any(|case| {
                let (situation, _) = posts::read(case);
                situation.state == state && situation.is_own == is_own
            })
        };
        match (state_done(true), state_done(false)) {
            (true, true) => found.push(format!("any {}", words(state))),
            (true, false) => found.push(format!("own {}", words(state))),
            (false, true) => found.push(format!("others' {}", words(state))),
            (false, false) => {}
        }
    }
    found.join(", ")
}

fn words(state: State) -> String {
    state.label().to_lowercase()
}

fn varied(table: &Table) -> String {
    let mut text = "What varies:\n\n".to_owned();
    for dimension in &table.dimensions {
        let values = dimension.values.join(" / ");
        let _ = writeln!(text, "- {}{values}", dimension.subject);
    }
    text
}

fn section(table: &Table) -> String {
    let done = table.answers.iter().filter(|(_, answer)| *answer == Answer::Done).count();
    let all = table.answers.len();
    let mut text = format!("\n### {}\n\n", table.title);
    if !table.note.is_empty() {
        let _ = writeln!(text, "{}\n", table.note);
    }
    let _ = writeln!(text, "**Done when** ({done} of {all} cases):\n");
    for cube in &table.done {
        let _ = writeln!(text, "- {}", sentence(table, cube));
    }
    if table.rows.is_empty() {
        return text;
    }
    text += "\n| refused by | code | HTTP | when |\n|---|---|---|---|\n";
    for row in &table.rows {
        let Row { layer, code, status, when } = row;
        let code =
            code.as_ref().map_or("(as if it did not exist)".to_owned(), |code| format!("`{code}`"));
        let when: Vec<String> = when.iter().map(|cube| sentence(table, cube)).collect();
        let _ =
            writeln!(text, "| {} | {code} | {status} | {} |", layer.as_str(), when.join("<br>or "));
    }
    text
}

/// What distinguishes the cases of a cube, in words.
fn sentence(table: &Table, cube: &Cube) -> String {
    let limited = table.dimensions.iter().zip(&cube.0);
    let limited = limited.filter(|(dimension, values)| values.len() < dimension.values.len());
    let parts: Vec<String> = limited
        .map(|(dimension, values)| {
            let values: Vec<&str> = values.iter().map(|value| dimension.values[*value]).collect();
            format!("{}{}", dimension.subject, values.join(" or "))
        })
        .collect();
    if parts.is_empty() { "always".to_owned() } else { parts.join("; ") }
}

#[test]
fn the_committed_matrix_is_what_the_code_answers() {
    documents::check("docs/matrix.md", &document(), "UPDATE_MATRIX");
}

/// The short form is all that a reader sees, so it must say what every single
/// case says.
#[test]
fn the_short_form_gives_the_answer_of_every_case() {
    let tables = posts::tables().iter().chain(accounts::changes());
    let (own, others) = (accounts::own(), [accounts::first(), accounts::incidents()]);
    let mut asked = 0;
    for table in tables.chain(&own).chain(&others) {
        for (case, answer) in &table.answers {
            assert_eq!(table.short_answer(case), *answer, "{} {case:?}", table.title);
            let is_done = table.done.iter().any(|cube| cube.has(case));
            assert_eq!(is_done, *answer == Answer::Done, "{} {case:?}", table.title);
            asked += 1;
        }
    }
    assert!(asked > 12_000, "{asked}");
}

/// Every permission, layer and code that can refuse here is in a row.
#[test]
fn every_rule_of_an_action_has_its_row() {
    for action in Action::ALL {
        let table = posts::table(action);
        let codes: Vec<&str> = table
            .rows
            .iter()
            .filter(|row| row.layer == Layer::Policy)
            .filter_map(|row| row.code.as_deref())
            .collect();
        let rules: Vec<&str> =
            imprimatur::policies::rules(action).iter().map(|rule| rule.as_str()).collect();
        assert_eq!(
            codes, rules,
            "{action}: a rule that no case breaks needs a dimension in tests/lessons/matrix/posts.rs"
        );
        assert!(table.note.contains(permissions::required(action).as_str()));
    }
}
