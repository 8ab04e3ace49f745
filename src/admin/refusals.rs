//! Who was refused what, and why: as it was recorded, and as it would be now.

use actix_web::HttpResponse;
use actix_web::web::{self, Data, ServiceConfig};
use askama::Template;
use diesel::pg::PgConnection;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan};

use crate::admin::address::address;
use crate::admin::csv::{self, Export};
use crate::admin::frame::enter;
use crate::audit::{self, RefusalFilter, RefusalLine, catalogue};
use crate::domain::{
    Action, FieldError, Interface, InvalidInput, Permission, Person, PostId, Reason,
};
use crate::http::paging::{cursor, stretch};
use crate::http::{Context, Form, Layout, Reply, Request, status};
use crate::refusal::{Refusal, read_error};
use crate::render::filters;
use crate::store::paging::{Cursor, Direction, Order, Page, PageRequest};
use crate::store::posts;
use crate::store::visibility::Visibility;
use crate::workflow::{self, Advice};
use crate::{accounts, permissions};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .route("/admin/refusals", web::get().to(list))
        .route("/admin/refusals.csv", web::get().to(file));
}

const PATH: &str = "/admin/refusals";

/// How many refusals a page of the list has.
const PER_PAGE: usize = 25;

/// The filters as somebody typed them.
#[derive(Debug, Clone, Default)]
struct Typed {
    person: String,
    action: String,
    post: String,
    layer: String,
    rule: String,
    interface: String,
    since: String,
    until: String,
}

impl Typed {
    /// Takes the filters out of an address.
    fn take(query: &mut Form) -> Result<Self, FieldError> {
        let mut taken = |name| -> Result<String, FieldError> {
            Ok(query.take(name)?.unwrap_or_default().trim().to_owned())
        };
        Ok(Self {
            person: taken("person")?.to_ascii_lowercase(),
            action: taken("action")?,
            post: taken("post")?,
            layer: taken("layer")?,
            rule: taken("rule")?,
            interface: taken("interface")?,
            since: taken("since")?,
            until: taken("until")?,
        })
    }

    /// Returns the filters as they stand in addresses.
    fn fields(&self) -> [(&'static str, &str); 8] {
        [
            ("person", &self.person),
            ("action", &self.action),
            ("post", &self.post),
            ("layer", &self.layer),
            ("rule", &self.rule),
            ("interface", &self.interface),
            ("since", &self.since),
            ("until", &self.until),
        ]
    }

    fn is_empty(&self) -> bool {
        self.fields().iter().all(|(_, value)| value.is_empty())
    }

    /// Returns whether more is asked than the question on top asks.
    fn says_more(&self) -> bool {
        self.fields()[3..].iter().any(|(_, value)| !value.is_empty())
    }
}

/// What the filters ask for, once they are understood.
#[derive(Debug, Clone)]
struct Asked {
    filter: RefusalFilter,
    /// Whom they ask about, and whether that person may come in.
    person: Option<(Person, bool)>,
}

/// Understands the filters, and looks up whom they name.
fn asked(conn: &mut PgConnection, typed: &Typed) -> Result<Asked, Refusal> {
    let mut errors = Vec::new();
    let mut one_of = |field: &'static str, value: &str, known: Vec<&'static str>| {
        if value.is_empty() {
            return None;
        }
        if !known.contains(&value) {
            errors.push(FieldError::new(field, "Choose one of the list."));
        }
        Some(value.to_owned())
    };
    let action = one_of("action", &typed.action, actions());
    let layer = one_of("layer", &typed.layer, LAYERS.to_vec());
    let code = one_of("rule", &typed.rule, codes());
    let interface = one_of("interface", &typed.interface, interfaces());
    let post = given(&typed.post).map(|text| text.parse::<i64>()).transpose();
    let post = post.unwrap_or_else(|_| {
        errors.push(FieldError::new("post", "Write the post's number, as its address has it."));
        None
    });
    let mut day = |field: &'static str, text: &str, days: i64| {
        given(text).and_then(|text| {
            let day = text.parse::<Date>().ok().and_then(|day| beginning(day, days));
            if day.is_none() {
                errors.push(FieldError::new(field, "Write a day as 2026-11-21."));
            }
            day
        })
    };
    let since = day("since", &typed.since, 0);
    let until = day("until", &typed.until, 1);
    let person = match given(&typed.person) {
        Some(name) => {
            let person = accounts::find_any(conn, name).map_err(read_error)?;
            if person.is_none() {
                errors.push(FieldError::new("person", "Nobody signs in with this name."));
            }
            person
        }
        None => None,
    };
    if !errors.is_empty() {
        return Err(Refusal::Input(InvalidInput(errors)));
    }
    let actor = person.as_ref().map(|(person, _)| person.id);
    let post = post.map(PostId);
    let filter = RefusalFilter { actor, post, action, layer, code, interface, since, until };
    Ok(Asked { filter, person })
}

