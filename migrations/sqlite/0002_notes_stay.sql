-- A note never leaves (A35). The program has no way to make one into a letter; this is the second wall: a row
-- for a customer may not refer to a note, whoever writes it.
CREATE TRIGGER outbox_takes_no_notes BEFORE INSERT ON outbox
WHEN NEW.audience = 'customer' AND EXISTS (
  SELECT 1 FROM messages WHERE tenant_id = NEW.tenant_id AND id = NEW.message_id AND kind = 'note')
BEGIN
  SELECT RAISE(ABORT, 'a note must not be sent to a customer');
END;

CREATE TRIGGER outbox_keeps_no_notes BEFORE UPDATE OF audience, message_id ON outbox
WHEN NEW.audience = 'customer' AND EXISTS (
  SELECT 1 FROM messages WHERE tenant_id = NEW.tenant_id AND id = NEW.message_id AND kind = 'note')
BEGIN
  SELECT RAISE(ABORT, 'a note must not be sent to a customer');
END;
