//! The page on which a bulk archive is confirmed, and its form.
//!
//! The address of the page carries the selected posts, and GET changes nothing.

use askama::Template;
use diesel::pg::PgConnection;
use jiff::Timestamp;

use crate::admin::layout::authorized_layout;
use crate::admin::posts::bulk_progress::{TITLE, take_back, take_named_back, work};
use crate::admin::posts::filters::PostFilters;
use crate::admin::posts::list;
use crate::admin::posts::list_request::ListRequest;
use crate::admin::posts::paths::{LIST, selected};
use crate::admin::posts::skipped::{SkippedPost, by_reasons};
use crate::domain::{
    FieldError, Interface, Note, OperationKey, Permission, Person, PostId, RevisionNumber, State,
    counted, decimal,
};
use crate::http::{Form, Layout, Reply, Request};
use crate::policies::Rule;
use crate::refusal::Refusal;
use crate::render::filters;
use crate::store::Store;
use crate::store::paging::{Direction, PageRequest};
use crate::store::posts;
use crate::store::visibility::Visibility;
use crate::workflow::bulk_archives::{self, BulkPreview, MAX_POSTS, SelectedPosts};

#[derive(Template)]
#[template(path = "admin/bulk_confirm.html")]
struct BulkConfirmPage {
    layout: Layout,
    preview: BulkPreview,
    /// Whether the filter matches more posts than one bulk archive may have.
    has_more: bool,
    /// The address of the list that the posts were selected in.
    back: String,
    key: String,
    /// The selected posts, as the form carries them.
    posts: String,
    reason: String,
    problem: Option<String>,
}

impl BulkConfirmPage {
    /// Returns the posts that would be skipped, grouped by reason.
    fn skipped(&self) -> Vec<(String, Vec<SkippedPost<'_>>)> {
        by_reasons(self.preview.refused.iter().map(|post| SkippedPost {
            id: post.id,
            title: &post.title,
            reasons: &post.reasons,
        }))
    }

    /// Returns the words on the button.
    fn verb(&self) -> String {
        format!("Archive {}", counted(self.preview.ready.len(), "post"))
    }

    fn new(
        conn: &mut PgConnection,
        layout: Layout,
        person: &Person,
        posts: &SelectedPosts,
        back: String,
    ) -> Result<Self, Refusal> {
        let texts: Vec<String> = posts.iter().map(|(post, seen)| selected(*post, *seen)).collect();
        Ok(Self {
            layout,
            preview: bulk_archives::preview(conn, person, posts)?,
            has_more: false,
            back,
            key: OperationKey::random().as_str().to_owned(),
            posts: texts.join(" "),
            reason: String::new(),
            problem: None,
        })
    }
}

pub(super) fn confirm(store: &Store, request: &Request) -> Result<Reply, Refusal> {
    let mut query = request.query_fields()?;
    let back = take_named_back(&mut query)?;
    if query.peek("everything").is_some() {
        return confirm_everything(&mut *store.checkout()?, request, query, back);
    }
    let ticked = query.take_all("post");
    // An address that was made by an older version carries the filters of the list.
    let filters = PostFilters::take(&mut query)?;
    query.finish()?;
    let back = back.unwrap_or_else(|| filters.form.address(LIST));
    let conn = &mut *store.checkout()?;
    match parse(&ticked) {
        Ok(posts) => {
            let (person, layout) =
                authorized_layout(conn, request, TITLE, Permission::ArchivePost)?;
            Ok(Reply::ok(&BulkConfirmPage::new(conn, layout, &person, &posts, back)?))
        }
        // The list says what is wrong, and keeps the ticks.
        Err(problem) => {
            let ticked = texts(&ticked).map(str::to_owned).collect();
            list::reply(conn, request, ListRequest::again(&back, ticked, problem)?)
        }
    }
}

