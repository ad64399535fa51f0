-- The house. Every row of a tenant begins with tenant_id; ids are UUIDv7; times are UTC.
-- Received mail, blobs and cursors belong to an account: a catch-all mail has no tenant before
-- routing and may have two after it. Tenant rows link to them.

CREATE TABLE meta (
  key         TEXT NOT NULL PRIMARY KEY,
  value       TEXT NOT NULL
);

-- Tenants, plans, people ------------------------------------------------------------------------

CREATE TABLE plans (
  id            uuid NOT NULL PRIMARY KEY,
  slug          TEXT NOT NULL UNIQUE,
  name          TEXT NOT NULL,
  features      jsonb NOT NULL,          -- list of words
  price_cents   bigint NOT NULL,
  currency      TEXT NOT NULL,
  "interval"    TEXT NOT NULL,          -- month, year
  trial_days    bigint NOT NULL,
  user_limit    bigint,                    -- null: no limit
  mailbox_limit bigint,
  public        boolean NOT NULL,
  position      bigint NOT NULL,
  created_at    timestamptz NOT NULL,
  updated_at    timestamptz NOT NULL
);

CREATE TABLE tenants (
  id            uuid NOT NULL PRIMARY KEY,
  slug          TEXT NOT NULL UNIQUE,
  name          TEXT NOT NULL,
  ticket_prefix TEXT NOT NULL,
  timezone      TEXT NOT NULL,
  locale        TEXT NOT NULL,
  next_number   bigint NOT NULL,          -- taken and raised inside the ticket's own transaction: gapless
  settings      jsonb NOT NULL,
  active        boolean NOT NULL,
  created_at    timestamptz NOT NULL,
  updated_at    timestamptz NOT NULL
);

CREATE TABLE subscriptions (
  tenant_id     uuid NOT NULL PRIMARY KEY REFERENCES tenants (id),
  plan_id       uuid NOT NULL REFERENCES plans (id),
  state         TEXT NOT NULL,          -- trialing, active, past_due, canceled, expired
  trial_ends_at timestamptz,
  created_at    timestamptz NOT NULL,
  updated_at    timestamptz NOT NULL
);

CREATE TABLE users (
  id             uuid NOT NULL PRIMARY KEY,
  email          TEXT NOT NULL UNIQUE,  -- comparable form
  name           TEXT NOT NULL,
  password_hash  TEXT,                  -- PHC string; null until a password is set
  platform_admin boolean NOT NULL,
  disabled       boolean NOT NULL,
  created_at     timestamptz NOT NULL,
  updated_at     timestamptz NOT NULL
);

CREATE TABLE memberships (
  tenant_id   uuid NOT NULL REFERENCES tenants (id),
  user_id     uuid NOT NULL REFERENCES users (id),
  role        TEXT NOT NULL,
  active      boolean NOT NULL,
  signature   TEXT NOT NULL,
  created_at  timestamptz NOT NULL,
  updated_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, user_id)
);
CREATE INDEX memberships_of_user ON memberships (user_id);

CREATE TABLE teams (
  tenant_id     uuid NOT NULL REFERENCES tenants (id),
  id            uuid NOT NULL,
  name          TEXT NOT NULL,
  assignment    TEXT NOT NULL,
  last_assigned uuid,                   -- whose turn it was last
  created_at    timestamptz NOT NULL,
  updated_at    timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, name)
);

