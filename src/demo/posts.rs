//! The demo posts, and what happens to them. The home page begins with the last
//! ones to be published.

/// A post, and what happened to it.
pub(super) struct DemoPost {
    /// Part of the keys of its steps, so it never changes.
    pub(super) name: &'static str,
    pub(super) author: &'static str,
    pub(super) title: &'static str,
    pub(super) summary: &'static str,
    pub(super) body: &'static str,
    pub(super) steps: &'static [DemoStep],
}

/// What happens to a post next.
pub(super) enum DemoStep {
    Submit,
    Revise { body: &'static str },
    RequestChanges { by: &'static str, note: &'static str },
    WithdrawRequest { by: &'static str },
    Publish { by: &'static str },
    Archive { by: &'static str, reason: &'static str },
}

impl DemoStep {
    /// Returns the username of the person who takes the step.
    pub(super) fn actor(&self, post: &DemoPost) -> &'static str {
        match self {
            Self::Submit | Self::Revise { .. } => post.author,
            Self::RequestChanges { by, .. }
            | Self::WithdrawRequest { by }
            | Self::Publish { by }
            | Self::Archive { by, .. } => by,
        }
    }
}

pub(super) const POSTS: &[DemoPost] = &[
    DemoPost {
        name: "wicked-bible",
        author: "arthur",
        title: "The most expensive missing word",
        summary: "In 1631 the King's printers left three letters out of a Bible.",
        body: include_str!("wicked_bible.md"),
        steps: &[
            DemoStep::Submit,
            DemoStep::Publish { by: "edith" },
            DemoStep::Archive {
                by: "stan",
                reason: "A reader wrote that our sources disagree about the fine. Arthur is \
                        looking it up and will write a new post.",
            },
        ],
    },
    DemoPost {
        name: "errata",
        author: "alice",
        title: "Errata, or how to be wrong in public",
        summary: "",
        body: include_str!("errata.md"),
        steps: &[],
    },
    DemoPost {
        name: "paper-sizes",
        author: "arthur",
        title: "Why A4 is the size it is",
        summary: "One ratio, one square metre, and a page that halves without waste.",
        body: include_str!("paper_sizes.md"),
        steps: &[],
    },
    DemoPost {
        name: "dashes",
        author: "alice",
        title: "Three dashes and when to use them",
        summary: "The hyphen joins, the en dash spans, the em dash interrupts.",
        body: include_str!("dashes.md"),
        steps: &[
            DemoStep::Submit,
            DemoStep::RequestChanges {
                by: "edith",
                note: "The table needs the minus sign: readers will look for it here, and \
                        many of them type a hyphen.",
            },
        ],
    },
    DemoPost {
        name: "marks-and-diffs",
        author: "rosa",
        title: "Proof marks are a diff format",
        summary: "What a pencil in the margin and a patch file have in common.",
        body: include_str!("marks_and_diffs_1.md"),
        steps: &[
            DemoStep::Submit,
            DemoStep::RequestChanges {
                by: "edith",
                note: "Show one, please: I believe you about patches only when I see the \
                        plus and the minus. And say what stet means.",
            },
            DemoStep::Revise { body: include_str!("marks_and_diffs_2.md") },
        ],
    },
    DemoPost {
        name: "widows-and-orphans",
        author: "arthur",
        title: "Widows, orphans and two lines of CSS",
        summary: "A rule of the composing room that browsers have learned for print.",
        body: include_str!("widows_and_orphans.md"),
        steps: &[DemoStep::Submit, DemoStep::Publish { by: "rosa" }],
    },
    DemoPost {
        name: "etaoin-shrdlu",
        author: "rosa",
        title: "Etaoin shrdlu",
        summary: "The nonsense that newspapers printed for most of a century, and why.",
        body: include_str!("etaoin_shrdlu.md"),
        steps: &[DemoStep::Submit, DemoStep::Publish { by: "edith" }],
    },
    DemoPost {
        name: "reading-proofs",
        author: "arthur",
        title: "How to read your own proofs",
        summary: "You know what you meant, which is why you cannot see what you wrote.",
        body: include_str!("reading_proofs.md"),
        steps: &[
            DemoStep::Submit,
            DemoStep::RequestChanges {
                by: "edith",
                note: "Is reading backwards really worth recommending? I have never met \
                        anybody who does it.",
            },
            DemoStep::WithdrawRequest { by: "edith" },
            DemoStep::Publish { by: "rosa" },
        ],
    },
    DemoPost {
        name: "short-letter",
        author: "alice",
        title: "The time to make it shorter",
        summary: "Who really apologised for a long letter, and what he was busy with.",
        body: include_str!("short_letter.md"),
        steps: &[DemoStep::Submit, DemoStep::Publish { by: "edith" }],
    },
    DemoPost {
        name: "imprimatur",
        author: "alice",
        title: "Let it be printed",
        summary: "One Latin verb, two signatures, and the oldest publishing workflow still in use.",
        body: include_str!("imprimatur.md"),
        steps: &[DemoStep::Submit, DemoStep::Publish { by: "rosa" }],
    },
];
