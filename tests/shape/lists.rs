//! Lists and limits that stand in Rust and in SQL are the same.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::sql_types::{Array, Text};
use imprimatur::accounts::devices::device;
use imprimatur::accounts::sessions::LIFETIME_SECONDS;
use imprimatur::accounts::throttle::CounterKind;
use imprimatur::audit::catalogue;
use imprimatur::domain::unseen::{described, is_invisible};
use imprimatur::domain::{
    AccountEvent, Action, Body, Interface, LINK_HOURS, Layer, Note, OperationKey, Permission, Role,
    RoleSet, Slug, State, Summary, Title, TokenLifetime, TokenName, Username, has_visible_text,
    parse_display_name,
};
use imprimatur::invariants::accounts::LINK_LIFETIME_SECONDS;
use imprimatur::permissions;
use imprimatur::store::statement::statement;

use super::sources::read;
use crate::support::Database;

/// The definition of every CHECK of ours, by name.
fn checks() -> Vec<(String, String)> {
    statement::<(Text, Text)>(
        "SELECT conname::text, pg_get_constraintdef(oid) FROM pg_constraint
         WHERE connamespace = 'public'::regnamespace AND contype = 'c' ORDER BY 1",
    )
    .load(&mut Database::new().as_owner())
    .unwrap()
}

/// The literals of a definition.
fn literals(definition: &str) -> BTreeSet<&str> {
    definition.split('\'').skip(1).step_by(2).collect()
}

fn names<T: Copy>(all: &[T], name: impl Fn(T) -> &'static str) -> BTreeSet<&'static str> {
    all.iter().map(|one| name(*one)).collect()
}

#[test]
fn a_list_in_a_check_is_the_enum() {
    let states = names(&State::ALL, State::as_str);
    let actions = names(&Action::ALL, Action::as_str);
    let roles = names(&Role::ALL, Role::as_str);
    let layers = names(&catalogue::LAYERS, Layer::as_str);
    let and = |one: &BTreeSet<&'static str>, other: &[&'static str]| {
        one.iter().copied().chain(other.iter().copied()).collect::<BTreeSet<_>>()
    };
    let arrows: BTreeSet<&str> = states.union(&actions).copied().collect();
    let expected: Vec<(&str, BTreeSet<&str>)> = vec![
        ("account_event_is_known", names(&AccountEvent::ALL, AccountEvent::as_str)),
        (
            "account_event_names_a_role_iff_about_one",
            names(&[AccountEvent::RoleGranted, AccountEvent::RoleRevoked], AccountEvent::as_str),
        ),
        ("account_event_role_is_known", roles.clone()),
        ("counted_layer_is_known", layers.clone()),
        ("history_is_an_arrow", and(&arrows, &["nothing"])),
        ("interface_is_known", names(&Interface::ALL, Interface::as_str)),
        ("post_state_is_known", states),
        ("refusal_layer_is_known", layers),
        ("roles_are_known_and_held_once", roles),
        ("throttle_kind_is_known", names(&CounterKind::ALL, CounterKind::as_str)),
        ("token_permissions_are_known", names(&Permission::ALL, Permission::as_str)),
    ];
    // A check with several words in it is a list, and has to be among these.
    let checks = checks();
    let no_lists = [
        // A state that decides which facts there are, and a pattern.
        "archival_facts_iff_archived",
        "bulk_refusal_has_reasons",
        "password_link_works_for_two_days",
        "publication_facts_iff_published",
        "refusal_has_reasons",
        "submission_facts_iff_submitted",
        "time_is_within_reach",
    ];
    let lists: Vec<(&str, BTreeSet<&str>)> = checks
        .iter()
        .map(|(name, definition)| (name.as_str(), literals(definition)))
        .filter(|(name, literals)| literals.len() > 1 && !no_lists.contains(name))
        .collect();
    assert_eq!(lists, expected);
}

