-- Service levels that are edited: what held before, until when, and by which version the clocks of a ticket count.

ALTER TABLE sla_policies ADD COLUMN version bigint NOT NULL DEFAULT 1;  -- rises whenever targets, pauses, warnings or the calendar change
ALTER TABLE tickets ADD COLUMN policy_version bigint NOT NULL DEFAULT 1;
CREATE INDEX tickets_under_policy ON tickets (tenant_id, policy_id, policy_version) WHERE status IN ('open', 'in_progress', 'on_hold');

CREATE TABLE sla_versions (
  tenant_id   uuid NOT NULL,
  policy_id   uuid NOT NULL,
  version     bigint NOT NULL,
  until       timestamptz NOT NULL,
  definition  jsonb NOT NULL,            -- with its calendar as it was
  PRIMARY KEY (tenant_id, policy_id, version),
  FOREIGN KEY (tenant_id, policy_id) REFERENCES sla_policies (tenant_id, id)
);
