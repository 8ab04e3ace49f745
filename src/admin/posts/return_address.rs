//! The address of a page of the admin that a form leads back to. It comes with the
//! form, so it is checked: a form must not lead to another site.

use super::paths::LIST;
use crate::domain::PostId;

/// The maximum length in bytes: room for every filter.
const MAX_LENGTH: usize = 4_000;

/// Returns whether a text is the address of the admin's list of posts, under any
/// filters, or of the admin's page of this post.
pub(super) fn is_list_or_post(text: &str, id: PostId) -> bool {
    is_list(text) || text == format!("{LIST}/{id}")
}

/// Returns whether a text is the address of the admin's list of posts, under any filters.
pub(super) fn is_list(text: &str) -> bool {
    let Some(rest) = text.strip_prefix(LIST) else { return false };
    let is_list = rest.is_empty() || rest.starts_with('?');
    let is_plain = rest.len() <= MAX_LENGTH && rest.bytes().all(|byte| byte.is_ascii_graphic());
    is_list && is_plain && !rest.contains('#')
}

#[cfg(test)]
mod tests {
    use super::{is_list, is_list_or_post};
    use crate::domain::PostId;

    #[test]
    fn a_form_leads_back_to_the_list_or_its_post_and_nowhere_else() {
        for text in ["/admin/posts", "/admin/posts?q=a+b&state=draft&after=1-2"] {
            assert!(is_list(text), "{text}");
            assert!(is_list_or_post(text, PostId(7)), "{text}");
        }
        assert!(is_list_or_post("/admin/posts/7", PostId(7)));
        let long = format!("/admin/posts?q={}", "a".repeat(4_000));
        for text in [
            "",
            "/",
            "//evil.example",
            "https://evil.example/admin/posts",
            "/admin/postsx",
            "/admin/posts.evil.example",
            "/admin/posts/8",
            "/admin/posts/7/archive",
            "/admin/posts/../../sign-out",
            "/admin/posts?q=\r\nset-cookie: a",
            "/admin/posts?q=a b",
            "/admin/posts?q=\u{e9}",
            "/admin/posts#top",
            "\\admin\\posts",
            &long,
        ] {
            assert!(!is_list_or_post(text, PostId(7)), "{text}");
        }
    }
}
