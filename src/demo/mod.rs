//! Demo people and posts. Every account and every step goes through the
//! workflow, so their history is real.

mod posts;

use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::accounts;
use crate::accounts::passwords::{self, HashingError};
use crate::domain::{
    Archive, Content, Create, InvalidInput, NewAccount, Note, OperationKey, Outcome, Password,
    Publish, RequestChanges, Revise, Role, RoleSet, Submit, UserId, Username, WithdrawRequest,
    parse_display_name,
};
use crate::refusal::Refusal;
use crate::store::row::{row, select};
use crate::store::statement::statement;
use crate::store::{Store, Unavailable};
use crate::workflow::accounts::AccountCall;
use crate::workflow::{self, Call, Caller};
use posts::{DemoPost, DemoStep, POSTS};

/// The password of every demo account.
pub const PASSWORD: &str = "let-it-be-printed";

/// The reason in the record of a demo account, which identifies it.
const REASON: &str = "A demo account.";

/// Stan comes first, because staff create the others.
const STAN: DemoAccount =
    DemoAccount { username: "stan", display_name: "Stan Whitlock", roles: &[Role::Staff] };

const OTHERS: &[DemoAccount] = &[
    DemoAccount { username: "alice", display_name: "Alice Hartley", roles: &[Role::Author] },
    DemoAccount { username: "arthur", display_name: "Arthur Penn", roles: &[Role::Author] },
    DemoAccount { username: "edith", display_name: "Edith Marsh", roles: &[Role::Reviewer] },
    DemoAccount {
        username: "rosa",
        display_name: "Rosa Lindqvist",
        roles: &[Role::Author, Role::Reviewer],
    },
];

struct DemoAccount {
    username: &'static str,
    display_name: &'static str,
    roles: &'static [Role],
}

/// Loads the demo into a database without any account, and returns whether
/// there was anything to do.
///
/// It can be interrupted anywhere. Every step is one transaction under a fixed key, so a
/// repeated step returns its first outcome. The next call continues where the last one
/// stopped. The record of the first account shows that a demo was started, and the key of
/// the last step that it is complete. A database with any other accounts is left alone.
///
/// # Errors
///
/// [`DemoError`]; the steps before it are taken.
pub fn load(store: &Store) -> Result<bool, DemoError> {
    if !is_wanted(store)? {
        return Ok(false);
    }
    let stan = open_account(store, None, &STAN)?;
    for demo in OTHERS {
        open_account(store, Some(stan), demo)?;
    }
    for post in POSTS {
        create_post(store, post)?;
    }
    Ok(true)
}

fn is_wanted(store: &Store) -> Result<bool, DemoError> {
    let conn = &mut *store.checkout()?;
    if !accounts::any_exists(conn)? {
        return Ok(true);
    }
    let last_key = POSTS.last().map(|post| key(post, post.steps.len())).unwrap_or_default();
    Ok(statement::<diesel::sql_types::Bool>(
        "SELECT EXISTS (
             SELECT FROM account_events e JOIN users u ON u.id = e.subject_id
             WHERE e.event = 'created' AND e.reason = $1 AND u.username = $2
         ) AND NOT EXISTS (SELECT FROM history WHERE key = $3)",
    )
    .bind::<Text, _>(REASON)
    .bind::<Text, _>(STAN.username)
    .bind::<Text, _>(last_key)
    .get_result(conn)?)
}

/// Creates the account, unless an interrupted earlier call has created it.
fn open_account(
    store: &Store,
    creator: Option<UserId>,
    demo: &DemoAccount,
) -> Result<UserId, DemoError> {
    let username = Username::parse(demo.username).map_err(InvalidInput::from)?;
    if let Some(person) = accounts::find(&mut *store.checkout()?, &username)? {
        return Ok(person.id);
    }
    let account = NewAccount {
        username,
        display_name: parse_display_name(demo.display_name).map_err(InvalidInput::from)?,
        password_hash: passwords::hash(&Password::parse(PASSWORD).map_err(InvalidInput::from)?)?,
        roles: RoleSet::of(demo.roles),
        link: None,
    };
    let caller = Caller::on_command_line(creator.unwrap_or(UserId(0)));
    let call = AccountCall { caller, reason: REASON };
    Ok(match creator {
        Some(_) => workflow::accounts::create(store, &call, &account)?,
        None => workflow::accounts::create_first(store, &call, &account)?,
    })
}

