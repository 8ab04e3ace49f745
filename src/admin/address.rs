use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};

/// Returns the address of a list with those of the fields that say something,
/// and with a place in it.
pub(super) fn address(path: &str, fields: &[(&str, &str)], place: Option<(&str, &str)>) -> String {
    let said = fields.iter().copied().filter(|(_, value)| !value.is_empty());
    let pairs: Vec<String> = said
        .chain(place)
        .map(|(name, value)| format!("{name}={}", utf8_percent_encode(value, NON_ALPHANUMERIC)))
        .collect();
    if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
}
