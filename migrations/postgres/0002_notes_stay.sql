-- A note never leaves (A35). The program has no way to make one into a letter; this is the second wall: a row
-- for a customer may not refer to a note, whoever writes it.
CREATE FUNCTION outbox_takes_no_notes() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.audience = 'customer' AND EXISTS (
    SELECT 1 FROM messages WHERE tenant_id = NEW.tenant_id AND id = NEW.message_id AND kind = 'note') THEN
    RAISE EXCEPTION 'a note must not be sent to a customer';
  END IF;
  RETURN NEW;
END;
$$;

CREATE TRIGGER outbox_takes_no_notes BEFORE INSERT OR UPDATE OF audience, message_id ON outbox
FOR EACH ROW EXECUTE FUNCTION outbox_takes_no_notes();