/// Creates a post and takes its steps. A step that a rule refuses ends the loading. The
/// next start continues from there, because every step has a key of its own.
fn create_post(store: &Store, post: &DemoPost) -> Result<(), DemoError> {
    let content = Content::parse(post.title, post.summary, post.body)?;
    let call = call(store, post.author, key(post, 0))?;
    let mut outcome = workflow::create(store, &call, &Create { content })?;
    for (index, step) in post.steps.iter().enumerate() {
        outcome = take_step(store, post, step, key(post, index + 1), &outcome)?;
    }
    Ok(())
}

fn take_step(
    store: &Store,
    demo: &DemoPost,
    step: &DemoStep,
    key: String,
    before: &Outcome,
) -> Result<Outcome, DemoError> {
    let (post, seen) = (before.post, before.revision);
    let call = call(store, step.actor(demo), key)?;
    let parse = |note| Note::parse(note).map_err(InvalidInput::from);
    Ok(match step {
        DemoStep::Submit => workflow::perform(store, &call, &Submit { post, seen })?,
        DemoStep::Revise { body } => {
            let content = Content::parse(demo.title, demo.summary, body)?;
            workflow::perform(store, &call, &Revise { post, seen, content })?
        }
        DemoStep::RequestChanges { note, .. } => {
            let note = parse(note)?;
            workflow::perform(store, &call, &RequestChanges { post, seen, note })?
        }
        DemoStep::WithdrawRequest { .. } => {
            workflow::perform(store, &call, &WithdrawRequest { post, seen })?
        }
        DemoStep::Publish { .. } => {
            workflow::perform(store, &call, &Publish { post, seen, slug: None })?
        }
        DemoStep::Archive { reason, .. } => {
            let reason = parse(reason)?;
            workflow::perform(store, &call, &Archive { post, seen, reason })?
        }
    })
}

/// Returns the key of a step; creating the post is step 0.
fn key(post: &DemoPost, step: usize) -> String {
    format!("demo/{}/{step}", post.name)
}

fn call(store: &Store, username: &str, key: String) -> Result<Call, DemoError> {
    let username = Username::parse(username).map_err(InvalidInput::from)?;
    let person = accounts::find(&mut *store.checkout()?, &username)?.ok_or(Refusal::NotSignedIn)?;
    let caller = Caller::on_command_line(person.id);
    Ok(Call { caller, key: OperationKey::parse(&key)? })
}

row! {
    /// A demo account that still has the demo password.
    #[derive(Debug, Clone, PartialEq, Eq)]
    pub struct DemoSignIn {
        pub username: String = "u.username",
        /// What the person holds now.
        pub roles: RoleSet = "u.roles",
    }
}

/// Returns the active accounts that still have the demo password.
pub fn sign_ins(conn: &mut PgConnection) -> QueryResult<Vec<DemoSignIn>> {
    select::<DemoSignIn>(
        "SELECT {columns} FROM users u
         WHERE u.is_active
           AND EXISTS (SELECT FROM account_events e
                       WHERE e.subject_id = u.id AND e.event = 'created' AND e.reason = $1)
           AND NOT EXISTS (SELECT FROM account_events e
                           WHERE e.subject_id = u.id AND e.event = 'password-set')
         ORDER BY u.username",
    )
    .bind::<Text, _>(REASON)
    .load(conn)
}

/// Why the demo is incomplete.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// A step was refused.
    #[error("a step was refused: {0}")]
    Refused(#[from] Refusal),
    /// A text of the demo exceeds the limits.
    #[error(transparent)]
    Input(#[from] InvalidInput),
    /// The password could not be hashed.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// No connection was available.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
    /// The database answered with an error.
    #[error(transparent)]
    Database(#[from] diesel::result::Error),
}