#[test]
fn the_arrows_of_history_are_those_of_the_actions() {
    let checks = checks();
    let (_, arrows) = checks.iter().find(|(name, _)| name == "history_is_an_arrow").unwrap();
    let words: Vec<&str> = arrows.split('\'').skip(1).step_by(2).collect();
    // The second word of each four is what stands for no state.
    assert_eq!(words.len(), 4 * 8, "{arrows}");
    for four in words.chunks(4) {
        let [action, _, from, to] = <[&str; 4]>::try_from(four).unwrap();
        let action: Action = action.parse().unwrap();
        match action.target() {
            Some(target) => {
                assert_eq!(target.as_str(), to, "{action}");
                let before = State::ALL.into_iter().find(|state| state.next() == Some(target));
                assert_eq!(before.map_or("nothing", State::as_str), from, "{action}");
            }
            None => assert_eq!(from, to, "{action}"),
        }
    }
}

#[test]
fn a_list_of_a_function_is_the_enum() {
    let database = Database::new();
    let actions = statement::<Array<Text>>("SELECT recorded_actions()")
        .get_result::<Vec<String>>(&mut database.as_owner())
        .unwrap();
    assert_eq!(actions, catalogue::actions());
    // Triggers, statements and `verify` ask for these roles by name.
    for (permission, role) in [
        (Permission::ReviewPost, Role::Reviewer),
        (Permission::RevisePost, Role::Author),
        (Permission::ArchivePost, Role::Staff),
        (Permission::AcknowledgeIncident, Role::Staff),
        (Permission::ManageAccount, Role::Staff),
    ] {
        let holds = |role: &Role| permissions::holds(&RoleSet::of(&[*role]), permission);
        assert_eq!(Role::ALL.into_iter().filter(holds).collect::<Vec<_>>(), [role]);
    }
}

#[test]
fn a_limit_in_a_check_is_the_limit_of_the_parser() {
    let checks = checks();
    let accepts = |name: &str, length: usize| {
        let text = "x".repeat(length);
        match name {
            "title_is_within_limits" => Title::parse(&text).is_ok(),
            "summary_is_within_limits" => Summary::parse(&text).is_ok(),
            "body_is_within_limits" => Body::parse(&text).is_ok(),
            "review_note_is_within_limits"
            | "archive_reason_is_given"
            | "acknowledgement_is_given"
            | "bulk_archive_has_a_reason" => Note::parse(&text).is_ok(),
            "display_name_is_given" => parse_display_name(&text).is_ok(),
            "token_name_is_given" => TokenName::parse(&text).is_ok(),
            "chosen_slug_is_well_formed" => Slug::parse_chosen(&text).is_ok(),
            "bulk_archive_key_is_well_formed" | "idempotency_key_is_well_formed" => {
                OperationKey::parse(&text).is_ok()
            }
            "slug_is_well_formed" => Slug::parse(&text).is_some(),
            other => panic!("{other} has a limit"),
        }
    };
    let mut compared = 0;
    for (name, definition) in &checks {
        let Some((_, limit)) = definition.split_once("char_length(") else { continue };
        let limit = limit.split_once("<= ").unwrap().1;
        let limit: usize = limit.split(')').next().unwrap().parse().unwrap();
        if name == "session_names_its_device" {
            // The program makes it, of two words that it knows.
            assert!(device("SamsungBrowser/ ChromeOS").len() < limit, "{limit}");
            continue;
        }
        assert!(accepts(name, limit) && !accepts(name, limit + 1), "{name}: {limit}");
        compared += 1;
    }
    assert_eq!(compared, 13);
    let says = |name: &str, words: &str| {
        let (_, definition) = checks.iter().find(|(known, _)| known == name).unwrap();
        assert!(definition.contains(words), "{definition}");
    };
    says("username_is_well_formed", &format!("{{0,{}}}$", Username::LIMIT - 1));
    says("session_works_for_a_week", &format!("'{} days'", LIFETIME_SECONDS / 86_400));
    says("password_link_works_for_two_days", &format!("'{}:00:00'", LINK_LIFETIME_SECONDS / 3_600));
    says("token_works_for_a_year", &format!("'{} days'", TokenLifetime::LIMIT));
}

