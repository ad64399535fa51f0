-- The mails of the last minutes, counted by sender and by where they went: more than a person writes are a loop.
CREATE TABLE heard (
  tenant_id   UUID NOT NULL,
  sender      TEXT NOT NULL,
  place       UUID NOT NULL,           -- a ticket, or for mails that opened one the mailbox
  id          UUID NOT NULL,           -- the received mail
  at          TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (tenant_id, sender, place, id),
  FOREIGN KEY (tenant_id) REFERENCES tenants (id)
);
CREATE INDEX heard_by_age ON heard (at);

-- What waits, by whose it is and through which account: each takes its turn, and nobody's backlog is read for another's.
CREATE INDEX outbox_lanes ON outbox (channel, tenant_id, account_id, next_attempt_at, id, state) WHERE state IN ('pending', 'deferred', 'uncertain');
-- What one webhook was told, by time: to tell it again.
CREATE INDEX outbox_calls ON outbox (tenant_id, recipient, created_at) WHERE channel = 'webhook';

-- Pushes rest as mail does when their server refuses us.
ALTER TABLE ntfy ADD COLUMN paused_until TIMESTAMPTZ;
ALTER TABLE ntfy ADD COLUMN error TEXT;          -- why it rests
