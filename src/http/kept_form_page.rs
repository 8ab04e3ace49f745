//! The pages that offer a kept form again.

use super::error_kind::{OTHER_ACCOUNT, STALE_FORM};
use super::kept_form::{CarriedForm, KeptForm};
use super::refused_page::RefusedPage;
use super::sign_in_page::SignInPage;
use super::{Form, Layout, Reply, Request};

/// Returns the page for a form whose token is not this session's: the form is too
/// old, or was loaded before signing in.
pub(crate) fn stale_form(request: &Request, form: &Form) -> Reply {
    if request.is_by_somebody_else(form)
        && let Some(carried) = CarriedForm::of(request, form)
    {
        return other_account(request, carried);
    }
    let page = RefusedPage {
        onward: vec![("/desk".to_owned(), "Discard it and go to my desk")],
        kept: Some(KeptForm::of(request, form, "Send again")),
        ..RefusedPage::of(STALE_FORM, request)
    };
    Reply::error(STALE_FORM, &page)
}

/// Returns the page for sending a form again after signing in.
pub(crate) fn welcome_back(request: &Request, form: KeptForm) -> Reply {
    let lead = match form.has_key() {
        true => "The form that you sent is below. Send it again: nothing is done twice.",
        false => {
            "The form that you sent is below. Nothing was done yet: check it and send it again."
        }
    };
    Reply::ok(&RefusedPage {
        onward: vec![("/desk".to_owned(), "Discard it and go to my desk")],
        kept: Some(form),
        ..RefusedPage::new(request, "You are signed in again", lead)
    })
}

/// Returns the page for a form that another person than the viewer filled in. Its
/// text is not shown. The sign-in form carries it until its author signs in.
pub(crate) fn other_account(request: &Request, carried: CarriedForm) -> Reply {
    let page = SignInPage {
        layout: Layout::new(request, OTHER_ACCOUNT.title, None),
        username: String::new(),
        next: "/desk".to_owned(),
        problem: Some(OTHER_ACCOUNT.lead.to_owned()),
        carried: Some(carried),
    };
    Reply::error(OTHER_ACCOUNT, &page)
}