fn given(text: &str) -> Option<&str> {
    Some(text).filter(|text| !text.is_empty())
}

/// Returns when a day begins, or so many days after it; days are UTC's.
fn beginning(day: Date, later: i64) -> Option<Timestamp> {
    let day = day.checked_add(later.days()).ok()?;
    Some(day.to_zoned(TimeZone::UTC).ok()?.timestamp())
}

const LAYERS: [&str; 2] = ["permission", "policy"];

/// Returns everything that somebody can be refused.
fn actions() -> Vec<&'static str> {
    catalogue::actions()
}

/// Returns the code of every reason there is.
fn codes() -> Vec<&'static str> {
    catalogue::codes().into_iter().collect()
}

fn interfaces() -> Vec<&'static str> {
    Interface::ALL.into_iter().map(Interface::as_str).collect()
}

/// What the door would say at this moment.
struct Now {
    name: String,
    action: Action,
    post: Option<PostId>,
    title: Option<String>,
    says: Says,
}

enum Says {
    /// The account is deactivated, and nobody comes in with it.
    NotSignedIn,
    /// The person is refused.
    NotYours(Vec<Reason>),
    /// There is no such post, or none that they may see.
    NothingThere,
    /// The attempt is refused.
    NotNow(Vec<Reason>),
    /// Nothing stands in the way.
    Live,
}

impl Now {
    /// Asks what the door asks, in its order, about an action of a person on a
    /// post; where one of these is not named there is nothing to ask.
    fn of(conn: &mut PgConnection, asked: &Asked) -> Result<Option<Self>, Refusal> {
        let action =
            asked.filter.action.as_deref().and_then(|action| action.parse::<Action>().ok());
        let (Some((person, is_active)), Some(action)) = (&asked.person, action) else {
            return Ok(None);
        };
        let post = asked.filter.post.filter(|_| action != Action::Create);
        if post.is_none() && action != Action::Create {
            return Ok(None);
        }
        let found = match post {
            Some(id) => posts::find(conn, id, Visibility::of(person)).map_err(read_error)?,
            None => None,
        };
        let title = found.as_ref().map(|post| post.title().to_owned());
        let may = permissions::check(&person.roles, permissions::required(action));
        let says = match (is_active, may.map_err(Refusal::from), found) {
            (false, ..) => Says::NotSignedIn,
            (true, Err(refusal), _) => Says::NotYours(refusal.reasons()),
            (true, Ok(()), Some(post)) => match workflow::advise(action, person, &post) {
                Advice::NotYours(reasons) => Says::NotYours(reasons),
                Advice::NotNow(reasons) => Says::NotNow(reasons),
                Advice::Live => Says::Live,
            },
            (true, Ok(()), None) if post.is_none() => Says::Live,
            (true, Ok(()), None) => Says::NothingThere,
        };
        Ok(Some(Self { name: person.display_name.clone(), action, post, title, says }))
    }
}

#[derive(Template)]
#[template(path = "admin/refusals.html")]
struct RefusalsPage {
    layout: Layout,
    typed: Typed,
    errors: Vec<FieldError>,
    now: Option<Now>,
    lines: Vec<RefusalLine>,
    newer: Option<String>,
    older: Option<String>,
    is_first: bool,
}

