-- Who changed which setting: one line per change, written in the transaction of the change, never altered.
CREATE TABLE audit (
  id        BLOB NOT NULL PRIMARY KEY,
  tenant_id BLOB REFERENCES tenants (id),   -- null: a change of the platform
  at        TEXT NOT NULL,
  actor     TEXT NOT NULL,
  via       TEXT NOT NULL,                 -- page, api, apply, command
  kind      TEXT NOT NULL,                 -- rule.changed, webhook.created ...
  subject   TEXT NOT NULL,                 -- what it is called
  summary   TEXT NOT NULL                  -- a sentence, without secrets
) STRICT;
CREATE INDEX audit_of_tenant ON audit (tenant_id, id);

CREATE TRIGGER audit_is_not_altered BEFORE UPDATE ON audit
BEGIN
  SELECT RAISE(ABORT, 'a line of the audit log is never altered');
END;

CREATE TRIGGER audit_is_not_deleted BEFORE DELETE ON audit
BEGIN
  SELECT RAISE(ABORT, 'a line of the audit log is never deleted');
END;
