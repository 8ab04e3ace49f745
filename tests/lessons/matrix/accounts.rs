//! The answers about accounts and incidents, computed without a database.

use std::sync::LazyLock;

use imprimatur::domain::{
    AccountAction, Acknowledgement, Action, Byline, Incident, IncidentId, Interface, NewAccount,
    NewPassword, NewToken, Note, OwnActionKind, OwnChange, PasswordReset, Permission, Person,
    RequestId, Role, RoleSet, SecretHash, TokenId, TokenLifetime, TokenName, UserId, Username,
};
use imprimatur::permissions;
use imprimatur::policies::Policy;
use imprimatur::policies::accounts::{
    Account, AccountChange, ChangeAccount, FirstRule, check_first, rules,
};
use imprimatur::policies::incidents::{self, Acknowledge};
use imprimatur::policies::own_account::{self, MOST_TOKENS, OwnAccount};
use imprimatur::refusal::Refusal;
use jiff::Timestamp;

use super::table::{Answer, Case, Dimension, Table};

const fn yes_no(values: &'static [&'static str]) -> Dimension {
    Dimension { subject: "", values }
}

/// What varies about a change of an account.
pub const DIMENSIONS: [Dimension; 11] = [
    yes_no(&["you are not staff", "you are staff"]),
    yes_no(&["it is another person's account", "it is your own account"]),
    yes_no(&["it is active", "it is deactivated"]),
    yes_no(&["it does not hold the role staff", "it holds the role staff"]),
    yes_no(&["it does not hold the role in question", "it holds the role in question"]),
    yes_no(&["there are other active staff accounts", "there is one active staff account in all"]),
    yes_no(&["it is not signed in", "it is signed in"]),
    yes_no(&["the token does not work", "the token works"]),
    yes_no(&["the display name is another", "the display name is the same"]),
    yes_no(&["you saw the name that it has", "it was renamed since you saw it"]),
    yes_no(&["a reason is given", "no reason is given"]),
];

/// A case, with names instead of numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Situation {
    pub you_are_staff: bool,
    pub is_own: bool,
    pub is_active: bool,
    pub holds_staff: bool,
    pub holds_role: bool,
    pub is_only_staff: bool,
    pub is_signed_in: bool,
    pub token_works: bool,
    pub is_same_name: bool,
    pub saw_name: bool,
    pub has_reason: bool,
}

pub fn read(case: &Case) -> Situation {
    Situation {
        you_are_staff: case[0] == 1,
        is_own: case[1] == 1,
        is_active: case[2] == 0,
        holds_staff: case[3] == 1,
        holds_role: case[4] == 1,
        is_only_staff: case[5] == 1,
        is_signed_in: case[6] == 1,
        token_works: case[7] == 1,
        is_same_name: case[8] == 1,
        saw_name: case[9] == 0,
        has_reason: case[10] == 0,
    }
}

/// Every kind of change, with a title. The role in question is staff or another:
/// the other two are alike.
pub const CHANGES: [(&str, AccountAction); 11] = [
    ("rename-account", AccountAction::Rename),
    ("grant-role (author or reviewer)", AccountAction::Grant(Role::Author)),
    ("grant-role (staff)", AccountAction::Grant(Role::Staff)),
    ("revoke-role (author or reviewer)", AccountAction::Revoke(Role::Author)),
    ("revoke-role (staff)", AccountAction::Revoke(Role::Staff)),
    ("deactivate-account", AccountAction::Deactivate),
    ("reactivate-account", AccountAction::Reactivate),
    ("set-password (command line only)", AccountAction::SetPassword),
    ("reset-password", AccountAction::ResetPassword),
    ("end-sessions", AccountAction::EndSessions),
    ("revoke-token", AccountAction::RevokeToken(TokenId(1))),
];

/// The table of every change, and of creating an account.
pub fn changes() -> &'static [Table] {
    static TABLES: LazyLock<Vec<Table>> = LazyLock::new(make_changes);
    &TABLES
}

fn make_changes() -> Vec<Table> {
    let note = format!("The permission is `{}`.", Permission::ManageAccount);
    let mut tables: Vec<Table> = CHANGES
        .into_iter()
        .map(|(title, action)| {
            let codes: Vec<&str> = rules(action).iter().map(|rule| rule.as_str()).collect();
            Table::new(title, &note, &DIMENSIONS, &codes, |case| change(action, case))
        })
        .collect();
    tables.push(Table::new("create-account", &note, &DIMENSIONS[..1], &[], |case| {
        Answer::of(&may_manage(&person(1, case[0] == 1)))
    }));
    tables
}

