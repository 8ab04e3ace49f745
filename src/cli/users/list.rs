use crate::accounts::{self, AccountLine};
use crate::cli::database::on_database;
use crate::cli::failure::CommandFailure;
use crate::cli::options::Options;
use crate::render::documents::AccountBody;

pub(super) fn list(options: &Options) -> Result<(), CommandFailure> {
    on_database(options, |store| {
        let accounts = accounts::list(&mut *store.checkout()?)?;
        options.format().print_list("accounts", |list| {
            accounts.into_iter().try_for_each(|line| {
                let text = text(&line);
                list.print(text, &AccountBody::from(line))
            })
        })
    })
}

fn text(line: &AccountLine) -> String {
    let state = if line.is_active { "active" } else { "deactivated" };
    let person = &line.person;
    format!("{}\t{state}\t{}\t{}", person.username, person.roles, person.display_name)
}
