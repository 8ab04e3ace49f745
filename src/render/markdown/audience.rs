/// Who sees a rendered text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Audience {
    /// A visitor of the site.
    Reader,
    /// An author or reviewer. They see where a picture is missing.
    Author,
}