fn change(action: AccountAction, case: &Case) -> Answer {
    let situation = read(case);
    let you = person(1, situation.you_are_staff);
    let account = account(action, &situation);
    let change = match change_of(action, [1; 32]) {
        AccountChange::Rename { .. } => AccountChange::Rename {
            to: if situation.is_same_name { "Same" } else { "Another" }.to_owned(),
            seen: Some(if situation.saw_name { "Same" } else { "Earlier" }.to_owned()),
        },
        change => change,
    };
    let reason = if situation.has_reason { "For the test." } else { "" };
    let attempt = ChangeAccount { change: &change, reason };
    let asked = may_manage(&you).and_then(|()| Ok(attempt.check(&you, &account)?));
    Answer::of(&asked)
}

fn may_manage(person: &Person) -> Result<(), Refusal> {
    Ok(permissions::check(&person.roles, Permission::ManageAccount)?)
}

/// The change that an action is, with what it takes. `secret` is unique.
pub fn change_of(action: AccountAction, secret: [u8; 32]) -> AccountChange {
    match action {
        AccountAction::Rename => AccountChange::Rename { to: "Another".to_owned(), seen: None },
        AccountAction::Grant(role) => AccountChange::Grant(role),
        AccountAction::Revoke(role) => AccountChange::Revoke(role),
        AccountAction::Deactivate => AccountChange::Deactivate,
        AccountAction::Reactivate => AccountChange::Reactivate,
        // Each hash has a salt of its own.
        AccountAction::SetPassword => {
            let salt: String = secret[..8].iter().map(|byte| format!("{byte:02x}")).collect();
            AccountChange::SetPassword(format!("{HASH}{salt}"))
        }
        AccountAction::ResetPassword => AccountChange::ResetPassword(PasswordReset {
            unusable_hash: HASH.to_owned(),
            link: SecretHash::new(secret),
        }),
        AccountAction::EndSessions => AccountChange::EndSessions,
        AccountAction::RevokeToken(token) => AccountChange::RevokeToken(token),
    }
}

/// The form of a password hash; no password has this one.
pub const HASH: &str = "$argon2id$v=19$m=19456,t=2,p=1$\
    c29tZSBzYWx0IGZvciBpdA$AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA";

/// The roles that the account of a situation holds.
pub fn roles_of(action: AccountAction, situation: &Situation) -> Vec<Role> {
    let in_question = match action {
        AccountAction::Grant(role) | AccountAction::Revoke(role) => role,
        _ => Role::Author,
    };
    let mut roles = Vec::new();
    if situation.holds_role {
        roles.push(in_question);
    }
    if situation.holds_staff && in_question != Role::Staff {
        roles.push(Role::Staff);
    }
    roles
}

fn account(action: AccountAction, situation: &Situation) -> Account {
    let id = UserId(if situation.is_own { 1 } else { 2 });
    let roles = RoleSet::of(&roles_of(action, situation));
    let name = "Same".to_owned();
    Account {
        person: Person { id, username: "account".to_owned(), display_name: name, roles },
        is_active: situation.is_active,
        is_signed_in: situation.is_signed_in,
        active_staff: if situation.is_only_staff { 1 } else { 2 },
        has_token: situation.token_works,
    }
}

fn person(id: i64, is_staff: bool) -> Person {
    let roles = RoleSet::of(if is_staff { &[Role::Staff] } else { &[] });
    let name = "You".to_owned();
    Person { id: UserId(id), username: "you".to_owned(), display_name: name, roles }
}

/// What varies about a change of one's own account.
pub const OWN: [Dimension; 7] = [
    yes_no(&["the current password was shown", "another password was shown"]),
    yes_no(&["the session is live", "the session has ended"]),
    yes_no(&["you are signed in elsewhere", "you are signed in nowhere else"]),
    yes_no(&["the token works", "the token does not work"]),
    yes_no(&["no working token has the name", "a working token has the name"]),
    yes_no(&["you have fewer than 50 working tokens", "you have 50 working tokens"]),
    yes_no(&[
        "you hold the permissions of the token",
        "the token names a permission that you do not hold",
    ]),
];

