-- What time does: what could not be done is tried again later; what waiting tickets were already told.

-- Work that failed. It is tried again later and keeps nothing else waiting.
CREATE TABLE put_off (
  job         TEXT NOT NULL,            -- clocks, rules, digests, ratings, sleepers ...
  tenant_id   uuid NOT NULL,
  about       uuid NOT NULL,            -- the ticket, or the person
  until       timestamptz NOT NULL,
  tries       bigint NOT NULL,
  PRIMARY KEY (job, tenant_id, about)
);

-- When a ticket that waits had each thing done about it: once for each time that it waits.
CREATE TABLE waiting_steps (
  tenant_id   uuid NOT NULL,
  ticket_id   uuid NOT NULL,
  step        TEXT NOT NULL,            -- remind_agent, remind_customer, announce
  since       timestamptz NOT NULL,            -- since when it had been waiting
  at          timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, ticket_id, step, since),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
);

CREATE INDEX tickets_answered ON tickets (tenant_id, last_agent_message_at)
  WHERE status IN ('open', 'in_progress', 'on_hold') AND last_agent_message_at IS NOT NULL;
CREATE INDEX tickets_unanswered ON tickets (tenant_id, last_message_at)
  WHERE status IN ('open', 'in_progress') AND last_message_from = 'customer';
-- One tenant's tickets must not keep those of others waiting.
CREATE INDEX rule_looks_of_tenant ON rule_looks (tenant_id, at);
CREATE INDEX tickets_resolved ON tickets (tenant_id, resolved_at) WHERE status = 'resolved';

-- Whether whoever is away hands back what is urgent.
ALTER TABLE memberships ADD COLUMN away_hand_back boolean NOT NULL DEFAULT FALSE;
CREATE INDEX memberships_to_settle ON memberships (away_from) WHERE away_hand_back = TRUE;
