-- Rules: their versions, what they saw, and when time makes them look again.

-- When each side last spoke; last_message_at knows only the later of the two.
ALTER TABLE tickets ADD COLUMN last_customer_message_at TEXT;
ALTER TABLE tickets ADD COLUMN last_agent_message_at TEXT;
UPDATE tickets SET
  last_customer_message_at = (SELECT max(m.created_at) FROM messages m WHERE m.tenant_id = tickets.tenant_id AND m.ticket_id = tickets.id AND m.kind = 'inbound' AND m.held = 0),
  last_agent_message_at = (SELECT max(m.created_at) FROM messages m WHERE m.tenant_id = tickets.tenant_id AND m.ticket_id = tickets.id AND m.kind = 'reply' AND m.held = 0);

-- What a rule said from when on, and who wrote it. Stays when the rule is gone: what it did stays explained.
CREATE TABLE rule_versions (
  tenant_id   BLOB NOT NULL REFERENCES tenants (id),
  rule_id     BLOB NOT NULL,
  version     INTEGER NOT NULL,
  at          TEXT NOT NULL,
  author      TEXT NOT NULL,            -- as the actor of an event
  name        TEXT NOT NULL,
  active      INTEGER NOT NULL,
  definition  TEXT NOT NULL,
  PRIMARY KEY (tenant_id, rule_id, version)
) STRICT;
INSERT INTO rule_versions (tenant_id, rule_id, version, at, author, name, active, definition)
  SELECT tenant_id, id, version, updated_at, '{"type":"system"}', name, active, definition FROM rules;

-- Which rules in which versions looked, in their order; the same for many passes.
CREATE TABLE rule_sets (
  tenant_id   BLOB NOT NULL REFERENCES tenants (id),
  id          BLOB NOT NULL,            -- fingerprint of the members
  members     TEXT NOT NULL,            -- list of [rule, version]
  PRIMARY KEY (tenant_id, id)
) STRICT, WITHOUT ROWID;

ALTER TABLE rule_runs ADD COLUMN looked INTEGER NOT NULL DEFAULT 0;  -- how many rules looked; the explanation has those that acted
ALTER TABLE rule_runs ADD COLUMN set_id BLOB;                        -- null: from before rule_sets, the explanation has all
ALTER TABLE rule_runs ADD COLUMN facts TEXT;                         -- what they saw of the ticket

-- When time next makes a rule look at a ticket.
CREATE TABLE rule_looks (
  tenant_id   BLOB NOT NULL,
  ticket_id   BLOB NOT NULL,
  at          TEXT NOT NULL,
  PRIMARY KEY (tenant_id, ticket_id),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX rule_looks_due ON rule_looks (at);

-- A rule that time pulls acts once per cause: once for what a person last did to the ticket.
CREATE TABLE rule_fired (
  tenant_id   BLOB NOT NULL,
  ticket_id   BLOB NOT NULL,
  rule_id     BLOB NOT NULL,
  cause       TEXT NOT NULL,
  at          TEXT NOT NULL,
  PRIMARY KEY (tenant_id, ticket_id, rule_id, cause),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
) STRICT, WITHOUT ROWID;

-- For which rules on time a tenant's looks are planned; when they change, every open ticket is looked at once.
CREATE TABLE rule_clockwork (
  tenant_id   BLOB NOT NULL PRIMARY KEY REFERENCES tenants (id),
  fingerprint BLOB NOT NULL
) STRICT, WITHOUT ROWID;
