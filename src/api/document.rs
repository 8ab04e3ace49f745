//! What the API says of itself: an OpenAPI document made from the handlers' own
//! types, and a page of the same for people.

use actix_web::HttpResponse;
use actix_web::http::StatusCode;
use actix_web::web::{self, Data, ServiceConfig};
use askama::Template;
use serde_json::Value;
use utoipa::openapi::OpenApi as Document;
use utoipa::openapi::security::{HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{IntoParams, IntoResponses, Modify, OpenApi};

use crate::api::api_request::JSON;
use crate::api::links::Links;
use crate::http::problem::Problem;
use crate::http::{Context, ErrorKind, Layout, Reply, Request, problem_kinds};

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .service(web::resource("/api").route(web::get().to(page)))
        .service(web::resource("/api/v1/openapi.json").route(web::get().to(file)));
}

/// What every change of an existing post comes with.
#[derive(IntoParams)]
#[into_params(parameter_in = Header)]
#[expect(dead_code, reason = "it describes what `ApiRequest` reads")]
pub(super) struct Terms {
    /// The `ETag` of the post as you read it: which revision you were looking at.
    #[param(rename = "If-Match", pattern = "^\"[1-9][0-9]{0,8}\"$", example = "\"3\"")]
    if_match: String,
    /// Names this intention: the same key again answers with the same outcome.
    #[param(rename = "Idempotency-Key", min_length = 1, max_length = 255, pattern = "^[!-~]+$")]
    idempotency_key: Option<String>,
}

/// Which page of a list.
#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes what `Query::page` reads")]
pub(super) struct PageQuery {
    /// How many lines; by default 25.
    #[param(minimum = 1, maximum = 100)]
    limit: Option<i32>,
    /// Which page; taken from a `Link`. Without it, the first.
    #[param(pattern = "^(after|before)-(0|[1-9][0-9]{0,15})-[1-9][0-9]{0,17}$")]
    cursor: Option<String>,
}

