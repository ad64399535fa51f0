//! Two who change the same thing at the same moment.

use serde_json::json;

use super::house;
use crate::support::TestDatabase;
use crate::support::database::both_databases;

both_databases! {
    async fn of_two_changes_of_one_service_level_at_once_none_is_lost(database: TestDatabase) {
        let (daemon, ada, _) = house(&database).await;
        let other = daemon.api("acme", "ada@acme.test").await;
        let level = json!({"name": "Gold", "targets": {"first_response": {"normal": "4h"}}, "warn": [80]});
        let level = ada.post("/slas", &level).await;
        let path = format!("/slas/{}", level["id"].as_str().unwrap());
        for round in 1..=20_u8 {
            let span = format!("{round}h");
            let targets = json!({"targets": {"first_response": {"normal": span}}});
            let warn = json!({"warn": [round + 50]});
            futures::future::join(ada.patch(&path, &targets), other.patch(&path, &warn)).await;
            let all = ada.list("/slas").await;
            let is = all.iter().find(|one| one["name"] == "Gold").unwrap();
            assert_eq!((&is["targets"]["first_response"]["normal"], &is["warn"]), (&json!(span), &json!([round + 50])), "round {round}");
        }
    }
}
