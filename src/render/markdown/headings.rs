//! Gives headings their ids and levels, and finds the heading that a link names.

use std::collections::HashMap;

use pulldown_cmark::{CowStr, Event, HeadingLevel, Tag, TagEnd};

use crate::domain::unseen::is_mark;

/// The prefix of every id of a heading, so that none is the id of something else on
/// a page.
const PREFIX: &str = "heading-";

/// Maximum length of what follows the prefix, in characters.
const MAX_LENGTH: usize = 100;

pub(super) fn is_id(id: &str) -> bool {
    id.strip_prefix(PREFIX).is_some_and(|rest| !rest.is_empty() && rest.chars().all(is_kept))
}

/// Returns the id of the heading that a link to another text names.
pub(super) fn id_named(fragment: &str) -> Option<String> {
    let slug = slug(fragment.strip_prefix(PREFIX).unwrap_or(fragment));
    (!slug.is_empty()).then(|| format!("{PREFIX}{slug}"))
}

/// The ids of the headings of a text.
#[derive(Default)]
pub(super) struct Targets {
    /// By the ids that the author wrote.
    named: HashMap<String, String>,
    /// By their words, without spaces and punctuation.
    spelled: HashMap<String, String>,
    /// How often an id was asked for.
    uses: HashMap<String, usize>,
}

impl Targets {
    /// Returns the id of the heading that a link names. Site generators spell the
    /// same heading in different ways, so only letters and digits are compared.
    pub(super) fn find(&self, fragment: &str) -> Option<&str> {
        let find = |name| self.named.get(name).or_else(|| self.spelled.get(&folded(name)));
        // Readers copy the id as it is in the page.
        let shown = || fragment.strip_prefix(PREFIX).and_then(find);
        find(fragment).or_else(shown).map(String::as_str)
    }

    fn add(&mut self, words: &str, name: Option<&str>) -> String {
        let slug = match slug(name.unwrap_or(words)) {
            slug if slug.is_empty() => "section".to_owned(),
            slug => slug,
        };
        let uses = self.uses.entry(slug.clone()).or_default();
        let mut free = match *uses {
            0 => slug.clone(),
            again => format!("{slug}-{again}"),
        };
        *uses += 1;
        // Another heading may be called `the-end-1` itself.
        while free != slug && self.uses.contains_key(&free) {
            free.push_str("-1");
        }
        self.uses.entry(free.clone()).or_insert(1);
        let id = format!("{PREFIX}{free}");
        if let Some(name) = name {
            self.named.entry(name.to_owned()).or_insert_with(|| id.clone());
        }
        for spelling in [folded(&free), folded(words), folded(&slug::slugify(words))] {
            if !spelling.is_empty() {
                self.spelled.entry(spelling).or_insert_with(|| id.clone());
            }
        }
        id
    }
}

/// Returns the words as an id, in any script: `the-end`, `中文`.
fn slug(words: &str) -> String {
    let mut slug = String::new();
    for character in words.chars().flat_map(char::to_lowercase) {
        if is_kept(character) && character != '-' {
            slug.push(character);
        } else if (character.is_whitespace() || character == '-')
            && !slug.is_empty()
            && !slug.ends_with('-')
        {
            slug.push('-');
        }
    }
    let slug: String = slug.chars().take(MAX_LENGTH).collect();
    slug.trim_end_matches('-').to_owned()
}

/// Letters, digits, the marks that belong to letters, hyphens and underscores.
fn is_kept(character: char) -> bool {
    character.is_alphanumeric() || matches!(character, '-' | '_') || is_mark(character)
}

fn folded(text: &str) -> String {
    let lower = text.chars().flat_map(char::to_lowercase);
    lower.filter(|it| it.is_alphanumeric() || is_mark(*it)).collect()
}

