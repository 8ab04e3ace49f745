//! A few people and posts to look at, with a history that really happened:
//! every account and every step goes through its door.

mod stories;

use diesel::prelude::*;
use diesel::sql_types::{Array, Text};

use crate::accounts::passwords::{self, HashingError};
use crate::accounts::{self, Credential};
use crate::domain::{
    Archive, Content, Create, Interface, InvalidInput, NewAccount, Note, OperationKey, Outcome,
    Password, Publish, RequestChanges, RequestId, Revise, Role, RoleSet, Submit, UserId, Username,
    WithdrawRequest, parse_display_name,
};
use crate::refusal::Refusal;
use crate::store::statement::statement;
use crate::store::{Store, Unavailable};
use crate::workflow::accounts::AccountCall;
use crate::workflow::{self, Call};
use stories::{STORIES, Step, Story};

/// The password of every demo account.
pub const PASSWORD: &str = "let-it-be-printed";

/// The reason that the record of a demo account carries, and is known by.
const REASON: &str = "A demo account.";

/// Stan comes first: somebody has to create the others.
const STAN: Visitor =
    Visitor { username: "stan", display_name: "Stan Whitlock", roles: &[Role::Staff] };

const VISITORS: &[Visitor] = &[
    Visitor { username: "alice", display_name: "Alice Hartley", roles: &[Role::Author] },
    Visitor { username: "arthur", display_name: "Arthur Penn", roles: &[Role::Author] },
    Visitor { username: "edith", display_name: "Edith Marsh", roles: &[Role::Reviewer] },
    Visitor {
        username: "rosa",
        display_name: "Rosa Lindqvist",
        roles: &[Role::Author, Role::Reviewer],
    },
];

struct Visitor {
    username: &'static str,
    display_name: &'static str,
    roles: &'static [Role],
}

/// Loads the demo into a database without any account, and returns whether
/// there was anything to do.
///
/// It can be interrupted anywhere. Every step is one transaction under a key
/// that is always the same, so a step taken twice answers with its first
/// outcome, and the next call goes on where the last one stopped: it knows a
/// demo that was begun by the record of its first account, and one that is
/// complete by the key of its last step. A database whose accounts came from
/// anywhere else is left alone.
///
/// # Errors
///
/// [`DemoError`]; the steps before it are taken.
pub fn load(store: &Store) -> Result<bool, DemoError> {
    if !is_wanted(store)? {
        return Ok(false);
    }
    let stan = Credential::Account(open_account(store, None, &STAN)?);
    for visitor in VISITORS {
        open_account(store, Some(&stan), visitor)?;
    }
    for story in STORIES {
        tell(store, story)?;
    }
    Ok(true)
}