impl RefusalsPage {
    fn choices(&self, field: &str) -> Vec<(&'static str, bool)> {
        let (known, chosen) = match field {
            "action" => (actions(), &self.typed.action),
            "layer" => (LAYERS.to_vec(), &self.typed.layer),
            "rule" => (codes(), &self.typed.rule),
            _ => (interfaces(), &self.typed.interface),
        };
        known.into_iter().map(|value| (value, value == chosen)).collect()
    }

    fn error(&self, field: &str) -> Option<&str> {
        let found = self.errors.iter().find(|error| error.field == field);
        found.map(|error| error.message.as_str())
    }

    fn file(&self) -> String {
        address("/admin/refusals.csv", &self.typed.fields(), None)
    }

    /// Returns the refusals of the person of a line, and of nobody else.
    fn all_of(&self, line: &RefusalLine) -> String {
        address(PATH, &[("person", &line.username)], None)
    }
}

async fn list(request: Request, context: Data<Context>) -> HttpResponse {
    context
        .answer(request, None, |store, request| {
            let mut query = request.query_fields()?;
            let typed = Typed::take(&mut query)?;
            let stretch = stretch(&mut query, "before", "after")?;
            query.finish()?;
            let slice = PageRequest { order: Order::NewestFirst, stretch, size: PER_PAGE };
            let conn = &mut *store.checkout()?;
            let (_, layout) = enter(conn, request, "Refusals", Permission::ViewAudit)?;
            let mut page = RefusalsPage {
                layout,
                errors: Vec::new(),
                now: None,
                lines: Vec::new(),
                newer: None,
                older: None,
                is_first: stretch == Direction::First,
                typed,
            };
            let asked = match asked(conn, &page.typed) {
                Ok(asked) => asked,
                Err(Refusal::Input(input)) => {
                    let status = status(&input.clone().into());
                    page.errors = input.0;
                    return Ok(Reply::page(status, &page));
                }
                Err(refusal) => return Err(refusal),
            };
            let found = audit::list_refusals(conn, &asked.filter, &slice).map_err(read_error)?;
            let at = |name, place: Option<Cursor>| {
                let fields = page.typed.fields();
                place.map(|place| address(PATH, &fields, Some((name, &cursor(place)))))
            };
            (page.newer, page.older) = (at("after", found.previous), at("before", found.next));
            page.lines = found.lines;
            page.now = Now::of(conn, &asked)?;
            Ok(Reply::ok(&page))
        })
        .await
}

/// The refusals that a filter lets through, as a file.
struct RefusalsFile(RefusalFilter);

impl Export for RefusalsFile {
    type Line = RefusalLine;
    const NAME: &'static str = "refusals.csv";
    const PERMISSION: Permission = Permission::ViewAudit;
    const HEADER: &'static [&'static str] = &[
        "id",
        "at",
        "request",
        "interface",
        "person",
        "name",
        "action",
        "post",
        "title",
        "revision_seen",
        "layer",
        "rules",
        "sentences",
        "hints",
    ];

    fn page(
        &self,
        conn: &mut PgConnection,
        slice: &PageRequest,
    ) -> diesel::QueryResult<Page<RefusalLine>> {
        audit::list_refusals(conn, &self.0, slice)
    }

    fn record(&self, line: &RefusalLine) -> Vec<String> {
        let all = |part: fn(&Reason) -> &str, between: &str| {
            line.reasons.iter().map(part).collect::<Vec<_>>().join(between)
        };
        vec![
            line.id.to_string(),
            csv::time(line.at),
            line.request.to_string(),
            line.interface.clone(),
            line.username.clone(),
            line.actor.name.clone(),
            line.action.clone(),
            csv::or_empty(line.post),
            csv::or_empty(line.title.as_deref()),
            csv::or_empty(line.seen),
            line.layer.clone(),
            all(|reason| &reason.code, " "),
            all(|reason| &reason.sentence, " "),
            all(|reason| &reason.hint, " "),
        ]
    }
}

async fn file(request: Request, context: Data<Context>) -> HttpResponse {
    let asked = |request: &Request, conn: &mut PgConnection| {
        let mut query = request.query_fields()?;
        let typed = Typed::take(&mut query)?;
        query.finish()?;
        Ok(RefusalsFile(asked(conn, &typed)?.filter))
    };
    csv::download(&context, request, asked).await
}
