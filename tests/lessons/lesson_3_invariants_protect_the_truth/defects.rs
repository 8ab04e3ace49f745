//! When an invariant would break, the defect is ours: everything is rolled
//! back, staff get an incident, and the reader gets a page with its number.

use imprimatur::accounts::Credential;
use imprimatur::domain::{Create, OperationKey, Outcome, PostId, Role, UserId};
use imprimatur::refusal::Refusal;
use imprimatur::workflow;

use crate::support::world::{
    PASSWORD, account, account_call, archive, call_with, content, publish, request_changes, revise,
    submit, withdraw_request,
};
use crate::support::{Database, Server, World};

/// What nobody may ever read on a page.
const SECRET: &str = "Failing row contains (the whole row)";

/// A trigger that does something to every row written to a table.
fn sabotage(table: &str, moment: &str, body: &str) -> String {
    format!(
        "CREATE OR REPLACE FUNCTION sabotage() RETURNS trigger LANGUAGE plpgsql AS $$
         BEGIN {body} END $$;
         CREATE {} FOR EACH ROW EXECUTE FUNCTION sabotage();",
        moment.replace("{}", table)
    )
}

const BEFORE: &str = "TRIGGER a_sabotage BEFORE INSERT OR UPDATE ON {}";
const AFTER: &str = "TRIGGER z_sabotage AFTER INSERT OR UPDATE ON {}";
const AT_COMMIT: &str =
    "CONSTRAINT TRIGGER z_sabotage AFTER INSERT OR UPDATE ON {} DEFERRABLE INITIALLY DEFERRED";

#[test]
fn a_broken_invariant_is_a_500_with_an_incident_and_not_a_word_of_sql() {
    let raise = format!(
        "RAISE EXCEPTION USING ERRCODE = 'check_violation', CONSTRAINT = 'the_moon_is_up',
             MESSAGE = 'UPDATE posts failed', DETAIL = '{SECRET}';"
    );
    let unforeseen = format!("RAISE EXCEPTION USING MESSAGE = 'boom', DETAIL = '{SECRET}';");
    let cases = [
        // What the database does instead, on which table, and what notices.
        (
            "the history row says another time",
            ("history", BEFORE, "NEW.at := NEW.at - interval '1 microsecond'; RETURN NEW;"),
            "what_was_written_is_what_must_hold",
        ),
        (
            "the history row names another person",
            ("history", BEFORE, "NEW.actor_id := (SELECT min(actor_id) FROM history); RETURN NEW;"),
            "history_is_borne_out",
        ),
        (
            "the history row is swallowed",
            ("history", BEFORE, "RETURN NULL;"),
            "what_was_written_is_what_must_hold",
        ),
        (
            "the post's update is swallowed",
            ("posts", BEFORE, "RETURN NULL;"),
            "locked_post_is_what_the_update_finds",
        ),
        ("the post stays where it is", ("posts", BEFORE, "RETURN OLD;"), "history_is_an_arrow"),
        ("a constraint refuses", ("history", BEFORE, &raise), "the_moon_is_up"),
        ("a constraint refuses at commit", ("history", AT_COMMIT, &raise), "the_moon_is_up"),
        (
            "the database says something unforeseen",
            ("posts", AFTER, &unforeseen),
            "the_database_answers_as_expected",
        ),
    ];
    let world = World::new();
    let post = world.in_review();
    let server = Server::start(world.database.store());
    let mut edith = server.signed_in("edith");
    let before = world.db_everything();
    for (number, (what, (table, moment, body), proposition)) in cases.into_iter().enumerate() {
        world.database.db_sabotage(&sabotage(table, moment, body));
        let page = edith.act(&format!("/desk/posts/{post}/publish"), &[]).expect(500);
        world.database.db_sabotage("DROP FUNCTION sabotage() CASCADE");
        assert_eq!(world.db_everything(), before, "{what}");

        let incidents = world.db_incidents();
        assert_eq!(incidents.len(), number + 1, "{what}");
        let named = incidents.last().unwrap();
        assert!(proposition.split('|').any(|one| one == named), "{what}: {named}");
        assert_eq!(world.db_refusals(), [], "{what}: nobody did anything wrong");

        let request = &page.headers["x-request-id"];
        assert!(page.body.contains(request.as_str()), "{what}");
        let with_that_number =
            format!("incidents WHERE request_id = '{request}' AND actor_id = {}", world.edith);
        assert_eq!(world.db_count(&with_that_number), 1, "{what}");
        let leaks = [SECRET, "UPDATE", "INSERT", "SELECT", "boom", "failed", named.as_str()];
        for leak in leaks {
            assert!(!page.body.contains(leak), "{what}: the page says {leak}");
        }
    }
    // The same person, the same post, without sabotage.
    edith.act(&format!("/desk/posts/{post}/publish"), &[]).expect(303);
}

