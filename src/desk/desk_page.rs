//! The desk: a person's own posts, and the posts that wait for their review.

use askama::Template;
use jiff::Timestamp;

use crate::desk::own_posts;
use crate::domain::{Action, Byline, Person, Reading, Role, State, grouped};
use crate::http::presence::{may_be_editing, may_be_reading};
use crate::http::{Layout, PageAddress, Reply, Request};
use crate::permissions;
use crate::refusal::Refusal;
use crate::render::filters;
use crate::store::Store;
use crate::store::posts::{self, COUNTED_OWN, OwnLine, QueueLine};

/// Returns how many of a person's own posts the desk shows in a state: nearly all
/// unfinished ones, and the newest others.
fn max_own(state: State) -> usize {
    match state {
        State::Draft | State::InReview => 50,
        State::Published => 6,
        State::Archived => 3,
    }
}

/// How many posts the review queue shows, oldest first.
pub(super) const MAX_WAITING: i64 = 50;

#[derive(Template)]
#[template(path = "desk/desk.html")]
struct DeskPage {
    layout: Layout,
    person: Person,
    own: Vec<Pile>,
    queue: Vec<QueueLine>,
    with_authors: Vec<QueueLine>,
}

/// A column of the person's own posts.
struct Pile {
    heading: &'static str,
    /// The id of the heading.
    anchor: &'static str,
    lines: Vec<OwnLine>,
    /// The number of posts, with a plus if there may be more.
    count: String,
    /// What the link to the whole list calls its posts.
    plural: &'static str,
    /// The address of the whole list, if there are more.
    all: Option<PageAddress>,
}

impl DeskPage {
    fn writes(&self) -> bool {
        self.may_create() || !self.own.is_empty()
    }

    fn may_create(&self) -> bool {
        permissions::may(&self.person, Action::Create)
    }

    fn reviews(&self) -> bool {
        permissions::may(&self.person, Action::RequestChanges)
    }

    /// Nothing is wrong with a search that is not made yet.
    fn problem(&self) -> Option<&str> {
        None
    }

    /// Returns the number of posts, with a plus if there may be more.
    fn count(&self, lines: &[QueueLine]) -> String {
        let plus = if lines.len() as i64 == MAX_WAITING { "+" } else { "" };
        format!("{}{plus}", lines.len())
    }

    /// Returns the names of the reviewers who asked for changes.
    fn names(&self, people: &[Byline]) -> String {
        let names: Vec<String> = people.iter().map(|byline| self.name(byline)).collect();
        names.join(" and ")
    }

    /// Returns the name of a person within a sentence.
    fn name(&self, byline: &Byline) -> String {
        if byline.id == self.person.id { "you".to_owned() } else { byline.to_string() }
    }

    /// Returns the possessive of the reviewers who asked for changes.
    fn whose(&self, people: &[Byline]) -> String {
        let whose = people.iter().map(|byline| match byline.id == self.person.id {
            true => "your".to_owned(),
            false => format!("{}'s", byline.name),
        });
        whose.collect::<Vec<_>>().join(" and ")
    }

    /// Returns whether another person may be reading it now.
    fn is_being_read(&self, reading: &Reading) -> bool {
        reading.reader.id != self.person.id && may_be_reading(reading)
    }

    /// Returns when the author last changed the text, if they may be editing it now.
    fn edited_at(&self, line: &QueueLine) -> Option<Timestamp> {
        line.unsaved_edit_at.filter(|at| may_be_editing(*at))
    }
}

/// Returns the columns, first that of the posts with change requests.
fn piles(own: Vec<OwnLine>) -> Vec<Pile> {
    let (asked, mut others): (Vec<OwnLine>, Vec<OwnLine>) =
        own.into_iter().partition(|line| line.request.is_some());
    let states_asked: Vec<State> = asked.iter().map(|line| line.state).collect();
    let asked_in = |state| states_asked.iter().filter(|one| **one == state).count();
    let mut piles = vec![Pile {
        heading: "Changes requested",
        anchor: "own-asked",
        count: asked.len().to_string(),
        lines: asked,
        plural: "",
        all: None,
    }];
    for (state, heading, anchor, plural) in [
        (State::Draft, "Drafts", "own-draft", "drafts"),
        (State::InReview, "In review", "own-in-review", "posts in review"),
        (State::Published, "Published", "own-published", "published posts"),
        (State::Archived, "Archived", "own-archived", "archived posts"),
    ] {
        let mut lines: Vec<OwnLine> = others.extract_if(.., |line| line.state == state).collect();
        let has_more = lines.len() > max_own(state);
        lines.truncate(max_own(state));
        let of_state = lines.first().map_or(0, |line| line.of_state as usize);
        let plus = if of_state == COUNTED_OWN { "+" } else { "" };
        let count = format!("{}{plus}", grouped(of_state.saturating_sub(asked_in(state))));
        let all = has_more.then(|| own_posts::address(state));
        piles.push(Pile { heading, anchor, lines, count, plural, all });
    }
    piles.retain(|pile| !pile.lines.is_empty());
    piles
}

pub(super) fn desk(store: &Store, request: &Request) -> Result<Reply, Refusal> {
    let mut connection = store.checkout()?;
    let conn = &mut *connection;
    let person = request.load_viewer(conn)?;
    // One more of each state shows whether there are more.
    let wanted = State::ALL.map(|state| (state, max_own(state) + 1));
    let own = posts::newest_of_each_state(conn, person.id, &wanted)?;
    let (queue, with_authors) = if permissions::may(&person, Action::RequestChanges) {
        (
            posts::awaiting_review(conn, person.id, MAX_WAITING)?,
            posts::awaiting_author(conn, person.id, MAX_WAITING)?,
        )
    } else {
        (Vec::new(), Vec::new())
    };
    drop(connection);
    let layout = Layout::new(request, "My desk", Some(&person));
    let is_staff_alone = layout.viewer.as_ref().is_some_and(|viewer| !viewer.has_desk);
    if is_staff_alone && own.is_empty() {
        return Ok(Reply::see("/admin", None));
    }
    let page = DeskPage { layout, person, own: piles(own), queue, with_authors };
    Ok(Reply::ok(&page))
}
