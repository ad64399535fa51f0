//! The OpenAPI document: what the calls say about themselves, and what holds for all of them.

use utoipa::openapi::path::Operation;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityRequirement, SecurityScheme};
use utoipa::openapi::{
    ComponentsBuilder, ContentBuilder, Info, OpenApi, OpenApiBuilder, PathItem, Ref, RefOr,
    Response, ResponseBuilder, ServerBuilder,
};
use utoipa::{PartialSchema as _, ToSchema as _};

use super::problem::{Document, FieldProblem};

const ABOUT: &str = "Tickets, messages and mail of one tenant, by a bearer token. Errors are problem documents \
    (RFC 9457). Lists are `{items, next}`; `next` is the `cursor` of the next page. Times are RFC 3339, UTC. A POST \
    with an `Idempotency-Key` may be repeated. Each token may call 600 times a minute.";

/// The beginning of the document, before the calls are added.
pub fn beginning() -> OpenApi {
    let mut info = Info::new("Postroom", env!("CARGO_PKG_VERSION"));
    info.description = Some(ABOUT.to_owned());
    let token = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
    let components = ComponentsBuilder::new()
        .security_scheme("token", token)
        .schema(Document::name(), Document::schema())
        .schema(FieldProblem::name(), FieldProblem::schema())
        .response("Problem", problem());
    OpenApiBuilder::new()
        .info(info)
        .servers(Some([ServerBuilder::new().url("/api/v1").build()]))
        .security(Some([SecurityRequirement::new(
            "token",
            Vec::<String>::new(),
        )]))
        .components(Some(components.build()))
        .build()
}

/// Says of every call that it may fail.
pub fn finish(mut document: OpenApi) -> OpenApi {
    for (_, operation) in operations(&mut document) {
        let refused = RefOr::Ref(Ref::from_response_name("Problem"));
        operation
            .responses
            .responses
            .insert("default".to_owned(), refused);
    }
    document
}

/// Each call with its method.
pub fn operations(document: &mut OpenApi) -> Vec<((&'static str, String), &mut Operation)> {
    let mut all = Vec::new();
    for (path, item) in &mut document.paths.paths {
        let PathItem {
            get,
            post,
            patch,
            delete,
            put,
            ..
        } = item;
        let methods = [
            ("GET", get),
            ("POST", post),
            ("PATCH", patch),
            ("DELETE", delete),
            ("PUT", put),
        ];
        for (method, operation) in methods {
            all.extend(
                operation
                    .as_mut()
                    .map(|operation| ((method, path.clone()), operation)),
            );
        }
    }
    all
}

fn problem() -> Response {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(Document::name())));
    ResponseBuilder::new()
        .description("A refusal, with its reason")
        .content("application/problem+json", content.build())
        .build()
}
