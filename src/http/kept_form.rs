//! Forms that were refused and are kept for their author, so that no typed text
//! is lost. No one else sees it.

use std::borrow::Cow;

use crate::domain::{Action, UserId, decimal};
use crate::http::{Form, Request};
use crate::render::filters::spoken;

/// A refused form that the page offers to send again.
#[derive(Debug)]
pub(crate) struct KeptForm {
    /// The address that it was sent to.
    pub(crate) path: String,
    /// Its fields, without the token.
    pub(crate) fields: Vec<(String, String)>,
    /// The text of its button.
    pub(crate) label: &'static str,
}

impl KeptForm {
    /// Returns the form of a request under a button with this label.
    pub(crate) fn of(request: &Request, form: &Form, label: &'static str) -> Self {
        Self { path: request.path.clone(), fields: fields_to_keep(form), label }
    }

    /// Returns whether sending it twice does nothing twice.
    pub(crate) fn has_key(&self) -> bool {
        self.fields.iter().any(|(name, _)| name == "key")
    }

    /// Returns whether a person typed any of it.
    pub(crate) fn has_typed_text(&self) -> bool {
        let is_typed =
            |name: &str| matches!(KeptField::of(name), KeptField::Line(_) | KeptField::Text(_));
        self.fields.iter().any(|(name, value)| is_typed(name) && !value.is_empty())
    }
}

/// How a field of a kept form is shown.
pub(crate) enum KeptField {
    /// On one line, under this label.
    Line(&'static str),
    /// On several lines, under this label.
    Text(&'static str),
    /// Empty, under this label: a secret is typed again.
    Secret(&'static str),
    /// As a choice that was made on the form.
    Choice,
    /// Hidden: no person typed or chose it.
    Hidden,
}

impl KeptField {
    /// Returns how a field of this name is shown. The forms have their labels from here.
    pub(crate) fn of(name: &str) -> Self {
        match name {
            "title" => Self::Line("Title"),
            "summary" => Self::Text("Summary"),
            "body" => Self::Text("Body"),
            "slug" => Self::Line("Web address"),
            "note" => Self::Text("What should the author change?"),
            "reason" => Self::Text("Reason"),
            "finding" => Self::Text("Your note"),
            "username" => Self::Line("Username"),
            "display_name" => Self::Line("Display name"),
            "name" => Self::Line("Token name"),
            "days" => Self::Line("Valid for (days)"),
            "password" => Self::Secret("Your password"),
            "new_password" => Self::Secret("New password"),
            "key" | "seen" | "seen_name" | "held" | "post" | "posts" | "back" | "token_id"
            | "zone" | "preview" | "save" | "save_and_submit" => Self::Hidden,
            _ => Self::Choice,
        }
    }
}

/// Returns what pages call a field of a form.
pub(crate) fn field_label(name: &str) -> Cow<'static, str> {
    match (KeptField::of(name), name) {
        (KeptField::Line(label) | KeptField::Text(label) | KeptField::Secret(label), _) => {
            label.into()
        }
        (_, "q") => "Search".into(),
        (_, "seen") => "Revision".into(),
        _ => capitalized(&spoken(name)).into(),
    }
}

fn capitalized(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect()
}

/// A form that waits in the sign-in form until its author has signed in.
#[derive(Debug, Clone)]
pub(crate) struct CarriedForm {
    /// The address that it was sent to.
    pub(crate) path: String,
    /// Its fields, as JSON.
    pub(crate) fields: String,
    /// The id of its author, or nothing where the session did not tell it.
    pub(crate) author: String,
}

impl CarriedForm {
    /// Returns the form of a request, if there is anything in it to keep.
    pub(crate) fn of(request: &Request, form: &Form) -> Option<Self> {
        let kept = fields_to_keep(form);
        let is_worth_keeping = request.is_post && !kept.is_empty();
        is_worth_keeping.then(|| Self {
            path: request.path.clone(),
            fields: serde_json::to_string(&kept).unwrap_or_default(),
            author: author(form),
        })
    }

    /// Returns whether another person than this one wrote it.
    pub(crate) fn is_by_another_than(&self, person: Option<UserId>) -> bool {
        let author = decimal(&self.author).map(UserId);
        author.is_some() && author != person
    }

    /// Returns the form to send again, if this site has such a form.
    pub(crate) fn resume(self) -> Option<KeptForm> {
        let is_own_address =
            ["/desk/", "/admin/", "/account/"].iter().any(|prefix| self.path.starts_with(prefix));
        let fields: Vec<(String, String)> = serde_json::from_str(&self.fields).ok()?;
        let is_plain = !self.path.contains("//");
        let has = |button: &str| fields.iter().any(|(name, _)| name == button);
        let label = match (has("preview"), has("save_and_submit")) {
            (true, _) => "Preview",
            (false, true) => "Save and submit",
            (false, false) => label(&self.path),
        };
        (is_own_address && is_plain).then_some(KeptForm { path: self.path, fields, label })
    }
}

/// Returns the label of the button that the form at an address was sent with.
fn label(path: &str) -> &'static str {
    let action = path.rsplit('/').next().and_then(|name| name.parse().ok());
    match action {
        None => "Send again",
        Some(Action::Create | Action::Revise) => "Save",
        Some(action) => action.label(),
    }
}

/// Returns the id of the person who filled a form in, as its token tells it.
fn author(form: &Form) -> String {
    let token = form.peek("token").and_then(|token| token.split_once('.'));
    token.map(|(author, _)| author.to_owned()).unwrap_or_default()
}

/// Fields that belong to a session.
const NEVER_KEPT: [&str; 5] = ["token", "link", "carried_path", "carried_form", "carried_author"];

/// Returns the fields, secrets without their value.
fn fields_to_keep(form: &Form) -> Vec<(String, String)> {
    let fields = form.fields().iter();
    let kept = fields.filter(|(name, _)| !NEVER_KEPT.contains(&name.as_str()));
    kept.map(|(name, value)| match KeptField::of(name) {
        KeptField::Secret(_) => (name.clone(), String::new()),
        _ => (name.clone(), value.clone()),
    })
    .collect()
}
