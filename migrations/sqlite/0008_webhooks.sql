-- Webhooks with an id of their own, a secret that can be changed without a gap, and a memory of how their calls went.
CREATE TABLE webhooks_new (
  tenant_id       BLOB NOT NULL REFERENCES tenants (id),
  id              BLOB NOT NULL,
  url             TEXT NOT NULL,
  events          TEXT NOT NULL,           -- list of names; empty: everything
  secret          BLOB,                    -- sealed
  secret_env      TEXT,
  old_secret      BLOB,                    -- sealed; signs beside the new one until then
  old_until       TEXT,
  active          INTEGER NOT NULL,
  trusted         INTEGER NOT NULL,        -- named by the operator: may be anywhere
  failing_since   TEXT,
  given_up        TEXT,                    -- why it was switched off by itself
  created_at      TEXT NOT NULL,
  updated_at      TEXT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, url)
) STRICT;
INSERT INTO webhooks_new (tenant_id, id, url, events, secret, secret_env, active, trusted, created_at, updated_at)
  SELECT tenant_id, randomblob(16), url, events, secret, secret_env, active, 1, updated_at, updated_at FROM webhooks;
DROP TABLE webhooks;
ALTER TABLE webhooks_new RENAME TO webhooks;

-- Each call and how it ended; kept for thirty days.
CREATE TABLE webhook_calls (
  tenant_id   BLOB NOT NULL,
  id          BLOB NOT NULL,
  webhook_id  BLOB NOT NULL,
  outbox_id   BLOB NOT NULL,
  at          TEXT NOT NULL,
  took_ms     INTEGER NOT NULL,
  status      INTEGER,                 -- null: no answer
  answer      TEXT NOT NULL,           -- the beginning of the answer, or why there is none
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, webhook_id) REFERENCES webhooks (tenant_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE INDEX webhook_calls_of ON webhook_calls (tenant_id, webhook_id, id);
CREATE INDEX webhook_calls_by_age ON webhook_calls (at);

-- ntfy: who named the server, and whether pushes may carry customers' words.
ALTER TABLE ntfy ADD COLUMN username TEXT;
ALTER TABLE ntfy ADD COLUMN trusted INTEGER NOT NULL DEFAULT 1;
ALTER TABLE ntfy ADD COLUMN customer_text INTEGER NOT NULL DEFAULT 0;

-- Buttons of pushes: each works once, and only by POST.
CREATE TABLE push_buttons (
  tenant_id   BLOB NOT NULL,
  hash        BLOB NOT NULL,           -- of the secret in the link
  ticket_id   BLOB NOT NULL,
  user_id     BLOB,                    -- who presses it; null: whoever is logged in
  deed        TEXT NOT NULL,           -- assign, resolve, acknowledge
  expires_at  TEXT NOT NULL,
  used_at     TEXT,
  PRIMARY KEY (tenant_id, hash),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX push_buttons_by_age ON push_buttons (expires_at);
