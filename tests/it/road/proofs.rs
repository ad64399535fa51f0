//! What we prove about a sender ourselves, by the keys that the sender's domain publishes: with a fake name system, on
//! the whole road.

use data_encoding::BASE64;
use postroom::domain::message::Authentication;
use postroom::door::Names;
use postroom::intake::process::Process;
use ring::signature::{Ed25519KeyPair, KeyPair};
use sha2::{Digest, Sha256};

use super::{Road, mail};
use crate::support::TestDatabase;
use crate::support::database::both_databases;

const CHECK: &str = "[[tenant]]\nslug = \"acme\"\n[[tenant.mailbox]]\naddress = \"support@acme.test\"\ndkim = \"check\"\n";
const KEY: &str = "key._domainkey.customers.test";

struct Signer(Ed25519KeyPair);

impl Signer {
    fn new() -> Self {
        let key = Ed25519KeyPair::generate_pkcs8(&ring::rand::SystemRandom::new()).unwrap();
        Self(Ed25519KeyPair::from_pkcs8(key.as_ref()).unwrap())
    }

    /// The record of its key.
    fn published(&self) -> Names {
        let key = BASE64.encode(self.0.public_key().as_ref());
        let record = format!("v=DKIM1; k=ed25519; p={key}");
        Names::told([(KEY.to_owned(), vec![record])])
    }

    /// A mail of Grace's with a signature over From and the body.
    fn mail(&self, id: &str, from: &str) -> String {
        let raw = mail(from, "support@acme.test", id, "Printer", "", "It smokes.");
        let (_, body) = raw.split_once("\r\n\r\n").unwrap();
        let hash = BASE64.encode(&Sha256::digest(body.as_bytes()));
        let field = format!(
            "v=1; a=ed25519-sha256; c=relaxed/simple; d=customers.test; s=key; h=from; bh={hash}; b="
        );
        let signed = format!("from:{from}\r\ndkim-signature:{field}");
        let signature = BASE64.encode(self.0.sign(&Sha256::digest(signed.as_bytes())).as_ref());
        format!("DKIM-Signature: {field}{signature}\r\n{raw}")
    }
}

const GRACE: &str = "Grace <grace@customers.test>";

async fn opened(database: TestDatabase, names: Names) -> Road {
    let mut road = Road::new(database).await;
    road.desk.names = names;
    road.process = Process::new(road.desk.clone(), "test");
    road
}

async fn judged(road: &Road, key: &str) -> Authentication {
    road.messages(key).await[0].authentication
}

both_databases! {
    async fn a_signature_is_checked_where_the_mailbox_wants_it(database: TestDatabase) {
        let signer = Signer::new();
        let road = opened(database, signer.published()).await;
        road.receive(&signer.mail("m1@customers.test", GRACE)).await;
        assert_eq!(judged(&road, "ACME-1").await, Authentication::Unknown);
        road.apply(CHECK).await;
        road.receive(&signer.mail("m2@customers.test", GRACE)).await;
        assert_eq!(judged(&road, "ACME-2").await, Authentication::Pass);
        // Why it passed stands in the trace.
        let trace = format!("{:?}", road.intake().await[1].trace);
        assert!(trace.contains("customers.test is valid: we checked it"), "{trace}");
    }

    async fn what_was_changed_or_signed_by_others_proves_nothing(database: TestDatabase) {
        let signer = Signer::new();
        let road = opened(database, signer.published()).await;
        road.apply(CHECK).await;
        let changed = signer.mail("m1@customers.test", GRACE).replace("smokes", "burns");
        let forged = Signer::new().mail("m2@customers.test", GRACE);
        let foreign = signer.mail("m3@customers.test", "Ada <ada@agents.test>");
        let unsigned = mail(GRACE, "support@acme.test", "m4@customers.test", "Printer", "", "Smoke.");
        for (number, raw) in [changed, forged, foreign, unsigned].iter().enumerate() {
            road.receive(raw).await;
            let key = format!("ACME-{}", number + 1);
            assert_eq!(judged(&road, &key).await, Authentication::Unknown, "{raw}");
        }
        assert_eq!(road.tickets("acme").await.len(), 4);
    }

    async fn without_an_answer_the_mail_is_a_ticket_and_nothing_is_proven(database: TestDatabase) {
        let road = opened(database, Names::nobody()).await;
        road.apply(CHECK).await;
        road.receive(&Signer::new().mail("m1@customers.test", GRACE)).await;
        assert_eq!(judged(&road, "ACME-1").await, Authentication::Unknown);
        let trace = format!("{:?}", road.intake().await[0].trace);
        assert!(trace.contains("could not be asked for"), "{trace}");
    }

    async fn a_failure_that_our_server_saw_outweighs_a_signature(database: TestDatabase) {
        let signer = Signer::new();
        let road = opened(database, signer.published()).await;
        road.apply(CHECK).await;
        let failed = format!(
            "Authentication-Results: mx.acme.test; dmarc=fail header.from=customers.test\r\n\
             Received: from x by mx.acme.test; Mon, 23 Nov 2026 09:00:00 +0000\r\n{}",
            signer.mail("m1@customers.test", GRACE)
        );
        road.receive(&failed).await;
        assert_eq!(judged(&road, "ACME-1").await, Authentication::Fail);
    }
}
