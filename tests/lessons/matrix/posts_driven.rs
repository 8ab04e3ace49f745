//! The same cases as the matrix, through the workflow on a real database.

use std::collections::BTreeMap;

use imprimatur::domain::{
    Action, Archive, Content, Create, Outcome, PostId, Publish, RequestChanges, Revise,
    RevisionNumber, Role, Slug, State, UserId,
};
use imprimatur::policies::accounts::AccountChange;
use imprimatur::refusal::Refusal;

use super::posts::{self, Request, Situation, Supplied, read, roles, text};
use super::sample::{Cell, every_cell, pairwise};
use super::table::{Answer, Case};
use crate::support::World;
use crate::support::world::{
    archive, content, note, publish, request_changes, submit, withdraw_request,
};

/// Returns whether the workflow can bring a post into this situation at all: what
/// is published is complete and has no open request, and reviewers make no request
/// on posts of their own.
fn is_possible(case: &Case) -> bool {
    if case.len() == posts::CREATION.len() {
        return true;
    }
    let (situation, _) = read(case);
    let is_written = matches!(situation.state, State::Draft | State::InReview);
    (situation.is_complete || is_written)
        && (situation.request == Request::None || situation.state == State::InReview)
        && !(situation.request == Request::Mine && situation.is_own)
}

/// The people: one account for each set of roles, and two reviewers who will leave.
struct Cast<'a> {
    world: &'a World,
    actors: Vec<UserId>,
    departed: UserId,
    former: UserId,
}

impl<'a> Cast<'a> {
    /// Everyone holds every role at first that their posts will need.
    fn new(world: &'a World) -> Self {
        let both = [Role::Author, Role::Reviewer];
        let actors = (0..8).map(|index| world.person(&format!("actor{index}"), &both)).collect();
        let [departed, former] =
            ["dora", "flora"].map(|name| world.person(name, &[Role::Reviewer]));
        Self { world, actors, departed, former }
    }

    /// Gives each actor exactly their roles, and lets the reviewers go.
    fn settle(&self) {
        for index in 0..8 {
            let wanted = roles(index);
            let has = |role| role != Role::Staff;
            for role in Role::ALL {
                let change = match (wanted.contains(&role), has(role)) {
                    (true, false) => AccountChange::Grant(role),
                    (false, true) => AccountChange::Revoke(role),
                    (true, true) | (false, false) => continue,
                };
                self.world.change_account(&format!("actor{index}"), change).unwrap();
            }
        }
        self.world.change_account("dora", AccountChange::Deactivate).unwrap();
        self.world.change_account("flora", AccountChange::Revoke(Role::Reviewer)).unwrap();
    }

    /// Brings a post into a situation. Its current revision is the second.
    fn post_in(&self, situation: &Situation) -> PostId {
        let world = self.world;
        let you = self.actors[situation.roles];
        let author = if situation.is_own { you } else { world.alice };
        let post = world.create(author, content("On beginnings")).unwrap().post;
        if situation.state >= State::InReview {
            world.perform(author, &submit(post, 1)).unwrap();
        }
        let second = Revise { post, seen: RevisionNumber(1), content: text(situation.is_complete) };
        world.perform(author, &second).unwrap();
        let asking = match situation.request {
            Request::None => None,
            Request::Mine => Some(you),
            Request::Another => Some(world.edith),
            Request::Departed => Some(self.departed),
            Request::Former => Some(self.former),
        };
        if let Some(reviewer) = asking {
            world.perform(reviewer, &request_changes(post, 2)).unwrap();
        }
        if situation.state >= State::Published {
            world.perform(world.edith, &publish(post, 2)).unwrap();
        }
        if situation.state >= State::Archived {
            world.perform(world.stan, &archive(post, 2)).unwrap();
        }
        post
    }

