//! Making and revoking API tokens.

use actix_web::HttpResponse;
use actix_web::web::{Bytes, Data};

use crate::account::change::{change, change_and_return};
use crate::account::page::{self, Feedback, show_again};
use crate::account::proof::{self, Proof};
use crate::accounts::tokens::{self, Token};
use crate::domain::{
    InvalidInput, NewToken, OwnChange, Permission, TokenId, TokenLifetime, TokenName,
};
use crate::http::flash::Flash;
use crate::http::{Context, Form, Hashing, Reply, Request, Work};
use crate::refusal::Refusal;
use crate::store::Store;

pub(super) async fn make(
    request: Request,
    body: Bytes,
    context: Data<Context>,
    hashing: Data<Hashing>,
) -> HttpResponse {
    // A form of another session is refused below, without a look at the password.
    let form = Form::parse(&body).unwrap_or_default();
    let typed = form.peek("password").unwrap_or_default().to_owned();
    let proof = match request.sent(&form) {
        Ok(true) if !typed.is_empty() => match context.admit(&request, Work::Short).await {
            Ok(admission) => proof::check(&request, &admission, &hashing, &typed).await,
            Err(refusal) => Err(refusal),
        },
        _ => Ok(Proof::Checked(None)),
    };
    context
        .form(Work::Short, request, body, |store, request, form| {
            let kept = |field| form.peek(field).unwrap_or_default().to_owned();
            let (name, days) = (kept("name"), kept("days"));
            let chosen = form.read(fields)?;
            let feedback =
                |name, days, chosen| Feedback { name, days, chosen, ..Feedback::default() };
            let shown = match proof? {
                Proof::Checked(shown) => shown,
                Proof::Throttled(throttled) => {
                    let feedback = feedback(name, days, chosen);
                    let field = "token_password";
                    return page::show_throttled(store, request, &throttled, field, feedback);
                }
            };
            let token = tokens::generate();
            let made = new_token(&name, &days, &chosen, &token).map_err(Refusal::from).and_then(
                |wanted| change(store, request, &OwnChange::MakeToken(wanted), shown.as_deref()),
            );
            match made {
                Ok(()) => Ok(page::show_token(store, request, token)),
                Err(refusal) => show_again(store, request, refusal, feedback(name, days, chosen)),
            }
        })
        .await
}

/// Returns the permissions that are chosen. The other fields are only required.
fn fields(form: &mut Form) -> Result<Vec<Permission>, Refusal> {
    form.require("name")?;
    form.require("days")?;
    form.require("password")?;
    form.take("username")?;
    Ok(form.ticked(&Permission::ALL)?)
}

fn new_token(
    name: &str,
    days: &str,
    chosen: &[Permission],
    token: &Token,
) -> Result<NewToken, InvalidInput> {
    let permissions = (!chosen.is_empty()).then(|| chosen.to_vec());
    match (TokenName::parse(name), TokenLifetime::parse(days)) {
        (Ok(name), Ok(lifetime)) => Ok(NewToken {
            name,
            lifetime,
            permissions,
            beginning: token.beginning(),
            secret: token.hash(),
        }),
        (name, lifetime) => {
            Err(InvalidInput([name.err(), lifetime.err()].into_iter().flatten().collect()))
        }
    }
}

pub(super) fn revoke(store: &Store, request: &Request, form: Form) -> Result<Reply, Refusal> {
    form.read(|_| Ok(()))?;
    let id = TokenId(request.segments.number("id")?);
    change_and_return(store, request, &OwnChange::RevokeToken(id), Flash::TokenRevoked)
}