/// The table of everything that people do to their own accounts.
pub fn own() -> Vec<Table> {
    assert_eq!(MOST_TOKENS, 50);
    [
        OwnActionKind::ChangePassword,
        OwnActionKind::EndSession,
        OwnActionKind::EndOtherSessions,
        OwnActionKind::MakeToken,
        OwnActionKind::RevokeToken,
    ]
    .into_iter()
    .map(|kind| {
        let codes: Vec<&str> = own_account::rules(kind).iter().map(|rule| rule.as_str()).collect();
        Table::new(kind.as_str(), "", &OWN, &codes, |case| {
            let account = OwnAccount {
                is_proven: case[0] == 0,
                has_session: case[1] == 0,
                has_other_sessions: case[2] == 0,
                has_token: case[3] == 0,
                has_token_of_that_name: case[4] == 1,
                tokens: if case[5] == 0 { MOST_TOKENS - 1 } else { MOST_TOKENS },
            };
            let permission = case[6] == 1;
            let asked = own_change(kind, permission).check(&person(1, false), &account);
            Answer::of(&asked.map_err(Refusal::from))
        })
    })
    .collect()
}

fn own_change(kind: OwnActionKind, is_too_wide: bool) -> OwnChange {
    match kind {
        OwnActionKind::ChangePassword | OwnActionKind::SetPasswordByLink => {
            OwnChange::Password(NewPassword {
                hash: HASH.to_owned(),
                session: None,
                keeps_tokens: false,
            })
        }
        OwnActionKind::EndSession => OwnChange::EndSession(1),
        OwnActionKind::EndOtherSessions => OwnChange::EndOtherSessions,
        OwnActionKind::MakeToken => OwnChange::MakeToken(NewToken {
            name: TokenName::parse("a program").unwrap(),
            lifetime: TokenLifetime::parse("30").unwrap(),
            permissions: is_too_wide.then(|| vec![Permission::PublishPost]),
            beginning: "imprimatur_abcd".to_owned(),
            secret: SecretHash::new([1; 32]),
        }),
        OwnActionKind::RevokeToken => OwnChange::RevokeToken(TokenId(1)),
    }
}

/// The table of the first account of an empty system.
pub fn first() -> Table {
    let dimensions = [
        yes_no(&["there is no account yet", "there is an account"]),
        yes_no(&["it holds the role staff", "it does not hold the role staff"]),
    ];
    let codes = FirstRule::ALL.map(FirstRule::as_str);
    let note = "It has no creator, so it takes no permission.";
    Table::new("create-first-account", note, &dimensions, &codes, |case| {
        let roles = RoleSet::of(if case[1] == 0 { &[Role::Staff] } else { &[Role::Author] });
        let account = NewAccount {
            username: Username::parse("first").unwrap(),
            display_name: "First".to_owned(),
            password_hash: HASH.to_owned(),
            roles,
            link: None,
        };
        Answer::of(&check_first(&account, case[0] == 1).map_err(Refusal::from))
    })
}

/// The table of acknowledging an incident.
pub fn incidents() -> Table {
    let dimensions = [
        yes_no(&["you are not staff", "you are staff"]),
        yes_no(&["it is open", "it is acknowledged"]),
        yes_no(&["a note is given", "no note is given"]),
    ];
    let codes = incidents::Rule::ALL.map(incidents::Rule::as_str);
    let note = format!("The permission is `{}`.", Permission::AcknowledgeIncident);
    Table::new("acknowledge-incident", &note, &dimensions, &codes, |case| {
        let you = person(1, case[0] == 1);
        let attempt =
            Acknowledge { note: Note::parse(if case[2] == 0 { "Seen." } else { "" }).unwrap() };
        let asked = permissions::check(&you.roles, Permission::AcknowledgeIncident);
        let asked = asked.map_err(Refusal::from);
        Answer::of(&asked.and_then(|()| Ok(attempt.check(&you, &incident(case[1] == 1))?)))
    })
}

fn incident(is_acknowledged: bool) -> Incident {
    let at = Timestamp::UNIX_EPOCH;
    let by = Byline { id: UserId(2), name: "Stan".to_owned(), username: "stan".to_owned() };
    Incident {
        id: IncidentId(1),
        at,
        request: RequestId::new(),
        interface: Interface::Page,
        actor: None,
        action: Action::Publish.into(),
        post: None,
        invariant: "post_state_is_recorded".to_owned(),
        detail: String::new(),
        acknowledgement: is_acknowledged.then(|| Acknowledgement { at, by, note: String::new() }),
    }
}