    fn attempt(
        &self,
        action: Action,
        roles: usize,
        post: PostId,
        supplied: Supplied,
    ) -> Result<Outcome, Refusal> {
        let (world, you) = (self.world, self.actors[roles]);
        let number = if supplied.saw_current { 2 } else { 1 };
        let seen = RevisionNumber(number);
        let words = note(if supplied.has_words { "For the test." } else { " " });
        match action {
            Action::Create => unreachable!("a new post has no situation"),
            Action::Revise => {
                let content = content("On second thoughts");
                world.perform(you, &Revise { post, seen, content })
            }
            Action::Submit => world.perform(you, &submit(post, number)),
            Action::RequestChanges => {
                world.perform(you, &RequestChanges { post, seen, note: words })
            }
            Action::WithdrawRequest => world.perform(you, &withdraw_request(post, number)),
            Action::Publish => {
                let taken = Slug::parse("taken-by-now");
                let slug = if supplied.saw_address { None } else { taken };
                world.perform(you, &Publish { slug, ..publish(post, number) })
            }
            Action::Archive => world.perform(you, &Archive { post, seen, reason: words }),
        }
    }
}

/// Tries every cell: what a refusal leaves is untouched, so refused cells share a
/// post, and each that takes effect has one of its own.
fn drive(cells: &[Cell<'_>]) {
    let world = World::new();
    let cast = Cast::new(&world);
    let mut shared: BTreeMap<Situation, PostId> = BTreeMap::new();
    let (creations, others): (Vec<&Cell<'_>>, Vec<_>) =
        cells.iter().partition(|(table, _)| table.title == Action::Create.as_str());
    let posts: Vec<PostId> = others
        .iter()
        .map(|(table, case)| {
            let situation = read(case).0;
            if *table.answer(case) == Answer::Done {
                return cast.post_in(&situation);
            }
            *shared.entry(situation.clone()).or_insert_with(|| cast.post_in(&situation))
        })
        .collect();
    cast.settle();
    for (cell, post) in others.into_iter().zip(posts) {
        try_on_post(&cast, cell, post);
    }
    for (table, case) in creations {
        let content = if case[3] == 0 { text(true) } else { Content::default() };
        let call = world.call(cast.actors[posts::role_index(case)]);
        let before = world.db_count("posts");
        let answer = imprimatur::workflow::create(&world.store, &call, &Create { content });
        let made = world.db_count("posts") - before;
        assert_eq!(Answer::of(&answer), *table.answer(case), "create {case:?}");
        assert_eq!(made, i64::from(answer.is_ok()), "create {case:?}");
    }
    assert_eq!(world.db_incidents(), [""; 0]);
}

fn try_on_post(cast: &Cast<'_>, (table, case): &Cell<'_>, post: PostId) {
    let action: Action = table.title.parse().unwrap();
    let (situation, supplied) = read(case);
    let before = cast.world.post(post);
    let answer = cast.attempt(action, situation.roles, post, supplied);
    let after = cast.world.post(post);
    let name = format!("{action} {situation:?} {supplied:?}");
    assert_eq!(Answer::of(&answer), *table.answer(case), "{name}");
    if answer.is_ok() {
        assert_eq!(after.state(), action.target().unwrap_or(situation.state), "{name}");
        assert_ne!(after, before, "{name}");
    } else {
        assert_eq!(after, before, "{name}");
    }
}

#[test]
fn every_answer_and_every_pair_of_conditions_is_what_the_workflow_does() {
    let tables = posts::tables();
    let cells = pairwise(&every_cell(tables, is_possible));
    println!("{} cases", cells.len());
    drive(&cells);
}

/// Some 4,000 attempts:
/// `cargo test --test proof matrix -- --ignored`.
#[test]
#[ignore = "by hand: minutes"]
fn every_case_is_what_the_workflow_does() {
    let tables = posts::tables();
    let cells = every_cell(tables, is_possible);
    drive(&cells);
    println!("{} cases", cells.len());
}
