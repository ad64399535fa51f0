//! Who comes and goes, and whose password is guessed at or changed, on the tenant's topics at an ntfy server (NT1).

use reqwest::Method;
use serde_json::Value;

use crate::support::TestDatabase;
use crate::support::daemon::Daemon;
use crate::support::database::both_databases;
use crate::support::ntfy::Ntfy;

const BOB: &str = "bob@acme.test";
const PASSWORD: &str = "three owls by the river";

fn seed(ntfy: &str) -> String {
    format!(
        "[[tenant]]\nslug = \"acme\"\nname = \"Acme\"\nticket_prefix = \"ACME\"\ntimezone = \"UTC\"\n\
         [[tenant.user]]\nemail = \"ada@acme.test\"\nname = \"Ada\"\nrole = \"owner\"\npassword = \"demo\"\n\
         [tenant.ntfy]\nserver = \"{ntfy}\"\ntopic_prefix = \"acme\"\ntickets = false\nsla = false\nsecurity = true\nusers = true\n"
    )
}

/// Waits for the push to one of the desk's topics whose title holds these words.
async fn told(ntfy: &Ntfy, topic: &str, words: &str) -> Value {
    let what = format!("{words} to {topic}");
    ntfy.wait_for(&what, |push| {
        let title = push["title"].as_str().unwrap();
        push["topic"] == topic && title.contains(words)
    })
    .await
}

/// What a browser posts to a host of the daemon: the status.
async fn post(daemon: &Daemon, host: &str, path: &str, form: &[(&str, &str)]) -> u16 {
    let body: String = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    let request = daemon.stranger().request(Method::POST, path);
    let request = request
        .header("host", format!("{host}:{}", daemon.port()))
        .header("sec-fetch-site", "same-origin")
        .header("content-type", "application/x-www-form-urlencoded");
    request.body(body).send().await.unwrap().status().as_u16()
}

/// Follows the link in what a command said; its secret word.
async fn follow(daemon: &Daemon, said: &str, password: &str) -> String {
    let (_, after) = said.split_once("/set-password/").unwrap();
    let word = after.split_whitespace().next().unwrap().to_owned();
    let form = [("email", BOB), ("password", password), ("again", password)];
    let path = format!("/set-password/{word}");
    assert_eq!(post(daemon, "localhost", &path, &form).await, 200);
    word
}

both_databases! {
    async fn who_comes_changes_and_goes_is_pushed_and_no_way_in(database: TestDatabase) {
        let ntfy = Ntfy::start(None).await;
        let daemon = Daemon::start_with(&database, &seed(ntfy.url())).await;
        let user = async |arguments: &[&str]| {
            let mut all = vec!["user"];
            all.extend(arguments);
            daemon.run(&all).await
        };
        let said = user(&["add", "--tenant", "acme", "--name", "Bob Kahn", BOB]).await;
        let push = told(&ntfy, "acme-users", "bob@acme.test · invited").await;
        assert_eq!(push["message"], "Bob Kahn is invited as member · Postroom");
        let mut secrets = vec![follow(&daemon, &said, PASSWORD).await];
        told(&ntfy, "acme-users", "bob@acme.test · joined").await;
        user(&["add", "--tenant", "acme", "--role", "admin", BOB]).await;
        let push = told(&ntfy, "acme-users", "bob@acme.test · role changed").await;
        assert_eq!(push["message"], "Bob Kahn was member and is admin now · Postroom");
        user(&["disable", BOB]).await;
        told(&ntfy, "acme-users", "bob@acme.test · suspended").await;
        user(&["add", "--tenant", "acme", BOB]).await;
        told(&ntfy, "acme-users", "bob@acme.test · back").await;
        user(&["disable", "--tenant", "acme", BOB]).await;
        told(&ntfy, "acme-users", "bob@acme.test · removed").await;

        // By a seed file, too.
        let eve = |state: &str| format!("[[tenant]]\nslug = \"acme\"\n[[tenant.user]]\nemail = \"eve@acme.test\"\nname = \"Eve\"\n{state}");
        daemon.apply(&eve("role = \"viewer\"\npassword = \"CANARY-password\"\n")).await;
        told(&ntfy, "acme-users", "eve@acme.test · added").await;
        daemon.apply(&eve("role = \"member\"\n")).await;
        told(&ntfy, "acme-users", "eve@acme.test · role changed").await;
        daemon.apply(&eve("signature = \"Yours, Eve\"\n")).await;
        daemon.apply(&eve("state = \"absent\"\n")).await;
        told(&ntfy, "acme-users", "eve@acme.test · removed").await;

        // Passwords and keys are a matter of security.
        let said = user(&["password", "ada@acme.test"]).await;
        secrets.push(follow(&daemon, &said, "seven herons in the mist").await);
        told(&ntfy, "acme-security", "The password of Ada was changed").await;
        daemon.run(&["key", "rotate", "--tenant", "acme"]).await;
        told(&ntfy, "acme-security", "The key of reply tokens was rotated").await;
        for address in ["nobody@acme.test", "ada@acme.test"] {
            for _ in 0..7 {
                let form = [("email", address), ("password", "wrong")];
                let status = post(&daemon, "acme.localhost", "/login", &form).await;
                assert!(matches!(status, 422 | 429), "{status}");
            }
        }
        told(&ntfy, "acme-security", "Wrong passwords for Ada").await;

        let pushes = ntfy.published();
        let count = |topic: &str| pushes.iter().filter(|push| push["topic"] == topic).count();
        assert_eq!((count("acme-users"), count("acme-security")), (9, 3), "each once, and no signature: {pushes:#?}");
        let all = Value::from(pushes.clone()).to_string();
        secrets.extend(["set-password", "CANARY", "owls", "herons", "wrong\"", "nobody@"].map(str::to_owned));
        for secret in secrets {
            assert!(!all.contains(&secret), "{secret}: {all}");
        }
        // Each is a line of the audit log as well.
        let ada = daemon.api("acme", "ada@acme.test").await;
        let lines = ada.list("/audit").await;
        for kind in ["invited", "joined", "role_changed", "suspended", "back", "removed", "added"] {
            let kind = format!("user.{kind}");
            assert!(lines.iter().any(|line| line["type"] == kind.as_str()), "{kind}: {lines:?}");
        }
    }

    async fn who_is_not_to_be_pushed_is_not(database: TestDatabase) {
        let ntfy = Ntfy::start(None).await;
        let quiet = seed(ntfy.url()).replace("users = true", "users = false").replace("security = true", "security = false");
        let daemon = Daemon::start_with(&database, &quiet).await;
        daemon.run(&["user", "add", "--tenant", "acme", BOB]).await;
        daemon.run(&["key", "rotate", "--tenant", "acme"]).await;
        daemon.apply("[[tenant]]\nslug = \"acme\"\n[tenant.ntfy]\nusers = true\n").await;
        daemon.run(&["user", "disable", BOB]).await;
        told(&ntfy, "acme-users", "suspended").await;
        assert_eq!(ntfy.published().len(), 1);
    }
}
