//! A small publishing house with a database of its own.

use std::collections::HashMap;
use std::sync::LazyLock;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use imprimatur::accounts::{Credential, passwords};
use imprimatur::domain::NewAccount;
use imprimatur::domain::{
    Archive, Content, Create, Interface, Note, OperationKey, Outcome, Password, Person, Post,
    PostId, Publish, RequestChanges, RequestId, Revise, RevisionNumber, Role, RoleSet, Submit,
    UserId, Username, WithdrawRequest,
};
use imprimatur::invariants::Mutation;
use imprimatur::policies::accounts::AccountChange;
use imprimatur::refusal::Refusal;
use imprimatur::store::Store;
use imprimatur::store::posts;
use imprimatur::store::statement::statement;
use imprimatur::store::visibility::Visibility;
use imprimatur::workflow::accounts::AccountCall;
use imprimatur::workflow::{self, Call, Caller};

use super::Database;

/// Everybody's password: hashing is slow on purpose, so it is done once.
pub const PASSWORD: &str = "a password for tests";

static HASH: LazyLock<String> =
    LazyLock::new(|| passwords::hash(&Password::parse(PASSWORD).unwrap()).unwrap());

/// Stan is staff; Alice and Arthur write; Edith reviews; Rosa does both;
/// Mallory only has an account.
pub struct World {
    pub database: Database,
    pub store: Store,
    pub stan: UserId,
    pub alice: UserId,
    pub arthur: UserId,
    pub edith: UserId,
    pub rosa: UserId,
    pub mallory: UserId,
}

/// Creates these people where there are none yet.
pub fn create_people(store: &Store) {
    let nobody = Credential::Account(UserId(0));
    let stan = account("stan", &[Role::Staff]);
    let stan = workflow::accounts::create_first(store, &account_call(&nobody), &stan).unwrap();
    let staff = Credential::Account(stan);
    for (name, roles) in [
        ("alice", &[Role::Author][..]),
        ("arthur", &[Role::Author]),
        ("edith", &[Role::Reviewer]),
        ("rosa", &[Role::Author, Role::Reviewer]),
        ("mallory", &[]),
    ] {
        let account = account(name, roles);
        workflow::accounts::create(store, &account_call(&staff), &account).unwrap();
    }
}

/// Returns the id of each account, by its username.
pub fn ids(store: &Store) -> HashMap<String, UserId> {
    statement::<(Text, BigInt)>("SELECT username, id FROM users")
        .load::<(String, i64)>(&mut store.checkout().unwrap())
        .unwrap()
        .into_iter()
        .map(|(username, id)| (username, UserId(id)))
        .collect()
}

/// A database with these people, for copies.
static PEOPLE: LazyLock<Database> = LazyLock::new(|| {
    let World { database, .. } = World::on(Database::new());
    database
});

impl World {
    pub fn new() -> Self {
        Self::of(PEOPLE.copy())
    }

    /// The people in a database that has none yet.
    pub fn on(database: Database) -> Self {
        create_people(&database.store());
        Self::of(database)
    }

    fn of(database: Database) -> Self {
        let store = database.store();
        let people = ids(&store);
        let person = |name: &str| people[name];
        Self {
            stan: person("stan"),
            alice: person("alice"),
            arthur: person("arthur"),
            edith: person("edith"),
            rosa: person("rosa"),
            mallory: person("mallory"),
            store,
            database,
        }
    }

    /// One more account.
    pub fn person(&self, name: &str, roles: &[Role]) -> UserId {
        let staff = Credential::Account(self.stan);
        workflow::accounts::create(&self.store, &account_call(&staff), &account(name, roles))
            .unwrap()
    }

