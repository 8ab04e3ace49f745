//! Everything that is known of one post, and whether its stored data is
//! consistent.

use askama::Template;
use diesel::pg::PgConnection;
use diesel::result::Error;

use crate::admin::layout::authorized_layout;
use crate::admin::posts::paths::LIST;
use crate::audit::{self, RefusalFilter, RefusalLine};
use crate::domain::{Action, Permission, Person, Post, PostId, Role, State, Status, UserId};
use crate::http::{Layout, PageAddress, Reply, Request};
use crate::refusal::Refusal;
use crate::render::filters;
use crate::render::markdown::{Audience, Rendered, render};
use crate::render::timeline::{Event, EventKind, timeline};
use crate::store::Store;
use crate::store::paging::PageRequest;
use crate::store::posts::{self, PostHistory};
use crate::store::verify::{self, CheckResult};
use crate::store::visibility::Visibility;
use crate::workflow;

/// The number of refusals on the page. The list of refusals has the others.
const MAX_REFUSALS: usize = 10;

/// The number of revisions on the page. Their own page has the others.
const MOST_REVISIONS: usize = 20;

#[derive(Template)]
#[template(path = "admin/post.html")]
struct PostDetailPage {
    layout: Layout,
    id: PostId,
    /// The post, if its stored data can be read.
    details: Option<PostDetails>,
    verdicts: Vec<CheckResult>,
    refusals: Vec<RefusalLine>,
    has_more_refusals: bool,
}

/// A post, its history, and whether it can be archived.
struct PostDetails {
    post: Post,
    history: PostHistory,
    events: Vec<Event>,
    text: Rendered,
    /// What the workflow would answer if the viewer archived it.
    archive: Result<(), Refusal>,
}

impl PostDetailPage {
    fn title(&self) -> String {
        match &self.details {
            Some(details) => details.post.title().to_owned(),
            None => format!("Post {}", self.id),
        }
    }

    /// Returns the address of the form, which leads back to this page.
    fn archive_address(&self) -> PageAddress {
        let here = format!("{LIST}/{}", self.id);
        PageAddress::of(format!("{here}/archive")).with("back", here)
    }

    fn broken(&self) -> Vec<&CheckResult> {
        self.verdicts.iter().filter(|verdict| !verdict.broken.is_empty()).collect()
    }

    fn holding(&self) -> Vec<&CheckResult> {
        self.verdicts.iter().filter(|verdict| verdict.broken.is_empty()).collect()
    }
}

pub(super) fn show(store: &Store, request: &Request) -> Result<Reply, Refusal> {
    let mut connection = store.checkout()?;
    let conn = &mut *connection;
    let (person, layout) = authorized_layout(conn, request, "A post", Permission::ViewAudit)?;
    let id = request.segments.post_id()?;
    let found = read(conn, &person, id)?;
    let verdicts = verify::of_post(conn, id)?;
    let filter = RefusalFilter { post: Some(id), ..RefusalFilter::default() };
    let slice = PageRequest::newest(MAX_REFUSALS);
    let refusals = audit::list_refusals(conn, &filter, &slice)?;
    drop(connection);
    let is_consistent = verdicts.iter().all(|verdict| verdict.broken.is_empty());
    let details = match found {
        StoredPost::Readable(post, history) => Some(PostDetails::of(*post, history, &person)),
        StoredPost::Inconsistent => None,
        // A post that is gone may have left a history.
        StoredPost::Missing if !is_consistent => None,
        StoredPost::Missing => return Err(Refusal::NotFound),
    };
    let mut page = PostDetailPage {
        layout,
        id,
        details,
        verdicts,
        has_more_refusals: refusals.next.is_some(),
        refusals: refusals.lines,
    };
    page.layout.title = page.title();
    Ok(Reply::ok(&page))
}

enum StoredPost {
    Readable(Box<Post>, PostHistory),
    /// It exists, and does not carry the facts of its state.
    Inconsistent,
    Missing,
}

fn read(conn: &mut PgConnection, person: &Person, id: PostId) -> Result<StoredPost, Refusal> {
    let post = match posts::find(conn, id, Visibility::of(person)) {
        Ok(Some(post)) => post,
        Ok(None) => return Ok(StoredPost::Missing),
        Err(Error::DeserializationError(_)) => return Ok(StoredPost::Inconsistent),
        Err(error) => return Err(error.into()),
    };
    let history = match posts::history(conn, &post) {
        Ok(history) => history,
        Err(Error::DeserializationError(_)) => return Ok(StoredPost::Inconsistent),
        Err(error) => return Err(error.into()),
    };
    Ok(StoredPost::Readable(Box::new(post), history))
}

impl PostDetails {
    fn of(post: Post, history: PostHistory, person: &Person) -> Self {
        let events = timeline(&history, &post.author);
        let archive = workflow::precheck(Action::Archive, person, &post);
        let text = render(post.current.content.body.as_str(), Audience::Reader);
        Self { post, history, events, text, archive }
    }
}
