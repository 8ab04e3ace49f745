//! Finds where the links of a text lead, and drops those that lead nowhere.

use percent_encoding::percent_decode_str;
use pulldown_cmark::{Event, LinkType, Tag, TagEnd};
use url::Url;

use super::headings::{Targets, id_named};
use super::notes::{NoteKind, Notes};

/// The schemes that a link may have. Browsers run none of them.
pub(super) const SCHEMES: [&str; 20] = [
    "bitcoin",
    "ftp",
    "ftps",
    "geo",
    "http",
    "https",
    "irc",
    "ircs",
    "magnet",
    "mailto",
    "matrix",
    "news",
    "nntp",
    "openpgp4fpr",
    "sip",
    "sms",
    "tel",
    "webcal",
    "xmpp",
    "gemini",
];

/// Where a link leads.
enum Destination {
    /// To a heading, at this address.
    Heading(String),
    Elsewhere,
    /// The link is not kept.
    Nowhere(NoteKind),
}

/// Leads links within the text to its headings, and leaves out those that lead
/// nowhere; their words stay.
pub(super) fn resolved<'a>(
    events: Vec<Event<'a>>,
    targets: &Targets,
    notes: &mut Notes,
) -> Vec<Event<'a>> {
    let mut is_dropped = false;
    let shown = events.into_iter().filter_map(|event| match event {
        Event::Start(Tag::Link { link_type, ref dest_url, ref title, .. }) => {
            is_dropped = false;
            match destination(link_type, dest_url, targets, notes) {
                Destination::Elsewhere => Some(event),
                Destination::Heading(address) => {
                    let title = match title.is_empty() {
                        true => String::new(),
                        false => format!(" title=\"{}\"", escaped(title)),
                    };
                    Some(Event::InlineHtml(
                        format!("<a href=\"{}\"{title}>", escaped(&address)).into(),
                    ))
                }
                Destination::Nowhere(kind) => {
                    notes.add(kind);
                    is_dropped = true;
                    None
                }
            }
        }
        // A link has no link inside it.
        Event::End(TagEnd::Link) if is_dropped => None,
        other => Some(other),
    });
    shown.collect()
}

fn destination(
    link_type: LinkType,
    address: &str,
    targets: &Targets,
    notes: &mut Notes,
) -> Destination {
    if link_type == LinkType::Email {
        return Destination::Elsewhere;
    }
    if let Some(fragment) = address.strip_prefix('#') {
        let fragment = percent_decode_str(fragment).decode_utf8_lossy();
        return match targets.find(&fragment) {
            Some(id) => Destination::Heading(format!("#{id}")),
            // Browsers scroll to the top of the page.
            None if fragment.is_empty() || fragment == "top" => Destination::Elsewhere,
            None => Destination::Nowhere(NoteKind::DeadLink),
        };
    }
    if let Some(address) = to_heading_of_post(address) {
        return Destination::Heading(address);
    }
    match Url::parse(address) {
        Ok(url) if SCHEMES.contains(&url.scheme()) => Destination::Elsewhere,
        Err(url::ParseError::RelativeUrlWithoutBase) => {
            if let Some(kind) = relative(address) {
                notes.add(kind);
            }
            Destination::Elsewhere
        }
        Ok(_) | Err(_) => Destination::Nowhere(NoteKind::DroppedLink),
    }
}

/// Returns the address of a heading of a post, whose id has a prefix, from one that
/// names the heading as its author did.
fn to_heading_of_post(address: &str) -> Option<String> {
    let (post, fragment) = address.strip_prefix("/posts/")?.split_once('#')?;
    let id = id_named(&percent_decode_str(fragment).decode_utf8_lossy())?;
    Some(format!("/posts/{post}#{id}"))
}

/// Returns what there is to say about an address without a scheme.
fn relative(address: &str) -> Option<NoteKind> {
    let is_ours = ["/", "/posts", "/feed.atom"].contains(&address)
        || address.starts_with("/posts/")
        || address.starts_with("/#");
    match address {
        _ if address.starts_with("//") || is_ours || address.is_empty() => None,
        _ if address.starts_with("@/") => Some(NoteKind::SourceLink),
        _ => Some(NoteKind::RelativeLink),
    }
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('"', "&quot;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use crate::render::markdown::tests::{html, said};

    #[test]
    fn links_lead_to_headings_with_every_spelling_of_their_ids() {
        for (link, heading, id) in [
            ("the-end", "## The end", "the-end"),
            ("custom", "## Another one {#custom}", "custom"),
            ("custom", "## Another one ## {#custom}", "custom"),
            ("custom", "## Another one {: #custom .wide}", "custom"),
            ("custom", "## Another one\n{: #custom}", "custom"),
            ("custom", "Another one {#custom}\n---\n", "custom"),
            ("custom", "## Another one {#custom} <!-- omit in toc -->", "custom"),
            ("Custom_Id", "## Another one {#Custom_Id}", "custom_id"),
            ("whats-new", "## What's *new*?", "whats-new"),
            ("what-s-new", "## What's new?", "whats-new"),
            ("%E4%B8%AD%E6%96%87", "## 中文", "中文"),
            ("中文", "## 中文", "中文"),
            ("zhong-wen", "## 中文", "中文"),
            ("свобода", "## Свобода", "свобода"),
            ("the-code", "## The `code`", "the-code"),
            ("heading-the-end", "## The end", "the-end"),
            ("heading-custom", "## Another one {#custom}", "custom"),
            ("heading-%E4%B8%AD%E6%96%87", "## 中文", "中文"),
        ] {
            let text = format!("[To it](#{link})\n\n{heading}\n");
            let rendered = html(&text);
            assert!(rendered.contains(&format!("<a href=\"#heading-{id}\"")), "{text}\n{rendered}");
            assert!(rendered.contains(&format!(" id=\"heading-{id}\"")), "{text}\n{rendered}");
            assert!(!rendered.contains('{') && !rendered.contains('}'), "{text}\n{rendered}");
            assert!(!said(&text).contains("link"), "{}", said(&text));
        }
    }

    #[test]
    fn links_to_headings_of_other_posts_have_the_prefix_of_their_ids() {
        for (link, address) in [
            ("/posts/a#the-end", "/posts/a#heading-the-end"),
            ("/posts/a#The%20End", "/posts/a#heading-the-end"),
            ("/posts/a#heading-the-end", "/posts/a#heading-the-end"),
            ("/posts/a#", "/posts/a#"),
            ("/posts/a", "/posts/a"),
            ("https://example.org/posts/a#b", "https://example.org/posts/a#b"),
        ] {
            let rendered = html(&format!("[To it]({link})"));
            assert!(rendered.contains(&format!("<a href=\"{address}\"")), "{link}\n{rendered}");
        }
    }

    #[test]
    fn links_that_may_lead_nowhere_are_counted() {
        let text = "[a](../b.md) [a](/about) [a](@/posts/b.md) [a](#none) [a](javascript:alert(1)) \
                    [a](https://example.org) [a](/posts/b) [a](#) <mail@example.org> [a](b 'c')";
        assert_eq!(
            said(text),
            "3 links are relative, so they may lead nowhere on this site. Write the whole \
             addresses.\n\
             1 link names a source file (@/…) and leads nowhere on this site. Write the whole \
             address.\n\
             1 link names a part of the text that does not exist, so readers see only its words.\n\
             1 link has an address that browsers should not follow, so readers see only its \
             words.\n"
        );
        assert!(html(text).contains("mailto:mail@example.org"), "{}", html(text));
    }
}
