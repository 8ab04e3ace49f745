//! Removes HTML that this program does not write. This is the second defence: the
//! renderer already shows an author's tags as text.

use std::collections::HashSet;

use ammonia::Builder;

use super::escapes::without_escapes;
use super::{footnotes, headings, links, tables};
use crate::domain::markdown::is_over_tls;
use crate::domain::unseen::is_not_xml;

/// The elements that have a direction.
const DIRECTED: [&str; 14] = [
    "blockquote",
    "div",
    "figcaption",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "li",
    "ol",
    "p",
    "td",
    "th",
    "ul",
];

/// Keeps the elements and attributes that this program writes.
pub(super) fn clean(html: &str) -> String {
    let mut builder = Builder::default();
    for element in DIRECTED {
        builder.add_tag_attribute_values(element, "dir", ["auto", "ltr", "rtl"]);
    }
    for heading in ["h2", "h3", "h4", "h5", "h6"] {
        builder.add_tag_attributes(heading, ["id"]);
    }
    builder
        .url_schemes(HashSet::from(links::SCHEMES))
        .link_rel(Some("noopener noreferrer"))
        .add_tag_attributes("a", ["id"])
        .add_tag_attribute_values("a", "role", ["doc-noteref", "doc-backlink"])
        .add_tag_attribute_values("a", "aria-label", ["Back to the text"])
        .add_tag_attributes("li", ["id"])
        .add_allowed_classes("div", ["table-frame", "footnotes"])
        .add_tag_attribute_values("div", "role", ["group", "doc-endnotes"])
        .add_tag_attribute_values("div", "aria-label", ["Table", "Footnotes"])
        .add_tag_attribute_values("div", "tabindex", ["0"])
        .add_allowed_classes("th", tables::ALIGNED)
        .add_allowed_classes("td", tables::ALIGNED)
        .add_allowed_classes("span", ["task", "unshown"])
        .add_tag_attribute_values("span", "role", ["img"])
        .add_tag_attribute_values("span", "aria-label", ["Done", "To do", "Picture not shown:"])
        .add_tag_attribute_values("pre", "tabindex", ["0"])
        .add_tag_attribute_values("pre", "dir", ["ltr"])
        // Code is written from left to right, and keeps its order among other text.
        .set_tag_attribute_value("code", "dir", "ltr")
        .set_tag_attribute_value("img", "loading", "lazy")
        .set_tag_attribute_value("img", "referrerpolicy", "no-referrer")
        .attribute_filter(|element, attribute, value| match (element, attribute) {
            (_, "id") => (footnotes::is_id(value) || headings::is_id(value)).then(|| value.into()),
            ("img", "src") => is_over_tls(value).then(|| value.into()),
            _ => Some(value.into()),
        });
    without_escapes(html, |html| builder.clean(html).to_string())
        // Titles and addresses can have such characters, too.
        .replace(is_not_xml, "\u{fffd}")
}
