-- Whether DKIM signatures of mail are checked here, beside what the trusted server says: off, check.
ALTER TABLE accounts ADD COLUMN dkim TEXT NOT NULL DEFAULT 'off';
ALTER TABLE mailboxes ADD COLUMN dkim TEXT;  -- null: as the account

-- Whether somebody decided that tokens may travel in the plus-address, or not; else a test shows it.
ALTER TABLE mailboxes ADD COLUMN plus_chosen boolean NOT NULL DEFAULT FALSE;
UPDATE mailboxes SET plus_chosen = TRUE WHERE plus = FALSE;

-- The last test of each mailbox's plus-address: a mail to local+probe-WORD@, and what became of it.
CREATE TABLE plus_tests (
  tenant_id  uuid NOT NULL,
  mailbox_id uuid NOT NULL,
  word       TEXT NOT NULL UNIQUE,
  outbox_id  uuid NOT NULL,
  state      TEXT NOT NULL,   -- waiting, works, fails
  because    TEXT NOT NULL,   -- why it fails
  open       boolean NOT NULL,    -- a mail is on its way
  ends_at    timestamptz NOT NULL,
  updated_at timestamptz NOT NULL,
  PRIMARY KEY (tenant_id, mailbox_id),
  FOREIGN KEY (tenant_id, mailbox_id) REFERENCES mailboxes (tenant_id, id)
);
CREATE INDEX plus_tests_open ON plus_tests (ends_at) WHERE open = TRUE;
