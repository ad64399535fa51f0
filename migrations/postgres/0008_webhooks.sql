-- Webhooks with an id of their own, a secret that can be changed without a gap, and a memory of how their calls went.
ALTER TABLE webhooks DROP CONSTRAINT webhooks_pkey;
ALTER TABLE webhooks ADD COLUMN id uuid NOT NULL DEFAULT gen_random_uuid();
ALTER TABLE webhooks ALTER COLUMN id DROP DEFAULT;
ALTER TABLE webhooks ADD COLUMN old_secret bytea;                       -- sealed; signs beside the new one until then
ALTER TABLE webhooks ADD COLUMN old_until timestamptz;
ALTER TABLE webhooks ADD COLUMN trusted boolean NOT NULL DEFAULT TRUE;  -- named by the operator: may be anywhere
ALTER TABLE webhooks ALTER COLUMN trusted DROP DEFAULT;
ALTER TABLE webhooks ADD COLUMN failing_since timestamptz;
ALTER TABLE webhooks ADD COLUMN given_up TEXT;                          -- why it was switched off by itself
ALTER TABLE webhooks ADD COLUMN created_at timestamptz;
UPDATE webhooks SET created_at = updated_at;
ALTER TABLE webhooks ALTER COLUMN created_at SET NOT NULL;
ALTER TABLE webhooks ADD PRIMARY KEY (tenant_id, id);
ALTER TABLE webhooks ADD UNIQUE (tenant_id, url);

-- Each call and how it ended; kept for thirty days.
CREATE TABLE webhook_calls (
  tenant_id   uuid NOT NULL,
  id          uuid NOT NULL,
  webhook_id  uuid NOT NULL,
  outbox_id   uuid NOT NULL,
  at          timestamptz NOT NULL,
  took_ms     bigint NOT NULL,
  status      bigint,                  -- null: no answer
  answer      TEXT NOT NULL,           -- the beginning of the answer, or why there is none
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, webhook_id) REFERENCES webhooks (tenant_id, id) ON DELETE CASCADE
);
CREATE INDEX webhook_calls_of ON webhook_calls (tenant_id, webhook_id, id);
CREATE INDEX webhook_calls_by_age ON webhook_calls (at);

-- ntfy: who named the server, and whether pushes may carry customers' words.
ALTER TABLE ntfy ADD COLUMN username TEXT;
ALTER TABLE ntfy ADD COLUMN trusted boolean NOT NULL DEFAULT TRUE;
ALTER TABLE ntfy ADD COLUMN customer_text boolean NOT NULL DEFAULT FALSE;

-- Buttons of pushes: each works once, and only by POST.
CREATE TABLE push_buttons (
  tenant_id   uuid NOT NULL,
  hash        bytea NOT NULL,          -- of the secret in the link
  ticket_id   uuid NOT NULL,
  user_id     uuid,                    -- who presses it; null: whoever is logged in
  deed        TEXT NOT NULL,           -- assign, resolve, acknowledge
  expires_at  timestamptz NOT NULL,
  used_at     timestamptz,
  PRIMARY KEY (tenant_id, hash),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
);
CREATE INDEX push_buttons_by_age ON push_buttons (expires_at);
