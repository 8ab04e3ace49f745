//! What programs are answered.

use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::accounts::directory::AccountSummary;
use crate::api::names::{ActionName, RoleName, StateName};
use crate::audit::RefusalLine;
use crate::domain::{Action, Byline, Outcome, Post, Review, Revision, State, Status, Transition};
use crate::http::problem::ProblemReason;
use crate::store::posts::{ChangeLine, PostHistory};
use crate::workflow::Advice;

/// What an action did; the same for every use of its key.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct OutcomeBody {
    /// What was done.
    action: ActionName,
    /// To which post.
    post: i64,
    /// The revision that was current when it was done.
    revision: i32,
    /// The state that the post was in when it was done.
    state: StateName,
    /// When it was done.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
}

impl From<&Outcome> for OutcomeBody {
    fn from(outcome: &Outcome) -> Self {
        Self {
            action: outcome.action.into(),
            post: outcome.post.0,
            revision: outcome.revision.0,
            state: outcome.state.into(),
            at: outcome.at,
        }
    }
}

/// A person as others see them.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PersonBody {
    /// Whose name it is.
    id: i64,
    /// The name to show.
    name: String,
}

impl From<&Byline> for PersonBody {
    fn from(byline: &Byline) -> Self {
        Self { id: byline.id.0, name: byline.name.clone() }
    }
}

/// One line of the list of posts.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PostLineBody {
    /// The post's number.
    id: i64,
    /// Where it stands.
    state: StateName,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    /// Its current title, which a draft may lack.
    title: String,
    /// Who writes it.
    author: PersonBody,
    /// The number of its current revision.
    revision: i32,
}

impl From<&ChangeLine> for PostLineBody {
    fn from(line: &ChangeLine) -> Self {
        Self {
            id: line.id.0,
            state: line.state.into(),
            since: line.since,
            title: line.title.clone(),
            author: PersonBody::from(&line.author),
            revision: line.revision.0,
        }
    }
}

/// A change request.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct ChangeRequestBody {
    /// The revision it speaks of.
    revision: i32,
    /// Who asked.
    reviewer: PersonBody,
    /// What must change.
    note: String,
    /// When they asked.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// When they took it back, if they did.
    #[schema(value_type = Option<String>, format = DateTime)]
    withdrawn_at: Option<Timestamp>,
}

impl From<&Review> for ChangeRequestBody {
    fn from(review: &Review) -> Self {
        Self {
            revision: review.revision.0,
            reviewer: PersonBody::from(&review.reviewer),
            note: review.note.clone(),
            at: review.at,
            withdrawn_at: review.withdrawn_at,
        }
    }
}

/// That somebody brought a post to a state.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct StepBody {
    /// The state before, except for the draft that a post begins as.
    from: Option<StateName>,
    /// The state entered.
    to: StateName,
    /// Who did it.
    by: PersonBody,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// The revision that was current.
    revision: i32,
}

impl From<&Transition> for StepBody {
    fn from(step: &Transition) -> Self {
        Self {
            from: step.from.map(StateName::from),
            to: step.to.into(),
            by: PersonBody::from(&step.by),
            at: step.at,
            revision: step.revision.0,
        }
    }
}

/// A post as it is now.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct PostBody {
    /// Its number.
    id: i64,
    /// Where it stands.
    state: StateName,
    /// Since when.
    #[schema(value_type = String, format = DateTime)]
    since: Timestamp,
    /// Its title.
    title: String,
    /// Its summary.
    summary: String,
    /// Its text in Markdown.
    body: String,
    /// Who writes it.
    author: PersonBody,
    /// The number of its current revision: the entity tag, without quotation marks.
    revision: i32,
    /// When that was written, for those who had a part in making the post.
    #[schema(value_type = Option<String>, format = DateTime)]
    revised_at: Option<Timestamp>,
    /// When it was published, from publication on.
    #[schema(value_type = Option<String>, format = DateTime)]
    published_at: Option<Timestamp>,
    /// Where the public finds it, while it is published.
    #[schema(example = "/posts/let-it-be-printed")]
    public_path: Option<String>,
    /// What stands against publication; nothing for those who only read what is
    /// published.
    standing_requests: Vec<ChangeRequestBody>,
    /// Why it was archived, if it was.
    archive_reason: Option<String>,
}

impl PostBody {
    /// Returns the post as whoever had a part in making it sees it, or without
    /// what is theirs alone.
    pub(super) fn of(post: &Post, sees_history: bool) -> Self {
        let publication = post.status.publication();
        let is_public = post.state() == State::Published;
        let requests = if sees_history { post.standing_requests.as_slice() } else { &[] };
        let content = &post.current.content;
        Self {
            id: post.id.0,
            state: post.state().into(),
            since: post.since(),
            title: content.title.as_str().to_owned(),
            summary: content.summary.as_str().to_owned(),
            body: content.body.as_str().to_owned(),
            author: PersonBody::from(&post.author),
            revision: post.current.number.0,
            revised_at: sees_history.then_some(post.current.at),
            published_at: publication.map(|publication| publication.at),
            public_path: publication
                .filter(|_| is_public)
                .map(|publication| format!("/posts/{}", publication.slug)),
            standing_requests: requests.iter().map(ChangeRequestBody::from).collect(),
            archive_reason: match &post.status {
                Status::Archived(_, _, archival) => Some(archival.reason.clone()),
                Status::Draft | Status::InReview(_) | Status::Published(..) => None,
            },
        }
    }
}

