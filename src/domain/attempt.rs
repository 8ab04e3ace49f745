use super::{Action, Content, Fingerprint, Note, PostId, RevisionNumber};

/// One try at one action, with everything that the person supplied.
///
/// Each action is a type of its own, so that a proof about one action is no
/// proof about another: a `Capability<Submit>` does not fit where a
/// `Capability<Publish>` is asked for.
pub trait Attempt {
    /// Which action it is a try at.
    const ACTION: Action;

    /// Returns the post it concerns, and the revision its author was looking at.
    fn target(&self) -> Option<(PostId, RevisionNumber)>;

    /// Returns the words it comes with: a note or a reason.
    fn words(&self) -> Option<&Note> {
        None
    }

    /// Returns the text it comes with.
    fn content(&self) -> Option<&Content> {
        None
    }

    /// Returns what tells this attempt from another under the same key.
    fn fingerprint(&self) -> Fingerprint {
        let (post, seen) = match self.target() {
            Some((post, seen)) => (post.to_string(), seen.to_string()),
            None => (String::new(), String::new()),
        };
        let words = self.words().map(Note::as_str).unwrap_or_default();
        let [title, summary, body] = match self.content() {
            Some(content) => content.parts(),
            None => [""; 3],
        };
        Fingerprint::of(Self::ACTION, &[&post, &seen, words, title, summary, body])
    }
}

/// Begin a post as a draft.
#[derive(Debug, Clone)]
pub struct Create {
    /// Its first revision.
    pub content: Content,
}

impl Attempt for Create {
    const ACTION: Action = Action::Create;

    fn target(&self) -> Option<(PostId, RevisionNumber)> {
        None
    }

    fn content(&self) -> Option<&Content> {
        Some(&self.content)
    }
}

/// Write a new revision.
#[derive(Debug, Clone)]
pub struct Revise {
    /// The post.
    pub post: PostId,
    /// The revision that was edited.
    pub seen: RevisionNumber,
    /// What it should say.
    pub content: Content,
}

impl Attempt for Revise {
    const ACTION: Action = Action::Revise;

    fn target(&self) -> Option<(PostId, RevisionNumber)> {
        Some((self.post, self.seen))
    }

    fn content(&self) -> Option<&Content> {
        Some(&self.content)
    }
}

/// Hand a draft to the reviewers.
#[derive(Debug, Clone)]
pub struct Submit {
    /// The post.
    pub post: PostId,
    /// The revision that its author was looking at.
    pub seen: RevisionNumber,
}

impl Attempt for Submit {
    const ACTION: Action = Action::Submit;

    fn target(&self) -> Option<(PostId, RevisionNumber)> {
        Some((self.post, self.seen))
    }
}

/// Say what must change before publication.
#[derive(Debug, Clone)]
pub struct RequestChanges {
    /// The post.
    pub post: PostId,
    /// The revision that the reviewer read.
    pub seen: RevisionNumber,
    /// What must change.
    pub note: Note,
}

impl Attempt for RequestChanges {
    const ACTION: Action = Action::RequestChanges;

    fn target(&self) -> Option<(PostId, RevisionNumber)> {
        Some((self.post, self.seen))
    }

    fn words(&self) -> Option<&Note> {
        Some(&self.note)
    }
}

/// Take back one's own change request.
#[derive(Debug, Clone)]
pub struct WithdrawRequest {
    /// The post.
    pub post: PostId,
    /// The revision that the request speaks of.
    pub seen: RevisionNumber,
}

impl Attempt for WithdrawRequest {
    const ACTION: Action = Action::WithdrawRequest;

    fn target(&self) -> Option<(PostId, RevisionNumber)> {
        Some((self.post, self.seen))
    }
}

/// Let it be printed.
#[derive(Debug, Clone)]
pub struct Publish {
    /// The post.
    pub post: PostId,
    /// The revision that the reviewer read.
    pub seen: RevisionNumber,
}

impl Attempt for Publish {
    const ACTION: Action = Action::Publish;

    fn target(&self) -> Option<(PostId, RevisionNumber)> {
        Some((self.post, self.seen))
    }
}

/// Take a published post off the public site.
#[derive(Debug, Clone)]
pub struct Archive {
    /// The post.
    pub post: PostId,
    /// The published revision.
    pub seen: RevisionNumber,
    /// Why. Policy asks for one; the record keeps it.
    pub reason: Note,
}

impl Attempt for Archive {
    const ACTION: Action = Action::Archive;

    fn target(&self) -> Option<(PostId, RevisionNumber)> {
        Some((self.post, self.seen))
    }

    fn words(&self) -> Option<&Note> {
        Some(&self.reason)
    }
}
