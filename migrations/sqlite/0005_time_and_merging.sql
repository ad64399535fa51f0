-- Tickets that became one, or are linked; people who are away; how long a ticket has waited; which policy holds where.

CREATE TABLE merges (
  tenant_id   BLOB NOT NULL,
  id          BLOB NOT NULL,
  ticket_id   BLOB NOT NULL,            -- the one that was merged away
  into_id     BLOB NOT NULL,            -- the one that has its messages now
  at          TEXT NOT NULL,
  kept        TEXT NOT NULL,            -- what undoing needs
  undone_at   TEXT,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id),
  FOREIGN KEY (tenant_id, into_id) REFERENCES tickets (tenant_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX merges_standing ON merges (tenant_id, ticket_id) WHERE undone_at IS NULL;
CREATE INDEX merges_into ON merges (tenant_id, into_id) WHERE undone_at IS NULL;

CREATE TABLE ticket_links (
  tenant_id   BLOB NOT NULL,
  ticket_id   BLOB NOT NULL,            -- each link stands twice, once from either end
  other_id    BLOB NOT NULL,
  kind        TEXT NOT NULL,            -- related, split_off, split_from
  at          TEXT NOT NULL,
  PRIMARY KEY (tenant_id, ticket_id, other_id),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id),
  FOREIGN KEY (tenant_id, other_id) REFERENCES tickets (tenant_id, id)
) STRICT, WITHOUT ROWID;

ALTER TABLE tickets ADD COLUMN waiting_since TEXT;   -- since when it is on hold; null while it is not
ALTER TABLE tickets ADD COLUMN reminded_at TEXT;     -- when the customer was reminded of that
CREATE INDEX tickets_waiting ON tickets (tenant_id, waiting_since) WHERE waiting_since IS NOT NULL;
UPDATE tickets SET waiting_since = updated_at WHERE status = 'on_hold';

ALTER TABLE memberships ADD COLUMN away_from TEXT;
ALTER TABLE memberships ADD COLUMN away_until TEXT;
ALTER TABLE memberships ADD COLUMN away_message TEXT NOT NULL DEFAULT '';
ALTER TABLE memberships ADD COLUMN away_settled TEXT;  -- the beginning of the absence whose urgent tickets were handed back
ALTER TABLE memberships ADD COLUMN capacity INTEGER;   -- the most open tickets; null: no limit

ALTER TABLE sla_policies ADD COLUMN mailboxes TEXT NOT NULL DEFAULT '[]';  -- ids; tickets that come in there run under it
ALTER TABLE sla_policies ADD COLUMN plans TEXT NOT NULL DEFAULT '[]';      -- slugs; tenants with such a plan use it

CREATE INDEX subscriptions_trialing ON subscriptions (trial_ends_at) WHERE state = 'trialing';