/// Shows the form for every published post that the filters match.
fn confirm_everything(
    conn: &mut PgConnection,
    request: &Request,
    mut query: Form,
    back: Option<String>,
) -> Result<Reply, Refusal> {
    if query.take("everything")?.as_deref() != Some("yes") {
        return Err(FieldError::new("everything", "Invalid link.").into());
    }
    let filters = PostFilters::take(&mut query)?.checked()?;
    query.finish()?;
    let (person, layout) = authorized_layout(conn, request, TITLE, Permission::ArchivePost)?;
    let (posts, has_more) = matching(conn, &person, &filters)?;
    let back = back.unwrap_or_else(|| filters.form.address(LIST));
    let mut page = BulkConfirmPage::new(conn, layout, &person, &posts, back)?;
    page.has_more = has_more;
    Ok(Reply::ok(&page))
}

/// Returns the published posts that the filters match, as many as one bulk
/// archive may have, and whether there are more.
fn matching(
    conn: &mut PgConnection,
    person: &Person,
    filters: &PostFilters,
) -> Result<(SelectedPosts, bool), Refusal> {
    let (author, reviewer) = (filters.author.as_ref(), filters.reviewer.as_ref());
    let names = posts::names(conn, author, reviewer, person.id)?;
    let mut filter = filters.filter(Timestamp::now(), &names);
    filter.state = Some(State::Published);
    let slice = PageRequest { order: filters.order, direction: Direction::First, size: MAX_POSTS };
    let page = posts::change_list(conn, Visibility::of(person), &filter, filters.sort, &slice)?;
    let posts = page.lines.iter().map(|line| (line.id, line.revision)).collect();
    Ok((posts, page.next.is_some()))
}

/// Returns the posts that a form or an address names.
fn parse(fields: &[String]) -> Result<SelectedPosts, FieldError> {
    let mut posts = SelectedPosts::new();
    for text in texts(fields) {
        let parts = text.split_once('-');
        let post = parts.and_then(|(post, _)| decimal(post)).filter(|id: &i64| *id > 0);
        let seen = parts.and_then(|(_, seen)| decimal(seen)).filter(|seen: &i32| *seen > 0);
        let (Some(post), Some(seen)) = (post, seen) else {
            return Err(FieldError::new("post", "Select posts in the list."));
        };
        posts.insert(PostId(post), RevisionNumber(seen));
    }
    bulk_archives::check_count(&posts)?;
    Ok(posts)
}

/// Returns the posts of all fields. The script sends those of other pages of the
/// list in one field.
fn texts(fields: &[String]) -> impl Iterator<Item = &str> {
    fields.iter().flat_map(|field| field.split(' ')).filter(|text| !text.is_empty())
}

/// Begins the bulk archive, and archives the first posts.
pub(super) fn begin(store: &Store, request: &Request, mut form: Form) -> Result<Reply, Refusal> {
    let key = form.key()?;
    let back = take_back(&mut form)?;
    let posts = parse(&[form.require("posts")?])?;
    let typed = form.require("reason")?;
    form.finish()?;
    let caller = request.caller(Interface::Admin)?;
    let begun = Note::of_field("reason", &typed)
        .map_err(Refusal::from)
        .and_then(|reason| bulk_archives::begin(store, &caller, &key, &posts, &reason));
    let refusal = match begun {
        Ok(id) => return work(store, request, id, back),
        Err(refusal) => refusal,
    };
    let Some(problem) = refusal.problem_of("reason", Rule::ReasonIsGiven) else {
        return Err(refusal);
    };
    let conn = &mut *store.checkout()?;
    let (person, layout) = authorized_layout(conn, request, TITLE, Permission::ArchivePost)?;
    let mut page = BulkConfirmPage::new(conn, layout, &person, &posts, back)?;
    page.key = key.as_str().to_owned();
    page.reason = typed;
    page.problem = Some(problem);
    page.layout.has_errors = true;
    Ok(Reply::ok(&page).with_refusal(&refusal))
}
