-- Who changed which setting: one line per change, written in the transaction of the change, never altered.
CREATE TABLE audit (
  id        UUID NOT NULL PRIMARY KEY,
  tenant_id UUID REFERENCES tenants (id),   -- null: a change of the platform
  at        TIMESTAMPTZ NOT NULL,
  actor     JSONB NOT NULL,
  via       TEXT NOT NULL,                 -- page, api, apply, command
  kind      TEXT NOT NULL,                 -- rule.changed, webhook.created ...
  subject   TEXT NOT NULL,                 -- what it is called
  summary   TEXT NOT NULL                  -- a sentence, without secrets
);
CREATE INDEX audit_of_tenant ON audit (tenant_id, id);

CREATE FUNCTION audit_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  RAISE EXCEPTION 'a line of the audit log is never altered or deleted';
END $$;

CREATE TRIGGER audit_stays BEFORE UPDATE OR DELETE ON audit FOR EACH ROW EXECUTE FUNCTION audit_stays();
