//! The pages of a desk in the test's own process, at an address that a browser can open.

use std::net::SocketAddr;
use std::sync::Arc;

use postroom::config::Config;
use postroom::lifecycle::Tasks;
use postroom::web::{ApiState, Passwords, Tries, Web, router};
use serde_json::{Value, json};
use tokio::net::TcpListener;
use tokio::task::JoinSet;

use crate::road::{Road, mail};
use crate::support::TestDatabase;
use crate::support::browser::{Browser, Seen};

/// A desk with its pages. They go away with this value.
pub struct Place {
    /// The desk.
    pub road: Road,
    port: u16,
    _server: JoinSet<()>,
}

impl Place {
    /// Three customers have written; the first one twice, and a stranger has answered in between.
    pub async fn new(database: TestDatabase) -> Self {
        let road = Road::new(database).await;
        let grace = "Grace Hopper <grace@customers.test>";
        road.receive(&mail(
            grace,
            "support@acme.test",
            "m1@customers.test",
            "Printer on fire",
            "",
            "It burns.\r\n\r\nGrace",
        ))
        .await;
        let again = "In-Reply-To: <m1@customers.test>\r\n";
        road.receive(&mail(
            grace,
            "support@acme.test",
            "m2@customers.test",
            "Re: Printer on fire",
            again,
            "It still burns.\r\n\r\nOn Monday, Acme wrote:\r\n> hello\r\n> there",
        ))
        .await;
        road.receive(&mail(
            "Howard <howard@elsewhere.test>",
            "support@acme.test",
            "m3@elsewhere.test",
            "Re: Printer",
            again,
            "Mine too.",
        ))
        .await;
        for (n, subject) in ["Invoice 118", "Where is my order?"].iter().enumerate() {
            road.receive(&mail(
                "Jean Bartik <jean@customers.test>",
                "support@acme.test",
                &format!("x{n}@customers.test"),
                subject,
                "",
                "Please have a look.",
            ))
            .await;
        }
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let port = listener.local_addr().unwrap().port();
        let web = Web {
            passwords: Passwords::new(road.desk.random.clone()),
            desk: road.desk.clone(),
            public_url: Config::default().server.public_url,
            trusted_proxies: Arc::new([]),
            platform_admins: Arc::new(["ada@agents.test".parse().unwrap()]),
            tries: Tries::default(),
            api: ApiState::new(
                road.desk.clone(),
                Config::default().api.per_minute.0,
                Tasks::default().in_hand(),
            ),
            metrics: None,
        };
        let mut server = JoinSet::new();
        let router = router(web);
        let service = router.into_make_service_with_connect_info::<SocketAddr>();
        server.spawn(async move { axum::serve(listener, service).await.unwrap() });
        Self {
            road,
            port,
            _server: server,
        }
    }

    /// The address of a path at the front door, where no tenant is.
    pub fn front(&self, path: &str) -> String {
        format!("http://localhost:{}{path}", self.port)
    }

    /// A browser at acme's desk.
    pub fn browser(&self) -> Browser {
        Browser::new(&format!("http://acme.localhost:{}", self.port))
    }
}

/// The steps of somebody who logs in and sees the list.
pub fn log_in(email: &str) -> Vec<Value> {
    vec![
        json!({"goto": "/"}),
        json!({"fill": ["#email", email]}),
        json!({"fill": ["#password", "correct horse battery"]}),
        json!({"click": "button.primary"}),
        json!({"see": ".row"}),
    ]
}

/// The log-in, then these steps.
pub async fn work(browser: &Browser, steps: Value) -> Seen {
    let mut all = log_in("ada@agents.test");
    all.extend(steps.as_array().unwrap().iter().cloned());
    browser.run(Value::Array(all)).await
}
