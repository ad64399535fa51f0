-- The house. Every row of a tenant begins with tenant_id; ids are UUIDv7; times are UTC.
-- Received mail, blobs and cursors belong to an account: a catch-all mail has no tenant before
-- routing and may have two after it. Tenant rows link to them.

CREATE TABLE meta (
  key         TEXT NOT NULL PRIMARY KEY,
  value       TEXT NOT NULL
) STRICT, WITHOUT ROWID;

-- Tenants, plans, people ------------------------------------------------------------------------

CREATE TABLE plans (
  id            BLOB NOT NULL PRIMARY KEY,
  slug          TEXT NOT NULL UNIQUE,
  name          TEXT NOT NULL,
  features      TEXT NOT NULL,          -- list of words
  price_cents   INTEGER NOT NULL,
  currency      TEXT NOT NULL,
  "interval"    TEXT NOT NULL,          -- month, year
  trial_days    INTEGER NOT NULL,
  user_limit    INTEGER,                    -- null: no limit
  mailbox_limit INTEGER,
  public        INTEGER NOT NULL,
  position      INTEGER NOT NULL,
  created_at    TEXT NOT NULL,
  updated_at    TEXT NOT NULL
) STRICT;

CREATE TABLE tenants (
  id            BLOB NOT NULL PRIMARY KEY,
  slug          TEXT NOT NULL UNIQUE,
  name          TEXT NOT NULL,
  ticket_prefix TEXT NOT NULL,
  timezone      TEXT NOT NULL,
  locale        TEXT NOT NULL,
  next_number   INTEGER NOT NULL,          -- taken and raised inside the ticket's own transaction: gapless
  settings      TEXT NOT NULL,
  active        INTEGER NOT NULL,
  created_at    TEXT NOT NULL,
  updated_at    TEXT NOT NULL
) STRICT;

CREATE TABLE subscriptions (
  tenant_id     BLOB NOT NULL PRIMARY KEY REFERENCES tenants (id),
  plan_id       BLOB NOT NULL REFERENCES plans (id),
  state         TEXT NOT NULL,          -- trialing, active, past_due, canceled, expired
  trial_ends_at TEXT,
  created_at    TEXT NOT NULL,
  updated_at    TEXT NOT NULL
) STRICT;

CREATE TABLE users (
  id             BLOB NOT NULL PRIMARY KEY,
  email          TEXT NOT NULL UNIQUE,  -- comparable form
  name           TEXT NOT NULL,
  password_hash  TEXT,                  -- PHC string; null until a password is set
  platform_admin INTEGER NOT NULL,
  disabled       INTEGER NOT NULL,
  created_at     TEXT NOT NULL,
  updated_at     TEXT NOT NULL
) STRICT;

CREATE TABLE memberships (
  tenant_id   BLOB NOT NULL REFERENCES tenants (id),
  user_id     BLOB NOT NULL REFERENCES users (id),
  role        TEXT NOT NULL,
  active      INTEGER NOT NULL,
  signature   TEXT NOT NULL,
  created_at  TEXT NOT NULL,
  updated_at  TEXT NOT NULL,
  PRIMARY KEY (tenant_id, user_id)
) STRICT;
CREATE INDEX memberships_of_user ON memberships (user_id);

CREATE TABLE teams (
  tenant_id     BLOB NOT NULL REFERENCES tenants (id),
  id            BLOB NOT NULL,
  name          TEXT NOT NULL,
  assignment    TEXT NOT NULL,
  last_assigned BLOB,                   -- whose turn it was last
  created_at    TEXT NOT NULL,
  updated_at    TEXT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, name)
) STRICT;