CREATE TABLE team_members (
  tenant_id   uuid NOT NULL,
  team_id     uuid NOT NULL,
  user_id     uuid NOT NULL,
  position    bigint NOT NULL,
  PRIMARY KEY (tenant_id, team_id, user_id),
  FOREIGN KEY (tenant_id, team_id) REFERENCES teams (tenant_id, id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES memberships (tenant_id, user_id)
);

CREATE TABLE sessions (
  id_hash      bytea NOT NULL PRIMARY KEY,  -- SHA-256 of the cookie
  user_id      uuid NOT NULL REFERENCES users (id),
  tenant_id    uuid,                        -- null: the platform area
  form_token   TEXT NOT NULL,
  ip           TEXT NOT NULL,
  user_agent   TEXT NOT NULL,
  created_at   timestamptz NOT NULL,
  last_seen_at timestamptz NOT NULL,
  expires_at   timestamptz NOT NULL
);
CREATE INDEX sessions_of_user ON sessions (user_id);

CREATE TABLE user_links (
  token_hash  bytea NOT NULL PRIMARY KEY,   -- SHA-256 of the link's token
  user_id     uuid NOT NULL REFERENCES users (id),
  tenant_id   uuid,                         -- the tenant that invited
  purpose     TEXT NOT NULL,                -- invite, reset
  created_at  timestamptz NOT NULL,
  expires_at  timestamptz NOT NULL,
  used_at     timestamptz
);

CREATE TABLE api_tokens (
  id           uuid NOT NULL PRIMARY KEY,
  tenant_id    uuid REFERENCES tenants (id),  -- null: a platform token
  user_id      uuid REFERENCES users (id),
  name         TEXT NOT NULL,
  token_hash   bytea NOT NULL UNIQUE,
  created_at   timestamptz NOT NULL,
  revoked_at   timestamptz
);

CREATE TABLE idempotency_keys (
  token_id    uuid NOT NULL REFERENCES api_tokens (id),
  key         TEXT NOT NULL,
  request     bytea NOT NULL,           -- SHA-256 of method, path and body
  status      bigint,                      -- null while in hand
  response    TEXT,
  created_at  timestamptz NOT NULL,
  PRIMARY KEY (token_id, key)
);

-- Accounts and mailboxes ------------------------------------------------------------------------

CREATE TABLE accounts (
  id                uuid NOT NULL PRIMARY KEY,
  tenant_id         uuid REFERENCES tenants (id),  -- null: the platform's, routed by address
  name              TEXT NOT NULL,
  imap              jsonb,               -- settings without the password; null: no intake
  imap_password     bytea,              -- sealed
  imap_password_env TEXT,
  smtp              jsonb,
  smtp_password     bytea,
  smtp_password_env TEXT,
  trusted_host      TEXT,
  delivery_headers  jsonb NOT NULL,
  auth_results      TEXT,
  active            boolean NOT NULL,
  state             TEXT NOT NULL,      -- of the IMAP side: ok, connecting, failing, paused
  last_error        TEXT,
  last_seen_at      timestamptz,               -- when the server last answered
  smtp_paused_until timestamptz,               -- the server refused us, not a message: O5
  smtp_error        TEXT,
  smtp_failures     bigint NOT NULL,
  created_at        timestamptz NOT NULL,
  updated_at        timestamptz NOT NULL
);
CREATE UNIQUE INDEX accounts_of_tenant ON accounts (tenant_id, name) WHERE tenant_id IS NOT NULL;
CREATE UNIQUE INDEX accounts_of_platform ON accounts (name) WHERE tenant_id IS NULL;

CREATE TABLE mailboxes (
  tenant_id    uuid NOT NULL REFERENCES tenants (id),
  id           uuid NOT NULL,
  address      TEXT NOT NULL UNIQUE,    -- comparable form
  name         TEXT NOT NULL,
  account_id   uuid REFERENCES accounts (id),
  team_id      uuid,
  auth_results TEXT,
  separate     boolean NOT NULL,           -- a mail that also goes elsewhere gets its own ticket here
  strangers    TEXT NOT NULL,           -- hold, join
  plus         boolean NOT NULL,           -- tokens may travel in the plus-address
  active       boolean NOT NULL,
  paused_until timestamptz,                    -- the server refuses this sender
  created_at   timestamptz NOT NULL,
  updated_at   timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, team_id) REFERENCES teams (tenant_id, id)
);

CREATE TABLE mailbox_addresses (
  address     TEXT NOT NULL PRIMARY KEY,  -- comparable form; the mailbox's own and its aliases
  tenant_id   uuid NOT NULL,
  mailbox_id  uuid NOT NULL,
  FOREIGN KEY (tenant_id, mailbox_id) REFERENCES mailboxes (tenant_id, id)
);

CREATE TABLE cursors (
  account_id   uuid NOT NULL REFERENCES accounts (id),
  folder       TEXT NOT NULL,
  uidvalidity  bigint NOT NULL,
  next_uid     bigint NOT NULL,           -- everything below is spooled
  connected_at timestamptz NOT NULL,           -- first connection
  rescan_below bigint,                     -- after a UIDVALIDITY change: UIDs below are taken in silently
  missing      bigint NOT NULL,           -- on the server, not here: the last completeness audit
  audited_at   timestamptz,
  PRIMARY KEY (account_id, folder)
);

-- Received mail ---------------------------------------------------------------------------------

CREATE TABLE blobs (
  id          uuid NOT NULL PRIMARY KEY,
  size        bigint NOT NULL,            -- before compression
  zstd        bytea NOT NULL
);

