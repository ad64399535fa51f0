//! The ntfy client and a stand-in for its server.

use std::time::Duration;

use postroom::door::outside::Outside;
use postroom::outbox::ntfy::{self, Again, Login, Priority, Push, PushError, Target};

use super::fake::{Does, serve};
use crate::support::ntfy::{Fault, Ntfy as Server};

fn push() -> Push {
    Push {
        topic: "acme-tickets".parse().unwrap(),
        title: "ACME-7".to_owned(),
        message: "New ticket".to_owned(),
        priority: Priority::High,
        tags: vec!["ticket".to_owned()],
        click: None,
        actions: Vec::new(),
    }
}

async fn publish(server: &str, login: Login) -> Result<String, PushError> {
    let target = Target {
        server: server.parse().unwrap(),
        login,
        trusted: true,
    };
    let outside = Outside::new(|_| false, |_| false).unwrap();
    ntfy::publish(&outside, &target, &push()).await
}

#[tokio::test]
async fn a_push_is_taken_with_its_token_only() {
    let server = Server::start(Some("tk_secret")).await;
    let refused = publish(server.url(), Login::None).await.unwrap_err();
    assert_eq!(refused.again, Again::Rest);
    publish(server.url(), Login::Token("tk_secret".to_owned().into()))
        .await
        .unwrap();
    let taken = server.published();
    assert_eq!(taken.len(), 1);
    assert_eq!(
        (&taken[0]["title"], &taken[0]["priority"]),
        (&"ACME-7".into(), &4.into())
    );
}

#[tokio::test]
async fn what_may_pass_is_tried_again_when_the_server_says() {
    let server = Server::start(None).await;
    server.fail([Fault::TooMany { retry_after: 5 }]);
    let busy = publish(server.url(), Login::None).await.unwrap_err();
    assert_eq!(busy.again, Again::Later(Some(Duration::from_secs(5))));
    server.fail([Fault::Status(503)]);
    let down = publish(server.url(), Login::None).await.unwrap_err();
    assert_eq!((down.again, down.status), (Again::Later(None), Some(503)));
    server.fail([Fault::TakenButFailed]);
    let unclear = publish(server.url(), Login::None).await.unwrap_err();
    assert_eq!(unclear.again, Again::Later(None));
    publish(server.url(), Login::None).await.unwrap();
}

#[tokio::test]
async fn a_server_that_is_down_hangs_up_or_babbles_is_tried_again() {
    let gone = publish("http://127.0.0.1:1/", Login::None)
        .await
        .unwrap_err();
    assert_eq!(gone.again, Again::Later(None));
    let port = serve(b"", || {
        |_: &str| Does::SaysAndLeaves(b"HTTP/1.1 200 OK\r\nContent-".to_vec())
    });
    let half = publish(&format!("http://127.0.0.1:{port}/"), Login::None)
        .await
        .unwrap_err();
    assert_eq!(half.again, Again::Later(None));
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let port = serve(b"", || {
        |_: &str| {
            let text =
                "HTTP/1.1 307 x\r\nLocation: http://169.254.169.254/\r\nContent-Length: 0\r\n\r\n";
            Does::SaysAndLeaves(text.into())
        }
    });
    let moved = publish(&format!("http://127.0.0.1:{port}/"), Login::None)
        .await
        .unwrap_err();
    assert_eq!((moved.again, moved.status), (Again::Never, Some(307)));
}
