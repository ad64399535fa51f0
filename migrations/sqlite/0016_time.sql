-- What time does: what could not be done is tried again later; what waiting tickets were already told.

-- Work that failed. It is tried again later and keeps nothing else waiting.
CREATE TABLE put_off (
  job         TEXT NOT NULL,            -- clocks, rules, digests, ratings, sleepers ...
  tenant_id   BLOB NOT NULL,
  about       BLOB NOT NULL,            -- the ticket, or the person
  until       TEXT NOT NULL,
  tries       INTEGER NOT NULL,
  PRIMARY KEY (job, tenant_id, about)
) STRICT, WITHOUT ROWID;

-- When a ticket that waits had each thing done about it: once for each time that it waits.
CREATE TABLE waiting_steps (
  tenant_id   BLOB NOT NULL,
  ticket_id   BLOB NOT NULL,
  step        TEXT NOT NULL,            -- remind_agent, remind_customer, announce
  since       TEXT NOT NULL,            -- since when it had been waiting
  at          TEXT NOT NULL,
  PRIMARY KEY (tenant_id, ticket_id, step, since),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
) STRICT, WITHOUT ROWID;

CREATE INDEX tickets_answered ON tickets (tenant_id, last_agent_message_at)
  WHERE status IN ('open', 'in_progress', 'on_hold') AND last_agent_message_at IS NOT NULL;
CREATE INDEX tickets_unanswered ON tickets (tenant_id, last_message_at)
  WHERE status IN ('open', 'in_progress') AND last_message_from = 'customer';
-- One tenant's tickets must not keep those of others waiting.
CREATE INDEX rule_looks_of_tenant ON rule_looks (tenant_id, at);
CREATE INDEX tickets_resolved ON tickets (tenant_id, resolved_at) WHERE status = 'resolved';

-- Whether whoever is away hands back what is urgent.
ALTER TABLE memberships ADD COLUMN away_hand_back INTEGER NOT NULL DEFAULT 0;
CREATE INDEX memberships_to_settle ON memberships (away_from) WHERE away_hand_back = 1;
