//! Connection strings: checked, completed with limits, and kept out of messages.

#![allow(unsafe_code, reason = "libpq parses connection strings; its list is only read")]

use std::ffi::{CStr, CString};
use std::ptr;

use diesel::ConnectionError;

/// What a connection gets where its URL and the environment say nothing: parameter, libpq's
/// variable, value. The first four limit how long a network that drops packets goes unnoticed.
const DEFAULTS: &[(&str, &str, &str)] = &[
    ("connect_timeout", "PGCONNECT_TIMEOUT", "5"),
    ("tcp_user_timeout", "", "10000"),
    ("keepalives_idle", "", "5"),
    ("keepalives_interval", "", "2"),
    ("keepalives_count", "", "3"),
    ("fallback_application_name", "PGAPPNAME", "imprimatur"),
];

/// What is wrong with a connection string. It holds no part of it: any part may be a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum InvalidUrl {
    /// libpq cannot parse it.
    #[error(
        "is not a PostgreSQL connection URL: write postgresql://user:password@host:port/database, \
         without quotation marks"
    )]
    Malformed,
    /// The password has a sign that ends it, so that a part of it would be taken for the host.
    #[error(
        "cannot be read without doubt: percent-encode the signs / @ : ? # % in the user and the \
         password, as in p%40ss for p@ss"
    )]
    Ambiguous,
}

/// Returns the connection string with a limit for every wait that libpq can limit.
///
/// # Errors
///
/// [`InvalidUrl`] when it cannot be parsed, or a part of the password seems to stand elsewhere.
pub fn complete(url: &str) -> Result<String, InvalidUrl> {
    let url = url.trim();
    refuse_doubtful_signs(url)?;
    let mut parameters = parse(url).ok_or(InvalidUrl::Malformed)?;
    let value = |name: &str| parameters.iter().find(|(known, _)| known == name);
    let (host, port) = (value("host"), value("port"));
    let is_doubtful = host.is_some_and(|(_, host)| host.contains('@') && !host.starts_with('/'))
        || port.is_some_and(|(_, port)| port.contains(|sign| !matches!(sign, '0'..='9' | ',')));
    if is_doubtful {
        return Err(InvalidUrl::Ambiguous);
    }
    // Of several servers, one that takes writes: pages are never of a standby that lags.
    if value("host").is_some_and(|(_, hosts)| hosts.contains(','))
        && value("target_session_attrs").is_none()
        && std::env::var_os("PGTARGETSESSIONATTRS").is_none()
    {
        parameters.push(("target_session_attrs".to_owned(), "read-write".to_owned()));
    }
    for (name, variable, default) in DEFAULTS {
        let is_given = parameters.iter().any(|(given, _)| given == name)
            || (!variable.is_empty() && std::env::var_os(variable).is_some());
        if !is_given {
            parameters.push(((*name).to_owned(), (*default).to_owned()));
        }
    }
    let pairs = parameters.iter().map(|(name, value)| format!("{name}={}", quoted(value)));
    Ok(pairs.collect::<Vec<_>>().join(" "))
}

/// Returns the text of a connection error without the password.
pub fn without_password(url: &str, error: &ConnectionError) -> String {
    let text = error.to_string();
    let parameters = parse(url).unwrap_or_default();
    let secrets =
        parameters.iter().filter(|(name, _)| matches!(&**name, "password" | "sslpassword"));
    let without = secrets
        .filter(|(_, secret)| !secret.is_empty())
        .fold(text, |text, (_, secret)| redacted(&text, secret));
    without.trim_end().to_owned()
}

/// Returns a text without a secret. A longer word that has it within says nothing of it,
/// and is needed.
fn redacted(text: &str, secret: &str) -> String {
    let (mut redacted, mut end) = (String::with_capacity(text.len()), 0);
    for (at, _) in text.match_indices(secret) {
        let after = at + secret.len();
        redacted.push_str(&text[end..at]);
        let is_within = is_one_word(&text[..at], secret) || is_one_word(secret, &text[after..]);
        redacted.push_str(if is_within { secret } else { "***" });
        end = after;
    }
    redacted + &text[end..]
}

/// Returns whether the end of a text and the beginning of the next are of one word.
fn is_one_word(text: &str, next: &str) -> bool {
    let is_of_word = |letter: char| letter.is_alphanumeric() || letter == '_';
    text.ends_with(is_of_word) && next.starts_with(is_of_word)
}

// In a URL an unencoded sign in the password moves the rest of it into the next part. That is
// the host, the port or the name of the database, which messages contain.
fn refuse_doubtful_signs(url: &str) -> Result<(), InvalidUrl> {
    let Some((_, rest)) = url.split_once("://") else {
        return Ok(());
    };
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let path = path.split('?').next().unwrap_or_default();
    let is_doubtful = authority.matches('@').count() > 1 || path.contains('@');
    if is_doubtful { Err(InvalidUrl::Ambiguous) } else { Ok(()) }
}

/// Returns the parameters that a connection string gives, or nothing where it has no meaning.
fn parse(conninfo: &str) -> Option<Vec<(String, String)>> {
    let conninfo = CString::new(conninfo).ok()?;
    // SAFETY: the text ends with a zero, and no message is asked for.
    let options = unsafe { pq_sys::PQconninfoParse(conninfo.as_ptr(), ptr::null_mut()) };
    if options.is_null() {
        return None;
    }
    let mut parameters = Vec::new();
    let mut option = options;
    // SAFETY: libpq returns an array whose last element has no keyword, and whose keywords and
    // values are texts that end with a zero. It lives until it is freed below.
    unsafe {
        while !(*option).keyword.is_null() {
            if !(*option).val.is_null() {
                let [name, value] = [(*option).keyword, (*option).val]
                    .map(|text| CStr::from_ptr(text).to_string_lossy().into_owned());
                parameters.push((name, value));
            }
            option = option.add(1);
        }
        pq_sys::PQconninfoFree(options);
    }
    Some(parameters)
}

fn quoted(value: &str) -> String {
    format!("'{}'", value.replace('\\', r"\\").replace('\'', r"\'"))
}

#[cfg(test)]
mod tests {
    use super::{complete, redacted};

    #[test]
    fn a_secret_is_left_out_and_words_that_have_it_within_are_not() {
        for (text, shown) in [
            ("password \"none\" refused: none", "password \"***\" refused: ***"),
            ("no file \"$libdir/plugins/nonexistent\"", "no file \"$libdir/plugins/nonexistent\""),
            ("none_such anonenone nonenone none", "none_such anonenone nonenone ***"),
            ("?password=none&x=none'", "?password=***&x=***'"),
            ("énoné none\u{a0}", "énoné ***\u{a0}"),
        ] {
            assert_eq!(redacted(text, "none"), shown);
        }
        assert_eq!(redacted("a!x!b", "!x!"), "a***b", "a secret that is no word");
    }

    #[test]
    fn of_several_servers_one_takes_writes() {
        let asks = |url: &str| complete(url).unwrap().contains("target_session_attrs='read-write'");
        assert!(asks("postgresql://app@one,two/posts"));
        assert!(!asks("postgresql://app@one/posts"), "a standby may be read on its own");
        assert!(!asks("postgresql://app@one,two/posts?target_session_attrs=any"));
    }
}
