//! Making and revoking API tokens.

use actix_web::HttpResponse;
use actix_web::web::{self, Bytes, Data, Path, ServiceConfig};

use crate::account::change::{change, change_and_return};
use crate::account::page::{self, Feedback, show_again};
use crate::accounts::tokens::{self, Token};
use crate::domain::{
    InvalidInput, NewToken, OwnChange, Permission, TokenId, TokenLifetime, TokenName,
};
use crate::http::flash::Flash;
use crate::http::{Context, Form, Request};
use crate::refusal::Refusal;

pub(super) fn routes(config: &mut ServiceConfig) {
    config
        .route("/account/tokens", web::post().to(make))
        .route("/account/tokens/{id}/revoke", web::post().to(revoke));
}

async fn make(request: Request, body: Bytes, context: Data<Context>) -> HttpResponse {
    context
        .form(request, body, |store, request, form| {
            let (name, days, chosen) = form.read(fields)?;
            let token = tokens::generate();
            let made = new_token(&name, &days, &chosen, &token)
                .map_err(Refusal::from)
                .and_then(|wanted| change(store, request, &OwnChange::MakeToken(wanted), None));
            match made {
                Ok(()) => page::show_token(store, request, token),
                Err(refusal) => {
                    let feedback = Feedback { name, days, chosen, ..Feedback::default() };
                    show_again(store, request, refusal, feedback)
                }
            }
        })
        .await
}

fn fields(form: &mut Form) -> Result<(String, String, Vec<Permission>), Refusal> {
    let (name, days) = (form.require("name")?, form.require("days")?);
    let mut chosen = Vec::new();
    for permission in Permission::ALL {
        if form.take(permission.as_str())?.is_some() {
            chosen.push(permission);
        }
    }
    Ok((name, days, chosen))
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

async fn revoke(
    request: Request,
    path: Path<String>,
    body: Bytes,
    context: Data<Context>,
) -> HttpResponse {
    context
        .form(request, body, move |store, request, form| {
            form.read(|_| Ok(()))?;
            let id = path.parse().map(TokenId).map_err(|_| Refusal::NotFound)?;
            change_and_return(store, request, &OwnChange::RevokeToken(id), Flash::TokenRevoked)
        })
        .await
}