CREATE TABLE inbound (
  id             uuid NOT NULL PRIMARY KEY,
  account_id     uuid REFERENCES accounts (id),  -- null: a pipe
  folder         TEXT NOT NULL,
  uidvalidity    bigint,
  uid            bigint,
  blob_id        uuid REFERENCES blobs (id),
  content_key    bytea NOT NULL,        -- SHA-256 without trace headers
  size           bigint NOT NULL,         -- on the server
  complete       boolean NOT NULL,         -- false: too large, only the beginning is kept
  internal_date  timestamptz,
  received_at    timestamptz NOT NULL,         -- when we took it in
  quiet          boolean NOT NULL,         -- history: nothing goes out because of it
  only_tenant    uuid,                  -- a pipe said so
  addressed_to   TEXT,                  -- a pipe said so
  state          TEXT NOT NULL,         -- spooled, processed, duplicate, quarantined, ignored
  reason         TEXT,
  attempts       bigint NOT NULL,
  in_hand        TEXT NOT NULL,         -- '', batch, alone
  claimed_by     TEXT,
  claimed_until  timestamptz,
  retry_at       timestamptz,
  server_step    TEXT NOT NULL,         -- what is still to do on the server: '', after
  sender         jsonb NOT NULL,         -- {email, name}
  recipients     jsonb NOT NULL,
  subject        TEXT NOT NULL,
  message_id     TEXT,
  trace          jsonb NOT NULL,
  processed_at   timestamptz
);
CREATE UNIQUE INDEX inbound_by_uid ON inbound (account_id, folder, uidvalidity, uid) WHERE uid IS NOT NULL;
CREATE INDEX inbound_to_process ON inbound (id) WHERE state = 'spooled';
CREATE INDEX inbound_to_flag ON inbound (account_id, folder, id) WHERE server_step <> '';
CREATE INDEX inbound_by_state ON inbound (state, id) WHERE state IN ('quarantined', 'ignored');

CREATE TABLE inbound_results (
  tenant_id   uuid NOT NULL REFERENCES tenants (id),
  inbound_id  uuid NOT NULL REFERENCES inbound (id),
  position    bigint NOT NULL,            -- a mail may become several tickets of one tenant
  ticket_id   uuid,
  message_id  uuid,
  outcome     TEXT NOT NULL,            -- new, appended, held, duplicate, bounce
  PRIMARY KEY (tenant_id, inbound_id, position)
);
CREATE INDEX inbound_results_of_mail ON inbound_results (inbound_id);

CREATE TABLE contents (
  tenant_id   uuid NOT NULL,
  content_key bytea NOT NULL,
  inbound_id  uuid NOT NULL,
  PRIMARY KEY (tenant_id, content_key)  -- the same mail twice is one
);

-- Contacts --------------------------------------------------------------------------------------

CREATE TABLE contacts (
  tenant_id   uuid NOT NULL REFERENCES tenants (id),
  id          uuid NOT NULL,
  name        TEXT NOT NULL,
  blocked     boolean NOT NULL,
  details     jsonb NOT NULL,
  created_at  timestamptz NOT NULL,
  updated_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id)
);

CREATE TABLE contact_addresses (
  tenant_id   uuid NOT NULL,
  address     TEXT NOT NULL,
  contact_id  uuid NOT NULL,
  position    bigint NOT NULL,            -- 0: the one to write to
  PRIMARY KEY (tenant_id, address),
  FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts (tenant_id, id)
);
CREATE INDEX addresses_of_contact ON contact_addresses (tenant_id, contact_id, position);

-- Service level definitions ---------------------------------------------------------------------

CREATE TABLE calendars (
  tenant_id   uuid NOT NULL REFERENCES tenants (id),
  id          uuid NOT NULL,
  name        TEXT NOT NULL,
  definition  jsonb NOT NULL,
  created_at  timestamptz NOT NULL,
  updated_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, name)
);

CREATE TABLE sla_policies (
  tenant_id   uuid NOT NULL REFERENCES tenants (id),
  id          uuid NOT NULL,
  name        TEXT NOT NULL,
  calendar_id uuid,                     -- null: always open
  definition  jsonb NOT NULL,
  is_default  boolean NOT NULL,
  created_at  timestamptz NOT NULL,
  updated_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, name),
  FOREIGN KEY (tenant_id, calendar_id) REFERENCES calendars (tenant_id, id)
);

-- Tickets ---------------------------------------------------------------------------------------

