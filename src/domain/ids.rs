/// Declares the names of rows: numbers that the database gives.
macro_rules! ids {
    ($($(#[$doc:meta])* pub struct $name:ident($number:ty);)*) => {
        $(
            $(#[$doc])*
            #[derive(
                Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, serde::Serialize,
                serde::Deserialize,
            )]
            pub struct $name(pub $number);

            impl std::fmt::Display for $name {
                fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                    self.0.fmt(formatter)
                }
            }
        )*
    };
}

ids! {
    /// The id of an account.
    pub struct UserId(i64);

    /// The id of a post.
    pub struct PostId(i64);

    /// Numbers the revisions of one post, from 1, without gaps.
    pub struct RevisionNumber(i32);

    /// The id of a review.
    pub struct ReviewId(i64);

    /// The id of an incident.
    pub struct IncidentId(i64);

    /// The id of an API token.
    pub struct TokenId(i64);
}
