//! Passwords are read from a terminal without echo, or from standard input.
//! They are never arguments: other users of the machine see those, and shells
//! keep them.

use std::io::{self, BufRead, IsTerminal, Read};

use clap::Args;

use crate::accounts::password_choice::choose;
use crate::accounts::passwords;
use crate::cli::failure::CommandFailure;
use crate::cli::public_url::PUBLIC_URL;
use crate::cli::serve::SITE_NAME;
use crate::domain::{FieldError, Password};

/// What the server calls the site, where the environment says it.
const SITE: [&str; 2] = [SITE_NAME, PUBLIC_URL];

/// More than any password has; reading stops there.
const MAX_BYTES: u64 = 4096;

/// Where a password comes from.
#[derive(Debug, Args)]
pub(super) struct PasswordSource {
    /// Read the password from the first line of standard input
    #[arg(long)]
    password_stdin: bool,
}

/// Reads a new password for an account, whose names it must not have, and returns its hash.
pub(super) fn read_hash(
    source: &PasswordSource,
    names: [&str; 2],
) -> Result<String, CommandFailure> {
    let typed = if source.password_stdin {
        first_line()?
    } else if io::stdin().is_terminal() {
        ask_twice()?
    } else {
        return Err(CommandFailure::Usage(
            "Pass --password-stdin and write the password to standard input, or run this at a \
             terminal."
                .into(),
        ));
    };
    let site = SITE.map(|name| std::env::var(name).unwrap_or_default());
    let known = [&names[..], &[&site[0], &site[1]]].concat();
    let password = choose(&typed, &known)?;
    passwords::hash(&password).map_err(|error| CommandFailure::Other(error.to_string()))
}

fn first_line() -> Result<String, CommandFailure> {
    let mut line = String::new();
    io::BufReader::new(io::stdin().take(MAX_BYTES))
        .read_line(&mut line)
        .map_err(|_| FieldError::new("password", "The password must be one line of UTF-8 text."))?;
    // Blanks belong to a password; the end of the line does not.
    let line = line.strip_suffix('\n').unwrap_or(&line);
    Ok(line.strip_suffix('\r').unwrap_or(line).to_owned())
}

fn ask_twice() -> Result<String, CommandFailure> {
    let ask = |prompt: &str| {
        rpassword::prompt_password(prompt).map_err(|error| {
            CommandFailure::Other(format!("The terminal cannot be read: {error}."))
        })
    };
    let (least, limit) = (Password::LEAST, Password::LIMIT);
    let typed = ask(&format!("Password ({least} to {limit} characters): "))?;
    if ask("Repeat password:  ")? != typed {
        return Err(FieldError::new("password", "The passwords do not match.").into());
    }
    Ok(typed)
}
