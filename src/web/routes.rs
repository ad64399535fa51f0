//! Routes that know their own list, so that a test can walk every one of them as everybody (A21).

use axum::Router;
use axum::handler::Handler;
use axum::http::Method;
use axum::routing::MethodFilter;

use crate::web::Web;

/// One route, as the access matrix names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Listed {
    /// `GET` or `POST`.
    pub method: String,
    /// The pattern: `/tickets/{key}`.
    pub path: &'static str,
}

/// A router and the list of what is in it.
#[derive(Default)]
pub struct Routes {
    router: Router<Web>,
    listed: Vec<Listed>,
}

impl Routes {
    /// Answers `GET path`.
    pub fn get<H, T>(self, path: &'static str, handler: H) -> Self
    where
        H: Handler<T, Web>,
        T: 'static,
    {
        self.on(&Method::GET, MethodFilter::GET, path, handler)
    }

    /// Answers `POST path`.
    pub fn post<H, T>(self, path: &'static str, handler: H) -> Self
    where
        H: Handler<T, Web>,
        T: 'static,
    {
        self.on(&Method::POST, MethodFilter::POST, path, handler)
    }

    fn on<H, T>(
        mut self,
        method: &Method,
        filter: MethodFilter,
        path: &'static str,
        handler: H,
    ) -> Self
    where
        H: Handler<T, Web>,
        T: 'static,
    {
        self.listed.push(Listed {
            method: method.to_string(),
            path,
        });
        self.router = self.router.route(path, axum::routing::on(filter, handler));
        self
    }

    /// These and those.
    pub fn and(mut self, others: Self) -> Self {
        self.listed.extend(others.listed);
        self.router = self.router.merge(others.router);
        self
    }

    /// The router.
    pub fn router(self) -> Router<Web> {
        self.router
    }

    /// What is in it.
    pub fn listed(&self) -> &[Listed] {
        &self.listed
    }
}