/// Gives each heading an id and its level below the title of the page. The title is the
/// only `h1`, so the highest headings of the text become `h2`.
pub(super) fn with_ids(events: &mut [Event<'_>]) -> Targets {
    let levels = events.iter().filter_map(|event| match event {
        Event::Start(Tag::Heading { level, .. }) => Some(*level),
        _ => None,
    });
    let highest = levels.min().unwrap_or(HeadingLevel::H1);
    let mut targets = Targets::default();
    let mut start = None;
    for at in 0..events.len() {
        match &mut events[at] {
            Event::Start(Tag::Heading { level, .. }) => {
                *level = below_title(*level, highest);
                start = Some(at);
            }
            Event::End(TagEnd::Heading(level)) => {
                *level = below_title(*level, highest);
                if let Some(start) = start.take() {
                    name(&mut events[start..at], &mut targets);
                }
            }
            _ => {}
        }
    }
    targets
}

/// Names one heading: by its mark, or by its words.
fn name(heading: &mut [Event<'_>], targets: &mut Targets) {
    let name = match &mut heading[0] {
        Event::Start(Tag::Heading { id, .. }) => id.take().map(CowStr::into_string),
        _ => None,
    };
    let mut words = String::new();
    for event in &*heading {
        match event {
            Event::Text(text) | Event::Code(text) => words.push_str(text),
            Event::SoftBreak | Event::HardBreak => words.push(' '),
            _ => {}
        }
    }
    let named = targets.add(&words, name.as_deref());
    if let Event::Start(Tag::Heading { id, .. }) = &mut heading[0] {
        *id = Some(named.into());
    }
}

/// Returns the level that a heading has below the page's title.
fn below_title(level: HeadingLevel, highest: HeadingLevel) -> HeadingLevel {
    let level = level as usize - highest as usize + 2;
    HeadingLevel::try_from(level).unwrap_or(HeadingLevel::H6)
}

#[cfg(test)]
mod tests {
    use super::{is_id, slug};
    use crate::render::markdown::tests::{html, said};

    #[test]
    fn an_id_has_letters_of_every_script() {
        for (words, id) in [
            ("The end", "the-end"),
            ("What’s new -- in 1.2?", "whats-new-in-12"),
            ("中文 标题", "中文-标题"),
            ("Свобода слова", "свобода-слова"),
            ("शुरुआत", "शुरुआत"),
            ("?!", ""),
        ] {
            assert_eq!(slug(words), id, "{words}");
            assert_eq!(is_id(&format!("heading-{id}")), !id.is_empty());
        }
        assert!(!is_id("content") && !is_id("heading-\"") && !is_id("heading-a b"));
        assert!(slug(&"long ".repeat(1_000)).len() <= 100);
    }

    #[test]
    fn ids_are_unique_and_cannot_be_those_of_the_page() {
        let rendered =
            html("## A\n\n## A\n\n## A-1\n\n## content {#content}\n\n## ?\n\n## A {#a}\n");
        let ids: Vec<&str> =
            rendered.split(" id=\"").skip(1).map(|it| &it[..it.find('"').unwrap()]).collect();
        assert!(ids.iter().all(|id| id.starts_with("heading-")), "{ids:?}");
        let unique: std::collections::BTreeSet<_> = ids.iter().collect();
        assert_eq!((unique.len(), ids.len()), (6, 6), "{ids:?}");
    }

    #[test]
    fn an_id_of_a_heading_is_kept_in_every_spelling() {
        for text in [
            "# A {#x}",
            "# A{#x}",
            "# A {: #x}",
            "# A {id=x}",
            "# A {id=\"x\"}",
            "# A {: id='x'}",
            "# A\n{#x}",
            "# A\n{: #x}",
            "# A\n\n{id=x}",
            "{#x}\n# A",
            "{: #x}\n\n# A",
            "A {#x}\n---",
            "A\n{#x}\n---",
            "# *A* {#x}",
            "# `A` {#x}",
        ] {
            let rendered = html(&format!("{text}\n\n[b](#x)"));
            assert!(rendered.starts_with("<h2 id=\"heading-x\""), "{text}\n{rendered}");
            assert!(rendered.contains("<a href=\"#heading-x\""), "{text}\n{rendered}");
            assert!(
                !rendered.contains('{') && rendered.matches("<p").count() == 1,
                "{text}\n{rendered}"
            );
            assert_eq!(said(&format!("{text}\n\n[b](#x)")), "", "{text}");
        }
        let both = html("# A\n{#x}\n{#y}\n# B");
        assert!(both.contains("heading-x") && both.contains("heading-y"), "{both}");
    }
}
