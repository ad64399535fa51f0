-- What people want to be told, by whom tickets are followed, and what becomes of it.

CREATE TABLE preferences (
  tenant_id   BLOB NOT NULL,
  user_id     BLOB NOT NULL,
  definition  TEXT NOT NULL,
  updated_at  TEXT NOT NULL,
  PRIMARY KEY (tenant_id, user_id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES memberships (tenant_id, user_id)
) STRICT;

CREATE TABLE followers (
  tenant_id   BLOB NOT NULL,
  ticket_id   BLOB NOT NULL,
  user_id     BLOB NOT NULL,
  since       TEXT NOT NULL,
  PRIMARY KEY (tenant_id, ticket_id, user_id),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES memberships (tenant_id, user_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX followed_by ON followers (tenant_id, user_id, ticket_id);

-- Things that wait for somebody's next digest.
CREATE TABLE digest_items (
  tenant_id   BLOB NOT NULL,
  id          BLOB NOT NULL,
  user_id     BLOB NOT NULL,
  ticket_id   BLOB NOT NULL,
  event       TEXT NOT NULL,
  who         TEXT NOT NULL,            -- who did it, as people read it
  at          TEXT NOT NULL,
  due_at      TEXT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX digests_due ON digest_items (due_at);
CREATE INDEX digest_of_person ON digest_items (tenant_id, user_id, due_at);

-- Who was told of a deed, and why: one row for each deed.
CREATE TABLE tellings (
  tenant_id   BLOB NOT NULL,
  id          BLOB NOT NULL,
  ticket_id   BLOB NOT NULL,
  at          TEXT NOT NULL,
  people      TEXT NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX tellings_of_ticket ON tellings (tenant_id, ticket_id, id);

-- How satisfied the requester was: at most one row for each ticket, ever.
CREATE TABLE ratings (
  tenant_id   BLOB NOT NULL,
  ticket_id   BLOB NOT NULL,
  ask_at      TEXT,                     -- when to ask; null once asked, or if nobody is to be asked any more
  asked_at    TEXT,
  score       INTEGER,                  -- 1 to 5
  comment     TEXT NOT NULL,
  rated_at    TEXT,
  PRIMARY KEY (tenant_id, ticket_id),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
) STRICT, WITHOUT ROWID;
CREATE INDEX ratings_to_ask ON ratings (ask_at) WHERE ask_at IS NOT NULL;
CREATE INDEX ratings_by_time ON ratings (tenant_id, rated_at) WHERE rated_at IS NOT NULL;
