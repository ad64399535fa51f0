-- What is known about a reply that waits, beside the message itself: why, what it answered, and the commands that
-- stood above it. Gone with the message.
CREATE TABLE held_replies (
  tenant_id   BLOB NOT NULL,
  message_id  BLOB NOT NULL,
  because     TEXT NOT NULL,
  seen        BLOB,                     -- the newest id its author had seen; null: unknown
  commands    TEXT NOT NULL,            -- the lines as they were written
  PRIMARY KEY (tenant_id, message_id),
  FOREIGN KEY (tenant_id, message_id) REFERENCES messages (tenant_id, id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

-- Who seems to have written a mail that an agent passed on. Gone once somebody has decided.
CREATE TABLE proposed_requesters (
  tenant_id   BLOB NOT NULL,
  ticket_id   BLOB NOT NULL,
  address     TEXT NOT NULL,            -- comparable form
  name        TEXT NOT NULL,
  PRIMARY KEY (tenant_id, ticket_id),
  FOREIGN KEY (tenant_id, ticket_id) REFERENCES tickets (tenant_id, id)
) STRICT, WITHOUT ROWID;

-- Whether a person answers from their mail client: on, off.
ALTER TABLE memberships ADD COLUMN mail_reply TEXT NOT NULL DEFAULT 'on';
