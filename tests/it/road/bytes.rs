//! The raw mail behind a message, as pages read it.

use postroom::store::{blobs, messages};

use super::Road;
use crate::support::TestDatabase;
use crate::support::database::both_databases;

both_databases! {
    async fn the_mail_behind_a_message_is_found_for_its_tenant_alone(database: TestDatabase) {
        let road = Road::new(database).await;
        let raw = "From: Grace <grace@customers.test>\r\nTo: support@acme.test\r\nMessage-ID: <b1@customers.test>\r\nSubject: x\r\nContent-Type: text/html\r\n\r\n<b>Hello</b>\r\n";
        road.receive(raw).await;
        let ticket = road.ticket("ACME-1").await;
        let first = road.messages("ACME-1").await.remove(0).id;
        let mut tx = road.desk.db.read().await.unwrap();
        let found = messages::raw_blobs(&mut tx, ticket.tenant, &[first]).await.unwrap();
        let [(message, blob, size)] = found.as_slice() else {
            panic!("{found:?}");
        };
        assert_eq!((*message, *size), (first, i64::try_from(raw.len()).unwrap()));
        let (size, zstd) = blobs::packed(&mut tx, *blob).await.unwrap().unwrap();
        assert_eq!(blobs::expand(&zstd, size).unwrap(), raw.as_bytes());
        let foreign = postroom::domain::ids::TenantId(uuid::Uuid::nil());
        assert!(messages::raw_blobs(&mut tx, foreign, &[first]).await.unwrap().is_empty());
        assert!(messages::raw_blobs(&mut tx, ticket.tenant, &[]).await.unwrap().is_empty());
    }
}
