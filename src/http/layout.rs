//! Prepares what surrounds every page: title, header, navigation, message and form
//! token.

use std::borrow::Cow;
use std::sync::Arc;

use diesel::pg::PgConnection;

use crate::domain::{Action, Permission, Person, UserId};
use crate::http::flash::Flash;
use crate::http::{Request, Site, assets};
use crate::refusal::Refusal;
use crate::{audit, permissions};

/// The frame of every page.
#[derive(Debug)]
pub struct Layout {
    /// The title of the page.
    pub title: String,
    /// How the site presents itself.
    pub site: Arc<Site>,
    /// The language of the page, for `lang`. Only public pages have another than
    /// English, because their text is mostly that of posts.
    language: Option<String>,
    /// The page's own path.
    path: String,
    /// The person who is signed in, if the page has looked them up.
    pub viewer: Option<Viewer>,
    /// Whether the browser has sent a session, which may have ended.
    pub may_be_signed_in: bool,
    /// The number of open incidents, up to a limit, on the pages of the admin.
    pub open_incidents: Option<i64>,
    /// The line that the last action left.
    pub flash: Option<Cow<'static, str>>,
    /// The token for this session's forms.
    pub token: String,
    /// The address of the stylesheet, which changes with its contents.
    pub stylesheet: &'static str,
    /// The address of the script, which changes with its contents.
    pub script: &'static str,
    /// Whether the page has errors. The title then begins with "Error".
    pub has_errors: bool,
    /// Whether the last action saved a typed text.
    pub is_saved: bool,
}

/// The tabs of the admin: their paths and labels.
pub(crate) const ADMIN_TABS: &[(&str, &str)] = &[
    ("/admin", "Overview"),
    ("/admin/posts", "Posts"),
    ("/admin/accounts", "Accounts"),
    ("/admin/permissions", "Roles and rules"),
    ("/admin/refusals", "Refused actions"),
    ("/admin/incidents", "System incidents"),
];

/// The person that the header of a page names.
#[derive(Debug)]
pub struct Viewer {
    /// The id of their account.
    pub id: UserId,
    /// Their display name.
    pub name: String,
    /// Their roles.
    pub roles: String,
    /// Whether the header has a link to start a post.
    pub may_create: bool,
    /// Whether the header has a link to the admin.
    pub sees_admin: bool,
    /// Whether the header has a link to the desk. Staff who neither write nor review
    /// have nothing there.
    pub has_desk: bool,
}

impl Viewer {
    /// Returns what the header says of this person.
    pub(crate) fn of(person: &Person) -> Self {
        let may_create = permissions::may(person, Action::Create);
        let sees_admin = permissions::holds(&person.roles, Permission::ViewAudit);
        Self {
            id: person.id,
            name: person.display_name.clone(),
            roles: person.roles.to_string(),
            may_create,
            sees_admin,
            has_desk: may_create || permissions::may(person, Action::RequestChanges) || !sees_admin,
        }
    }
}

impl Layout {
    /// Returns the layout of a page with this title, for this viewer.
    pub fn new(request: &Request, title: &str, viewer: Option<&Person>) -> Self {
        Self {
            title: title.to_owned(),
            site: request.site.clone(),
            language: None,
            path: request.path.clone(),
            viewer: viewer.map(Viewer::of),
            may_be_signed_in: request.owner().is_some(),
            open_incidents: None,
            flash: request.flash.map(Flash::sentence),
            token: request.token(),
            stylesheet: assets::stylesheet_address(),
            script: assets::script_address(),
            has_errors: false,
            is_saved: request.flash.is_some_and(Flash::is_about_a_text),
        }
    }

    /// Returns the layout of an admin page: the tabs and the number of open incidents.
    pub fn of_admin(
        conn: &mut PgConnection,
        request: &Request,
        title: &str,
        viewer: &Person,
    ) -> Result<Self, Refusal> {
        let open_incidents = Some(audit::open_incidents(conn)?);
        Ok(Self { open_incidents, ..Self::new(request, title, Some(viewer)) })
    }

    /// Returns the layout of a public page. It is the same for everyone who is not
    /// signed in.
    pub fn public(request: &Request, title: &str, viewer: Option<&Person>) -> Self {
        let language = Some(request.site.page_language().to_owned());
        Self { language, ..Self::new(request, title, viewer) }
    }

    /// Returns the layout of an error page. It keeps the frame that the person had.
    pub fn of_error(request: &Request, title: &str) -> Self {
        let mut layout = Self::new(request, title, request.known_viewer());
        let is_staff = layout.viewer.as_ref().is_some_and(|viewer| viewer.sees_admin);
        if is_staff && layout.is_within("/admin") {
            layout.open_incidents = Some(0);
        }
        layout
    }

    /// Returns the language of the page, for `lang`.
    pub fn language(&self) -> &str {
        self.language.as_deref().unwrap_or("en")
    }

    /// Sets the page's own path, where it is not that of the request.
    pub fn move_to(&mut self, address: &str) {
        address.clone_into(&mut self.path);
    }

    /// Returns whether this page is the one at the address, or below it.
    pub fn is_within(&self, address: &str) -> bool {
        let below = self.path.strip_prefix(address);
        below.is_some_and(|below| below.is_empty() || below.starts_with('/'))
    }

    /// Returns whether this page is the one at the address.
    pub fn is_at(&self, address: &str) -> bool {
        self.path == address
    }
}