CREATE TABLE team_members (
  tenant_id   BLOB NOT NULL,
  team_id     BLOB NOT NULL,
  user_id     BLOB NOT NULL,
  position    INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, team_id, user_id),
  FOREIGN KEY (tenant_id, team_id) REFERENCES teams (tenant_id, id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES memberships (tenant_id, user_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE sessions (
  id_hash      BLOB NOT NULL PRIMARY KEY,  -- SHA-256 of the cookie
  user_id      BLOB NOT NULL REFERENCES users (id),
  tenant_id    BLOB,                        -- null: the platform area
  form_token   TEXT NOT NULL,
  ip           TEXT NOT NULL,
  user_agent   TEXT NOT NULL,
  created_at   TEXT NOT NULL,
  last_seen_at TEXT NOT NULL,
  expires_at   TEXT NOT NULL
) STRICT;
CREATE INDEX sessions_of_user ON sessions (user_id);

CREATE TABLE user_links (
  token_hash  BLOB NOT NULL PRIMARY KEY,   -- SHA-256 of the link's token
  user_id     BLOB NOT NULL REFERENCES users (id),
  tenant_id   BLOB,                         -- the tenant that invited
  purpose     TEXT NOT NULL,                -- invite, reset
  created_at  TEXT NOT NULL,
  expires_at  TEXT NOT NULL,
  used_at     TEXT
) STRICT;

CREATE TABLE api_tokens (
  id           BLOB NOT NULL PRIMARY KEY,
  tenant_id    BLOB REFERENCES tenants (id),  -- null: a platform token
  user_id      BLOB REFERENCES users (id),
  name         TEXT NOT NULL,
  token_hash   BLOB NOT NULL UNIQUE,
  created_at   TEXT NOT NULL,
  revoked_at   TEXT
) STRICT;

CREATE TABLE idempotency_keys (
  token_id    BLOB NOT NULL REFERENCES api_tokens (id),
  key         TEXT NOT NULL,
  request     BLOB NOT NULL,           -- SHA-256 of method, path and body
  status      INTEGER,                      -- null while in hand
  response    TEXT,
  created_at  TEXT NOT NULL,
  PRIMARY KEY (token_id, key)
) STRICT;

-- Accounts and mailboxes ------------------------------------------------------------------------

CREATE TABLE accounts (
  id                BLOB NOT NULL PRIMARY KEY,
  tenant_id         BLOB REFERENCES tenants (id),  -- null: the platform's, routed by address
  name              TEXT NOT NULL,
  imap              TEXT,               -- settings without the password; null: no intake
  imap_password     BLOB,              -- sealed
  imap_password_env TEXT,
  smtp              TEXT,
  smtp_password     BLOB,
  smtp_password_env TEXT,
  trusted_host      TEXT,
  delivery_headers  TEXT NOT NULL,
  auth_results      TEXT,
  active            INTEGER NOT NULL,
  state             TEXT NOT NULL,      -- of the IMAP side: ok, connecting, failing, paused
  last_error        TEXT,
  last_seen_at      TEXT,               -- when the server last answered
  smtp_paused_until TEXT,               -- the server refused us, not a message: O5
  smtp_error        TEXT,
  smtp_failures     INTEGER NOT NULL,
  created_at        TEXT NOT NULL,
  updated_at        TEXT NOT NULL
) STRICT;
CREATE UNIQUE INDEX accounts_of_tenant ON accounts (tenant_id, name) WHERE tenant_id IS NOT NULL;
CREATE UNIQUE INDEX accounts_of_platform ON accounts (name) WHERE tenant_id IS NULL;

CREATE TABLE mailboxes (
  tenant_id    BLOB NOT NULL REFERENCES tenants (id),
  id           BLOB NOT NULL,
  address      TEXT NOT NULL UNIQUE,    -- comparable form
  name         TEXT NOT NULL,
  account_id   BLOB REFERENCES accounts (id),
  team_id      BLOB,
  auth_results TEXT,
  separate     INTEGER NOT NULL,           -- a mail that also goes elsewhere gets its own ticket here
  strangers    TEXT NOT NULL,           -- hold, join
  plus         INTEGER NOT NULL,           -- tokens may travel in the plus-address
  active       INTEGER NOT NULL,
  paused_until TEXT,                    -- the server refuses this sender
  created_at   TEXT NOT NULL,
  updated_at   TEXT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, team_id) REFERENCES teams (tenant_id, id)
) STRICT;

CREATE TABLE mailbox_addresses (
  address     TEXT NOT NULL PRIMARY KEY,  -- comparable form; the mailbox's own and its aliases
  tenant_id   BLOB NOT NULL,
  mailbox_id  BLOB NOT NULL,
  FOREIGN KEY (tenant_id, mailbox_id) REFERENCES mailboxes (tenant_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE cursors (
  account_id   BLOB NOT NULL REFERENCES accounts (id),
  folder       TEXT NOT NULL,
  uidvalidity  INTEGER NOT NULL,
  next_uid     INTEGER NOT NULL,           -- everything below is spooled
  connected_at TEXT NOT NULL,           -- first connection
  rescan_below INTEGER,                     -- after a UIDVALIDITY change: UIDs below are taken in silently
  missing      INTEGER NOT NULL,           -- on the server, not here: the last completeness audit
  audited_at   TEXT,
  PRIMARY KEY (account_id, folder)
) STRICT;

-- Received mail ---------------------------------------------------------------------------------

CREATE TABLE blobs (
  id          BLOB NOT NULL PRIMARY KEY,
  size        INTEGER NOT NULL,            -- before compression
  zstd        BLOB NOT NULL
) STRICT;

CREATE TABLE inbound (
  id             BLOB NOT NULL PRIMARY KEY,
  account_id     BLOB REFERENCES accounts (id),  -- null: a pipe
  folder         TEXT NOT NULL,
  uidvalidity    INTEGER,
  uid            INTEGER,
  blob_id        BLOB REFERENCES blobs (id),
  content_key    BLOB NOT NULL,        -- SHA-256 without trace headers
  size           INTEGER NOT NULL,         -- on the server
  complete       INTEGER NOT NULL,         -- false: too large, only the beginning is kept
  internal_date  TEXT,
  received_at    TEXT NOT NULL,         -- when we took it in
  quiet          INTEGER NOT NULL,         -- history: nothing goes out because of it
  only_tenant    BLOB,                  -- a pipe said so
  addressed_to   TEXT,                  -- a pipe said so
  state          TEXT NOT NULL,         -- spooled, processed, duplicate, quarantined, ignored
  reason         TEXT,
  attempts       INTEGER NOT NULL,
  in_hand        TEXT NOT NULL,         -- '', batch, alone
  claimed_by     TEXT,
  claimed_until  TEXT,
  retry_at       TEXT,
  server_step    TEXT NOT NULL,         -- what is still to do on the server: '', after
  sender         TEXT NOT NULL,         -- {email, name}
  recipients     TEXT NOT NULL,
  subject        TEXT NOT NULL,
  message_id     TEXT,
  trace          TEXT NOT NULL,
  processed_at   TEXT
) STRICT;
CREATE UNIQUE INDEX inbound_by_uid ON inbound (account_id, folder, uidvalidity, uid) WHERE uid IS NOT NULL;
CREATE INDEX inbound_to_process ON inbound (id) WHERE state = 'spooled';
CREATE INDEX inbound_to_flag ON inbound (account_id, folder, id) WHERE server_step <> '';
CREATE INDEX inbound_by_state ON inbound (state, id) WHERE state IN ('quarantined', 'ignored');

CREATE TABLE inbound_results (
  tenant_id   BLOB NOT NULL REFERENCES tenants (id),
  inbound_id  BLOB NOT NULL REFERENCES inbound (id),
  position    INTEGER NOT NULL,            -- a mail may become several tickets of one tenant
  ticket_id   BLOB,
  message_id  BLOB,
  outcome     TEXT NOT NULL,            -- new, appended, held, duplicate, bounce
  PRIMARY KEY (tenant_id, inbound_id, position)
) STRICT, WITHOUT ROWID;
CREATE INDEX inbound_results_of_mail ON inbound_results (inbound_id);

CREATE TABLE contents (
  tenant_id   BLOB NOT NULL,
  content_key BLOB NOT NULL,
  inbound_id  BLOB NOT NULL,
  PRIMARY KEY (tenant_id, content_key)  -- the same mail twice is one
) STRICT, WITHOUT ROWID;

-- Contacts --------------------------------------------------------------------------------------

CREATE TABLE contacts (
  tenant_id   BLOB NOT NULL REFERENCES tenants (id),
  id          BLOB NOT NULL,
  name        TEXT NOT NULL,
  blocked     INTEGER NOT NULL,
  details     TEXT NOT NULL,
  created_at  TEXT NOT NULL,
  updated_at  TEXT NOT NULL,
  PRIMARY KEY (tenant_id, id)
) STRICT;

CREATE TABLE contact_addresses (
  tenant_id   BLOB NOT NULL,
  address     TEXT NOT NULL,
  contact_id  BLOB NOT NULL,
  position    INTEGER NOT NULL,            -- 0: the one to write to
  PRIMARY KEY (tenant_id, address),
  FOREIGN KEY (tenant_id, contact_id) REFERENCES contacts (tenant_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX addresses_of_contact ON contact_addresses (tenant_id, contact_id, position);

-- Service level definitions ---------------------------------------------------------------------

CREATE TABLE calendars (
  tenant_id   BLOB NOT NULL REFERENCES tenants (id),
  id          BLOB NOT NULL,
  name        TEXT NOT NULL,
  definition  TEXT NOT NULL,
  created_at  TEXT NOT NULL,
  updated_at  TEXT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, name)
) STRICT;

CREATE TABLE sla_policies (
  tenant_id   BLOB NOT NULL REFERENCES tenants (id),
  id          BLOB NOT NULL,
  name        TEXT NOT NULL,
  calendar_id BLOB,                     -- null: always open
  definition  TEXT NOT NULL,
  is_default  INTEGER NOT NULL,
  created_at  TEXT NOT NULL,
  updated_at  TEXT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, name),
  FOREIGN KEY (tenant_id, calendar_id) REFERENCES calendars (tenant_id, id)
) STRICT;

-- Tickets ---------------------------------------------------------------------------------------

CREATE TABLE tickets (
  tenant_id         BLOB NOT NULL REFERENCES tenants (id),
  id                BLOB NOT NULL,
  number            INTEGER NOT NULL,
  subject           TEXT NOT NULL,
  status            TEXT NOT NULL,
  priority          TEXT NOT NULL,
  category          TEXT,
  team_id           BLOB,
  assignee_id       BLOB,
  requester_id      BLOB NOT NULL,
  mailbox_id        BLOB NOT NULL,
  also_addressed    TEXT NOT NULL,      -- ids of further mailboxes
  policy_id         BLOB,
  spam              INTEGER NOT NULL,
  created_at        TEXT NOT NULL,
  updated_at        TEXT NOT NULL,
  first_response_at TEXT,
  resolved_at       TEXT,
  closed_at         TEXT,
  snoozed_until     TEXT,
  last_message_at   TEXT NOT NULL,
  last_message_from TEXT NOT NULL,
  message_count     INTEGER NOT NULL,
  merged_into       BLOB,
  follow_up_of      BLOB,
  version           INTEGER NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, number),
  FOREIGN KEY (tenant_id, requester_id) REFERENCES contacts (tenant_id, id),
  FOREIGN KEY (tenant_id, mailbox_id) REFERENCES mailboxes (tenant_id, id),
  FOREIGN KEY (tenant_id, team_id) REFERENCES teams (tenant_id, id),
  FOREIGN KEY (tenant_id, assignee_id) REFERENCES memberships (tenant_id, user_id),
  FOREIGN KEY (tenant_id, policy_id) REFERENCES sla_policies (tenant_id, id)
) STRICT;
CREATE INDEX tickets_newest ON tickets (tenant_id, updated_at, id);
CREATE INDEX tickets_by_status ON tickets (tenant_id, status, updated_at, id);
CREATE INDEX tickets_by_assignee ON tickets (tenant_id, assignee_id, updated_at, id);
CREATE INDEX tickets_by_requester ON tickets (tenant_id, requester_id, updated_at, id);
CREATE INDEX tickets_active ON tickets (tenant_id, status, assignee_id) WHERE status IN ('open', 'in_progress', 'on_hold');
CREATE INDEX tickets_to_close ON tickets (resolved_at) WHERE status = 'resolved';
CREATE INDEX tickets_asleep ON tickets (snoozed_until) WHERE snoozed_until IS NOT NULL;

CREATE TABLE ticket_tags (
  tenant_id   BLOB NOT NULL,
  ticket_id   BLOB NOT NULL,
  tag         TEXT NOT NULL,
  PRIMARY KEY (tenant_id, ticket_id, tag),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX tickets_of_tag ON ticket_tags (tenant_id, tag, ticket_id);

CREATE TABLE participants (
  tenant_id   BLOB NOT NULL,
  ticket_id   BLOB NOT NULL,
  address     TEXT NOT NULL,            -- comparable form
  name        TEXT NOT NULL,
  role        TEXT NOT NULL,            -- requester, participant, suggested
  joined_at   TEXT NOT NULL,
  PRIMARY KEY (tenant_id, ticket_id, address),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE messages (
  tenant_id      BLOB NOT NULL,
  id             BLOB NOT NULL,
  ticket_id      BLOB NOT NULL,
  kind           TEXT NOT NULL,
  author_type    TEXT NOT NULL,
  author_id      BLOB,                  -- a user or a contact
  author_email   TEXT NOT NULL,
  author_name    TEXT NOT NULL,
  parties        TEXT NOT NULL,         -- {from, to, cc, reply_to}
  subject        TEXT NOT NULL,
  text           TEXT NOT NULL,         -- whole
  folds          TEXT NOT NULL,
  html           TEXT,                  -- of what we wrote; received HTML is read from the raw mail
  has_html       INTEGER NOT NULL,
  message_id     TEXT,
  in_reply_to    TEXT,
  reference_ids  TEXT NOT NULL,
  created_at     TEXT NOT NULL,
  held           INTEGER NOT NULL,
  held_reason    TEXT,
  identity       TEXT NOT NULL,
  machine        TEXT,
  bounce         TEXT,
  authentication TEXT NOT NULL,
  matched_by     TEXT NOT NULL,
  inbound_id     BLOB,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
) STRICT;
CREATE INDEX messages_of_ticket ON messages (tenant_id, ticket_id, id);

CREATE TABLE attachments (
  tenant_id    BLOB NOT NULL,
  id           BLOB NOT NULL,
  message_id   BLOB NOT NULL,
  filename     TEXT NOT NULL,
  content_type TEXT NOT NULL,
  size         INTEGER NOT NULL,
  sha256       TEXT NOT NULL,
  inline       INTEGER NOT NULL,
  content_id   TEXT,
  part         INTEGER NOT NULL,
  blob_id      BLOB NOT NULL,           -- the raw mail it is a part of, or the upload itself (part -1)
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, message_id) REFERENCES messages (tenant_id, id)
) STRICT;
CREATE INDEX attachments_of_message ON attachments (tenant_id, message_id, id);

CREATE TABLE nodes (
  tenant_id   BLOB NOT NULL,
  mailbox_id  BLOB NOT NULL,
  node        BLOB NOT NULL,           -- first 16 bytes of SHA-256 of a Message-ID
  ticket_id   BLOB NOT NULL,
  received    INTEGER NOT NULL,            -- false: only referred to so far
  PRIMARY KEY (tenant_id, mailbox_id, node)
) STRICT, WITHOUT ROWID;

CREATE TABLE reply_refs (
  ref         TEXT NOT NULL PRIMARY KEY,  -- ten base32 characters
  tenant_id   BLOB NOT NULL,
  ticket_id   BLOB NOT NULL,
  purpose     TEXT NOT NULL,            -- customer, agent, agent_note, bounce, csat, action
  participant TEXT NOT NULL,            -- an address, or a user's id
  message_id  BLOB,                     -- the message it went out with
  outbox_id   BLOB,                     -- the row it went out with
  created_at  TEXT NOT NULL,
  expires_at  TEXT NOT NULL,
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE token_epochs (
  tenant_id   BLOB NOT NULL,
  ticket_id   BLOB NOT NULL,
  participant TEXT NOT NULL,
  epoch       INTEGER NOT NULL,            -- absent: 0
  PRIMARY KEY (tenant_id, ticket_id, participant)
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
  tenant_id   BLOB NOT NULL,
  id          BLOB NOT NULL,
  ticket_id   BLOB NOT NULL,
  at          TEXT NOT NULL,
  kind        TEXT NOT NULL,
  actor       TEXT NOT NULL,
  field       TEXT,
  old_value   TEXT,
  new_value   TEXT,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX events_of_ticket ON events (tenant_id, ticket_id, id);

-- Rules and service levels at work ----------------------------------------------------------------

CREATE TABLE rules (
  tenant_id   BLOB NOT NULL REFERENCES tenants (id),
  id          BLOB NOT NULL,
  name        TEXT NOT NULL,
  position    INTEGER NOT NULL,
  version     INTEGER NOT NULL,
  active      INTEGER NOT NULL,
  definition  TEXT NOT NULL,
  created_at  TEXT NOT NULL,
  updated_at  TEXT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  UNIQUE (tenant_id, name)
) STRICT;

CREATE TABLE rule_runs (
  tenant_id   BLOB NOT NULL,
  id          BLOB NOT NULL,
  ticket_id   BLOB NOT NULL,
  message_id  BLOB,
  cause       TEXT NOT NULL,            -- the event that woke the rules
  at          TEXT NOT NULL,
  explanation TEXT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
) STRICT;
CREATE INDEX rule_runs_of_ticket ON rule_runs (tenant_id, ticket_id, id);

CREATE TABLE clocks (
  tenant_id   BLOB NOT NULL,
  ticket_id   BLOB NOT NULL,
  metric      TEXT NOT NULL,            -- first_response, next_response, resolution
  cycle       INTEGER NOT NULL,
  state       TEXT NOT NULL,            -- running, paused, met, breached
  due_at      TEXT,
  wake_at     TEXT,                     -- the next warning or breach; null when nothing is to come
  clock       TEXT NOT NULL,
  PRIMARY KEY (tenant_id, ticket_id, metric, cycle),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX clocks_to_wake ON clocks (wake_at) WHERE wake_at IS NOT NULL;

CREATE TABLE clock_lines (
  tenant_id   BLOB NOT NULL,
  ticket_id   BLOB NOT NULL,
  id          BLOB NOT NULL,
  metric      TEXT NOT NULL,
  cycle       INTEGER NOT NULL,
  at          TEXT NOT NULL,
  what        TEXT NOT NULL,
  because     TEXT NOT NULL,
  PRIMARY KEY (tenant_id, ticket_id, id),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE sla_events (
  tenant_id   BLOB NOT NULL,
  ticket_id   BLOB NOT NULL,
  metric      TEXT NOT NULL,
  cycle       INTEGER NOT NULL,
  step        TEXT NOT NULL,            -- warning:80, breached
  at          TEXT NOT NULL,
  PRIMARY KEY (tenant_id, ticket_id, metric, cycle, step),  -- each exactly once
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
) STRICT, WITHOUT ROWID;

-- Texts and people to tell ------------------------------------------------------------------------

CREATE TABLE canned (
  tenant_id   BLOB NOT NULL REFERENCES tenants (id),
  name        TEXT NOT NULL,
  text        TEXT NOT NULL,
  updated_at  TEXT NOT NULL,
  PRIMARY KEY (tenant_id, name)
) STRICT;

CREATE TABLE templates (
  tenant_id   BLOB NOT NULL REFERENCES tenants (id),
  key         TEXT NOT NULL,
  locale      TEXT NOT NULL,
  subject     TEXT NOT NULL,
  text        TEXT NOT NULL,
  html        TEXT,
  updated_at  TEXT NOT NULL,
  PRIMARY KEY (tenant_id, key, locale)
) STRICT;

CREATE TABLE webhooks (
  tenant_id   BLOB NOT NULL REFERENCES tenants (id),
  url         TEXT NOT NULL,
  events      TEXT NOT NULL,
  secret      BLOB,                    -- sealed
  secret_env  TEXT,
  active      INTEGER NOT NULL,
  updated_at  TEXT NOT NULL,
  PRIMARY KEY (tenant_id, url)
) STRICT;

CREATE TABLE ntfy (
  tenant_id    BLOB NOT NULL PRIMARY KEY REFERENCES tenants (id),
  server       TEXT NOT NULL,
  token        BLOB,                   -- sealed
  token_env    TEXT,
  topic_prefix TEXT NOT NULL,
  tickets      INTEGER NOT NULL,
  sla          INTEGER NOT NULL,
  security     INTEGER NOT NULL,
  users        INTEGER NOT NULL,
  active       INTEGER NOT NULL,
  updated_at   TEXT NOT NULL
) STRICT;

-- What goes out -----------------------------------------------------------------------------------

CREATE TABLE outbox (
  id              BLOB NOT NULL PRIMARY KEY,
  tenant_id       BLOB REFERENCES tenants (id),
  channel         TEXT NOT NULL,        -- email, ntfy, webhook
  audience        TEXT NOT NULL,        -- customer, agent
  account_id      BLOB,                 -- the SMTP side that sends it
  mailbox_id      BLOB,
  ticket_id       BLOB,
  message_id      BLOB,                 -- the message it delivers or announces
  cause           TEXT NOT NULL,        -- what made it: unique with recipient and channel
  recipient       TEXT NOT NULL,
  envelope_from   TEXT NOT NULL,        -- '' is the null return path
  mail_id         TEXT,                 -- Message-ID without brackets
  body            BLOB NOT NULL,       -- final bytes: zstd of the mail, or of the JSON
  state           TEXT NOT NULL,        -- pending, sending, final_dot, sent, deferred, uncertain, failed, held, cancelled
  was_uncertain   INTEGER NOT NULL,
  attempts        INTEGER NOT NULL,
  next_attempt_at TEXT NOT NULL,
  claimed_by      TEXT,
  claimed_until   TEXT,
  last_reply      TEXT,
  warned          INTEGER NOT NULL,        -- the agent was told that it is late
  created_at      TEXT NOT NULL,
  updated_at      TEXT NOT NULL,
  sent_at         TEXT
) STRICT;
CREATE UNIQUE INDEX outbox_once ON outbox (tenant_id, cause, recipient, channel);
CREATE INDEX outbox_due ON outbox (channel, next_attempt_at, id) WHERE state IN ('pending', 'deferred', 'uncertain');
CREATE INDEX outbox_in_hand ON outbox (claimed_until) WHERE state IN ('sending', 'final_dot');
CREATE INDEX outbox_of_message ON outbox (tenant_id, message_id) WHERE message_id IS NOT NULL;
CREATE INDEX outbox_of_tenant ON outbox (tenant_id, id);
CREATE INDEX outbox_by_mail_id ON outbox (tenant_id, mail_id) WHERE mail_id IS NOT NULL;
CREATE INDEX outbox_queue ON outbox (ticket_id, recipient, id) WHERE state IN ('pending', 'sending', 'final_dot', 'deferred', 'uncertain');

CREATE TABLE suppressions (
  tenant_id   BLOB NOT NULL REFERENCES tenants (id),
  address     TEXT NOT NULL,
  reason      TEXT NOT NULL,
  created_at  TEXT NOT NULL,
  PRIMARY KEY (tenant_id, address)
) STRICT;

CREATE TABLE acknowledged (
  tenant_id   BLOB NOT NULL REFERENCES tenants (id),
  address     TEXT NOT NULL,
  at          TEXT NOT NULL,            -- the last acknowledgement to this address
  PRIMARY KEY (tenant_id, address)
) STRICT;

CREATE TABLE leases (
  resource    TEXT NOT NULL PRIMARY KEY,
  holder      TEXT NOT NULL,
  epoch       INTEGER NOT NULL,
  expires_at  TEXT NOT NULL
) STRICT;