/// When a revision was written.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RevisionLineBody {
    /// Its number.
    revision: i32,
    /// When it was written.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
}

/// One of the texts that a post has had.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RevisionBody {
    /// Its number.
    revision: i32,
    /// When it was written.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// Its title.
    title: String,
    /// Its summary.
    summary: String,
    /// Its text in Markdown.
    body: String,
}

impl From<&Revision> for RevisionBody {
    fn from(revision: &Revision) -> Self {
        let [title, summary, body] = revision.content.parts().map(str::to_owned);
        Self { revision: revision.number.0, at: revision.at, title, summary, body }
    }
}

/// How a post came to be.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct HistoryBody {
    /// The states that it entered, oldest first.
    transitions: Vec<StepBody>,
    /// Its revisions, the first one first.
    revisions: Vec<RevisionLineBody>,
    /// The change requests that it got, oldest first.
    change_requests: Vec<ChangeRequestBody>,
}

impl From<&PostHistory> for HistoryBody {
    fn from(history: &PostHistory) -> Self {
        let revisions = history.revisions.iter();
        Self {
            transitions: history.transitions.iter().map(StepBody::from).collect(),
            revisions: revisions
                .map(|(number, at)| RevisionLineBody { revision: number.0, at: *at })
                .collect(),
            change_requests: history.reviews.iter().map(ChangeRequestBody::from).collect(),
        }
    }
}

/// What an action would be answered now.
#[derive(Debug, Clone, Copy, Serialize, ToSchema)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Verdict {
    /// Nothing stands in the way.
    Live,
    /// The account may attempt it, and it is not valid now.
    NotNow,
    /// The account or the token does not hold the permission.
    NotYours,
}

/// Whether an action can be done now. It is advice: the door asks again.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AdviceBody {
    /// The action.
    action: ActionName,
    /// Where it is done, by POST.
    #[schema(example = "/api/v1/posts/17/publication")]
    path: String,
    /// What it would be answered.
    verdict: Verdict,
    /// Every reason why not.
    reasons: Vec<ProblemReason>,
}

impl AdviceBody {
    pub(super) fn of(action: Action, path: String, advice: Advice) -> Self {
        let (verdict, reasons) = match advice {
            Advice::Live => (Verdict::Live, Vec::new()),
            Advice::NotNow(reasons) => (Verdict::NotNow, reasons),
            Advice::NotYours(reasons) => (Verdict::NotYours, reasons),
        };
        let reasons = reasons.into_iter().map(ProblemReason::from).collect();
        Self { action: action.into(), path, verdict, reasons }
    }
}

/// An account as staff see it.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct AccountBody {
    /// Its number.
    id: i64,
    /// What its person signs in with.
    username: String,
    /// The name that others see.
    name: String,
    /// What it holds.
    roles: Vec<RoleName>,
    /// Whether its person may come in.
    is_active: bool,
    /// When it was created.
    #[schema(value_type = String, format = DateTime)]
    created_at: Timestamp,
}

impl AccountBody {
    /// Returns an account of those that may come in, or of those that may not.
    pub(super) fn of(entry: &AccountSummary, is_active: bool) -> Self {
        Self {
            id: entry.person.id.0,
            username: entry.person.username.clone(),
            name: entry.person.display_name.clone(),
            roles: entry.person.roles.iter().map(RoleName::from).collect(),
            is_active,
            created_at: entry.created_at,
        }
    }
}

/// Who was refused what, by which layer and why.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct RefusalBody {
    /// Its number.
    id: i64,
    /// When it was recorded.
    #[schema(value_type = String, format = DateTime)]
    at: Timestamp,
    /// The request, as the refused person's page or problem named it.
    #[schema(format = "uuid")]
    request_id: String,
    /// Through which edge they asked.
    #[schema(example = "api")]
    interface: String,
    /// Who was refused.
    actor: PersonBody,
    /// What they sign in with.
    username: String,
    /// What they wanted to do.
    action: String,
    /// To which post, as they named it: it may not exist.
    post: Option<i64>,
    /// Which revision they were looking at.
    revision_seen: Option<i32>,
    /// Which layer refused.
    layer: String,
    /// The reasons in the words that they were given.
    reasons: Vec<ProblemReason>,
}

impl From<RefusalLine> for RefusalBody {
    fn from(line: RefusalLine) -> Self {
        Self {
            id: line.id,
            at: line.at,
            request_id: line.request.to_string(),
            interface: line.interface,
            actor: PersonBody::from(&line.actor),
            username: line.username,
            action: line.action,
            post: line.post.map(|post| post.0),
            revision_seen: line.seen.map(|seen| seen.0),
            layer: line.layer,
            reasons: line.reasons.into_iter().map(ProblemReason::from).collect(),
        }
    }
}
