//! Finds what a text in Markdown shows its readers. `render::markdown` renders it.

mod comments;
mod definitions;
mod events;
mod formulas;
pub(crate) mod front_matter;
mod html;
mod html_as_text;
mod mark;
mod marks;
mod notations;
mod shown;
mod spans;
mod tables;

use pulldown_cmark::Options;

pub(crate) use comments::{close_comments, with_comments_masked, without_any_comments};
pub(crate) use events::visible_events;
pub(crate) use html::{Markup, visible_html, without_comments};
pub(crate) use mark::Mark;
pub(crate) use notations::liquid_tag;
pub(crate) use shown::{is_over_tls, line_shows_text, shows_something};

/// The extensions of Markdown that are understood.
pub(crate) const OPTIONS: Options = Options::ENABLE_TABLES
    .union(Options::ENABLE_STRIKETHROUGH)
    .union(Options::ENABLE_TASKLISTS)
    .union(Options::ENABLE_FOOTNOTES);

/// The maximum depth of nested elements. The sanitiser walks through all open
/// elements for each new one: without a limit, a line of `>>>>` takes minutes.
pub(crate) const MAX_DEPTH: usize = 50;
