//! Checks the text of a post as a whole, and lists its missing parts. `text` and `slug`
//! check single fields.

use super::markdown::{line_shows_text, shows_something};
use super::named::named;
use super::slug::Slug;
use super::text::{Body, FieldError, InvalidInput, Summary, Title};

/// What a post says: title, summary, Markdown body and, if its author chose one, the
/// web address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Content {
    /// One line.
    pub title: Title,
    /// One line for lists and feeds.
    pub summary: Summary,
    /// Markdown.
    pub body: Body,
    /// The web address that the author chose.
    pub slug: Option<Slug>,
}

named! {
    /// A part that every published post has.
    pub enum TextPart is "a part of a post" {
        /// The title.
        Title = "title",
        /// The summary.
        Summary = "summary",
        /// The body.
        Body = "body",
        /// The web address, chosen or made from the title.
        WebAddress = "web address",
    }
}

impl TextPart {
    /// Returns the name of its field in forms and errors.
    pub fn field(self) -> &'static str {
        match self {
            Self::Title | Self::Summary | Self::Body => self.as_str(),
            Self::WebAddress => "slug",
        }
    }
}

impl Content {
    /// Returns the checked content without a chosen web address, or every field that
    /// is wrong.
    pub fn parse(title: &str, summary: &str, body: &str) -> Result<Self, InvalidInput> {
        Self::parse_with_slug(title, summary, body, "")
    }

    /// Returns the checked content, or every field that is wrong. A blank web address
    /// is none.
    pub fn parse_with_slug(
        title: &str,
        summary: &str,
        body: &str,
        slug: &str,
    ) -> Result<Self, InvalidInput> {
        let mut errors: Vec<FieldError> = Vec::new();
        let title = Title::parse(title).map_err(|error| errors.push(error));
        let summary = Summary::parse(summary).map_err(|error| errors.push(error));
        let body = Body::parse(body).map_err(|error| errors.push(error));
        let slug = Slug::parse_chosen(slug).map_err(|error| errors.push(error));
        match (title, summary, body, slug) {
            (Ok(title), Ok(summary), Ok(body), Ok(slug)) => Ok(Self { title, summary, body, slug }),
            _ => Err(InvalidInput(errors)),
        }
    }

    /// Returns the content of a stored revision, as it is.
    pub(crate) fn stored([title, summary, body]: [String; 3], slug: Option<String>) -> Self {
        Self {
            title: Title::stored(title),
            summary: Summary(summary),
            body: Body(body),
            slug: slug.map(Slug::stored),
        }
    }

    /// Returns the parts that show readers nothing. A web address is missing where none is
    /// chosen and the title gives none.
    pub fn missing(&self) -> Vec<TextPart> {
        let has_address =
            self.title.is_blank() || self.slug.is_some() || Slug::from_title(&self.title).is_some();
        let parts = [
            (TextPart::Title, line_shows_text(self.title.as_str())),
            (TextPart::Summary, line_shows_text(self.summary.as_str())),
            (TextPart::Body, shows_something(self.body.as_str())),
            (TextPart::WebAddress, has_address),
        ];
        parts.into_iter().filter_map(|(part, is_shown)| (!is_shown).then_some(part)).collect()
    }

    /// Returns whether no part is given.
    pub fn is_blank(&self) -> bool {
        self.title.is_blank() && self.summary.is_blank() && self.body.is_blank()
    }

    /// Returns title, summary and body.
    pub fn parts(&self) -> [&str; 3] {
        [self.title.as_str(), self.summary.as_str(), self.body.as_str()]
    }

    /// Returns the chosen web address.
    pub fn chosen_slug(&self) -> Option<&str> {
        self.slug.as_ref().map(Slug::as_str)
    }

    /// Returns the web address to publish under: the chosen one, or the title's.
    pub fn wanted_slug(&self) -> Slug {
        let chosen = self.slug.clone();
        chosen.or_else(|| Slug::from_title(&self.title)).unwrap_or_else(Slug::default_slug)
    }
}