/// The record would say that a password was changed which is still the old one.
#[test]
fn a_change_of_ones_own_account_that_changes_nothing_is_a_defect() {
    let world = World::new();
    let server = Server::start(world.database.store());
    let mut alice = server.signed_in("alice");
    let before = world.db_everything();
    world.database.db_sabotage(&sabotage("users", BEFORE, "RETURN NULL;"));
    let fields = [("password", PASSWORD), ("new_password", "another password for tests")];
    alice.send_unasked("/account/password", &fields).expect(500);
    world.database.db_sabotage("DROP FUNCTION sabotage() CASCADE");
    assert_eq!(world.db_everything(), before);
    assert_eq!(world.db_incidents(), ["one_change_concerns_one_account"]);
    alice.send_unasked("/account/password", &fields).expect(303);
}

/// Nobody could have granted it the role, so it has to be alone.
#[test]
fn a_first_account_that_is_not_alone_is_a_defect() {
    let database = Database::new();
    let store = database.store();
    let nobody = Credential::Account(UserId(0));
    let create = || {
        let staff = account("stan", &[Role::Staff]);
        workflow::accounts::create_first(&store, &account_call(&nobody), &staff)
    };
    let second = "IF NEW.username = 'stan' THEN
             INSERT INTO users (username, display_name, password_hash, roles, name_words)
             VALUES ('second', 'Second', NEW.password_hash, '{}', NEW.name_words);
         END IF;
         RETURN NULL;";
    database.db_sabotage(&sabotage("users", AFTER, second));
    let Err(Refusal::Invariant(broken)) = create() else { panic!("it was created") };
    let named = "the invariant first_account_is_staff_and_alone would have been broken";
    assert!(broken.to_string().contains(named), "{broken}");
    database.db_sabotage("DROP FUNCTION sabotage() CASCADE");
    create().unwrap();
}

#[test]
fn killed_between_the_post_and_its_record_neither_exists() {
    let world = World::new();
    // Two actions, because the statement that writes and the commit are two moments.
    for (moment, table) in [(BEFORE, "history"), (AT_COMMIT, "history")] {
        let post = world.in_review();
        let server = Server::start(world.database.store_of(1));
        let mut edith = server.signed_in("edith");
        world.database.db_sabotage(
            "CREATE OR REPLACE FUNCTION kill() RETURNS void LANGUAGE sql SECURITY DEFINER
             AS 'SELECT pg_terminate_backend(pg_backend_pid()); SELECT pg_sleep(30)'",
        );
        world.database.db_sabotage(&sabotage(table, moment, "PERFORM kill(); RETURN NEW;"));
        let before = world.db_everything();
        let page = edith.act(&format!("/desk/posts/{post}/publish"), &[]).expect(503);
        assert_eq!(page.headers["retry-after"], "2");
        assert_eq!(world.db_everything(), before);
        assert_eq!(world.db_history(post), ["draft", "in_review"]);

        world.database.db_sabotage("DROP FUNCTION sabotage() CASCADE");
        edith.act(&format!("/desk/posts/{post}/publish"), &[]).expect(303);
        assert_eq!(world.db_history(post), ["draft", "in_review", "published"]);
    }
    assert_eq!(world.db_incidents(), [""; 0]);
}

