-- What people did with received mails; one row each, never changed.
CREATE TABLE inbound_lines (
  id          uuid NOT NULL PRIMARY KEY,
  inbound_id  uuid NOT NULL REFERENCES inbound (id),
  at          timestamptz NOT NULL,
  user_id     uuid,                     -- null: the command line, or a token that belongs to nobody
  who         text NOT NULL,            -- their name then
  deed        text NOT NULL,            -- retried, accepted, deleted, replayed
  detail      text NOT NULL             -- the rest of the sentence
);
CREATE INDEX inbound_lines_of_mail ON inbound_lines (inbound_id, id);
CREATE INDEX inbound_of_account ON inbound (account_id, state, id) WHERE state IN ('quarantined', 'ignored');

-- What the last comparison with the server found, beside `missing`.
ALTER TABLE cursors ADD COLUMN on_server bigint NOT NULL DEFAULT 0;      -- mails that lie in the folder
ALTER TABLE cursors ADD COLUMN ours bigint NOT NULL DEFAULT 0;           -- of those, which are here
ALTER TABLE cursors ADD COLUMN fetched_again bigint NOT NULL DEFAULT 0;  -- of those, which were missing and came then
ALTER TABLE cursors ADD COLUMN before_us bigint NOT NULL DEFAULT 0;      -- of those, which lay there before the first connection
ALTER TABLE accounts ADD COLUMN compare_asked_at timestamptz;                    -- somebody wants a comparison now

-- Two tickets that look like one conversation, found when a mail came that belongs to both.
CREATE TABLE join_offers (
  tenant_id   uuid NOT NULL,
  id          uuid NOT NULL,
  into_id     uuid NOT NULL,            -- the older ticket
  from_id     uuid NOT NULL,            -- the newer one
  inbound_id  uuid,                     -- the mail that showed it
  because     text NOT NULL,
  offered_at  timestamptz NOT NULL,
  state       text NOT NULL,            -- open, joined, dismissed
  decided_at  timestamptz,
  decided_by  text,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, into_id) REFERENCES tickets (tenant_id, id),
  FOREIGN KEY (tenant_id, from_id) REFERENCES tickets (tenant_id, id)
);
CREATE UNIQUE INDEX join_offers_once ON join_offers (tenant_id, into_id, from_id);
CREATE INDEX join_offers_of_newer ON join_offers (tenant_id, from_id);
