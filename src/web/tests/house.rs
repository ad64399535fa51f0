//! Two tenants with people, one ticket with a conversation, and a browser that can be anybody.

use std::sync::Arc;

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use chrono::{DateTime, Utc};
use tempfile::TempDir;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

use crate::config::Config;
use crate::desk::open::NewTicket;
use crate::desk::rulebook::RuleDraft;
use crate::desk::{Desk, Who};
use crate::domain::address::{EmailAddress, Party};
use crate::domain::audit::Via;
use crate::domain::ids::{
    AttachmentId, BlobId, InboundId, MailboxId, MessageId, RuleId, TenantId, TicketId, UserId,
};
use crate::domain::mailbox::{Mailbox, Strangers};
use crate::domain::message::{
    AttachmentRow, Authentication, Author, AuthorType, Identity, Kind, MatchedBy, Message,
};
use crate::domain::person::{Role, User};
use crate::domain::tenant::Tenant;
use crate::door::{Clock, MasterKey, Random};
use crate::store::blobs::{self, NewBlob};
use crate::store::inbound::{self, NewInbound};
use crate::store::messages::{self, NewMessage};
use crate::store::{Db, people, tenants};
use crate::web::{ApiState, Passwords, Tries, Web, router};

/// Everybody's password.
pub const PASSWORD: &str = "three owls by the river";

/// The whole of it.
pub struct House {
    pub web: Web,
    pub clock: Clock,
    router: Router,
    /// `acme`'s ticket, with a customer's HTML mail and its attachment, and one held mail.
    pub ticket: TicketId,
    pub mail: MessageId,
    pub held: MessageId,
    pub file: AttachmentId,
    pub folder: TempDir,
}

/// What the browser got.
pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: String,
}

impl Answer {
    pub fn header(&self, name: &str) -> &str {
        self.headers
            .get(name)
            .map_or("", |value| value.to_str().unwrap())
    }
}

fn start() -> DateTime<Utc> {
    "2026-03-10T09:00:00Z".parse().unwrap()
}

impl House {
    /// A rule of acme's.
    pub async fn rule(&self) -> RuleId {
        let directory = self.web.desk.directory();
        let acme = directory.by_slug("acme").unwrap();
        let who = Who {
            tenant: acme.tenant.id,
            user: None,
            name: "The admin".into(),
            role: Role::Admin,
        };
        let draft = RuleDraft {
            name: "Invoices".into(),
            active: true,
            definition: serde_json::from_str(
                r#"{"on": ["ticket.created"], "when": {"field": "subject", "op": "contains", "value": "invoice"}, "then": [{"tag": "invoice"}]}"#,
            )
            .unwrap(),
        };
        let desk = &self.web.desk;
        desk.create_rule(&who, Via::Page, draft).await.unwrap()
    }
}

impl House {
    pub async fn new() -> Self {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open(&format!(
            "sqlite:{}",
            folder.path().join("test.db").display()
        ))
        .await
        .unwrap();
        let (clock, random) = (Clock::manual(start()), Random::seeded(7));
        let passwords = Passwords::new(random.clone());
        let hash = passwords.hash(&PASSWORD.into()).await.unwrap();
        let mut tx = db.write().await.unwrap();
        let acme = tenant(&random, "acme");
        let rival = tenant(&random, "rival");
        for one in [&acme, &rival] {
            tenants::put(&mut tx, one, start()).await.unwrap();
            put_mailbox(&mut tx, &random, one).await;
        }
        for (slug, id, role) in [
            ("acme", acme.id, Role::Owner),
            ("acme", acme.id, Role::Admin),
            ("acme", acme.id, Role::Member),
            ("acme", acme.id, Role::Viewer),
            ("rival", rival.id, Role::Owner),
        ] {
            let user = User {
                id: UserId(random.uuid(start())),
                email: format!("{role}@{slug}.test").parse().unwrap(),
                name: format!("The {role}"),
                disabled: false,
                created_at: start(),
            };
            people::insert(&mut tx, &user, Some(&hash), false)
                .await
                .unwrap();
            people::put_membership(&mut tx, id, user.id, (role, true, ""), start())
                .await
                .unwrap();
        }
        let root = User {
            id: UserId(random.uuid(start())),
            email: "root@platform.test".parse().unwrap(),
            name: "Root".into(),
            disabled: false,
            created_at: start(),
        };
        people::insert(&mut tx, &root, Some(&hash), true)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let key = Arc::new(MasterKey::from_bytes([7; 32]));
        let public_url = Config::default().server.public_url;
        let desk = Desk::open(
            db,
            clock.clone(),
            random,
            key,
            public_url.origin().parse().unwrap(),
        )
        .await
        .unwrap();
        let per_minute = Config::default().api.per_minute.0;
        let web = Web {
            api: ApiState::new(desk.clone(), per_minute, TaskTracker::new()),
            desk,
            public_url,
            trusted_proxies: Arc::new([]),
            platform_admins: Arc::new([]),
            passwords,
            tries: Tries::default(),
            metrics: None,
        };
        let ticket = open_ticket(&web, &acme).await;
        let (mail, file) = put_mail(&web, acme.id, ticket, false).await;
        let (held, _) = put_mail(&web, acme.id, ticket, true).await;
        Self {
            router: router(web.clone()),
            web,
            clock,
            ticket,
            mail,
            held,
            file,
            folder,
        }
    }

