//! Counts invisible characters of a text. They hide words, or turn them around.

use icu_properties::props::{DefaultIgnorableCodePoint, Emoji, GeneralCategory, Script};
use icu_properties::{CodePointMapData, CodePointSetData};
use pulldown_cmark::{Event, Tag, TagEnd};

use super::notes::Notes;
use crate::domain::unseen::{is_invisible, is_mark};

/// Counts the characters of a text that cannot be seen.
pub(super) fn count(events: &[Event<'_>], notes: &mut Notes) {
    let mut line = Vec::new();
    for event in events {
        match event {
            Event::Text(text) | Event::Code(text) => line.extend(text.chars()),
            Event::Start(
                Tag::Link { dest_url, title, .. } | Tag::Image { dest_url, title, .. },
            ) => {
                for attribute in [dest_url, title] {
                    count_in(&attribute.chars().collect::<Vec<_>>(), notes);
                }
            }
            Event::Start(Tag::Emphasis | Tag::Strong | Tag::Strikethrough)
            | Event::End(TagEnd::Emphasis | TagEnd::Strong | TagEnd::Strikethrough)
            | Event::End(TagEnd::Link | TagEnd::Image) => {}
            _ => line.push('\n'),
        }
    }
    count_in(&line, notes);
}

fn count_in(line: &[char], notes: &mut Notes) {
    for (at, letter) in line.iter().enumerate() {
        if is_unseen(*letter) && !is_needed(line, at) {
            notes.add_unseen(*letter);
        }
    }
}

/// Returns whether a character cannot be seen: spaces can, and marks on a letter.
fn is_unseen(letter: char) -> bool {
    let is_line = matches!(letter, '\t' | '\n' | '\r' | ' ');
    if is_line || !is_invisible(letter) {
        return false;
    }
    let is_ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>().contains(letter);
    !(is_space(letter) || is_mark(letter) && !is_ignorable)
}

fn is_space(letter: char) -> bool {
    CodePointMapData::<GeneralCategory>::new().get(letter) == GeneralCategory::SpaceSeparator
}

fn script(letter: char) -> Script {
    CodePointMapData::<Script>::new().get(letter)
}

fn is_emoji(letter: char) -> bool {
    !letter.is_ascii() && CodePointSetData::new::<Emoji>().contains(letter)
}

/// Returns whether an emoji or a script needs the character at this place.
fn is_needed(line: &[char], at: usize) -> bool {
    let before = at.checked_sub(1).map(|before| line[before]);
    let after = line.get(at + 1).copied();
    let is = |side: Option<char>, suits: fn(char) -> bool| side.is_some_and(suits);
    match line[at] {
        '\u{200C}' | '\u{200D}' if is(before, |it| matches!(it, '\u{200C}' | '\u{200D}')) => false,
        '\u{200D}' if is(before, ends_emoji) && is(after, is_emoji) => true,
        '\u{200C}' | '\u{200D}' => is(base(&line[..at]), is_joined) || is(after, is_joined),
        '\u{FE0E}' | '\u{FE0F}' if is(before, is_emoji) => true,
        '\u{FE0F}' if after == Some('\u{20E3}') => {
            is(before, |it| it.is_ascii_punctuation() || it.is_ascii_digit())
        }
        '\u{FE00}'..='\u{FE0F}' => is(before, has_variants),
        '\u{E0100}'..='\u{E01EF}' => is(before, |it| script(it) == Script::Han),
        '\u{E0020}'..='\u{E007F}' => is_in_flag(line, at),
        '\u{180B}'..='\u{180F}' => {
            is(before, |it| ('\u{1800}'..='\u{18AF}').contains(&it) && !is_unseen(it))
        }
        '\u{034F}' => is(before, |it| is_mark(it) && !is_unseen(it)) && is(after, is_mark),
        '\u{115F}' => is(after, |it| ('\u{1161}'..='\u{11A7}').contains(&it)),
        '\u{1160}' => is(before, |it| ('\u{1100}'..='\u{115E}').contains(&it)),
        '\u{2800}' => {
            [before, after].iter().any(|it| is(*it, |it| ('\u{2801}'..='\u{28FF}').contains(&it)))
        }
        '\u{13430}'..='\u{13442}' => is(before, |it| ('\u{13000}'..='\u{13455}').contains(&it)),
        _ => false,
    }
}

fn ends_emoji(letter: char) -> bool {
    is_emoji(letter) || letter == '\u{FE0F}'
}

/// Returns the letter that the marks before a place stand on.
fn base(before: &[char]) -> Option<char> {
    before.iter().rev().take(4).copied().find(|letter| script(*letter) != Script::Inherited)
}

/// Returns whether joiners mean something beside a letter: not in scripts whose letters
/// neither join nor form clusters.
fn is_joined(letter: char) -> bool {
    const NOT_JOINED: [Script; 15] = [
        Script::Armenian,
        Script::Bopomofo,
        Script::Cherokee,
        Script::Common,
        Script::Coptic,
        Script::Cyrillic,
        Script::Georgian,
        Script::Greek,
        Script::Han,
        Script::Hangul,
        Script::Hiragana,
        Script::Inherited,
        Script::Katakana,
        Script::Latin,
        Script::Unknown,
    ];
    !NOT_JOINED.contains(&script(letter))
}

/// Returns whether a character other than an emoji has standardised variants: ideographs,
/// letters of some scripts, and signs of mathematics and punctuation.
fn has_variants(letter: char) -> bool {
    let is_common = script(letter) == Script::Common && !letter.is_ascii() && !is_emoji(letter);
    (is_common || script(letter) == Script::Han || is_joined(letter)) && !is_invisible(letter)
}

/// The most tags in the flag of a region, and the one that ends them.
const MAX_TAGS: usize = 7;

/// Returns whether a tag is part of the flag of a region, which is spelled with tags.
fn is_in_flag(line: &[char], at: usize) -> bool {
    let is_tag =
        |letter: &char| matches!(letter, '\u{E0030}'..='\u{E0039}' | '\u{E0061}'..='\u{E007A}');
    let tags_before = line[..at].iter().rev().take(MAX_TAGS).take_while(|it| is_tag(it)).count();
    let flag = at.checked_sub(tags_before + 1);
    let Some(flag) = flag.filter(|flag| line[*flag] == '\u{1F3F4}') else { return false };
    let tags = &line[flag + 1..];
    let end = tags.iter().take(MAX_TAGS).position(|letter| !is_tag(letter));
    end.is_some_and(|end| tags[end] == '\u{E007F}' && flag + 1 + end >= at)
}
