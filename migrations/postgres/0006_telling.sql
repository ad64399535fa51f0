-- What people want to be told, by whom tickets are followed, and what becomes of it.

CREATE TABLE preferences (
  tenant_id   uuid NOT NULL,
  user_id     uuid NOT NULL,
  definition  jsonb NOT NULL,
  updated_at  timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, user_id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES memberships (tenant_id, user_id)
);

CREATE TABLE followers (
  tenant_id   uuid NOT NULL,
  ticket_id   uuid NOT NULL,
  user_id     uuid NOT NULL,
  since       timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, ticket_id, user_id),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id),
  FOREIGN KEY (tenant_id, user_id) REFERENCES memberships (tenant_id, user_id)
);
CREATE INDEX followed_by ON followers (tenant_id, user_id, ticket_id);

-- Things that wait for somebody's next digest.
CREATE TABLE digest_items (
  tenant_id   uuid NOT NULL,
  id          uuid NOT NULL,
  user_id     uuid NOT NULL,
  ticket_id   uuid NOT NULL,
  event       TEXT NOT NULL,
  who         TEXT NOT NULL,            -- who did it, as people read it
  at          timestamptz NOT NULL,
  due_at      timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
);
CREATE INDEX digests_due ON digest_items (due_at);
CREATE INDEX digest_of_person ON digest_items (tenant_id, user_id, due_at);

-- Who was told of a deed, and why: one row for each deed.
CREATE TABLE tellings (
  tenant_id   uuid NOT NULL,
  id          uuid NOT NULL,
  ticket_id   uuid NOT NULL,
  at          timestamptz NOT NULL,
  people      jsonb NOT NULL,
  PRIMARY KEY (tenant_id, id),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
);
CREATE INDEX tellings_of_ticket ON tellings (tenant_id, ticket_id, id);

-- How satisfied the requester was: at most one row for each ticket, ever.
CREATE TABLE ratings (
  tenant_id   uuid NOT NULL,
  ticket_id   uuid NOT NULL,
  ask_at      timestamptz,                     -- when to ask; null once asked, or if nobody is to be asked any more
  asked_at    timestamptz,
  score       bigint,                  -- 1 to 5
  comment     TEXT NOT NULL,
  rated_at    timestamptz,
  PRIMARY KEY (tenant_id, ticket_id),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
);
CREATE INDEX ratings_to_ask ON ratings (ask_at) WHERE ask_at IS NOT NULL;
CREATE INDEX ratings_by_time ON ratings (tenant_id, rated_at) WHERE rated_at IS NOT NULL;
