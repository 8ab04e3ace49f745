use super::named::named;

named! {
    /// What the record of an account says to have happened.
    pub enum AccountEvent is "an account event" {
        /// The account was created.
        Created = "created",
        /// It was given another display name.
        Renamed = "renamed",
        /// It was granted a role.
        RoleGranted = "role-granted",
        /// It was deprived of a role.
        RoleRevoked = "role-revoked",
        /// It was deactivated.
        Deactivated = "deactivated",
        /// It was reactivated.
        Reactivated = "reactivated",
        /// Its password was replaced.
        PasswordSet = "password-set",
        /// A one-time link to set a password was made.
        PasswordLinkMade = "password-link-made",
        /// Sessions were ended.
        SessionsEnded = "sessions-ended",
        /// A token was made.
        TokenMade = "token-made",
        /// A token was revoked.
        TokenRevoked = "token-revoked",
    }
}