/// The order of the states, which `verify` compares.
#[test]
fn the_order_of_the_states_is_the_same_in_sql() {
    let order = format!("ARRAY['{}'] AS states", State::ALL.map(State::as_str).join("', '"));
    assert_eq!(read("src/store/verify/by_hand.rs").matches(&order).count(), 1, "{order}");
}

/// A number in a sentence that is a literal is the one of the code.
#[test]
fn a_limit_in_a_sentence_is_the_limit_of_the_code() {
    let thousands = Body::LIMIT / 1_000;
    assert_eq!(thousands * 1_000, Body::LIMIT);
    let kinds = read("src/http/error_kind.rs");
    for (sentence, times) in [
        (format!("at most {thousands},000 characters"), 2),
        (format!("older than {LINK_HOURS} hours"), 1),
    ] {
        assert_eq!(kinds.matches(&sentence).count(), times, "{sentence}");
    }
}

/// Which characters can be seen, over all code points.
#[test]
fn a_text_that_counts_as_given_counts_in_both() {
    let database = Database::new();
    let seen = |condition: &str| {
        let sql = format!(
            "SELECT coalesce(string_agg(point::text, ' ' ORDER BY point), '')
             FROM generate_series(1, 1114111) AS point
             WHERE (point < 55296 OR point > 57343) AND {condition}"
        );
        statement::<Text>(sql).get_result::<String>(&mut database.as_owner()).unwrap()
    };
    let in_sql = seen("NOT has_visible_text(chr(point))");
    let in_rust: Vec<String> = ('\u{1}'..=char::MAX)
        .filter(|character| !has_visible_text(&character.to_string()))
        .map(|character| u32::from(character).to_string())
        .collect();
    assert_eq!(in_sql, in_rust.join(" "));
}

#[test]
fn a_line_is_one_line_in_both() {
    let database = Database::new();
    let sql = "SELECT coalesce(string_agg(point::text, ' ' ORDER BY point), '')
         FROM generate_series(1, 1114111) AS point
         WHERE (point < 55296 OR point > 57343) AND NOT is_one_line('a' || chr(point) || 'b')";
    let in_sql = statement::<Text>(sql).get_result::<String>(&mut database.as_owner()).unwrap();
    let in_rust: Vec<String> = ('\u{1}'..=char::MAX)
        .filter(|character| Title::parse(&format!("a{character}b")).is_err())
        .map(|character| u32::from(character).to_string())
        .collect();
    assert_eq!(in_sql, in_rust.join(" "));
}

#[test]
fn whatever_unicode_calls_ignorable_or_blank_cannot_be_seen() {
    use icu_properties::props::{
        DefaultIgnorableCodePoint, GeneralCategory, GeneralCategoryGroup, WhiteSpace,
    };
    use icu_properties::{CodePointMapData, CodePointSetData};
    let category = CodePointMapData::<GeneralCategory>::new();
    let ignorable = CodePointSetData::new::<DefaultIgnorableCodePoint>();
    let white = CodePointSetData::new::<WhiteSpace>();
    for character in '\0'..=char::MAX {
        let is_named =
            ignorable.contains(character) || white.contains(character) || character.is_control();
        assert!(!is_named || is_invisible(character), "U+{:04X}", u32::from(character));
        // A mark of any script needs a letter to stand on.
        let is_mark = GeneralCategoryGroup::Mark.contains(category.get(character));
        let is_given = has_visible_text(&character.to_string());
        assert_eq!(
            is_given,
            !is_invisible(character) && !is_mark,
            "U+{:04X}",
            u32::from(character)
        );
        if is_invisible(character) {
            let described = described(character);
            assert!(described.contains(' '), "{described} has a name");
        }
    }
    for blank in
        "\u{2800}\u{3164}\u{115F}\u{1160}\u{FFA0}\u{180E}\u{E0041}\u{34F}\u{301}\u{20DD}\u{13441}"
            .chars()
    {
        assert!(is_invisible(blank), "{}", described(blank));
    }
    for seen in "a.ا한👩\u{0903}\u{E000}".chars() {
        assert!(!is_invisible(seen), "{}", described(seen));
    }
}
