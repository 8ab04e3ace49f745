//! What happens to systems without the boundaries of this one: the shortest
//! counterexamples of the model as stories, and the same steps tried here.
//!
//! `UPDATE_COLLAPSE=1 cargo test --test proof collapse` brings docs/collapse.md up
//! to date.

mod replays;
mod stories;

use std::fmt::Write;

use crate::lessons::model;
use crate::support::{World, documents};
use stories::{STORIES, Story};

const INTRODUCTION: &str = "# When the boundaries collapse

This page shows why authorization is not one check.
Each story takes one boundary away from the system and lets a program search for the shortest way to break a promise.
The steps are what it found: no person chose them.
Then the same steps are tried on this program, with a real PostgreSQL, and the page says what it answered.

The people: Alice wrote a post and submitted it. Edith and Rosa review. Stan is staff.

The page is generated, and `cargo test --test proof collapse` compares it with the model and with what the program answers today.
The model is in [tests/lessons/model](../tests/lessons/model/mod.rs): one, two or three clients, each step of their transactions in every order, a crash of the server and a lost answer.
With every ingredient in place it finds no broken promise; [`model::with_every_ingredient_every_promise_holds_in_every_state`](../tests/lessons/model/mod.rs) prints how many states it looked at.

";

const LAST: &str = "## What backs what

Some ingredients back each other: without one of them the promise still holds, because another one is there.
This is what the search says about each.

";

const CONCLUSION: &str = "
## Why it is not one check

- A permission says who may attempt something. It is true for a long time, so it cannot know what is true now.
- A policy says what is valid now. *Now* is only a fact while a lock holds it.
- An invariant says what must never be false. It is asked last, at the write and at the commit, of every program and every hand.
- Authority is a fact about now, too: it is read and locked like the post.
- A retry is a second request, unless a key says that it is the first one again.
";

fn document() -> String {
    let mut text = INTRODUCTION.to_owned();
    for (number, story) in STORIES.iter().enumerate() {
        text += &chapter(number + 1, story);
    }
    text += LAST;
    text += "| taken away | what happens |\n|---|---|\n";
    for removal in &model::removals::REMOVALS {
        let result = removal.breaks.map_or(
            "Every promise holds: it is defence in depth, and others back it.".to_owned(),
            |promise| format!("Broken: *{promise}*"),
        );
        let _ = writeln!(text, "| {} | {result} |", removal.name);
    }
    text += CONCLUSION;
    text
}

fn chapter(number: usize, story: &Story) -> String {
    let counterexample = model::shortest(story.without, story.operations, story.promise);
    let steps = counterexample.steps.iter().enumerate();
    let mut text = format!("## {number}. {}\n\n{}\n\n", story.title, story.temptation);
    let _ =
        writeln!(text, "Without it, the shortest way ({} steps):\n", counterexample.steps.len());
    for (index, step) in steps {
        let _ = writeln!(text, "{}. {step}", index + 1);
    }
    let _ = writeln!(text, "\nBroken: *{}*\n{}\n", counterexample.broken, story.end);
    let _ = writeln!(text, "**It happened.** {}\n", story.incident);
    text += "**The same steps here:**\n\n";
    let answers = (story.replay)(&World::new());
    // Not even an update of the page lets another answer pass.
    for expected in story.answers {
        assert!(answers.iter().any(|answer| answer.contains(expected)), "{answers:#?}");
    }
    for answer in answers {
        let _ = writeln!(text, "- {answer}");
    }
    text.push('\n');
    text
}

#[test]
fn the_committed_page_has_the_counterexamples_and_the_answers_of_today() {
    documents::check("docs/collapse.md", &document(), "UPDATE_COLLAPSE");
}