macro_rules! problems {
    ($(#[$doc:meta])* $name:ident: $($variant:ident $status:literal $says:literal),* $(,)?) => {
        $(#[$doc])*
        #[derive(IntoResponses)]
        #[expect(dead_code, reason = "it describes what `responses` says")]
        pub(super) enum $name {
            $(
                #[doc = $says]
                #[response(status = $status, content_type = "application/problem+json")]
                $variant(Problem),
            )*
        }
    };
}

problems! {
    /// What can be said to whoever reads one thing.
    ReadProblems:
        Malformed 400 "The request cannot be read.",
        NoToken 401 "There is no token, or none that works.",
        Nothing 404 "There is nothing that you can see.",
        NotAcceptable 406 "There is only JSON here.",
        Invalid 422 "Something in the query needs mending.",
        TooMany 429 "The token has asked too much; `Retry-After` says how long to wait.",
        Defect 500 "A mistake of ours.",
        Unavailable 503 "Try again shortly.",
}
problems! {
    /// What can be said to whoever reads a list.
    ListProblems:
        Malformed 400 "The request cannot be read.",
        NoToken 401 "There is no token, or none that works.",
        Refused 403 "The account or the token does not hold the permission.",
        NotAcceptable 406 "There is only JSON here.",
        Invalid 422 "Something in the query needs mending.",
        TooMany 429 "The token has asked too much; `Retry-After` says how long to wait.",
        Defect 500 "A mistake of ours.",
        Unavailable 503 "Try again shortly.",
}
problems! {
    /// What can be said to whoever begins a post.
    CreateProblems:
        Malformed 400 "The JSON cannot be read, or there is no usable `Idempotency-Key`.",
        NoToken 401 "There is no token, or none that works.",
        Refused 403 "The account or the token does not hold the permission.",
        NotAcceptable 406 "There is only JSON here.",
        TooLarge 413 "The body is too long.",
        NotJson 415 "What was sent is not JSON.",
        Invalid 422 "A field needs mending, or the key was used for something else.",
        TooMany 429 "The token has asked too much; `Retry-After` says how long to wait.",
        Defect 500 "A mistake of ours.",
        Unavailable 503 "Try again shortly, with the same key.",
}
problems! {
    /// What can be said to whoever changes a post.
    ChangeProblems:
        Malformed 400 "The JSON or a header cannot be read.",
        NoToken 401 "There is no token, or none that works.",
        Refused 403 "Refused by permission, or by a rule about you and this post.",
        Nothing 404 "There is nothing that you can see.",
        NotAcceptable 406 "There is only JSON here.",
        NotNow 409 "Refused by policy as things stand: `reasons` has every rule.",
        CannotMatch 412 "`If-Match` is the entity tag of no revision.",
        TooLarge 413 "The body is too long.",
        NotJson 415 "What was sent is not JSON.",
        Invalid 422 "A field needs mending, or the key was used for something else.",
        NoRevision 428 "There is no `If-Match`.",
        TooMany 429 "The token has asked too much; `Retry-After` says how long to wait.",
        Defect 500 "A mistake of ours.",
        Unavailable 503 "Try again shortly, with the same key.",
}

#[derive(OpenApi)]
#[openapi(
    info(
        title = "Imprimatur",
        version = "1",
        description = "A publishing workflow that cannot be talked into an impossible state. \
                       Programs ask through the same door as everybody else.",
        license(name = "MIT OR Apache-2.0", identifier = "MIT OR Apache-2.0")
    ),
    paths(
        super::posts::list,
        super::changes::create,
        super::posts::show,
        super::posts::history,
        super::posts::revision,
        super::posts::actions,
        super::changes::revise,
        super::changes::submit,
        super::changes::request_changes,
        super::changes::withdraw_request,
        super::changes::publish,
        super::changes::archive,
        super::records::accounts,
        super::records::refusals,
    ),
    tags(
        (name = "Posts", description = "What there is to read, and how a post begins."),
        (name = "Actions", description = "What can be done to a post. Each is asked of the same door as on a page."),
        (name = "Records", description = "What staff read."),
    ),
    security(("token" = [])),
    components(schemas(Problem)),
    modifiers(&Token, &Links)
)]
struct Api;

/// Says what lets a program in.
struct Token;

impl Modify for Token {
    fn modify(&self, document: &mut Document) {
        let scheme = HttpBuilder::new()
            .scheme(HttpAuthScheme::Bearer)
            .bearer_format("imprimatur_…")
            .description(Some("A token of your account, made on its page."))
            .build();
        let components = document.components.get_or_insert_default();
        components.add_security_scheme("token", SecurityScheme::Http(scheme));
    }
}

/// Returns the OpenAPI document of the API.
pub fn openapi() -> Document {
    Api::openapi()
}

async fn file(context: Data<Context>) -> HttpResponse {
    Reply::json(StatusCode::OK, JSON, &openapi()).into_response(&context.settings)
}

#[derive(Template)]
#[template(path = "api/document.html")]
struct DocumentPage {
    layout: Layout,
    site: String,
    sections: Vec<Section>,
    kinds: Vec<ErrorKind>,
}

/// The operations under one heading.
struct Section {
    name: String,
    description: String,
    operations: Vec<Operation>,
}

struct Operation {
    id: String,
    method: String,
    path: String,
    summary: String,
    description: String,
    parameters: Vec<Parameter>,
    fields: Vec<Field>,
    answers: Vec<(String, String)>,
    result: Vec<Field>,
}

struct Parameter {
    name: String,
    place: String,
    is_required: bool,
    description: String,
}

/// A field of a body.
struct Field {
    name: String,
    kind: String,
    description: String,
    example: Value,
}

impl Operation {
    /// Returns the body that the example sends.
    fn example(&self) -> Option<String> {
        let fields = self.fields.iter().map(|field| (field.name.clone(), field.example.clone()));
        let body: serde_json::Map<String, Value> = fields.collect();
        (!body.is_empty()).then(|| Value::Object(body).to_string())
    }

