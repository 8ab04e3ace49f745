//! Trying any action, and putting its answer in a few words.

use imprimatur::domain::{Action, Content, Create, Outcome, PostId, State, UserId};
use imprimatur::refusal::Refusal;
use imprimatur::store::Store;
use imprimatur::workflow::{self, Call};

use super::World;
use super::world::{archive, content, publish, request_changes, revise, submit, withdraw_request};

/// Every action that is about a post that exists.
pub fn on_posts() -> impl Iterator<Item = Action> {
    Action::ALL.into_iter().filter(|action| *action != Action::Create)
}

/// Takes an attempt of any kind through the door. A new post needs none.
pub fn attempt(
    store: &Store,
    call: &Call,
    action: Action,
    post: PostId,
    seen: i32,
) -> Result<Outcome, Refusal> {
    match action {
        Action::Create => {
            let content: Content = content("On beginnings");
            workflow::create(store, call, &Create { content })
        }
        Action::Revise => workflow::perform(store, call, &revise(post, seen, "Anew")),
        Action::Submit => workflow::perform(store, call, &submit(post, seen)),
        Action::RequestChanges => workflow::perform(store, call, &request_changes(post, seen)),
        Action::WithdrawRequest => workflow::perform(store, call, &withdraw_request(post, seen)),
        Action::Publish => workflow::perform(store, call, &publish(post, seen)),
        Action::Archive => workflow::perform(store, call, &archive(post, seen)),
    }
}

/// Returns the layer of a refusal and the codes of its reasons.
pub fn codes(refusal: &Refusal) -> String {
    let reasons = refusal.reasons();
    let codes = reasons.iter().map(|reason| reason.code.as_str());
    let words: Vec<&str> = std::iter::once(refusal.layer().as_str()).chain(codes).collect();
    words.join(" ")
}

/// A complete post of anybody who may write, brought to a state by the others.
pub fn post_in(world: &World, author: UserId, state: State) -> PostId {
    let post = world.draft_of(author);
    if state >= State::InReview {
        world.perform(author, &submit(post, 1)).unwrap();
    }
    if state >= State::Published {
        world.perform(world.edith, &publish(post, 1)).unwrap();
    }
    if state >= State::Archived {
        world.perform(world.stan, &archive(post, 1)).unwrap();
    }
    assert_eq!(world.post(post).state(), state);
    post
}
