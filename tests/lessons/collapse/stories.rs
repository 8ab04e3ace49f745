//! The stories: which boundary is taken away, why it is tempting, and where it
//! happened.

use super::replays;
use crate::lessons::model::promises;
use crate::lessons::model::removals::Ingredient;
use crate::lessons::model::world::{Broken, Operation, Person};
use crate::support::World;

pub struct Story {
    pub title: &'static str,
    pub temptation: &'static str,
    pub without: &'static [Ingredient],
    pub operations: &'static [Operation],
    pub promise: Broken,
    pub end: &'static str,
    pub incident: &'static str,
    pub replay: fn(&World) -> Vec<String>,
    /// Words that the answers must have.
    pub answers: &'static [&'static str],
}

const EDITH: Operation = Operation::Publish(Person::Edith);
const ROSA: Operation = Operation::Publish(Person::Rosa);

pub const STORIES: [Story; 8] = [
    Story {
        title: "Permissions that model state",
        temptation: "A permission called \"publish a post in review\" is convenient: one check at the beginning of the request, and done.\nBut a permission is checked before anything is locked, so it is asked about a post that others are changing.",
        without: &[Ingredient::PolicyUnderLock],
        operations: &[EDITH, Operation::RequestChanges],
        promise: promises::SEEN,
        end: "The post is public, with an open change request that no one can answer any more. Everyone was allowed to do what they did.",
        incident: "In Wagtail a permission asked whether a page was live, and a rightful cancellation was refused (wagtail #4657). DCWorkflow rewrote the grants of the roles with every transition, so that no grant had a meaning of its own.",
        replay: replays::the_state_is_judged_under_the_lock,
        answers: &["409 (policy changes-requested)", "409 (policy not-in-review)"],
    },
    Story {
        title: "Policies that guarantee truth",
        temptation: "Every rule is checked, with care, and the rules are right.\nSo the write needs no condition of its own, and the database no constraint. Two people press the button in the same second.",
        without: &[Ingredient::Lock, Ingredient::GuardedUpdate, Ingredient::EntersOnce],
        operations: &[EDITH, ROSA],
        promise: promises::ONCE,
        end: "The post has two publications, two publishers and two times. No one can say which of them counts.",
        incident: "In Wagtail a task was approved on an object in memory, without a lock; a second approval saved a stale form over the published page (wagtail #14460). The same gap is known in django-fsm (#46) and aasm (#577).",
        replay: replays::the_second_publisher_is_refused_by_policy,
        answers: &["409 (policy not-in-review)", "Incidents: 0. Recorded publications: 1."],
    },
    Story {
        title: "Invariants that are optional",
        temptation: "The service checks everything, so the checks of the database are redundant.\nThen a script repairs something at night, past the service.",
        without: &[Ingredient::DeferredConstraint],
        operations: &[Operation::TypeState],
        promise: promises::HISTORY,
        end: "The post is public, and there is no record of who published it, when, and which revision.",
        incident: "GOV.UK's Whitehall saved scheduled publications with `save!(validate: false)`, and GOV.UK Publisher performed events without validations. In Drupal's content_moderation the check of a transition was in a validator that code could leave out.",
        replay: replays::the_database_refuses_a_hand_typed_publication,
        answers: &["refused by `post_state_is_recorded`", "The post is in review."],
    },
    Story {
        title: "Authority that outlives its revocation: the actor is read too early",
        temptation: "Middleware loads the person and their roles before the handler begins, as it does everywhere.\nThe transaction then works with what was true a moment ago.",
        without: &[Ingredient::ActorInTransaction],
        operations: &[EDITH, Operation::RevokeEdith],
        promise: promises::REVOKED,
        end: "Stan has been told that Edith can no longer publish, and after that she publishes.",
        incident: "The paper on Google's Zanzibar calls this the new enemy problem. In pkp-lib (#9326) and authentik (#25081) people whose accounts were deactivated kept working.",
        replay: replays::a_revocation_waits_and_then_holds,
        answers: &[
            "When it is acknowledged, the post is published.",
            "403 (permission permission-missing)",
        ],
    },
    Story {
        title: "Authority that outlives its revocation: roles in the session",
        temptation: "The roles are known at sign-in, so the session keeps them and saves a query.\nThe session then is a copy of authority that no revocation reaches.",
        without: &[Ingredient::RolesFromAccount],
        operations: &[EDITH, Operation::RevokeEdith],
        promise: promises::REVOKED,
        end: "Edith publishes until her session ends, for hours or for days.",
        incident: "In integreat-cms a change of roles took an hour to work (integreat-cms #4303).",
        replay: replays::a_session_carries_no_authority,
        answers: &["403 (permission permission-missing)"],
    },
    Story {
        title: "Authority that outlives its revocation: an old password",
        temptation: "Comparing a password is slow, so it is done before the transaction.\nMeanwhile its owner changes it, because someone else knows it.",
        without: &[Ingredient::PasswordUnderLock],
        operations: &[Operation::ChangeEdithsPassword, Operation::SignIn],
        promise: promises::PASSWORD,
        end: "Edith has been told that her password is changed. The person who knows the old one has a new session.",
        incident: "It gave way in an earlier release of this program: row H1 of [docs/findings.md](findings.md).",
        replay: replays::an_old_password_begins_no_session,
        answers: &["no session begins"],
    },
    Story {
        title: "Retries without keys",
        temptation: "A request that got no answer is sent again, by a person or by a library.\nWithout a key the server cannot tell it from a second wish.",
        without: &[Ingredient::UniqueKey],
        operations: &[Operation::RequestChanges],
        promise: promises::KEY,
        end: "Alice has two change requests to answer, and Rosa made one.",
        incident: "Ghost guarded against double work with a set in the memory of one process (Ghost #30687); a second process has another memory.",
        replay: replays::a_retry_with_the_same_key_has_one_effect,
        answers: &["done, the same outcome", "Change requests: 1."],
    },
    Story {
        title: "A rule in one interface",
        temptation: "The page does not offer the button, so the rule seems to be kept.\nThen there is an API, a command line and a list with checkboxes.",
        without: &[Ingredient::RuleInPolicy, Ingredient::AuthorConstraint],
        operations: &[Operation::Publish(Person::Alice)],
        promise: promises::OWN,
        end: "Alice, who also reviews, publishes her own post through the API. The second pair of eyes was a property of one page.",
        incident: "What the edit view refused was allowed from the list view in Payload (payload #6580) and in Plone (CMFPlone #3019), and through a second API in wp-graphql (#1493).",
        replay: replays::every_interface_asks_the_same_rule,
        answers: &["through the API: refused, 403 (policy own-post)", "The post is in review."],
    },
];
