//! Gives each action on posts a type of its own, which the layers pass on in their
//! proofs. An attempt says what a person wants, and nothing about whether they may.

use super::{Action, Content, Fingerprint, Note, PostId, RevisionNumber, Slug};

/// What a permission is asked about: the kind of thing that is attempted, and
/// nothing of what it is attempted on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ability {
    /// One action on posts.
    Post(Action),
    /// Creating accounts and changing those of others.
    ManageAccounts,
    /// Changing one's own account.
    OwnAccount,
    /// Acknowledging incidents.
    AcknowledgeIncidents,
}

/// Something that a person asks to have done. The layers hand proofs about it
/// to each other.
pub trait Command {
    /// What a permission is asked about.
    const ABILITY: Ability;
}

/// One try at one action on posts, with everything that the person supplied.
///
/// Each action is a type of its own, so that a proof about one action is no proof about
/// another. A `Capability<Submit>` does not fit where a `Capability<Publish>` is asked for.
pub trait Attempt {
    /// Which action it is a try at.
    const ACTION: Action;

    /// Returns the post it concerns and the revision that the person was
    /// looking at; nothing for a post that does not exist yet.
    fn target(&self) -> Option<(PostId, RevisionNumber)>;

    /// Returns the note or the reason it comes with.
    fn words(&self) -> Option<&Note> {
        None
    }

    /// Returns the text it comes with.
    fn content(&self) -> Option<&Content> {
        None
    }

    /// Returns the web address that was shown to the person, if one was.
    fn shown_slug(&self) -> Option<&Slug> {
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
        let chosen = self.content().and_then(Content::chosen_slug);
        // A part only where there is one: most attempts have none.
        let slug = chosen.or(self.shown_slug().map(Slug::as_str));
        let parts = [&post, &seen, words, title, summary, body].into_iter().chain(slug);
        Fingerprint::of(Self::ACTION, &parts.collect::<Vec<_>>())
    }
}

impl<A: Attempt> Command for A {
    const ABILITY: Ability = Ability::Post(A::ACTION);
}

/// An attempt on a post that exists.
pub trait OnPost: Attempt {
    /// Returns the post.
    fn post(&self) -> PostId;

    /// Returns the revision that the person was looking at.
    fn seen(&self) -> RevisionNumber;
}

/// Create a draft.
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

/// Declares an attempt on a post that exists.
macro_rules! on_post {
    (
        $(#[$doc:meta])*
        pub struct $name:ident {
            $($(#[$field_doc:meta])* $field:ident: $type:ty as $method:ident -> $part:ty,)?
        }
    ) => {
        $(#[$doc])*
        #[derive(Debug, Clone)]
        pub struct $name {
            /// The post.
            pub post: PostId,
            /// The revision that the person was looking at.
            pub seen: RevisionNumber,
            $($(#[$field_doc])* pub $field: $type,)?
        }

        impl Attempt for $name {
            const ACTION: Action = Action::$name;

            fn target(&self) -> Option<(PostId, RevisionNumber)> {
                Some((self.post, self.seen))
            }

            $(fn $method(&self) -> Option<&$part> {
                Option::from(&self.$field)
            })?
        }

        impl OnPost for $name {
            fn post(&self) -> PostId {
                self.post
            }

            fn seen(&self) -> RevisionNumber {
                self.seen
            }
        }
    };
}

on_post! {
    /// Save a new revision.
    pub struct Revise {
        /// What it should say.
        content: Content as content -> Content,
    }
}

on_post! {
    /// Submit a draft for review.
    pub struct Submit {}
}

on_post! {
    /// Request changes.
    pub struct RequestChanges {
        /// What the author should change.
        note: Note as words -> Note,
    }
}

on_post! {
    /// Take back a change request.
    pub struct WithdrawRequest {}
}

on_post! {
    /// Make the post public.
    pub struct Publish {
        /// The web address that was shown. Without one, the post takes the one that it
        /// would get now.
        slug: Option<Slug> as shown_slug -> Slug,
    }
}

on_post! {
    /// Archive a published post.
    pub struct Archive {
        /// Why.
        reason: Note as words -> Note,
    }
}
