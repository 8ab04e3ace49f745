//! What the name of a file tells about its post.

/// Returns the date and the words of a name such as `2024-05-01-on-rest`. Jekyll
/// takes days and months of one digit, too, and years of two.
pub(super) fn dated(stem: &str) -> Option<(&str, &str)> {
    let mut parts = stem.splitn(4, '-');
    let lengths = [2..=4, 1..=2, 1..=2];
    let is_date = lengths.into_iter().all(|length| {
        let digits = parts.next().unwrap_or_default();
        length.contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
    });
    let words = parts.next().filter(|words| is_date && !words.is_empty())?;
    Some((&stem[..stem.len() - words.len() - 1], words))
}

/// Returns `on-rest`, or in one of a site's languages `on-rest.pt-BR`, as `On rest`.
pub(super) fn title_from(words: &str) -> String {
    let words = without_language(words).replace(['-', '_'], " ");
    let mut characters = words.chars();
    match characters.next() {
        Some(first) => first.to_uppercase().chain(characters).collect(),
        None => words,
    }
}

fn without_language(words: &str) -> &str {
    let Some((before, language)) = words.rsplit_once('.') else { return words };
    let mut parts = language.split('-');
    let is_language = parts.next().is_some_and(|it| matches!(it.len(), 2 | 3))
        && parts.all(|it| matches!(it.len(), 2..=4))
        && language.bytes().all(|byte| byte.is_ascii_alphabetic() || byte == b'-');
    if is_language && !before.is_empty() { before } else { words }
}

#[cfg(test)]
mod tests {
    use super::{dated, title_from};

    #[test]
    fn a_file_name_of_jekylls_has_a_date_and_words() {
        for (stem, date, words) in [
            ("2024-05-01-on-rest", "2024-05-01", "on-rest"),
            ("2017-2-5-no-zeroes", "2017-2-5", "no-zeroes"),
            ("17-02-05-two-digits", "17-02-05", "two-digits"),
        ] {
            assert_eq!(dated(stem), Some((date, words)));
        }
        for none in ["2024-05-01", "2024-05-01-", "20240-5-01-a", "on-rest", "ä024-05-01-a", ""] {
            assert_eq!(dated(none), None, "{none}");
        }
        assert_eq!(title_from("on-rest"), "On rest");
        assert_eq!(title_from("on-rest.pt-BR"), "On rest");
        assert_eq!(title_from("version-1.2"), "Version 1.2");
    }
}
