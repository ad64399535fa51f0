-- The keys of reply tokens: one row for each rotation. A tenant without a row uses generation 0. Nothing secret: the
-- keys themselves are derived from the master key.
CREATE TABLE token_keys (
  tenant_id   UUID NOT NULL REFERENCES tenants (id),
  generation  BIGINT NOT NULL,           -- the newest signs, the newest two verify
  made_at     TIMESTAMPTZ NOT NULL,
  PRIMARY KEY (tenant_id, generation)
);

-- Acknowledgements are counted by address, over all tenants, and by tenant.
CREATE INDEX acknowledged_by_address ON acknowledged (address, at);
CREATE INDEX acknowledged_by_tenant ON acknowledged (tenant_id, at);

-- Tenants that had sent too many of them within an hour, and since when none goes out.
CREATE TABLE acknowledge_rests (
  tenant_id   UUID NOT NULL PRIMARY KEY REFERENCES tenants (id),
  since       TIMESTAMPTZ NOT NULL
);
