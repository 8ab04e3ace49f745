//! The page that shows the OpenAPI document to people.

use actix_web::HttpResponse;
use actix_web::web::Data;
use askama::Template;
use serde_json::Value;

use crate::api::document::openapi;
use crate::api::json::JSON;
use crate::api::quotas::QUOTA;
use crate::domain::grouped;
use crate::http::{Context, Layout, Reply, Request};
use crate::http::{ErrorKind, problem_kinds};
use crate::render::filters;

#[derive(Template)]
#[template(path = "api/document.html")]
struct DocumentPage {
    layout: Layout,
    sections: Vec<Section>,
    kinds: Vec<ErrorKind>,
}

impl DocumentPage {
    fn quota(&self) -> String {
        grouped(QUOTA as usize)
    }
}

/// The operations under one heading.
struct Section {
    name: String,
    description: String,
    operations: Vec<PageOperation>,
}

struct PageOperation {
    id: String,
    method: String,
    path: String,
    summary: String,
    description: String,
    parameters: Vec<Parameter>,
    fields: Vec<BodyField>,
    answers: Vec<(String, String)>,
    result: Vec<BodyField>,
}

struct Parameter {
    name: String,
    place: String,
    is_required: bool,
    description: String,
}

struct BodyField {
    name: String,
    kind: String,
    description: String,
    example: Value,
}

impl PageOperation {
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

pub(super) async fn page(request: Request, context: Data<Context>) -> HttpResponse {
    let document = serde_json::to_value(openapi()).unwrap_or_default();
    let page = DocumentPage {
        layout: Layout::new(&request, "API", None),
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

fn operation(document: &Value, path: &str, method: &str, value: &Value) -> PageOperation {
    let parameters = list(&value["parameters"]).map(|parameter| Parameter {
        name: text(&parameter["name"]),
        place: text(&parameter["in"]),
        is_required: parameter["required"] == true,
        description: text(&parameter["description"]),
    });
    let answers = value["responses"].as_object().into_iter().flatten();
    let success = answers.clone().find(|(status, _)| status.starts_with('2'));
    let schema = |holder: &Value| holder["content"][JSON]["schema"].clone();
    PageOperation {
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
fn fields(document: &Value, schema: &Value) -> Vec<BodyField> {
    let schema = resolved(document, schema);
    let properties = schema["properties"].as_object().into_iter().flatten();
    properties
        .map(|(name, field)| BodyField {
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
