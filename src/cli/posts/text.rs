//! Posts as text, for people and for line-based tools.

use jiff::Timestamp;

use crate::cli::output::reason_lines;
use crate::domain::{Byline, Outcome, Post, PostId, RevisionNumber, State, Status};
use crate::render::documents::ActionsBody;
use crate::store::posts::{ChangeLine, PostHistory};

fn heading(post: PostId, revision: RevisionNumber, state: State) -> String {
    format!("post {post} revision {revision} {}", state.as_str())
}

pub(super) fn outcome(outcome: &Outcome) -> String {
    let heading = heading(outcome.post, outcome.revision, outcome.state);
    match &outcome.slug {
        Some(slug) => format!("{heading} at /posts/{slug}"),
        None => heading,
    }
}

pub(super) fn line(line: &ChangeLine) -> String {
    let title = line.title.or_untitled();
    let (state, author) = (line.state.as_str(), &line.author.name);
    format!("{}\t{state}\trevision {}\t{author}\t{title}", line.id, line.revision)
}

/// Returns a post for a reader who sees its history.
pub(super) fn post(post: &Post) -> String {
    let submission = match &post.status {
        Status::Draft => None,
        Status::InReview(submission)
        | Status::Published(submission, _)
        | Status::Archived(submission, ..) => Some(submission),
    };
    let submitted = submission.map(|it| format!("submitted\t{}\t{}\n", it.at, it.by));
    let requests = post.standing_requests.iter().map(|request| {
        let note: String = request.note.lines().map(|line| format!("\t{line}\n")).collect();
        format!("changes requested\t{}\t{}\n{note}", request.at, request.reviewer)
    });
    let named = Byline::to_string;
    with_details(post, named, &submitted.unwrap_or_default(), &requests.collect::<String>())
}

/// Returns a post for a reader who does not see its history.
pub(super) fn public_post(post: &Post) -> String {
    with_details(post, |byline| byline.name.clone(), "", "")
}

fn with_details(
    post: &Post,
    named: fn(&Byline) -> String,
    submitted: &str,
    requests: &str,
) -> String {
    let head = heading(post.id, post.current.number, post.state());
    let mut text = format!("{head}\nauthor\t{}\n{submitted}", named(&post.author));
    if let Some(publication) = post.status.publication() {
        text += &format!("published\t{}\t{}\n", publication.at, named(&publication.by));
        if let Status::Archived(_, _, archival) = &post.status {
            text += &format!("archived\t{}\t{}\n", archival.at, named(&archival.by));
        }
        text += &format!("slug\t{}\n", publication.slug);
    }
    let [title, summary, body] = post.current.content.parts();
    if let (None, Some(slug)) = (post.status.publication(), post.current.content.chosen_slug()) {
        text += &format!("slug\t{slug}\n");
    }
    text + &format!("{requests}title\t{title}\nsummary\t{summary}\n\n{body}")
}

pub(super) fn history(post: &Post, history: &PostHistory) -> String {
    let mut lines: Vec<(Timestamp, String)> = Vec::new();
    for step in &history.transitions {
        let (state, by) = (step.to.as_str(), &step.by);
        lines.push((step.at, format!("{state}\trevision {}\t{by}", step.revision)));
    }
    // The first revision is the draft that the post begins as.
    for (number, at) in history.revisions.iter().skip(1) {
        lines.push((*at, format!("revised\trevision {number}")));
    }
    for request in &history.reviews {
        let (number, by) = (request.revision, &request.reviewer);
        let note = format!("changes requested\trevision {number}\t{by}\t{:?}", request.note);
        lines.push((request.at, note));
        if let Some(at) = request.withdrawn_at {
            lines.push((at, format!("request withdrawn\trevision {number}\t{by}")));
        }
    }
    for reading in &history.readings {
        let (number, by) = (reading.revision, &reading.reader);
        lines.push((reading.at, format!("read\trevision {number}\t{by}")));
    }
    lines.sort_by_key(|(at, _)| *at);
    let lines = lines.into_iter().map(|(at, words)| format!("\n{at}\t{words}"));
    heading(post.id, post.current.number, post.state()) + &lines.collect::<String>()
}

pub(super) fn advice(post: &Post, advice: &ActionsBody) -> String {
    let mut text = heading(post.id, post.current.number, post.state());
    for it in &advice.actions {
        text += &format!("\n{}\t{}", it.action, it.verdict.as_str());
        for reason in &it.reasons {
            for line in reason_lines(reason) {
                text += &format!("\n{line}");
            }
        }
    }
    text
}
