use actix_web::web;

/// Returns a resource that takes GET alone.
pub(crate) fn get_only(path: &str) -> GetOnly {
    GetOnly(path.to_owned())
}

pub(crate) struct GetOnly(String);

impl GetOnly {
    pub(crate) fn to<F, Args>(self, handler: F) -> actix_web::Resource
    where
        F: actix_web::Handler<Args>,
        Args: actix_web::FromRequest + 'static,
        F::Output: actix_web::Responder + 'static,
    {
        web::resource(self.0).route(web::get().to(handler))
    }
}
