//! Creates an account from the command line, also the first one.

use crate::accounts::secrets::Secret;
use crate::cli::acting_person::acting_person;
use crate::cli::database::on_new_database;
use crate::cli::failure::CommandFailure;
use crate::cli::options::Options;
use crate::cli::passwords;
use crate::cli::users::arguments::NewUser;
use crate::cli::users::changes::{call, unusable_hash};
use crate::cli::users::report::{CREATED, print};
use crate::domain::{NewAccount, Note, RoleSet, UserId, Username, parse_display_name};
use crate::workflow;

/// Creates the first account; no row has this id.
const NO_ACTOR: UserId = UserId(0);

pub(super) fn create(options: &Options, new: &NewUser) -> Result<(), CommandFailure> {
    let username = Username::parse(&new.name)?;
    let display_name = parse_display_name(&new.display_name)?;
    let reason = Note::parse(&new.reason)?;
    on_new_database(options, |store| {
        let actor = new.actor.as_deref().map(|actor| acting_person(store, actor)).transpose()?;
        let secret = new.link.then(Secret::random);
        let password_hash = match secret {
            Some(_) => unusable_hash()?,
            None => passwords::read_hash(&new.password, [username.as_str(), &display_name])?,
        };
        let account = NewAccount {
            username,
            display_name,
            password_hash,
            roles: RoleSet::of(&new.roles),
            link: secret.as_ref().map(Secret::hash),
        };
        match actor {
            Some(actor) => call(actor.id, reason.as_str(), |call| {
                workflow::accounts::create(store, call, &account)
            })?,
            None => call(NO_ACTOR, reason.as_str(), |call| {
                workflow::accounts::create_first(store, call, &account)
            })?,
        };
        print(options, account.username.as_str(), CREATED, secret.as_ref())
    })
}