fn is_wanted(store: &Store) -> Result<bool, DemoError> {
    let conn = &mut *store.checkout()?;
    if !accounts::any_exists(conn)? {
        return Ok(true);
    }
    let last_key = STORIES.last().map(|story| key(story, story.steps.len())).unwrap_or_default();
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

/// Returns the account, which an interrupted earlier call may have created.
fn open_account(
    store: &Store,
    creator: Option<&Credential>,
    visitor: &Visitor,
) -> Result<UserId, DemoError> {
    if let Some(person) = accounts::find(&mut *store.checkout()?, visitor.username)? {
        return Ok(person.id);
    }
    let account = NewAccount {
        username: Username::parse(visitor.username).map_err(InvalidInput::from)?,
        display_name: parse_display_name(visitor.display_name).map_err(InvalidInput::from)?,
        password_hash: passwords::hash(&Password::parse(PASSWORD).map_err(InvalidInput::from)?)?,
        roles: RoleSet::of(visitor.roles),
        link: None,
    };
    let nobody = Credential::Account(UserId(0));
    let call = AccountCall {
        credential: creator.unwrap_or(&nobody),
        interface: Interface::CommandLine,
        request: RequestId::new(),
        reason: REASON,
    };
    Ok(match creator {
        Some(_) => workflow::accounts::create(store, &call, &account)?,
        None => workflow::accounts::create_first(store, &call, &account)?,
    })
}

/// Takes a story's steps one after another.
fn tell(store: &Store, story: &Story) -> Result<(), DemoError> {
    let content = Content::parse(story.title, story.summary, story.body)?;
    let call = call(store, story.author, key(story, 0))?;
    let mut outcome = workflow::create(store, &call, &Create { content })?;
    for (index, step) in story.steps.iter().enumerate() {
        outcome = take(store, story, step, key(story, index + 1), &outcome)?;
    }
    Ok(())
}

fn take(
    store: &Store,
    story: &Story,
    step: &Step,
    key: String,
    before: &Outcome,
) -> Result<Outcome, DemoError> {
    let (post, seen) = (before.post, before.revision);
    let note = |words| Note::parse(words).map_err(InvalidInput::from);
    Ok(match step {
        Step::Submit => {
            let call = call(store, story.author, key)?;
            workflow::perform(store, &call, &Submit { post, seen })?
        }
        Step::Revise { body } => {
            let call = call(store, story.author, key)?;
            let content = Content::parse(story.title, story.summary, body)?;
            let revise = Revise { post, seen, content };
            workflow::perform(store, &call, &revise)?
        }
        Step::RequestChanges { by, words } => {
            let call = call(store, by, key)?;
            let note = note(words)?;
            workflow::perform(store, &call, &RequestChanges { post, seen, note })?
        }
        Step::WithdrawRequest { by } => {
            let call = call(store, by, key)?;
            workflow::perform(store, &call, &WithdrawRequest { post, seen })?
        }
        Step::Publish { by } => {
            let call = call(store, by, key)?;
            workflow::perform(store, &call, &Publish { post, seen })?
        }
        Step::Archive { by, words } => {
            let call = call(store, by, key)?;
            let reason = note(words)?;
            workflow::perform(store, &call, &Archive { post, seen, reason })?
        }
    })
}

/// Returns the key of a story's step; its beginning is step 0.
fn key(story: &Story, step: usize) -> String {
    format!("demo/{}/{step}", story.name)
}

fn call(store: &Store, username: &str, key: String) -> Result<Call, DemoError> {
    let person = accounts::find(&mut *store.checkout()?, username)?.ok_or(Refusal::NotSignedIn)?;
    Ok(Call {
        credential: Credential::Account(person.id),
        interface: Interface::CommandLine,
        request: RequestId::new(),
        key: OperationKey::parse(&key)?,
    })
}

/// A demo account that still has the demo password.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignIn {
    /// What to sign in with.
    pub username: String,
    /// What the person holds now, for people to read.
    pub roles: String,
}

/// Returns the demo accounts that anybody could sign in with.
///
/// # Errors
///
/// The database's.
pub fn sign_ins(conn: &mut PgConnection) -> QueryResult<Vec<SignIn>> {
    let rows = statement::<(Text, Array<Text>)>(
        "SELECT u.username, u.roles FROM users u
         WHERE u.is_active
           AND EXISTS (SELECT FROM account_events e
                       WHERE e.subject_id = u.id AND e.event = 'created' AND e.reason = $1)
           AND NOT EXISTS (SELECT FROM account_events e
                           WHERE e.subject_id = u.id AND e.event = 'password-set')
         ORDER BY u.username",
    )
    .bind::<Text, _>(REASON)
    .load::<(String, Vec<String>)>(conn)?;
    let sign_in =
        |(username, roles): (String, Vec<String>)| SignIn { username, roles: roles.join(", ") };
    Ok(rows.into_iter().map(sign_in).collect())
}

/// Why the demo is incomplete.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// A step was refused.
    #[error("a step was refused: {0}")]
    Refused(#[from] Refusal),
    /// A text of ours is not within the limits.
    #[error(transparent)]
    Input(#[from] InvalidInput),
    /// The password could not be hashed.
    #[error(transparent)]
    Hashing(#[from] HashingError),
    /// No connection was to be had.
    #[error(transparent)]
    Unavailable(#[from] Unavailable),
    /// The database answered with an error.
    #[error(transparent)]
    Database(#[from] diesel::result::Error),
}