    /// One of `acme`'s received mails, as it stands in the list of them.
    pub async fn received(&self) -> InboundId {
        let mut tx = self.web.desk.db.read().await.unwrap();
        let filter = inbound::Filter {
            limit: 1,
            ..inbound::Filter::default()
        };
        inbound::list(&mut tx, &filter).await.unwrap()[0].id
    }

    /// One request of a program that is no browser.
    pub async fn call(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let body = to_bytes(body, usize::MAX).await.unwrap();
        Answer {
            status: parts.status,
            headers: parts.headers,
            body: String::from_utf8_lossy(&body).into_owned(),
        }
    }

    /// A browser at a host that nobody has logged in with.
    pub fn browser(&self, host: &str) -> Browser<'_> {
        Browser {
            house: self,
            host: host.to_owned(),
            cookie: String::new(),
        }
    }

    /// A browser of somebody who is logged in at their desk.
    pub async fn logged_in(&self, slug: &str, role: &str) -> Browser<'_> {
        let mut browser = self.browser(&format!("{slug}.localhost"));
        let answer = browser
            .log_in(&format!("{role}@{slug}.test"), PASSWORD)
            .await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.body);
        browser
    }
}

/// A browser: one host, one cookie, and the headers that browsers send.
pub struct Browser<'h> {
    house: &'h House,
    host: String,
    pub cookie: String,
}

impl Browser<'_> {
    pub async fn get(&self, path: &str) -> Answer {
        self.house
            .call(self.request(Method::GET, path).body(Body::empty()).unwrap())
            .await
    }

    /// Posts a form, with this session's token if the page `from` has one.
    pub async fn post(&self, path: &str, form: &[(&str, &str)]) -> Answer {
        let token = self.form_token().await;
        let mut form = form.to_vec();
        if !token.is_empty() {
            form.push(("form_token", &token));
        }
        self.post_as_is(path, &form, &[("sec-fetch-site", "same-origin")])
            .await
    }

    /// Posts exactly this form with exactly these headers.
    pub async fn post_as_is(
        &self,
        path: &str,
        form: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Answer {
        let body: String = url::form_urlencoded::Serializer::new(String::new())
            .extend_pairs(form)
            .finish();
        let mut request = self
            .request(Method::POST, path)
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.house
            .call(request.body(Body::from(body)).unwrap())
            .await
    }

    /// Posts a file as browsers do, with this token.
    pub async fn upload(&self, path: &str, token: &str, text: &str) -> Answer {
        let part = |name: &str, content: &str| {
            format!(
                "--b\r\nContent-Disposition: form-data; name=\"{name}\"; filename=\"x\"\r\n\r\n{content}\r\n"
            )
        };
        let body = format!(
            "{}{}--b--\r\n",
            part("form_token", token),
            part("file", text)
        );
        let request = self
            .request(Method::POST, path)
            .header(header::CONTENT_TYPE, "multipart/form-data; boundary=b")
            .header("sec-fetch-site", "same-origin");
        self.house
            .call(request.body(Body::from(body)).unwrap())
            .await
    }

    pub async fn log_in(&mut self, email: &str, password: &str) -> Answer {
        let form = [("email", email), ("password", password)];
        let answer = self
            .post_as_is("/login", &form, &[("sec-fetch-site", "same-origin")])
            .await;
        if let Some(cookie) = answer
            .header("set-cookie")
            .split(';')
            .next()
            .filter(|cookie| !cookie.is_empty())
        {
            self.cookie = cookie.to_owned();
        }
        answer
    }

    /// The token that this session's forms carry; empty without a session.
    pub async fn form_token(&self) -> String {
        let path = if self.host == "localhost" {
            "/platform"
        } else {
            "/tickets"
        };
        let page = self.get(path).await.body;
        let after = page
            .split_once("name=\"form_token\" value=\"")
            .map(|(_, after)| after);
        after
            .and_then(|after| after.split('"').next())
            .unwrap_or_default()
            .to_owned()
    }

    fn request(&self, method: Method, path: &str) -> axum::http::request::Builder {
        Request::builder()
            .method(method)
            .uri(path)
            .header(header::HOST, &self.host)
            .header(header::COOKIE, &self.cookie)
    }
}

fn tenant(random: &Random, slug: &str) -> Tenant {
    Tenant {
        id: TenantId(random.uuid(start())),
        slug: slug.to_owned(),
        name: format!("{slug} GmbH"),
        ticket_prefix: slug.to_uppercase(),
        timezone: chrono_tz::Europe::Berlin,
        locale: "en".into(),
        settings: crate::domain::tenant::Settings::default(),
        active: true,
        plan: None,
    }
}

