//! Forms that were sent in vain and wait for whoever filled them in: because a
//! session had ended, because the form was too old, because somebody else is
//! there. Nothing typed is lost, and nothing is shown to anybody but its author.

use super::{Form, Request};
use crate::domain::UserId;

/// A form that was sent in vain, kept so that nothing typed is lost.
#[derive(Debug)]
pub(crate) struct Resume {
    /// Where it was sent.
    pub(crate) path: String,
    /// What it said, without the token.
    pub(crate) fields: Vec<(String, String)>,
    /// The words on its button.
    pub(crate) label: &'static str,
}

impl Resume {
    /// Returns whether somebody typed any of it.
    pub(crate) fn has_words(&self) -> bool {
        self.fields
            .iter()
            .any(|(name, value)| !matches!(Kept::of(name), Kept::Unseen) && !value.is_empty())
    }
}

/// How a field of a kept form is shown.
pub(crate) enum Kept {
    /// On one line, under this label.
    Line(&'static str),
    /// On several lines, under this label.
    Text(&'static str),
    /// Not at all: nobody typed it.
    Unseen,
}

impl Kept {
    pub(crate) fn of(name: &str) -> Self {
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

/// A form that waits until its author has signed in again.
#[derive(Debug, Clone)]
pub(crate) struct Carried {
    pub(crate) path: String,
    pub(crate) form: String,
    /// Who wrote it, as far as its session told.
    pub(crate) writer: String,
}

impl Carried {
    pub(crate) fn of(request: &Request, fields: &Form) -> Option<Self> {
        let kept = kept(fields);
        let is_worth_keeping = request.is_post && !kept.is_empty();
        is_worth_keeping.then(|| Self {
            path: request.path.clone(),
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
fn writer(fields: &Form) -> String {
    let token = fields.peek("token").and_then(|token| token.split_once('.'));
    token.map(|(writer, _)| writer.to_owned()).unwrap_or_default()
}

/// Returns the fields of a form that belong to its author, and not to the
/// session it was made in.
fn kept(fields: &Form) -> Vec<(String, String)> {
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

pub(crate) fn resume(
    request: &Request,
    typed: Option<&Form>,
    label: &'static str,
) -> Option<Resume> {
    typed.map(|fields| Resume { path: request.path.clone(), fields: kept(fields), label })
}
