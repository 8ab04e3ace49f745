use crate::domain::{Action, Permission, Person, UserId};
use crate::http::flash::Flash;
use crate::http::{Request, assets};
use crate::permissions;

/// What stands around every page.
#[derive(Debug)]
pub struct Layout {
    /// The page's name in the title bar.
    pub title: String,
    /// The page's own path.
    path: String,
    /// Who is signed in, as far as this page knows.
    pub viewer: Option<Viewer>,
    /// Whether the browser has a session that this page did not look at.
    pub may_be_signed_in: bool,
    /// What the admin's pages have around them.
    pub admin: Option<AdminLayout>,
    /// The line that the last action left.
    pub flash: Option<&'static str>,
    /// The token for this session's forms.
    pub token: String,
    /// The address of the stylesheet, which changes with its contents.
    pub stylesheet: &'static str,
    /// The address of the script, which changes with its contents.
    pub script: &'static str,
    /// Whether something on the page has to be mended: its title says so first.
    pub has_errors: bool,
    /// Whether the last action left a text with the server.
    pub is_saved: bool,
}

/// What stands around every page of the admin.
#[derive(Debug)]
pub struct AdminLayout {
    /// The addresses and names of its tabs.
    pub tabs: &'static [(&'static str, &'static str)],
    /// How many incidents nobody has acknowledged, as far as is counted.
    pub open_incidents: i64,
}

/// What the head of a page says of its reader.
#[derive(Debug)]
pub struct Viewer {
    /// Whose account it is.
    pub id: UserId,
    /// Their name.
    pub name: String,
    /// What they hold.
    pub roles: String,
    /// Whether they are shown the way to begin a post.
    pub may_create: bool,
    /// Whether they are shown the way to the admin.
    pub sees_admin: bool,
    /// Whether they are shown the way to a desk: staff who neither write nor
    /// review have nothing on it.
    pub has_desk: bool,
}

impl Layout {
    /// Returns the layout of a page with this title, for this viewer.
    pub fn new(request: &Request, title: &str, viewer: Option<&Person>) -> Self {
        Self {
            title: title.to_owned(),
            path: request.path.clone(),
            viewer: viewer.map(|person| {
                let holds = |permission| permissions::holds(&person.roles, permission);
                let may_create = holds(permissions::required(Action::Create));
                let sees_admin = holds(Permission::ViewAudit);
                let may_publish = holds(permissions::required(Action::Publish));
                Viewer {
                    id: person.id,
                    name: person.display_name.clone(),
                    roles: person.roles.to_string(),
                    may_create,
                    sees_admin,
                    has_desk: may_create || may_publish || !sees_admin,
                }
            }),
            may_be_signed_in: request.owner().is_some(),
            admin: None,
            flash: request.flash.map(Flash::sentence),
            token: request.token(),
            stylesheet: assets::stylesheet_address(),
            script: assets::script_address(),
            has_errors: false,
            is_saved: request.flash.is_some_and(Flash::is_about_a_text),
        }
    }

    /// Says that the page is the one at this address, whatever was asked for.
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
