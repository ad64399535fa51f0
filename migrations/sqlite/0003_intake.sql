-- What people did with received mails; one row each, never changed.
CREATE TABLE inbound_lines (
  id          BLOB NOT NULL PRIMARY KEY,
  inbound_id  BLOB NOT NULL REFERENCES inbound (id),
  at          TEXT NOT NULL,
  user_id     BLOB,                     -- null: the command line, or a token that belongs to nobody
  who         TEXT NOT NULL,            -- their name then
  deed        TEXT NOT NULL,            -- retried, accepted, deleted, replayed
  detail      TEXT NOT NULL             -- the rest of the sentence
) STRICT, WITHOUT ROWID;
CREATE INDEX inbound_lines_of_mail ON inbound_lines (inbound_id, id);
CREATE INDEX inbound_of_account ON inbound (account_id, state, id) WHERE state IN ('quarantined', 'ignored');

-- What the last comparison with the server found, beside `missing`.
ALTER TABLE cursors ADD COLUMN on_server INTEGER NOT NULL DEFAULT 0;      -- mails that lie in the folder
ALTER TABLE cursors ADD COLUMN ours INTEGER NOT NULL DEFAULT 0;           -- of those, which are here
ALTER TABLE cursors ADD COLUMN fetched_again INTEGER NOT NULL DEFAULT 0;  -- of those, which were missing and came then
ALTER TABLE cursors ADD COLUMN before_us INTEGER NOT NULL DEFAULT 0;      -- of those, which lay there before the first connection
ALTER TABLE accounts ADD COLUMN compare_asked_at TEXT;                    -- somebody wants a comparison now

-- Two tickets that look like one conversation, found when a mail came that belongs to both.
CREATE TABLE join_offers (
  tenant_id   BLOB NOT NULL,
  id          BLOB NOT NULL,
  into_id     BLOB NOT NULL,            -- the older ticket
  from_id     BLOB NOT NULL,            -- the newer one
  inbound_id  BLOB,                     -- the mail that showed it
  because     TEXT NOT NULL,
  offered_at  TEXT NOT NULL,
  state       TEXT NOT NULL,            -- open, joined, dismissed
  decided_at  TEXT,
  decided_by  TEXT,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, into_id) REFERENCES tickets (tenant_id, id),
  FOREIGN KEY (tenant_id, from_id) REFERENCES tickets (tenant_id, id)
) STRICT, WITHOUT ROWID;
CREATE UNIQUE INDEX join_offers_once ON join_offers (tenant_id, into_id, from_id);
CREATE INDEX join_offers_of_newer ON join_offers (tenant_id, from_id);
