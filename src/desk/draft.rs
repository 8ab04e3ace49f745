//! Reads the text fields of the editor, and lists what a submission still needs. Unlike
//! `Content`, a `Draft` also holds text that does not parse.

use crate::domain::{Content, FieldError, InvalidInput, Slug, TextPart, Title, has_visible_text};
use crate::http::Form;

/// The content of the editor's form, as it was typed.
#[derive(Debug, Clone, Default)]
pub(super) struct Draft {
    pub(super) title: String,
    pub(super) summary: String,
    pub(super) body: String,
    pub(super) slug: String,
}

impl Draft {
    pub(super) fn take(form: &mut Form) -> Result<Self, FieldError> {
        Ok(Self {
            title: form.require("title")?,
            summary: on_one_line(&form.require("summary")?),
            body: form.require("body")?,
            slug: form.take("slug")?.unwrap_or_default(),
        })
    }

    pub(super) fn of(content: &Content) -> Self {
        let [title, summary, body] = content.parts().map(str::to_owned);
        let slug = content.chosen_slug().unwrap_or_default().to_owned();
        Self { title, summary, body, slug }
    }

    /// Returns the draft of a new post with this text. The web address is taken.
    pub(super) fn copy_of(content: &Content) -> Self {
        Self { slug: String::new(), ..Self::of(content) }
    }

    pub(super) fn parse(&self) -> Result<Content, InvalidInput> {
        Content::parse_with_slug(&self.title, &self.summary, &self.body, &self.slug)
    }

    /// Returns the web address that the post would get, if it would get one.
    pub(super) fn wanted_slug(&self) -> Option<Slug> {
        match Slug::parse_chosen(&self.slug) {
            Ok(Some(chosen)) => Some(chosen),
            // The address is made of the title as it will be stored.
            Ok(None) => match Title::parse(&self.title) {
                Ok(title) => Slug::made_from(title.as_str()),
                Err(_) => Slug::made_from(&self.title),
            },
            Err(_) => None,
        }
    }

    /// Returns whether a web address has to be chosen: the title gives none.
    pub(super) fn needs_slug(&self) -> bool {
        has_visible_text(&self.title) && self.wanted_slug().is_none()
    }

    /// Returns what a post needs before it can be submitted, part by part.
    pub(super) fn checklist(&self) -> [(TextPart, PartStatus); 3] {
        let parts = [
            (TextPart::Title, &self.title),
            (TextPart::Summary, &self.summary),
            (TextPart::Body, &self.body),
        ];
        let (missing, errors) = match self.parse() {
            Ok(content) => (content.missing(), InvalidInput::default()),
            Err(errors) => {
                let blank = parts.iter().filter(|(_, text)| !has_visible_text(text));
                (blank.map(|(part, _)| *part).collect(), errors)
            }
        };
        parts.map(|(part, _)| match errors.of(part.field()) {
            Some(_) => (part, PartStatus::Wrong),
            None if missing.contains(&part) => (part, PartStatus::Missing),
            None => (part, PartStatus::Done),
        })
    }
}

/// Returns the text with a space for each line break. The field has several lines,
/// so people press Enter in it, but a summary is one paragraph.
fn on_one_line(text: &str) -> String {
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

/// Whether a part that a post needs before it can be submitted is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum PartStatus {
    /// It is there.
    Done,
    /// Nothing is written there yet.
    Missing,
    /// What is written there cannot be saved.
    Wrong,
}

impl PartStatus {
    /// Returns the end of its CSS class.
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Missing => "missing",
            Self::Wrong => "wrong",
        }
    }

    /// Returns whether the part is there.
    pub(super) fn is_done(self) -> bool {
        self == Self::Done
    }

    /// Returns the text beside the mark.
    pub(super) fn label(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Missing => "missing",
            Self::Wrong => "has an error",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{Draft, PartStatus, on_one_line};

    #[test]
    fn each_part_is_done_or_missing_or_wrong_whatever_the_others_are() {
        let too_long = "t".repeat(201);
        for (title, body, marks) in [
            ("", " \n ", [PartStatus::Missing, PartStatus::Missing, PartStatus::Missing]),
            ("On restraint", "Words.", [PartStatus::Done, PartStatus::Missing, PartStatus::Done]),
            (
                too_long.as_str(),
                "Words.",
                [PartStatus::Wrong, PartStatus::Missing, PartStatus::Done],
            ),
            ("On restraint", "nul \0", [PartStatus::Done, PartStatus::Missing, PartStatus::Wrong]),
        ] {
            let draft = Draft {
                title: title.into(),
                summary: String::new(),
                body: body.into(),
                slug: String::new(),
            };
            assert_eq!(draft.checklist().map(|(_, mark)| mark), marks, "{title:?} {body:?}");
        }
    }

    #[test]
    fn a_summary_of_several_lines_is_one_paragraph() {
        assert_eq!(on_one_line("Less is more,\r\n\r\n  and so on.\n"), "Less is more, and so on.");
        assert_eq!(on_one_line("a lone\rreturn"), "a lone\rreturn", "is for the domain to judge");
    }
}
