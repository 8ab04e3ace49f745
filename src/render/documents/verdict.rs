use crate::domain::named;

named! {
    /// The result that an action would have now.
    pub(crate) enum AdviceVerdict is "a verdict" {
        /// The action is possible.
        Live = "live",
        /// The account has the permission, but the action is not possible now.
        NotNow = "not-now",
        /// The account or the token lacks the permission.
        NotYours = "not-yours",
    }
}