async fn put_mailbox(tx: &mut crate::store::Tx, random: &Random, tenant: &Tenant) {
    let mailbox = Mailbox {
        id: MailboxId(random.uuid(start())),
        tenant: tenant.id,
        address: format!("support@{}.test", tenant.slug).parse().unwrap(),
        aliases: vec![],
        name: "Support".into(),
        account: None,
        team: None,
        auth_results: None,
        dkim: None,
        separate: false,
        strangers: Strangers::Hold,
        plus: Some(true),
        tried: None,
    };
    crate::store::mailboxes::put(tx, tenant.id, &mailbox, start())
        .await
        .unwrap();
}

async fn open_ticket(web: &Web, tenant: &Tenant) -> TicketId {
    let who = Who {
        tenant: tenant.id,
        user: None,
        name: "Test".into(),
        role: Role::Owner,
    };
    let new = NewTicket {
        subject: "Can't log in <script>alert(1)</script>".into(),
        text: "Since this morning.".into(),
        requester: Party {
            email: "grace@navy.test".into(),
            name: "Grace Hopper".into(),
        },
        mailbox: None,
        priority: None,
        tags: vec![],
        notify: false,
        by: MatchedBy::Api,
    };
    web.desk.open_ticket(&who, new).await.unwrap()
}

const MAIL: &str = "From: Grace <grace@navy.test>\r\nTo: support@acme.test\r\nSubject: x\r\nMIME-Version: 1.0\r\n\
Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n\
<p>Hello</p><script>alert(1)</script><img src=\"https://tracker.test/pixel.gif\">\r\n--b\r\n\
Content-Type: image/svg+xml; name=\"x.svg\"\r\nContent-Disposition: attachment; filename=\"x.svg\"\r\n\r\n<svg onload=\"alert(1)\"/>\r\n--b--\r\n";

/// A customer's mail in the ticket: raw bytes, message, attachment.
async fn put_mail(
    web: &Web,
    tenant: TenantId,
    ticket: TicketId,
    held: bool,
) -> (MessageId, AttachmentId) {
    let (random, now) = (&web.desk.random, web.desk.clock.now());
    let id = || random.uuid(now);
    let (blob, inbound, file, message) = (
        BlobId(id()),
        InboundId(id()),
        AttachmentId(id()),
        MessageId(id()),
    );
    let parsed = crate::domain::mail::parse(MAIL.as_bytes());
    let part = i64::try_from(parsed.attachments[0].part).unwrap();
    let mut tx = web.desk.db.write().await.unwrap();
    let size = i64::try_from(MAIL.len()).unwrap();
    blobs::insert_all(
        &mut tx,
        &[NewBlob {
            id: blob,
            size,
            zstd: blobs::compress(MAIL.as_bytes()),
        }],
    )
    .await
    .unwrap();
    let mail = NewInbound {
        id: inbound,
        account: None,
        folder: "pipe".into(),
        uid: None,
        blob,
        content_key: [u8::from(held); 32],
        size,
        complete: true,
        internal_date: None,
        received_at: now,
        quiet: false,
        only_tenant: Some(tenant),
        addressed_to: None,
        on_server: false,
    };
    inbound::insert_all(&mut tx, &[mail]).await.unwrap();
    let from = Party {
        email: "grace@navy.test".into(),
        name: "Grace Hopper".into(),
    };
    let message = Message {
        id: message,
        ticket,
        kind: Kind::Inbound,
        author: Author {
            kind: AuthorType::Contact,
            email: from.email.clone(),
            name: from.name.clone(),
        },
        from,
        to: vec![],
        cc: vec![],
        reply_to: vec![],
        subject: "x".into(),
        text: "Hello".into(),
        folds: vec![],
        has_html: true,
        attachments: vec![AttachmentRow {
            id: file,
            filename: "x.svg".into(),
            content_type: "image/svg+xml".into(),
            size: 24,
            sha256: String::new(),
            inline: false,
            content_id: None,
            part,
        }],
        message_id: None,
        in_reply_to: None,
        references: vec![],
        created_at: now,
        held,
        held_reason: held.then(|| "A stranger.".to_owned()),
        identity: Identity::Verified,
        machine: None,
        bounce: None,
        authentication: Authentication::Pass,
        matched_by: MatchedBy::References,
        inbound: Some(inbound),
    };
    let id = message.id;
    let new = NewMessage {
        tenant,
        message,
        author_id: None,
        html: None,
        attachment_blobs: vec![blob],
    };
    messages::insert_all(&mut tx, &[new]).await.unwrap();
    tx.commit().await.unwrap();
    (id, file)
}

/// An address, as tests write it.
pub fn address(text: &str) -> EmailAddress {
    text.parse().unwrap()
}
