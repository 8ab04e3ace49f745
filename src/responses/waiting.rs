//! Forms that were sent in vain and wait for whoever filled them in: because a
//! session had ended, because the form was too old, because somebody else is
//! there. Nothing typed is lost, and nothing is shown to anybody but its author.

use actix_web::http::StatusCode;
use askama::Template;

use super::{Answer, Fields, Layout, RefusedPage, Visit, status};
use crate::domain::UserId;
use crate::refusal::Refusal;

/// A form that was sent in vain, kept so that nothing typed is lost.
#[derive(Debug)]
pub struct Resume {
    /// Where it was sent.
    pub path: String,
    /// What it said, without the token.
    pub fields: Vec<(String, String)>,
    /// The words on its button.
    pub label: &'static str,
}

impl Resume {
    /// Returns whether somebody typed any of it.
    pub(super) fn has_words(&self) -> bool {
        self.fields
            .iter()
            .any(|(name, value)| !matches!(Kept::of(name), Kept::Unseen) && !value.is_empty())
    }
}

/// How a field of a kept form is shown.
pub(super) enum Kept {
    /// On one line, under this label.
    Line(&'static str),
    /// On several lines, under this label.
    Text(&'static str),
    /// Not at all: nobody typed it.
    Unseen,
}

impl Kept {
    pub(super) fn of(name: &str) -> Self {
        match name {
            "title" => Self::Line("Title"),
            "summary" => Self::Text("Summary"),
            "body" => Self::Text("Body"),
            "note" => Self::Text("Your note to the author"),
            "reason" => Self::Text("Reason, for the record"),
            "finding" => Self::Text("What you found or did"),
            "username" => Self::Line("Username"),
            "display_name" => Self::Line("Name that others see"),
            "name" => Self::Line("Name of the token"),
            _ => Self::Unseen,
        }
    }
}

/// The page for signing in, also where something else was wanted.
#[derive(Template)]
#[template(path = "sign_in.html")]
pub(crate) struct SignInPage {
    pub(crate) layout: Layout,
    pub(crate) username: String,
    pub(crate) next: String,
    pub(crate) problem: Option<String>,
    /// The form to go on with, encoded as it was sent.
    pub(crate) carried: Option<Carried>,
}

/// A form that waits until its author has signed in again.
#[derive(Debug, Clone)]
pub(crate) struct Carried {
    pub(crate) path: String,
    pub(crate) form: String,
    /// Who wrote it, as far as its session told.
    pub(crate) writer: String,
}

impl Carried {
    fn of(visit: &Visit, fields: &Fields) -> Option<Self> {
        let kept = kept(fields);
        let is_worth_keeping = visit.is_post && !kept.is_empty();
        is_worth_keeping.then(|| Self {
            path: visit.path.clone(),
            form: serde_json::to_string(&kept).unwrap_or_default(),
            writer: writer(fields),
        })
    }

    /// Returns whether somebody else wrote it than the one who is there.
    pub(crate) fn is_by_another_than(&self, person: Option<UserId>) -> bool {
        let writer = self.writer.parse().ok().map(UserId);
        writer.is_some() && writer != person
    }

    /// Returns the form to go on with, if it is one of ours.
    pub(crate) fn resume(self) -> Option<Resume> {
        let is_ours =
            ["/desk/", "/admin/", "/account/"].iter().any(|prefix| self.path.starts_with(prefix));
        let fields: Vec<(String, String)> = serde_json::from_str(&self.form).ok()?;
        let is_plain = !self.path.contains("//");
        (is_ours && is_plain).then_some(Resume { path: self.path, fields, label: "Continue" })
    }
}

/// Returns who filled a form in, by its token.
fn writer(fields: &Fields) -> String {
    let token = fields.peek("token").and_then(|token| token.split_once('.'));
    token.map(|(writer, _)| writer.to_owned()).unwrap_or_default()
}

/// Returns the fields of a form that belong to its author, and not to the
/// session it was made in.
fn kept(fields: &Fields) -> Vec<(String, String)> {
    fields
        .remaining()
        .iter()
        .filter(|(name, _)| {
            !matches!(
                name.as_str(),
                "token" | "password" | "new_password" | "link" | "carried_form" | "carried_writer"
            )
        })
        .cloned()
        .collect()
}

pub(super) fn resume(visit: &Visit, typed: Option<&Fields>, label: &'static str) -> Option<Resume> {
    typed.map(|fields| Resume { path: visit.path.clone(), fields: kept(fields), label })
}

/// Returns the page for signing in before going on.
pub(super) fn sign_in_first(visit: &Visit, typed: Option<&Fields>) -> Answer {
    let carried = typed.and_then(|fields| Carried::of(visit, fields));
    let next = match (visit.is_post, visit.query.is_empty()) {
        (true, _) => "/desk".to_owned(),
        (false, true) => visit.path.clone(),
        (false, false) => format!("{}?{}", visit.path, visit.query),
    };
    // Without a session to belong to, the form would be refused once it is sent.
    let mut visit = visit.clone();
    let begun = visit.begin();
    let page = SignInPage {
        layout: visit.layout("Sign in", None),
        username: String::new(),
        next,
        problem: Some(if carried.is_some() {
            "Sign in to go on. What you wrote is kept.".to_owned()
        } else {
            "Sign in to see this page.".to_owned()
        }),
        carried,
    };
    let answer = Answer::page(status(&Refusal::NotSignedIn), &page);
    match begun {
        Some(key) => answer.beginning(key),
        None => answer,
    }
}

/// Returns the page for going on with a form that waited.
pub(crate) fn go_on(visit: &Visit, resume: Resume) -> Answer {
    let page = RefusedPage {
        layout: visit.layout("Welcome back", None),
        heading: "Welcome back",
        lead: "What you wrote before signing in is here. Nothing has been done with it yet.".into(),
        reasons: Vec::new(),
        errors: Vec::new(),
        onward: vec![("/desk".to_owned(), "Go to your desk instead")],
        resume: Some(resume),
        request: visit.request,
    };
    Answer::ok(&page)
}

/// Returns the page for a form that somebody filled in who is not the one that
/// is there now. Its text is not shown and not lost: it goes on waiting.
pub(crate) fn somebody_elses(visit: &Visit, carried: Carried) -> Answer {
    let page = SignInPage {
        layout: visit.layout("Written with another account", None),
        username: String::new(),
        next: "/desk".to_owned(),
        problem: Some(
            "This was written with another account than the one that is signed in now, so it is \
             not shown and nothing was done with it. Sign in with that account to go on with it."
                .to_owned(),
        ),
        carried: Some(carried),
    };
    Answer::page(StatusCode::FORBIDDEN, &page)
}

/// Returns the page for a form whose token is not this session's: it is too
/// old, or was made before signing in.
pub(crate) fn stale_form(visit: &Visit, typed: &Fields) -> Answer {
    if visit.is_by_somebody_else(typed)
        && let Some(carried) = Carried::of(visit, typed)
    {
        return somebody_elses(visit, carried);
    }
    let page = RefusedPage {
        layout: visit.layout("This form is too old", None),
        heading: "This form is too old",
        lead: "It was made in an earlier session. Nothing has changed; what you wrote is here, \
               and you can send it again."
            .into(),
        reasons: Vec::new(),
        errors: Vec::new(),
        onward: vec![("/desk".to_owned(), "Go to your desk instead")],
        resume: resume(visit, Some(typed), "Send it again"),
        request: visit.request,
    };
    Answer::page(StatusCode::FORBIDDEN, &page)
}