/// An action under a key, so that it can be tried again as the same intention.
type Act = Box<dyn Fn(&World, OperationKey) -> Result<Outcome, Refusal>>;

fn on<A: imprimatur::invariants::Mutation + 'static>(who: UserId, attempt: A) -> Act {
    Box::new(move |world, key| workflow::perform(&world.store, &call_with(who, key), &attempt))
}

/// Each of the seven actions, ready to succeed, and the tables that it writes.
fn actions(world: &World) -> [(&'static str, Act, &'static [&'static str]); 7] {
    let requested: PostId = world.in_review();
    world.perform(world.edith, &request_changes(requested, 1)).unwrap();
    let alice = world.alice;
    let create: Act = Box::new(move |world, key| {
        let attempt = Create { content: content("On haste") };
        workflow::create(&world.store, &call_with(alice, key), &attempt)
    });
    let entering = &["posts", "history"];
    [
        ("create", create, &["posts", "history", "revisions"]),
        (
            "revise",
            on(world.alice, revise(world.draft(), 1, "On patience")),
            &["posts", "history", "revisions"],
        ),
        ("submit", on(world.alice, submit(world.draft(), 1)), entering),
        (
            "request changes",
            on(world.edith, request_changes(world.in_review(), 1)),
            &["history", "reviews"],
        ),
        (
            "withdraw request",
            on(world.edith, withdraw_request(requested, 1)),
            &["history", "reviews"],
        ),
        ("publish", on(world.edith, publish(world.in_review(), 1)), entering),
        ("archive", on(world.stan, archive(world.published(), 1)), entering),
    ]
}

#[test]
fn a_failure_at_any_statement_of_any_action_leaves_everything_as_it_was() {
    let world = World::new();
    let tables = ["posts", "history", "revisions", "reviews"];
    for (action, act, written) in actions(&world) {
        let key = OperationKey::random();
        let before = world.db_everything();
        for table in tables.into_iter().filter(|table| written.contains(table)) {
            for moment in [BEFORE, AFTER, AT_COMMIT] {
                let incidents = world.db_incidents().len();
                world.database.db_sabotage(&sabotage(
                    table,
                    moment,
                    "RAISE EXCEPTION USING ERRCODE = 'check_violation',
                         CONSTRAINT = 'sabotage_of_' || TG_TABLE_NAME;",
                ));
                let case = format!("{action}, {table}, {moment}");
                let refusal = act(&world, key.clone()).expect_err(&case);
                world.database.db_sabotage("DROP FUNCTION sabotage() CASCADE");
                let Refusal::Invariant(violation) = refusal else {
                    panic!("{case}: {refusal}");
                };
                let expected = format!("sabotage_of_{table}");
                assert_eq!(violation.invariant(), expected, "{case}");
                assert_eq!(world.db_everything(), before, "{case}");
                assert_eq!(world.db_incidents()[incidents..], [expected], "{case}");
            }
        }
        // What it does not write does not stop it: the table above is complete.
        for table in tables.into_iter().filter(|table| !written.contains(table)) {
            let sabotage = sabotage(table, BEFORE, "RAISE EXCEPTION 'written after all';");
            world.database.db_sabotage(&sabotage.replace("sabotage", &format!("sabotage_{table}")));
        }
        act(&world, key).unwrap_or_else(|refusal| panic!("{action}: {refusal}"));
        for table in tables.into_iter().filter(|table| !written.contains(table)) {
            world.database.db_sabotage(&format!("DROP FUNCTION sabotage_{table}() CASCADE"));
        }
    }
    assert_eq!(world.db_refusals(), []);
}
