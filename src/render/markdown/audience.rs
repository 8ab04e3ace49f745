/// Who sees a rendered text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Audience {
    /// A visitor of the site.
    Reader,
    /// Somebody who works on the text. They see where a picture is missing.
    Author,
}
