//! Many mails in one transaction: read what they may touch, judge them in the order of their arrival, write all of
//! it. Either every one of them is finished, or none.

use crate::desk::Desk;
use crate::intake::process::walk;
use crate::intake::process::world::{Routed, World, routed};
use crate::intake::process::{Failure, Parsed};
use crate::store::{self, Topic};

pub(in crate::intake::process) async fn write(
    desk: &Desk,
    parsed: &[Parsed],
) -> Result<(), Failure> {
    let directory = desk.directory();
    let mut mails: Vec<Routed<'_>> =
        Failure::guard(|| parsed.iter().map(|p| routed(&directory, p)).collect())?;
    let mut tx = desk.db.write().await?;
    let mut world = World::read(&mut tx, desk, directory, &mails).await?;
    Failure::guard(|| {
        for mail in &mut mails {
            walk::walk(desk, &mut world, mail);
        }
    })?;
    let World {
        now,
        directory,
        cases,
        next,
        turns,
        mut work,
        outcomes,
        results,
        new_contents,
        revoked,
        undelivered,
        dead,
        ..
    } = world;
    let mut cases: Vec<_> = cases.into_values().collect();
    // New tickets are written in the order of their numbers, so that ids, numbers and times rise together.
    cases.sort_by_key(|c| (c.ticket.tenant, c.ticket.number));
    for case in cases {
        if let Some(office) = directory.office(case.ticket.tenant) {
            case.settle(&mut work, office, now);
        }
    }
    for (tenant, (_, taken)) in next {
        if taken > 0 {
            store::tenants::take_numbers(&mut tx, tenant, taken).await?;
        }
    }
    work.flush(&mut tx, now).await?;
    turns.flush(&mut tx).await?;
    for (tenant, ticket, participant) in revoked {
        store::references::revoke(&mut tx, tenant, ticket, &participant).await?;
    }
    for lost in undelivered {
        store::outbox::bounced(
            &mut tx,
            lost.tenant,
            lost.outbox,
            (lost.failed, &lost.words),
            now,
        )
        .await?;
    }
    for (tenant, address, reason) in dead {
        store::telling::suppress(&mut tx, tenant, &address, &reason, now).await?;
    }
    store::inbound::insert_contents(&mut tx, &new_contents).await?;
    store::inbound::insert_results(&mut tx, &results).await?;
    store::inbound::finish_all(&mut tx, &outcomes, now).await?;
    tx.wake(Topic::Server);
    tx.commit().await?;
    Ok(())
}