    fn takes(&self, name: &str) -> bool {
        self.parameters.iter().any(|parameter| parameter.name == name && parameter.is_required)
    }

    fn example_path(&self) -> String {
        self.path.replace("{id}", "17").replace("{number}", "2")
    }
}

async fn page(request: Request, context: Data<Context>) -> HttpResponse {
    let document = serde_json::to_value(openapi()).unwrap_or_default();
    let page = DocumentPage {
        layout: Layout::new(&request, "The API", None),
        site: request.site.clone(),
        sections: sections(&document),
        kinds: problem_kinds(),
    };
    Reply::ok(&page).to(&request).into_response(&context.settings)
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn sections(document: &Value) -> Vec<Section> {
    let operations =
        document["paths"].as_object().into_iter().flatten().flat_map(|(path, item)| {
            let methods = item.as_object().into_iter().flatten();
            methods.map(move |(method, operation)| (path, method, operation))
        });
    let operations: Vec<_> = operations.collect();
    list(&document["tags"])
        .map(|tag| Section {
            name: text(&tag["name"]),
            description: text(&tag["description"]),
            operations: operations
                .iter()
                .filter(|(_, _, operation)| operation["tags"][0] == tag["name"])
                .map(|(path, method, value)| operation(document, path, method, value))
                .collect(),
        })
        .collect()
}

fn operation(document: &Value, path: &str, method: &str, value: &Value) -> Operation {
    let parameters = list(&value["parameters"]).map(|parameter| Parameter {
        name: text(&parameter["name"]),
        place: text(&parameter["in"]),
        is_required: parameter["required"] == true,
        description: text(&parameter["description"]),
    });
    let answers = value["responses"].as_object().into_iter().flatten();
    let success = answers.clone().find(|(status, _)| status.starts_with('2'));
    let schema = |holder: &Value| holder["content"][JSON]["schema"].clone();
    Operation {
        id: text(&value["operationId"]),
        method: method.to_uppercase(),
        path: path.to_owned(),
        summary: text(&value["summary"]),
        description: text(&value["description"]),
        parameters: parameters.collect(),
        fields: fields(document, &schema(&value["requestBody"])),
        answers: answers
            .clone()
            .map(|(status, answer)| (status.clone(), text(&answer["description"])))
            .collect(),
        result: success.map(|(_, answer)| fields(document, &schema(answer))).unwrap_or_default(),
    }
}

/// Returns the fields that a schema has, wherever it is written down.
fn fields(document: &Value, schema: &Value) -> Vec<Field> {
    let schema = resolved(document, schema);
    let properties = schema["properties"].as_object().into_iter().flatten();
    properties
        .map(|(name, field)| Field {
            name: name.clone(),
            kind: kind(document, field),
            description: text(&field["description"]),
            example: field["example"].clone(),
        })
        .collect()
}

fn resolved<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    schema["$ref"]
        .as_str()
        .and_then(|path| document.pointer(path.trim_start_matches('#')))
        .unwrap_or(schema)
}

/// Returns of which kind a field is, in a word or two.
fn kind(document: &Value, schema: &Value) -> String {
    let alternatives = list(&schema["oneOf"]).find(|schema| schema["type"] != "null");
    let schema = resolved(document, alternatives.unwrap_or(schema));
    let names: Vec<String> = list(&schema["enum"]).map(text).collect();
    if !names.is_empty() {
        return names.join(", ");
    }
    match &schema["type"] {
        Value::String(name) if name == "array" => {
            let inner = fields(document, &schema["items"]);
            let names: Vec<&str> = inner.iter().map(|field| field.name.as_str()).collect();
            format!("list of {}", names.join(", "))
        }
        Value::String(name) if name == "object" => {
            let inner = fields(document, schema);
            let names: Vec<&str> = inner.iter().map(|field| field.name.as_str()).collect();
            names.join(", ")
        }
        Value::Array(names) => names.iter().map(text).collect::<Vec<_>>().join(" or "),
        name => text(name),
    }
}
