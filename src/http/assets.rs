//! Serves the stylesheet, the script and the icon, which are compiled into the program.

use std::sync::LazyLock;

use actix_web::http::header;
use actix_web::web::{ServiceConfig, get, resource};
use actix_web::{HttpRequest, HttpResponse};
use sha2::{Digest, Sha256};

use crate::domain::hex;

const STYLESHEET: &str = include_str!("../../static/app.css");
const SCRIPT: &str = include_str!("../../static/app.js");
const ICON: &str = include_str!("../../static/favicon.svg");

static STYLESHEET_ADDRESS: LazyLock<String> =
    LazyLock::new(|| format!("/static/app.css?v={}", version(STYLESHEET)));
static SCRIPT_ADDRESS: LazyLock<String> =
    LazyLock::new(|| format!("/static/app.js?v={}", version(SCRIPT)));

pub(crate) fn routes(config: &mut ServiceConfig) {
    config
        .service(resource("/static/app.css").route(get().to(stylesheet)))
        .service(resource("/static/app.js").route(get().to(script)))
        .service(resource("/favicon.svg").route(get().to(icon)))
        .service(resource("/favicon.ico").route(get().to(icon)));
}

/// Returns the address of the stylesheet. It changes with the contents, so browsers
/// may cache them for ever.
pub(crate) fn stylesheet_address() -> &'static str {
    &STYLESHEET_ADDRESS
}

/// Returns the address of the script, as [`stylesheet_address`].
pub(crate) fn script_address() -> &'static str {
    &SCRIPT_ADDRESS
}

fn version(contents: &str) -> String {
    hex(&Sha256::digest(contents)[..6])
}

async fn stylesheet(request: HttpRequest) -> HttpResponse {
    file(&request, "text/css; charset=utf-8", STYLESHEET)
}

async fn script(request: HttpRequest) -> HttpResponse {
    file(&request, "text/javascript; charset=utf-8", SCRIPT)
}

async fn icon(request: HttpRequest) -> HttpResponse {
    file(&request, "image/svg+xml", ICON)
}

fn file(request: &HttpRequest, content_type: &str, contents: &'static str) -> HttpResponse {
    let age = if request.query_string().is_empty() {
        "public, max-age=3600"
    } else {
        "public, max-age=31536000, immutable"
    };
    HttpResponse::Ok()
        .content_type(content_type)
        .insert_header((header::CACHE_CONTROL, age))
        .body(contents)
}