CREATE TABLE tickets (
  tenant_id         uuid NOT NULL REFERENCES tenants (id),
  id                uuid NOT NULL,
  number            bigint NOT NULL,
  subject           TEXT NOT NULL,
  status            TEXT NOT NULL,
  priority          TEXT NOT NULL,
  category          TEXT,
  team_id           uuid,
  assignee_id       uuid,
  requester_id      uuid NOT NULL,
  mailbox_id        uuid NOT NULL,
  also_addressed    jsonb NOT NULL,      -- ids of further mailboxes
  policy_id         uuid,
  spam              boolean NOT NULL,
  created_at        timestamptz NOT NULL,
  updated_at        timestamptz NOT NULL,
  first_response_at timestamptz,
  resolved_at       timestamptz,
  closed_at         timestamptz,
  snoozed_until     timestamptz,
  last_message_at   timestamptz NOT NULL,
  last_message_from TEXT NOT NULL,
  message_count     bigint NOT NULL,
  merged_into       uuid,
  follow_up_of      uuid,
  version           bigint NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, number),
  FOREIGN KEY (tenant_id, requester_id) REFERENCES contacts (tenant_id, id),
  FOREIGN KEY (tenant_id, mailbox_id) REFERENCES mailboxes (tenant_id, id),
  FOREIGN KEY (tenant_id, team_id) REFERENCES teams (tenant_id, id),
  FOREIGN KEY (tenant_id, assignee_id) REFERENCES memberships (tenant_id, user_id),
  FOREIGN KEY (tenant_id, policy_id) REFERENCES sla_policies (tenant_id, id)
);
CREATE INDEX tickets_newest ON tickets (tenant_id, updated_at, id);
CREATE INDEX tickets_by_status ON tickets (tenant_id, status, updated_at, id);
CREATE INDEX tickets_by_assignee ON tickets (tenant_id, assignee_id, updated_at, id);
CREATE INDEX tickets_by_requester ON tickets (tenant_id, requester_id, updated_at, id);
CREATE INDEX tickets_active ON tickets (tenant_id, status, assignee_id) WHERE status IN ('open', 'in_progress', 'on_hold');
CREATE INDEX tickets_to_close ON tickets (resolved_at) WHERE status = 'resolved';
CREATE INDEX tickets_asleep ON tickets (snoozed_until) WHERE snoozed_until IS NOT NULL;

CREATE TABLE ticket_tags (
  tenant_id   uuid NOT NULL,
  ticket_id   uuid NOT NULL,
  tag         TEXT NOT NULL,
  PRIMARY KEY (tenant_id, ticket_id, tag),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
);
CREATE INDEX tickets_of_tag ON ticket_tags (tenant_id, tag, ticket_id);

CREATE TABLE participants (
  tenant_id   uuid NOT NULL,
  ticket_id   uuid NOT NULL,
  address     TEXT NOT NULL,            -- comparable form
  name        TEXT NOT NULL,
  role        TEXT NOT NULL,            -- requester, participant, suggested
  joined_at   timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, ticket_id, address),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
);

CREATE TABLE messages (
  tenant_id      uuid NOT NULL,
  id             uuid NOT NULL,
  ticket_id      uuid NOT NULL,
  kind           TEXT NOT NULL,
  author_type    TEXT NOT NULL,
  author_id      uuid,                  -- a user or a contact
  author_email   TEXT NOT NULL,
  author_name    TEXT NOT NULL,
  parties        jsonb NOT NULL,         -- {from, to, cc, reply_to}
  subject        TEXT NOT NULL,
  text           TEXT NOT NULL,         -- whole
  folds          jsonb NOT NULL,
  html           TEXT,                  -- of what we wrote; received HTML is read from the raw mail
  has_html       boolean NOT NULL,
  message_id     TEXT,
  in_reply_to    TEXT,
  reference_ids  jsonb NOT NULL,
  created_at     timestamptz NOT NULL,
  held           boolean NOT NULL,
  held_reason    TEXT,
  identity       TEXT NOT NULL,
  machine        TEXT,
  bounce         jsonb,
  authentication TEXT NOT NULL,
  matched_by     TEXT NOT NULL,
  inbound_id     uuid,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
);
CREATE INDEX messages_of_ticket ON messages (tenant_id, ticket_id, id);

