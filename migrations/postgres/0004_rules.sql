-- Rules: their versions, what they saw, and when time makes them look again.

-- When each side last spoke; last_message_at knows only the later of the two.
ALTER TABLE tickets ADD COLUMN last_customer_message_at timestamptz;
ALTER TABLE tickets ADD COLUMN last_agent_message_at timestamptz;
UPDATE tickets SET
  last_customer_message_at = (SELECT max(m.created_at) FROM messages m WHERE m.tenant_id = tickets.tenant_id AND m.ticket_id = tickets.id AND m.kind = 'inbound' AND m.held = FALSE),
  last_agent_message_at = (SELECT max(m.created_at) FROM messages m WHERE m.tenant_id = tickets.tenant_id AND m.ticket_id = tickets.id AND m.kind = 'reply' AND m.held = FALSE);

-- What a rule said from when on, and who wrote it. Stays when the rule is gone: what it did stays explained.
CREATE TABLE rule_versions (
  tenant_id   uuid NOT NULL REFERENCES tenants (id),
  rule_id     uuid NOT NULL,
  version     bigint NOT NULL,
  at          timestamptz NOT NULL,
  author      jsonb NOT NULL,            -- as the actor of an event
  name        TEXT NOT NULL,
  active      boolean NOT NULL,
  definition  jsonb NOT NULL,
  PRIMARY KEY (tenant_id, rule_id, version)
);
INSERT INTO rule_versions (tenant_id, rule_id, version, at, author, name, active, definition)
  SELECT tenant_id, id, version, updated_at, '{"type":"system"}', name, active, definition FROM rules;

-- Which rules in which versions looked, in their order; the same for many passes.
CREATE TABLE rule_sets (
  tenant_id   uuid NOT NULL REFERENCES tenants (id),
  id          bytea NOT NULL,           -- fingerprint of the members
  members     jsonb NOT NULL,            -- list of [rule, version]
  PRIMARY KEY (tenant_id, id)
);

ALTER TABLE rule_runs ADD COLUMN looked bigint NOT NULL DEFAULT 0;  -- how many rules looked; the explanation has those that acted
ALTER TABLE rule_runs ADD COLUMN set_id bytea;                        -- null: from before rule_sets, the explanation has all
ALTER TABLE rule_runs ADD COLUMN facts jsonb;                         -- what they saw of the ticket

-- When time next makes a rule look at a ticket.
CREATE TABLE rule_looks (
  tenant_id   uuid NOT NULL,
  ticket_id   uuid NOT NULL,
  at          timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, ticket_id),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
);
CREATE INDEX rule_looks_due ON rule_looks (at);

-- A rule that time pulls acts once per cause: once for what a person last did to the ticket.
CREATE TABLE rule_fired (
  tenant_id   uuid NOT NULL,
  ticket_id   uuid NOT NULL,
  rule_id     uuid NOT NULL,
  cause       TEXT NOT NULL,
  at          timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, ticket_id, rule_id, cause),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
);

-- For which rules on time a tenant's looks are planned; when they change, every open ticket is looked at once.
CREATE TABLE rule_clockwork (
  tenant_id   uuid NOT NULL PRIMARY KEY REFERENCES tenants (id),
  fingerprint bytea NOT NULL
);