    /// Everybody, with the name they sign in with.
    pub fn everybody(&self) -> [(&'static str, UserId); 6] {
        [
            ("alice", self.alice),
            ("arthur", self.arthur),
            ("edith", self.edith),
            ("rosa", self.rosa),
            ("stan", self.stan),
            ("mallory", self.mallory),
        ]
    }

    /// Changes an account, as staff.
    pub fn change_account(&self, name: &str, change: AccountChange) -> Result<(), Refusal> {
        self.change_account_as(self.stan, name, change)
    }

    pub fn change_account_as(
        &self,
        who: UserId,
        name: &str,
        change: AccountChange,
    ) -> Result<(), Refusal> {
        let credential = Credential::Account(who);
        workflow::accounts::change(&self.store, &account_call(&credential), name, &change)
    }

    /// A call of somebody's under a key that nobody has used.
    pub fn call(&self, who: UserId) -> Call {
        call_with(who, OperationKey::random())
    }

    /// Takes an attempt through the door.
    pub fn perform<A: Mutation>(&self, who: UserId, attempt: &A) -> Result<Outcome, Refusal> {
        workflow::perform(&self.store, &self.call(who), attempt)
    }

    pub fn create(&self, who: UserId, content: Content) -> Result<Outcome, Refusal> {
        workflow::create(&self.store, &self.call(who), &Create { content })
    }

    pub fn draft_of(&self, who: UserId) -> PostId {
        self.create(who, content("On restraint")).unwrap().post
    }

    /// Alice's draft, complete, at revision 1.
    pub fn draft(&self) -> PostId {
        self.draft_of(self.alice)
    }

    pub fn in_review(&self) -> PostId {
        let post = self.draft();
        self.perform(self.alice, &submit(post, 1)).unwrap();
        post
    }

    pub fn published(&self) -> PostId {
        let post = self.in_review();
        self.perform(self.edith, &publish(post, 1)).unwrap();
        post
    }

    pub fn archived(&self) -> PostId {
        let post = self.published();
        self.perform(self.stan, &archive(post, 1)).unwrap();
        post
    }

    /// The post as staff see it.
    pub fn post(&self, id: PostId) -> Post {
        let visibility = Visibility { viewer: None, sees_reviews: true, sees_everything: true };
        posts::find(&mut self.store.checkout().unwrap(), id, visibility).unwrap().unwrap()
    }

    pub fn find_person(&self, name: &str) -> Person {
        let mut conn = self.store.checkout().unwrap();
        imprimatur::accounts::find(&mut conn, &Username::parse(name).unwrap()).unwrap().unwrap()
    }

    /// Everything that an action may change, as one text: equal before and
    /// after means that nothing changed.
    pub fn db_everything(&self) -> String {
        let mut conn = self.database.as_owner();
        ["users", "posts", "revisions", "reviews", "history", "account_events"]
            .into_iter()
            .map(|table| db_rows(&mut conn, table))
            .collect()
    }

    pub fn db_count(&self, table: &str) -> i64 {
        let mut conn = self.database.as_owner();
        db_number(&mut conn, &format!("SELECT count(*) AS n FROM {table}"))
    }

    /// The layers and the codes of all refusals, oldest first.
    pub fn db_refusals(&self) -> Vec<(String, String)> {
        statement::<(Text, Text)>(
            "SELECT layer, coalesce((SELECT string_agg(r->>'code', ' ') FROM \
             jsonb_array_elements(reasons) r), '')
             FROM refusals ORDER BY id",
        )
        .load(&mut self.database.as_owner())
        .unwrap()
    }

    /// The invariants of all incidents, oldest first.
    pub fn db_incidents(&self) -> Vec<String> {
        statement::<Text>("SELECT invariant FROM incidents ORDER BY id")
            .load(&mut self.database.as_owner())
            .unwrap()
    }

    /// The states that a post has entered, in order.
    pub fn db_history(&self, post: PostId) -> Vec<String> {
        statement::<Text>(
            "SELECT entered FROM history WHERE post_id = $1 AND entered IS NOT NULL ORDER BY at",
        )
        .bind::<BigInt, _>(post.0)
        .load(&mut self.database.as_owner())
        .unwrap()
    }
}

/// Ends every session at once, as time would.
pub fn db_end_sessions(world: &World) {
    diesel::sql_query("UPDATE sessions SET ended_at = clock_timestamp()")
        .execute(&mut world.database.as_owner())
        .unwrap();
}

/// Ends the sessions of one person.
pub fn db_end_sessions_of(world: &World, name: &str) {
    diesel::sql_query(
        "UPDATE sessions SET ended_at = clock_timestamp()
         WHERE ended_at IS NULL AND user_id = (SELECT id FROM users WHERE username = $1)",
    )
    .bind::<diesel::sql_types::Text, _>(name)
    .execute(&mut world.database.as_owner())
    .unwrap();
}

pub fn db_number(conn: &mut PgConnection, sql: &str) -> i64 {
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    diesel::sql_query(sql).get_result::<Row>(conn).unwrap().n
}

fn db_rows(conn: &mut PgConnection, table: &str) -> String {
    #[derive(diesel::QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        rows: String,
    }
    let sql = format!(
        "SELECT coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '') AS rows FROM {table} t"
    );
    let rows = diesel::sql_query(sql).get_result::<Row>(conn).unwrap().rows;
    format!("{table}:\n{rows}\n")
}

/// A call under a key of one's choice.
pub fn call_with(who: UserId, key: OperationKey) -> Call {
    Call { caller: Caller::on_command_line(who), key }
}

pub fn account_call(credential: &Credential) -> AccountCall<'static> {
    let credential = credential.clone();
    let caller =
        Caller { credential, interface: Interface::CommandLine, request: RequestId::new() };
    AccountCall { caller, reason: "for the test" }
}

pub fn account(name: &str, roles: &[Role]) -> NewAccount {
    let mut display_name = name.to_owned();
    display_name[..1].make_ascii_uppercase();
    NewAccount {
        username: Username::parse(name).unwrap(),
        display_name,
        password_hash: HASH.clone(),
        roles: RoleSet::of(roles),
        link: None,
    }
}

pub fn content(title: &str) -> Content {
    Content::parse(title, "Why less is more.", "First words.\n\nThen more of them.").unwrap()
}

pub fn submit(post: PostId, seen: i32) -> Submit {
    Submit { post, seen: RevisionNumber(seen) }
}

pub fn publish(post: PostId, seen: i32) -> Publish {
    Publish { post, seen: RevisionNumber(seen), slug: None }
}

pub fn archive(post: PostId, seen: i32) -> Archive {
    Archive { post, seen: RevisionNumber(seen), reason: note("It is out of date.") }
}

pub fn revise(post: PostId, seen: i32, title: &str) -> Revise {
    Revise { post, seen: RevisionNumber(seen), content: content(title) }
}

pub fn request_changes(post: PostId, seen: i32) -> RequestChanges {
    RequestChanges { post, seen: RevisionNumber(seen), note: note("Please name your source.") }
}

pub fn withdraw_request(post: PostId, seen: i32) -> WithdrawRequest {
    WithdrawRequest { post, seen: RevisionNumber(seen) }
}

pub fn note(text: &str) -> Note {
    Note::parse(text).unwrap()
}
