//! Is there an order of the operations, each at a moment between its beginning and its
//! answer, in which a post that is changed by one person at a time gives the same
//! answers? (Linearizability: Herlihy and Wing 1990; the search is Wing and Gong's.)

use std::collections::{BTreeSet, HashSet};

use imprimatur::domain::State;

/// What somebody wants of a post.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    Revise,
    Submit,
    RequestChanges,
    WithdrawRequest,
    Publish,
    Archive,
    /// To read it as its author.
    Read,
    /// To read it as the public.
    Visit,
}

/// What they were answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Answer {
    /// It is done; the post is in this state at this revision, where that was said.
    Done(Option<(State, i32)>),
    Refused,
    Read(State, i32),
    Visited(u16),
}

/// One operation on one post.
#[derive(Debug, Clone)]
pub struct Operation {
    pub who: &'static str,
    pub wanted: Wanted,
    pub seen: i32,
    /// When it was sent and when its answer was there, by one clock.
    pub from: u64,
    pub until: u64,
    pub answer: Answer,
}

/// A post as a single person would keep it on paper.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Post {
    state: State,
    revision: i32,
    /// Who has a change request to this revision that is not withdrawn.
    asking: BTreeSet<&'static str>,
}

impl Post {
    fn new() -> Self {
        Self { state: State::Draft, revision: 1, asking: BTreeSet::new() }
    }

    /// Returns the post afterwards, if the answer is the one that it gives.
    fn after(&self, operation: &Operation) -> Option<Self> {
        match operation.answer {
            Answer::Read(state, revision) => {
                ((state, revision) == (self.state, self.revision)).then(|| self.clone())
            }
            Answer::Visited(status) => {
                let right = match self.state {
                    State::Draft | State::InReview => 404,
                    State::Published => 200,
                    State::Archived => 410,
                };
                (status == right).then(|| self.clone())
            }
            Answer::Refused => self.changed(operation).is_none().then(|| self.clone()),
            Answer::Done(said) => self
                .changed(operation)
                .filter(|post| said.is_none_or(|said| said == (post.state, post.revision))),
        }
    }

    /// Returns the post that the operation makes of this one, or `None` where it is
    /// not valid.
    fn changed(&self, operation: &Operation) -> Option<Self> {
        let mut post = self.clone();
        if operation.seen != self.revision {
            return None;
        }
        match (operation.wanted, self.state) {
            (Wanted::Revise, State::Draft | State::InReview) => {
                post.revision += 1;
                post.asking.clear();
            }
            (Wanted::Submit, State::Draft) => post.state = State::InReview,
            (Wanted::RequestChanges, State::InReview) => {
                post.asking.insert(operation.who);
            }
            (Wanted::WithdrawRequest, State::InReview) => {
                post.asking.remove(operation.who).then_some(())?;
            }
            (Wanted::Publish, State::InReview) if self.asking.is_empty() => {
                post.state = State::Published;
            }
            (Wanted::Archive, State::Published) => post.state = State::Archived,
            _ => return None,
        }
        Some(post)
    }
}

/// Returns whether the history of one post has such an order.
pub fn is_linearizable(history: &[Operation]) -> bool {
    let mut tried = HashSet::new();
    let mut branches = vec![(vec![false; history.len()], Post::new())];
    while let Some((placed, post)) = branches.pop() {
        if placed.iter().all(|placed| *placed) {
            return true;
        }
        if !tried.insert((placed.clone(), post.clone())) {
            continue;
        }
        let open = || history.iter().enumerate().filter(|(number, _)| !placed[*number]);
        // Nothing may be placed after an operation that had its answer before.
        let first_answer = open().map(|(_, operation)| operation.until).min().unwrap();
        for (number, operation) in open().filter(|(_, open)| open.from < first_answer) {
            if let Some(post) = post.after(operation) {
                let mut placed = placed.clone();
                placed[number] = true;
                branches.push((placed, post));
            }
        }
    }
    false
}

#[test]
fn a_history_that_no_order_explains_is_rejected() {
    let operation = |wanted, seen, from, until, answer| Operation {
        who: "edith",
        wanted,
        seen,
        from,
        until,
        answer,
    };
    let done = Answer::Done(None);
    let submitted = operation(Wanted::Submit, 1, 0, 1, done);
    let published = operation(Wanted::Publish, 1, 2, 5, done);
    let visit =
        |from, until, status| operation(Wanted::Visit, 0, from, until, Answer::Visited(status));
    let explained = [
        vec![visit(3, 4, 404)],
        vec![visit(3, 4, 200)],
        vec![visit(3, 6, 200), visit(3, 7, 404)],
        vec![operation(Wanted::Publish, 1, 3, 4, Answer::Refused)],
        vec![operation(Wanted::Archive, 1, 6, 9, done), visit(7, 8, 200), visit(10, 11, 410)],
    ];
    let unexplained = [
        // Read before it was published, and again after it was acknowledged.
        vec![visit(6, 7, 404)],
        vec![visit(3, 4, 200), visit(4, 5, 404)],
        vec![visit(3, 4, 500)],
        // Published twice.
        vec![operation(Wanted::Publish, 1, 3, 4, done)],
        // Refused, although it was valid at each moment of its time.
        vec![operation(Wanted::Archive, 1, 6, 7, Answer::Refused)],
        // An acknowledged revision that is not there afterwards.
        vec![
            operation(Wanted::Revise, 1, 1, 2, done),
            operation(Wanted::Read, 0, 2, 3, Answer::Read(State::InReview, 1)),
        ],
        // Still there after the archive was acknowledged.
        vec![operation(Wanted::Archive, 1, 6, 7, done), visit(8, 9, 200)],
    ];
    let with =
        |others: Vec<Operation>| [vec![submitted.clone(), published.clone()], others].concat();
    for history in explained.map(with) {
        assert!(is_linearizable(&history), "{history:#?}");
    }
    for history in unexplained.map(with) {
        assert!(!is_linearizable(&history), "{history:#?}");
    }
}
