//! A program with a token, in the house of the pages' tests.

use axum::body::Body;
use axum::http::{Method, Request, header};
use serde_json::Value;

use crate::domain::ids::{TenantId, TokenId};
use crate::door::Bearer;
use crate::store::tokens::ApiToken;
use crate::store::{people, tokens};
use crate::web::tests::house::{Answer, House, address};

/// A program that calls with a token of its own.
pub struct Program<'h> {
    house: &'h House,
    token: Option<String>,
}

impl<'h> Program<'h> {
    /// Without a token.
    pub fn nobody(house: &'h House) -> Self {
        Self { house, token: None }
    }

    /// With a token of this person in this tenant.
    pub async fn of(house: &'h House, slug: &str, role: &str) -> Self {
        let tenant = tenant(house, slug);
        Self::with(house, Some(tenant), Some(&format!("{role}@{slug}.test"))).await
    }

    /// With a token of a tenant that belongs to nobody.
    pub async fn of_nobody(house: &'h House, slug: &str) -> Self {
        Self::with(house, Some(tenant(house, slug)), None).await
    }

    /// With a token of the platform.
    pub async fn of_platform(house: &'h House) -> Self {
        Self::with(house, None, Some("root@platform.test")).await
    }

    async fn with(house: &'h House, tenant: Option<TenantId>, email: Option<&str>) -> Self {
        let desk = &house.web.desk;
        let word = Bearer::new("postroom_", &desk.random);
        let mut tx = desk.db.write().await.unwrap();
        let user = match email {
            Some(email) => people::by_email(&mut tx, &address(email)).await.unwrap(),
            None => None,
        };
        let token = ApiToken {
            id: TokenId(desk.random.uuid(desk.clock.now())),
            tenant,
            user: user.map(|user| user.id),
            name: "a program".into(),
            created_at: desk.clock.now(),
            revoked_at: None,
        };
        tokens::insert(&mut tx, &token, &word.hash()).await.unwrap();
        tx.commit().await.unwrap();
        Self {
            house,
            token: Some(word.expose().to_owned()),
        }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.call(Method::GET, path, &[], "").await
    }

    pub async fn post(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::POST, path, body).await
    }

    pub async fn patch(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::PATCH, path, body).await
    }

    pub async fn put(&self, path: &str, body: &Value) -> Answer {
        self.send(Method::PUT, path, body).await
    }

    async fn send(&self, method: Method, path: &str, body: &Value) -> Answer {
        let json = [("content-type", "application/json")];
        self.call(method, path, &json, &body.to_string()).await
    }

    pub async fn call(
        &self,
        method: Method,
        path: &str,
        headers: &[(&str, &str)],
        body: &str,
    ) -> Answer {
        let mut request = Request::builder()
            .method(method)
            .uri(format!("/api/v1{path}"))
            .header(header::HOST, "127.0.0.1:8080");
        if let Some(token) = &self.token {
            request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.house
            .call(request.body(Body::from(body.to_owned())).unwrap())
            .await
    }
}

fn tenant(house: &House, slug: &str) -> TenantId {
    house.web.desk.directory().by_slug(slug).unwrap().tenant.id
}

/// The JSON of an answer.
pub fn json(answer: &Answer) -> Value {
    serde_json::from_str(&answer.body).unwrap_or_else(|_| panic!("not JSON: {}", answer.body))
}
