//! The list of posts as a file, under its filters and in its order.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, ServiceConfig};
use diesel::pg::PgConnection;
use jiff::Timestamp;

use crate::admin::csv::{self, Column, Export};
use crate::admin::posts::filters::PostFilters;
use crate::domain::Permission;
use crate::http::{Context, Request};
use crate::refusal::{Refusal, read_error};
use crate::store::paging::{Order, Page, PageRequest};
use crate::store::posts::{self, ChangeLine, Filter, Sort};
use crate::store::visibility::Visibility;

pub(super) fn routes(config: &mut ServiceConfig) {
    config.route("/admin/posts.csv", web::get().to(file));
}

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
    const COLUMNS: &'static [Column<Self>] = &[
        ("id", |_, line| line.id.to_string()),
        ("state", |_, line| line.state.as_str().to_owned()),
        ("title", |_, line| line.title.clone()),
        ("author", |_, line| line.author.name.clone()),
        ("published_by", |_, line| csv::or_empty(line.publisher.as_ref().map(|by| &by.name))),
        ("since", |_, line| csv::time(line.since)),
        ("revision", |_, line| line.revision.to_string()),
        ("author_username", |_, line| line.author.username.clone()),
        ("published_by_username", |_, line| {
            csv::or_empty(line.publisher.as_ref().map(|by| &by.username))
        }),
    ];

    fn order(&self) -> Order {
        self.order
    }

    fn page(
        &self,
        conn: &mut PgConnection,
        slice: &PageRequest,
    ) -> diesel::QueryResult<Page<ChangeLine>> {
        posts::change_list(conn, self.visibility, &self.filter, self.sort, slice)
    }
}

async fn file(request: Request, context: Data<Context>) -> HttpResponse {
    // "Waiting longer than" counts from this moment in every part of the file.
    let now = Timestamp::now();
    csv::download(&context, request, move |request, conn| requested(request, conn, now)).await
}

fn requested(
    request: &Request,
    conn: &mut PgConnection,
    now: Timestamp,
) -> Result<PostsFile, Refusal> {
    let mut query = request.query_fields()?;
    let filters = PostFilters::take(&mut query)?.checked()?;
    query.finish()?;
    let person = request.viewer(conn)?;
    let (author, reviewer) = (filters.author.as_ref(), filters.reviewer.as_ref());
    let names = posts::names(conn, author, reviewer, person.id).map_err(read_error)?;
    Ok(PostsFile {
        visibility: Visibility::of(&person),
        filter: filters.filter(now, &names),
        sort: filters.sort,
        order: filters.order,
    })
}