CREATE TABLE attachments (
  tenant_id    uuid NOT NULL,
  id           uuid NOT NULL,
  message_id   uuid NOT NULL,
  filename     TEXT NOT NULL,
  content_type TEXT NOT NULL,
  size         bigint NOT NULL,
  sha256       TEXT NOT NULL,
  inline       boolean NOT NULL,
  content_id   TEXT,
  part         bigint NOT NULL,
  blob_id      uuid NOT NULL,           -- the raw mail it is a part of, or the upload itself (part -1)
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, message_id) REFERENCES messages (tenant_id, id)
);
CREATE INDEX attachments_of_message ON attachments (tenant_id, message_id, id);

CREATE TABLE nodes (
  tenant_id   uuid NOT NULL,
  mailbox_id  uuid NOT NULL,
  node        bytea NOT NULL,           -- first 16 bytes of SHA-256 of a Message-ID
  ticket_id   uuid NOT NULL,
  received    boolean NOT NULL,            -- false: only referred to so far
  PRIMARY KEY (tenant_id, mailbox_id, node)
);

CREATE TABLE reply_refs (
  ref         TEXT NOT NULL PRIMARY KEY,  -- ten base32 characters
  tenant_id   uuid NOT NULL,
  ticket_id   uuid NOT NULL,
  purpose     TEXT NOT NULL,            -- customer, agent, agent_note, bounce, csat, action
  participant TEXT NOT NULL,            -- an address, or a user's id
  message_id  uuid,                     -- the message it went out with
  outbox_id   uuid,                     -- the row it went out with
  created_at  timestamptz NOT NULL,
  expires_at  timestamptz NOT NULL,
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
);

CREATE TABLE token_epochs (
  tenant_id   uuid NOT NULL,
  ticket_id   uuid NOT NULL,
  participant TEXT NOT NULL,
  epoch       bigint NOT NULL,            -- absent: 0
  PRIMARY KEY (tenant_id, ticket_id, participant)
);

CREATE TABLE events (
  tenant_id   uuid NOT NULL,
  id          uuid NOT NULL,
  ticket_id   uuid NOT NULL,
  at          timestamptz NOT NULL,
  kind        TEXT NOT NULL,
  actor       jsonb NOT NULL,
  field       TEXT,
  old_value   TEXT,
  new_value   TEXT,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
);
CREATE INDEX events_of_ticket ON events (tenant_id, ticket_id, id);

-- Rules and service levels at work ----------------------------------------------------------------

CREATE TABLE rules (
  tenant_id   uuid NOT NULL REFERENCES tenants (id),
  id          uuid NOT NULL,
  name        TEXT NOT NULL,
  position    bigint NOT NULL,
  version     bigint NOT NULL,
  active      boolean NOT NULL,
  definition  jsonb NOT NULL,
  created_at  timestamptz NOT NULL,
  updated_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, name)
);

CREATE TABLE rule_runs (
  tenant_id   uuid NOT NULL,
  id          uuid NOT NULL,
  ticket_id   uuid NOT NULL,
  message_id  uuid,
  cause       TEXT NOT NULL,            -- the event that woke the rules
  at          timestamptz NOT NULL,
  explanation jsonb NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
);
CREATE INDEX rule_runs_of_ticket ON rule_runs (tenant_id, ticket_id, id);

CREATE TABLE clocks (
  tenant_id   uuid NOT NULL,
  ticket_id   uuid NOT NULL,
  metric      TEXT NOT NULL,            -- first_response, next_response, resolution
  cycle       bigint NOT NULL,
  state       TEXT NOT NULL,            -- running, paused, met, breached
  due_at      timestamptz,
  wake_at     timestamptz,                     -- the next warning or breach; null when nothing is to come
  clock       jsonb NOT NULL,
  PRIMARY KEY (tenant_id, ticket_id, metric, cycle),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
);
CREATE INDEX clocks_to_wake ON clocks (wake_at) WHERE wake_at IS NOT NULL;

CREATE TABLE clock_lines (
  tenant_id   uuid NOT NULL,
  ticket_id   uuid NOT NULL,
  id          uuid NOT NULL,
  metric      TEXT NOT NULL,
  cycle       bigint NOT NULL,
  at          timestamptz NOT NULL,
  what        TEXT NOT NULL,
  because     TEXT NOT NULL,
  PRIMARY KEY (tenant_id, ticket_id, id),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
);

CREATE TABLE sla_events (
  tenant_id   uuid NOT NULL,
  ticket_id   uuid NOT NULL,
  metric      TEXT NOT NULL,
  cycle       bigint NOT NULL,
  step        TEXT NOT NULL,            -- warning:80, breached
  at          timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, ticket_id, metric, cycle, step),  -- each exactly once
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
);

