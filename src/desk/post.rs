//! A post's page in the workspace: where it stands, what happened to it, what
//! is new to the reader of the page, and what they can do about it.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, Path, ServiceConfig};
use askama::Template;
use diesel::pg::PgConnection;
use jiff::{SignedDuration, Timestamp};

use crate::audit;
use crate::domain::{Action, Byline, Person, Post, Reading, Reason, RevisionNumber, State, Status};
use crate::http::{Context, Layout, Reply, Request, post_id};
use crate::policies::Rule;
use crate::refusal::{Refusal, read_error};
use crate::render::diff::{self, Kind, Part};
use crate::render::timeline::{Event, Happened, timeline};
use crate::render::{filters, markdown};
use crate::store::posts::{self, PostHistory};
use crate::store::visibility::Visibility;
use crate::workflow::visible::find_history;
use crate::workflow::{self, Advice};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.route("/desk/posts/{id}", web::get().to(show));
}

/// What a page offers to do: what is live, and what is not valid now, with
/// every reason. What the person's account may never do is not offered.
#[derive(Default)]
struct Offers {
    live: Vec<Action>,
    /// What is live as soon as something is mended.
    not_yet: Vec<NotNow>,
    /// What belongs to another state of the post, or to somebody else: there
    /// for whoever asks.
    not_here: Vec<NotNow>,
}

/// Actions that the same things stand in the way of.
struct NotNow {
    actions: Vec<Action>,
    reasons: Vec<Reason>,
}

impl NotNow {
    /// Returns the name of its reasons on the page.
    fn anchor(&self) -> String {
        self.actions.first().map(|action| format!("why-{action}")).unwrap_or_default()
    }
}

impl Offers {
    fn of(person: &Person, post: &Post) -> Self {
        let mut offers = Self::default();
        for action in Action::ALL.into_iter().filter(|action| *action != Action::Create) {
            match workflow::advise(action, person, post) {
                Advice::NotYours(_) => {}
                Advice::NotNow(reasons) if reasons.iter().all(can_be_mended) => {
                    add(&mut offers.not_yet, action, reasons);
                }
                Advice::NotNow(reasons) => add(&mut offers.not_here, action, reasons),
                Advice::Live => offers.live.push(action),
            }
        }
        offers
    }

    fn are_none(&self) -> bool {
        self.live.is_empty() && self.not_yet.is_empty() && self.not_here.is_empty()
    }
}

fn can_be_mended(reason: &Reason) -> bool {
    Rule::ALL.into_iter().any(|rule| rule.as_str() == reason.code && rule.can_be_mended())
}

/// Adds an action to those that the same things stand in the way of.
fn add(refused: &mut Vec<NotNow>, action: Action, reasons: Vec<Reason>) {
    let says_the_same = |not_now: &&mut NotNow| {
        let known = not_now.reasons.iter().map(|reason| &reason.sentence);
        known.eq(reasons.iter().map(|reason| &reason.sentence))
    };
    match refused.iter_mut().find(says_the_same) {
        Some(not_now) => not_now.actions.push(action),
        None => refused.push(NotNow { actions: vec![action], reasons }),
    }
}

/// What a reviewer has not read yet.
struct Unread {
    /// The newest revision that they know.
    since: RevisionNumber,
    /// Who asked for changes to that, if not having read it is why it counts.
    asked: Option<Byline>,
    /// When they read it, or when changes were asked for.
    at: Timestamp,
    differences: Vec<Part>,
}

impl Unread {
    /// Returns what has changed for a reviewer of a post in review: since they
    /// last read it, or, where they never have, since somebody asked for
    /// changes.
    fn of(
        conn: &mut PgConnection,
        person: &Person,
        post: &Post,
        history: &PostHistory,
    ) -> Result<Option<Self>, Refusal> {
        let is_review = Visibility::of(person).sees_reviews
            && post.state() == State::InReview
            && post.author.id != person.id;
        if !is_review {
            return Ok(None);
        }
        let current = post.current.number;
        let own = history.readings.iter().filter(|reading| reading.reader.id == person.id);
        let known = own
            .filter(|reading| reading.revision < current)
            .max_by_key(|reading| reading.revision)
            .map(|reading| (reading.revision, None, reading.at));
        let asked = history.reviews.iter().rfind(|review| review.revision < current);
        let asked = asked.map(|review| (review.revision, Some(review.reviewer.clone()), review.at));
        let Some((since, asked, at)) = known.or(asked) else { return Ok(None) };
        let Some(older) = posts::revision(conn, post, since).map_err(read_error)? else {
            return Ok(None);
        };
        let differences = diff::compare(&older.content, &post.current.content);
        Ok(Some(Self { since, asked, at, differences }))
    }

    fn older(&self) -> String {
        format!("Revision {}", self.since)
    }
}

#[derive(Template)]
#[template(path = "desk/post.html")]
struct PostPage {
    layout: Layout,
    person: Person,
    post: Post,
    body: String,
    offers: Offers,
    unread: Option<Unread>,
    history: PostHistory,
    events: Vec<Event>,
}

impl PostPage {
    fn public_address(&self) -> Option<String> {
        match &self.post.status {
            Status::Published(_, publication) => Some(format!("/posts/{}", publication.slug)),
            Status::Draft | Status::InReview(_) | Status::Archived(..) => None,
        }
    }

    fn archive_reason(&self) -> Option<&str> {
        match &self.post.status {
            Status::Archived(_, _, archival) => Some(&archival.reason),
            Status::Draft | Status::InReview(_) | Status::Published(..) => None,
        }
    }

    /// Returns what each reader read last, the latest look first.
    fn last_readings(&self) -> Vec<&Reading> {
        let mut last: Vec<&Reading> = Vec::new();
        for reading in self.history.readings.iter().rev() {
            if last.iter().all(|known| known.reader.id != reading.reader.id) {
                last.push(reading);
            }
        }
        last
    }

    /// Returns which other reviewer may be reading it at this moment.
    fn other_reader(&self) -> Option<&Reading> {
        let others = self.history.readings.iter().filter(|read| read.reader.id != self.person.id);
        let is_recent = |read: &&Reading| {
            Timestamp::now().duration_since(read.at) < SignedDuration::from_mins(15)
        };
        others.filter(|_| self.post.state() == State::InReview).rfind(is_recent)
    }

    /// Returns the name of a person as the reader of the page would say it.
    fn name<'a>(&self, byline: &'a Byline) -> &'a str {
        if byline.id == self.person.id { "You" } else { &byline.name }
    }
}

async fn show(request: Request, id: Path<String>, context: Data<Context>) -> HttpResponse {
    context
        .answer(request, None, move |store, request| {
            let conn = &mut *store.checkout()?;
            let person = request.viewer(conn)?;
            let post = find_history(conn, &person, post_id(&id)?)?;
            let history = posts::history(conn, &post).map_err(read_error)?;
            let unread = Unread::of(conn, &person, &post, &history)?;
            if request.is_shown {
                audit::record_reading(conn, request.id, &person, &post);
            }
            let page = PostPage {
                layout: Layout::new(request, post.title(), Some(&person)),
                body: markdown::render(post.current.content.body.as_str()),
                offers: Offers::of(&person, &post),
                events: timeline(&history, &post.author),
                unread,
                history,
                person,
                post,
            };
            Ok(Reply::ok(&page))
        })
        .await
}
