use askama::Template;

use super::Layout;
use super::resume::Carried;

/// The page for signing in, also where something else was wanted.
#[derive(Template)]
#[template(path = "sign_in.html")]
pub(crate) struct SignInPage {
    pub(crate) layout: Layout,
    pub(crate) username: String,
    pub(crate) next: String,
    pub(crate) problem: Option<String>,
    /// The form to go on with, encoded as it was sent.
    pub(crate) carried: Option<Carried>,
}