-- Texts and people to tell ------------------------------------------------------------------------

CREATE TABLE canned (
  tenant_id   uuid NOT NULL REFERENCES tenants (id),
  name        TEXT NOT NULL,
  text        TEXT NOT NULL,
  updated_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, name)
);

CREATE TABLE templates (
  tenant_id   uuid NOT NULL REFERENCES tenants (id),
  key         TEXT NOT NULL,
  locale      TEXT NOT NULL,
  subject     TEXT NOT NULL,
  text        TEXT NOT NULL,
  html        TEXT,
  updated_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, key, locale)
);

CREATE TABLE webhooks (
  tenant_id   uuid NOT NULL REFERENCES tenants (id),
  url         TEXT NOT NULL,
  events      jsonb NOT NULL,
  secret      bytea,                    -- sealed
  secret_env  TEXT,
  active      boolean NOT NULL,
  updated_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, url)
);

CREATE TABLE ntfy (
  tenant_id    uuid NOT NULL PRIMARY KEY REFERENCES tenants (id),
  server       TEXT NOT NULL,
  token        bytea,                   -- sealed
  token_env    TEXT,
  topic_prefix TEXT NOT NULL,
  tickets      boolean NOT NULL,
  sla          boolean NOT NULL,
  security     boolean NOT NULL,
  users        boolean NOT NULL,
  active       boolean NOT NULL,
  updated_at   timestamptz NOT NULL
);

-- What goes out -----------------------------------------------------------------------------------

CREATE TABLE outbox (
  id              uuid NOT NULL PRIMARY KEY,
  tenant_id       uuid REFERENCES tenants (id),
  channel         TEXT NOT NULL,        -- email, ntfy, webhook
  audience        TEXT NOT NULL,        -- customer, agent
  account_id      uuid,                 -- the SMTP side that sends it
  mailbox_id      uuid,
  ticket_id       uuid,
  message_id      uuid,                 -- the message it delivers or announces
  cause           TEXT NOT NULL,        -- what made it: unique with recipient and channel
  recipient       TEXT NOT NULL,
  envelope_from   TEXT NOT NULL,        -- '' is the null return path
  mail_id         TEXT,                 -- Message-ID without brackets
  body            bytea NOT NULL,       -- final bytes: zstd of the mail, or of the JSON
  state           TEXT NOT NULL,        -- pending, sending, final_dot, sent, deferred, uncertain, failed, held, cancelled
  was_uncertain   boolean NOT NULL,
  attempts        bigint NOT NULL,
  next_attempt_at timestamptz NOT NULL,
  claimed_by      TEXT,
  claimed_until   timestamptz,
  last_reply      TEXT,
  warned          boolean NOT NULL,        -- the agent was told that it is late
  created_at      timestamptz NOT NULL,
  updated_at      timestamptz NOT NULL,
  sent_at         timestamptz
);
CREATE UNIQUE INDEX outbox_once ON outbox (tenant_id, cause, recipient, channel);
CREATE INDEX outbox_due ON outbox (channel, next_attempt_at, id) WHERE state IN ('pending', 'deferred', 'uncertain');
CREATE INDEX outbox_in_hand ON outbox (claimed_until) WHERE state IN ('sending', 'final_dot');
CREATE INDEX outbox_of_message ON outbox (tenant_id, message_id) WHERE message_id IS NOT NULL;
CREATE INDEX outbox_of_tenant ON outbox (tenant_id, id);
CREATE INDEX outbox_by_mail_id ON outbox (tenant_id, mail_id) WHERE mail_id IS NOT NULL;
CREATE INDEX outbox_queue ON outbox (ticket_id, recipient, id) WHERE state IN ('pending', 'sending', 'final_dot', 'deferred', 'uncertain');

CREATE TABLE suppressions (
  tenant_id   uuid NOT NULL REFERENCES tenants (id),
  address     TEXT NOT NULL,
  reason      TEXT NOT NULL,
  created_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, address)
);

CREATE TABLE acknowledged (
  tenant_id   uuid NOT NULL REFERENCES tenants (id),
  address     TEXT NOT NULL,
  at          timestamptz NOT NULL,            -- the last acknowledgement to this address
  PRIMARY KEY (tenant_id, address)
);

CREATE TABLE leases (
  resource    TEXT NOT NULL PRIMARY KEY,
  holder      TEXT NOT NULL,
  epoch       bigint NOT NULL,
  expires_at  timestamptz NOT NULL
);
