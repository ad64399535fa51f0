//! Many mails in one transaction: read what they may touch, judge them in the order of their arrival, write all of
//! it. Either every one of them is finished, or none.

use crate::desk::Desk;
use crate::domain::mailbox::PlusState;
use crate::intake::process::after::follow;
use crate::intake::process::walk;
use crate::intake::process::world::{Routed, World, routed};
use crate::intake::process::{Failure, Parsed};
use crate::store::{self, Topic, Tx};

pub(in crate::intake::process) async fn write(
    desk: &Desk,
    parsed: &[Parsed],
) -> Result<(), Failure> {
    let directory = desk.directory();
    let mut mails: Vec<Routed<'_>> =
        Failure::guard(|| parsed.iter().map(|p| routed(&directory, p)).collect())?;
    let mut tx = desk.db.write().await?;
    let mut world = Box::pin(World::read(&mut tx, desk, directory, &mails)).await?;
    Failure::guard(|| {
        for mail in &mut mails {
            walk::walk(desk, &mut world, mail);
        }
    })?;
    Box::pin(write_out(desk, &mut tx, world, &mails)).await?;
    tx.commit().await?;
    Ok(())
}

/// Writes what a walk left behind.
pub(in crate::intake::process) async fn write_out(
    desk: &Desk,
    tx: &mut Tx,
    world: World,
    mails: &[Routed<'_>],
) -> Result<(), Failure> {
    let World {
        now,
        directory,
        cases,
        next,
        pace,
        turns,
        mut work,
        outcomes,
        results,
        new_contents,
        revoked,
        undelivered,
        probed,
        dead,
        after,
        audit,
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
            store::tenants::take_numbers(tx, tenant, taken).await?;
        }
    }
    work.flush(tx, now).await?;
    turns.flush(tx).await?;
    store::heard::put_all(tx, &pace.fresh, now).await?;
    for (tenant, ticket, participant) in revoked {
        store::references::revoke(tx, tenant, ticket, &participant).await?;
    }
    for lost in undelivered {
        store::outbox::bounced(
            tx,
            lost.tenant,
            lost.outbox,
            (lost.failed, &lost.words),
            now,
        )
        .await?;
    }
    for (tenant, mailbox) in probed {
        let ended = (PlusState::Works, "");
        store::plus_tests::end(tx, tenant, mailbox, ended, now).await?;
        tx.wake(Topic::Settings);
    }
    for (tenant, address, reason) in dead {
        store::suppressions::put(tx, tenant, &address, &reason, now).await?;
    }
    for deed in after {
        follow(desk, tx, deed).await?;
    }
    for (tenant, line) in audit {
        store::audit::insert_all(tx, Some(tenant), &[line]).await?;
    }
    store::inbound::insert_contents(tx, &new_contents).await?;
    // What is looked at alone may have been judged before, and came to nothing then.
    let again: Vec<_> = mails
        .iter()
        .map(|mail| &mail.parsed.claimed)
        .filter(|claimed| claimed.alone)
        .map(|claimed| claimed.id)
        .collect();
    store::inbound::clear_results(tx, &again).await?;
    store::inbound::insert_results(tx, &results).await?;
    store::inbound::finish_all(tx, &outcomes, now).await?;
    tx.wake(Topic::Server);
    Ok(())
}
