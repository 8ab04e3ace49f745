//! The change list of posts as a file, as it is filtered and sorted.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, ServiceConfig};
use diesel::pg::PgConnection;
use jiff::Timestamp;

use crate::admin::csv::{self, Export};
use crate::admin::post_filters::PostFilters;
use crate::domain::Permission;
use crate::http::{Context, Request};
use crate::refusal::{Refusal, read_error};
use crate::store::paging::{Order, Page, PageRequest};
use crate::store::posts::{self, ChangeLine, Filter, Sort};
use crate::store::visibility::Visibility;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.route(FILE, web::get().to(file));
}

/// Where the file is.
pub(super) const FILE: &str = "/admin/posts.csv";

struct PostsFile {
    visibility: Visibility,
    filter: Filter,
    sort: Sort,
    order: Order,
}

impl Export for PostsFile {
    type Line = ChangeLine;
    const NAME: &'static str = "posts.csv";
    const PERMISSION: Permission = Permission::ViewAudit;
    const HEADER: &'static [&'static str] =
        &["id", "state", "title", "author", "published_by", "since", "revision"];

    fn order(&self) -> Order {
        self.order
    }

    fn page(
        &self,
        conn: &mut PgConnection,
        slice: &PageRequest,
    ) -> diesel::QueryResult<Page<ChangeLine>> {
        Ok(posts::change_list(conn, self.visibility, &self.filter, self.sort, slice)?.page)
    }

    fn record(&self, line: &ChangeLine) -> Vec<String> {
        vec![
            line.id.to_string(),
            line.state.as_str().to_owned(),
            line.title.clone(),
            line.author.name.clone(),
            csv::or_empty(line.publisher.as_deref()),
            csv::time(line.since),
            line.revision.to_string(),
        ]
    }
}

async fn file(request: Request, context: Data<Context>) -> HttpResponse {
    // "Waiting longer than" counts from when the file was asked for.
    let now = Timestamp::now();
    csv::download(&context, request, move |request, conn| asked(request, conn, now)).await
}

fn asked(request: &Request, conn: &mut PgConnection, now: Timestamp) -> Result<PostsFile, Refusal> {
    let mut query = request.query_fields()?;
    let question = PostFilters::parse(&mut query)?;
    query.finish()?;
    let person = request.viewer(conn)?;
    let (author, reviewer) = (question.author.as_ref(), question.reviewer.as_ref());
    let names = posts::names(conn, author, reviewer, person.id).map_err(read_error)?;
    Ok(PostsFile {
        visibility: Visibility::of(&person),
        filter: question.filter(now, &names),
        sort: question.sort,
        order: question.order,
    })
}
