//! The desk: one's own posts, and what waits for one's review.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, ServiceConfig};
use askama::Template;
use jiff::{SignedDuration, Timestamp};

use crate::domain::{Byline, FieldError, Person, PostId, Reading, Role, State, UnknownName};
use crate::http::{Context, Layout, Reply, Request};
use crate::refusal::read_error;
use crate::render::filters;
use crate::store::posts::{self, OwnLine, QueueLine};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.route("/desk", web::get().to(desk)).route("/desk/posts", web::get().to(own_posts));
}

/// How many of one's own posts the desk shows in each state: all that is in
/// hand, within reason, and the newest of what is done.
fn most_own(state: State) -> usize {
    match state {
        State::Draft | State::InReview => 50,
        State::Published => 6,
        State::Archived => 3,
    }
}

/// How many posts a list of the queue shows. The oldest come first, so that
/// what is behind moves up.
const MOST_WAITING: i64 = 50;

#[derive(Template)]
#[template(path = "desk/desk.html")]
struct DeskPage {
    layout: Layout,
    person: Person,
    own: Vec<Pile>,
    queue: Vec<QueueLine>,
    with_authors: Vec<QueueLine>,
}

/// Some of one's own posts that stand alike.
struct Pile {
    /// What it is called.
    heading: &'static str,
    /// The anchor of its heading.
    anchor: &'static str,
    lines: Vec<OwnLine>,
    /// Where the rest is, if there is more.
    all: Option<String>,
}

impl DeskPage {
    fn writes(&self) -> bool {
        self.person.roles.contains(Role::Author) || !self.own.is_empty()
    }

    fn may_create(&self) -> bool {
        self.person.roles.contains(Role::Author)
    }

    fn reviews(&self) -> bool {
        self.person.roles.contains(Role::Reviewer)
    }

    /// Returns how many posts there are, or that there are more than fit.
    fn count(&self, lines: &[QueueLine]) -> String {
        let plus = if lines.len() as i64 == MOST_WAITING { "+" } else { "" };
        format!("{}{plus}", lines.len())
    }

    /// Returns the name of a person as the reader of the page would say it.
    fn name<'a>(&self, byline: &'a Byline) -> &'a str {
        if byline.id == self.person.id { "You" } else { &byline.name }
    }

    /// Returns the names of whoever asked for changes.
    fn names(&self, people: &[Byline]) -> String {
        let names: Vec<&str> = people.iter().map(|byline| self.name(byline)).collect();
        names.join(" and ")
    }

    /// Returns whose change request it is.
    fn whose(&self, people: &[Byline]) -> String {
        let whose = people.iter().map(|byline| match byline.id == self.person.id {
            true => "your".to_owned(),
            false => format!("{}'s", byline.name),
        });
        whose.collect::<Vec<_>>().join(" and ")
    }

    /// Returns whether somebody else may be reading it at this moment.
    fn is_being_read(&self, reading: &Reading) -> bool {
        let ago = Timestamp::now().duration_since(reading.at);
        reading.reader.id != self.person.id && ago < SignedDuration::from_mins(15)
    }
}

/// Returns one's own posts in piles: first what somebody waits for.
fn piles(own: Vec<OwnLine>) -> Vec<Pile> {
    let (asked, others): (Vec<OwnLine>, Vec<OwnLine>) =
        own.into_iter().partition(|line| line.request.is_some());
    let mut piles =
        vec![Pile { heading: "Changes requested", anchor: "own-asked", lines: asked, all: None }];
    for (state, heading, anchor) in [
        (State::Draft, "Drafts", "own-draft"),
        (State::InReview, "In review", "own-in-review"),
        (State::Published, "Published", "own-published"),
        (State::Archived, "Archived", "own-archived"),
    ] {
        let mut lines: Vec<OwnLine> =
            others.iter().filter(|line| line.state == state).cloned().collect();
        let has_more = lines.len() > most_own(state);
        lines.truncate(most_own(state));
        let all = has_more.then(|| format!("/desk/posts?state={}", state.as_str()));
        piles.push(Pile { heading, anchor, lines, all });
    }
    piles.retain(|pile| !pile.lines.is_empty());
    piles
}

async fn desk(request: Request, context: Data<Context>) -> HttpResponse {
    context
        .answer(request, None, |store, request| {
            let conn = &mut *store.checkout()?;
            let person = request.viewer(conn)?;
            // One more of each tells whether there are more.
            let wanted = State::ALL.map(|state| (state, most_own(state) + 1));
            let own = posts::written_by(conn, person.id, &wanted, None).map_err(read_error)?;
            let (queue, with_authors) = if person.roles.contains(Role::Reviewer) {
                (
                    posts::awaiting_review(conn, person.id, MOST_WAITING).map_err(read_error)?,
                    posts::awaiting_author(conn, person.id, MOST_WAITING).map_err(read_error)?,
                )
            } else {
                (Vec::new(), Vec::new())
            };
            let layout = Layout::new(request, "Your desk", Some(&person));
            let is_staff_alone = layout.viewer.as_ref().is_some_and(|viewer| !viewer.has_desk);
            if is_staff_alone && own.is_empty() {
                return Ok(Reply::see("/admin", None));
            }
            let page = DeskPage { layout, person, own: piles(own), queue, with_authors };
            Ok(Reply::ok(&page))
        })
        .await
}

/// How many posts a page of the list has.
const PER_PAGE: usize = 50;

#[derive(Template)]
#[template(path = "desk/own.html")]
struct OwnPostsPage {
    layout: Layout,
    state: State,
    lines: Vec<OwnLine>,
    older: Option<PostId>,
}

impl OwnPostsPage {
    fn tabs(&self) -> impl Iterator<Item = (State, bool)> + '_ {
        State::ALL.into_iter().map(|state| (state, state == self.state))
    }
}

/// Lists one's own posts in one state, newest first, page by page.
async fn own_posts(request: Request, context: Data<Context>) -> HttpResponse {
    context
        .answer(request, None, |store, request| {
            let mut query = request.query_fields()?;
            let state = query.take("state")?.map(|state| state.parse::<State>()).transpose();
            let state = state
                .map_err(|error: UnknownName| FieldError::new("state", error.to_string()))?
                .unwrap_or(State::Draft);
            let before = query.take("before")?.map(|before| before.parse().map(PostId));
            let before = before
                .transpose()
                .map_err(|_| FieldError::new("before", "Use the link of a page to go on."))?;
            query.finish()?;
            let conn = &mut *store.checkout()?;
            let person = request.viewer(conn)?;
            let wanted = [(state, PER_PAGE + 1)];
            let mut lines =
                posts::written_by(conn, person.id, &wanted, before).map_err(read_error)?;
            let has_older = lines.len() > PER_PAGE;
            lines.truncate(PER_PAGE);
            let older = lines.last().filter(|_| has_older).map(|line| line.id);
            let layout = Layout::new(request, "Your posts", Some(&person));
            Ok(Reply::ok(&OwnPostsPage { layout, state, lines, older }))
        })
        .await
}
