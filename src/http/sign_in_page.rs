//! Asks a person to sign in, and keeps the address and the form that wait.

use askama::Template;

use super::error_kind::NOT_SIGNED_IN;
use super::kept_form::CarriedForm;
use super::{Form, Layout, Reply, Request};

/// The page for signing in, also in place of a page that needs a session.
#[derive(Template)]
#[template(path = "sign_in.html")]
pub(crate) struct SignInPage {
    pub(crate) layout: Layout,
    pub(crate) username: String,
    /// The address to continue to.
    pub(crate) next: String,
    pub(crate) problem: Option<String>,
    /// The form to send after signing in.
    pub(crate) carried: Option<CarriedForm>,
}

/// Returns the page for signing in before a request can be answered.
pub(crate) fn sign_in_first(request: &Request, form: Option<&Form>) -> Reply {
    let carried = form.and_then(|form| CarriedForm::of(request, form));
    let next = match (request.is_post, request.query.is_empty()) {
        (true, _) => "/desk".to_owned(),
        (false, true) => request.path.clone(),
        (false, false) => format!("{}?{}", request.path, request.query),
    };
    // The form needs a session to belong to, or it would be refused.
    let mut request = request.clone();
    let begun = request.begin();
    let problem = match carried {
        Some(_) => "You are not signed in. Sign in to continue; your text is kept.",
        None => "Sign in to see this page.",
    };
    let page = SignInPage {
        layout: Layout::new(&request, NOT_SIGNED_IN.title, None),
        username: String::new(),
        next,
        problem: Some(problem.to_owned()),
        carried,
    };
    let reply = Reply::error(NOT_SIGNED_IN, &page);
    match begun {
        Some(key) => reply.beginning(key),
        None => reply,
    }
}
