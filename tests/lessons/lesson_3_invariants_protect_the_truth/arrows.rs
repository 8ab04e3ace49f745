//! All twelve changes between different states, in Rust and in SQL.

use imprimatur::domain::{PostId, State};

use crate::support::World;
use crate::support::raw::{db_change, db_facts_of, db_refused_by};

fn post_in(world: &World, state: State) -> PostId {
    match state {
        State::Draft => world.draft(),
        State::InReview => world.in_review(),
        State::Published => world.published(),
        State::Archived => world.archived(),
    }
}

fn changes() -> impl Iterator<Item = (State, State)> {
    State::ALL
        .into_iter()
        .flat_map(|from| State::ALL.map(|to| (from, to)))
        .filter(|(from, to)| from != to)
}

#[test]
fn of_twelve_changes_three_are_arrows_and_rust_and_sql_agree_which() {
    let world = World::new();
    let mut conn = world.database.as_runtime();
    let mut succeeded = Vec::new();
    for (from, to) in changes() {
        let post = post_in(&world, from);
        let before = world.db_everything();
        let refused_by = db_refused_by(&mut conn, &db_change(post, from, to, world.edith));
        if refused_by == "nothing" {
            succeeded.push((from, to));
            assert_eq!(world.post(post).state(), to);
            assert_eq!(world.db_history(post).last().unwrap(), to.as_str());
        } else {
            assert!(
                ["post_moves_one_step_forward", "archival_facts_are_final"]
                    .contains(&refused_by.as_str()),
                "{from} -> {to}: {refused_by}"
            );
            assert_eq!(world.db_everything(), before, "{from} -> {to}");
        }
    }
    let arrows: Vec<_> =
        State::ALL.into_iter().filter_map(|from| from.next().map(|to| (from, to))).collect();
    assert_eq!(succeeded, arrows);
    assert_eq!(succeeded.len(), 3);
}

#[test]
fn without_the_guard_on_the_post_its_facts_and_its_history_still_refuse_the_other_nine() {
    let world = World::new();
    world.database.db_sabotage("DROP TRIGGER post_moves_one_step_forward ON posts");
    let mut conn = world.database.as_runtime();
    for (from, to) in changes().filter(|(from, to)| from.next() != Some(*to)) {
        let post = post_in(&world, from);
        let before = world.db_everything();
        let facts = db_facts_of(to, world.edith);
        // As if it came from where it should have come from.
        let pretended = State::ALL.into_iter().find(|state| state.next() == Some(to));
        let attempts = [
            db_change(post, from, to, world.edith),
            db_change(post, pretended.unwrap_or(from), to, world.edith),
            format!("UPDATE posts SET {facts} WHERE id = {post}"),
            format!("UPDATE posts SET state = '{}' WHERE id = {post}", to.as_str()),
        ];
        for sql in attempts {
            let refused_by = db_refused_by(&mut conn, &sql);
            assert_ne!(refused_by, "nothing", "{from} -> {to}: {sql}");
            assert!(!refused_by.contains(' '), "{from} -> {to}: {refused_by}");
            assert_eq!(world.db_everything(), before, "{from} -> {to}");
        }
    }
}
