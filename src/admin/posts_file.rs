//! The change list of posts as a file, as it is filtered and sorted.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, ServiceConfig};
use diesel::pg::PgConnection;
use jiff::Timestamp;

use super::csv::{self, Export};
use super::question::Question;
use crate::domain::Permission;
use crate::refusal::{Refusal, unreadable};
use crate::store::paging::{Order, Page, Slice};
use crate::store::posts::{self, ChangeLine, Filter, Sort};
use crate::store::visibility::Sight;
use crate::web::{Shared, Visit};

pub(super) fn routes(config: &mut ServiceConfig) {
    config.route(FILE, web::get().to(file));
}

/// Where the file is.
pub(super) const FILE: &str = "/admin/posts.csv";

struct PostsFile {
    sight: Sight,
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
        slice: &Slice,
    ) -> diesel::QueryResult<Page<ChangeLine>> {
        Ok(posts::change_list(conn, self.sight, &self.filter, self.sort, slice)?.page)
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

async fn file(visit: Visit, shared: Data<Shared>) -> HttpResponse {
    // "Waiting longer than" counts from when the file was asked for.
    let now = Timestamp::now();
    csv::download(&shared, visit, move |visit, conn| asked(visit, conn, now)).await
}

fn asked(visit: &Visit, conn: &mut PgConnection, now: Timestamp) -> Result<PostsFile, Refusal> {
    let mut query = visit.query_fields()?;
    let question = Question::parse(&mut query)?;
    query.finish()?;
    let person = visit.viewer(conn)?;
    let (author, reviewer) = (question.author.as_ref(), question.reviewer.as_ref());
    let names = posts::names(conn, author, reviewer, person.id).map_err(unreadable)?;
    Ok(PostsFile {
        sight: Sight::of(&person),
        filter: question.filter(now, &names),
        sort: question.sort,
        order: question.order,
    })
}
