-- What the owner's own server and its broadcasts want sent. docs/queue.md, "Replies before bulk".

-- Written in transactions of any length, which take no lane locks; outbound moves what is due into queue_send.
CREATE TABLE martlet.outbox (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  -- 'paused' is bulk that an operator holds back.
  class      text NOT NULL CHECK (class IN ('urgent', 'bulk', 'paused')),
  due        timestamptz NOT NULL,
  page_id    text NOT NULL,
  person     text NOT NULL,
  kind       text NOT NULL,
  v          smallint NOT NULL,
  trace      text,
  payload    jsonb NOT NULL,
  -- The broadcast that it is part of.
  broadcast_id uuid,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX outbox_due ON martlet.outbox (class, due, id);
CREATE INDEX outbox_person ON martlet.outbox (page_id, person);
CREATE INDEX outbox_broadcast ON martlet.outbox (broadcast_id) WHERE broadcast_id IS NOT NULL;

-- Sends a message the bot was not asked for, as part of the caller's own transaction: it goes if that commits.
-- `message` is one message as in docs/messages.md, such as {"text": "Your van has left its yard."}; whom it is for stands
-- in it only where `person` does not say it: {"recipient": {"comment_id": "..."}}.
-- 'urgent' goes at once and before 'bulk', which is for broadcasts.
-- `grounds` is why it may be sent; the window itself is judged at the attempt, and what comes too late says so.
-- `customer_key` is what the owner's system calls it; `id` is for who wants to name it: the same one twice is an error.
-- Returns the message's id, under which its state stands in martlet.message from now on.
CREATE FUNCTION martlet.send(
  page_id text, person text, message jsonb, class text DEFAULT 'urgent', due timestamptz DEFAULT NULL,
  trace text DEFAULT NULL, grounds jsonb DEFAULT '{"kind": "update"}', customer_key text DEFAULT NULL,
  id uuid DEFAULT NULL)
  RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
  message_id constant uuid := COALESCE(id, gen_random_uuid());
BEGIN
  PERFORM martlet.send_check(page_id, person, message, grounds);
  IF send.class NOT IN ('urgent', 'bulk') THEN
    RAISE EXCEPTION 'class: % is none', send.class USING ERRCODE = '22023', HINT = 'urgent or bulk';
  END IF;
  INSERT INTO martlet.message (page_id, id, person, state, grounds, customer_key)
    VALUES (page_id, message_id, person, 'queued', grounds, customer_key);
  INSERT INTO martlet.outbox (class, due, page_id, person, kind, v, trace, payload)
    VALUES (class, COALESCE(due, clock_timestamp()), page_id, person, 'message', 1, trace,
            jsonb_build_object('message_id', message_id,
                               'message', jsonb_build_object('recipient', person) || message
                                          || jsonb_build_object('grounds', grounds)));
  -- Told once a transaction, however many messages it writes.
  PERFORM pg_notify('martlet_outbox', '');
  RETURN message_id;
END $$;

-- Refuses at once what no sender would take (22023): its shape, and grounds that do not exist. An error names the field
-- and what to do, and never says what the message says. Meta's finer limits are the sender's to check.
CREATE FUNCTION martlet.send_check(page_id text, person text, message jsonb, grounds jsonb) RETURNS void
  LANGUAGE plpgsql AS $$
DECLARE
  kind constant text := grounds ->> 'kind';
  problem text;
  advice text;
BEGIN
  IF COALESCE(page_id, '') = '' OR COALESCE(person, '') = '' THEN
    problem := 'page_id, person: one is missing';
    advice := 'name the page and the page-scoped id of the person';
  ELSIF jsonb_typeof(message) IS DISTINCT FROM 'object' THEN
    problem := 'message: it is no JSON object';
    advice := 'for example {"text": "Hello"}; see docs/messages.md';
  ELSIF (SELECT count(*) FROM unnest(ARRAY['text', 'attachment', 'template', 'sticker_id', 'action']) AS m (member)
         WHERE message -> m.member <> 'null') <> 1 THEN
    problem := 'message: it says nothing, or two things at once';
    advice := 'give one of text, attachment, template, sticker_id and action';
  ELSIF message ? 'text' AND (jsonb_typeof(message -> 'text') <> 'string' OR message ->> 'text' !~ '\S') THEN
    problem := 'message.text: it is empty';
    advice := 'write at least one character';
  ELSIF char_length(message ->> 'text') >= 2000 THEN
    problem := format('message.text: %s characters, and at most 1999 go', char_length(message ->> 'text'));
    advice := 'split it over several messages';
  ELSIF kind IS NULL OR kind NOT IN (
    'reply', 'update', 'human_agent', 'customer_feedback', 'utility', 'token', 'private_reply') THEN
    problem := 'grounds.kind: Meta knows no such grounds, or knows them no more';
    advice := 'update within 24 hours of their last message, {"kind": "utility"} with a utility template at any time';
  ELSIF kind = 'human_agent' AND NOT martlet.api_key_is_operator(grounds ->> 'operator', page_id) THEN
    problem := 'grounds.operator: this is no live key with the right human_agent on this page';
    advice := 'martlet key create --right human_agent; its id is the operator';
  ELSIF (kind = 'utility') <> COALESCE(message -> 'template' <> 'null', false) THEN
    problem := 'grounds.kind: utility goes with a utility template, and a utility template with nothing else';
    advice := 'give message.template {name, language, components}, or other grounds';
  ELSIF (kind IN ('token', 'private_reply')) <> (COALESCE(jsonb_typeof(message -> 'recipient'), '') = 'object') THEN
    problem := 'message.recipient: these grounds do not go with this form of recipient';
    advice := 'a private reply and a token name their recipient, as in docs/messages.md; all other grounds do not';
  ELSIF jsonb_typeof(message -> 'recipient') NOT IN ('object', 'null') AND message ->> 'recipient' <> person THEN
    -- Or one person's window would let another be written to.
    problem := 'message.recipient: it names somebody else than person';
    advice := 'leave it out: person says whom the message is for';
  ELSE
    RETURN;
  END IF;
  RAISE EXCEPTION '%', problem USING ERRCODE = '22023', HINT = advice;
END $$;

-- Moves what is due into queue_send: all that is urgent, and as much bulk as keeps `bulk_window` jobs of it there.
-- Returns how many were moved, the lanes to be told of after the commit, and whether something is due that was left for
-- lack of room. One caller at a time; the others get 0.
CREATE FUNCTION martlet.outbox_promote(bulk_window int, at_most int)
  RETURNS TABLE (moved int, bulk_moved int, lanes text, waiting boolean)
  LANGUAGE plpgsql
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_bitmapscan = off
  SET jit = off SET plan_cache_mode = force_generic_plan
  AS $$
DECLARE
  room int;
  picked bigint[];
BEGIN
  moved := 0;
  bulk_moved := 0;
  waiting := false;
  IF NOT pg_try_advisory_xact_lock(77004, 0) THEN RETURN NEXT; RETURN; END IF;
  SELECT bulk_window - count(*) INTO room
    FROM (SELECT FROM martlet.queue_send q WHERE q.is_bulk AND q.lane >= 0 LIMIT bulk_window) b;
  picked := ARRAY(
    SELECT o.id FROM martlet.outbox o WHERE o.class = 'urgent' AND o.due <= clock_timestamp()
    ORDER BY o.due, o.id LIMIT at_most)
    || ARRAY(
    SELECT o.id FROM martlet.outbox o WHERE o.class = 'bulk' AND o.due <= clock_timestamp()
    ORDER BY o.due, o.id LIMIT greatest(room, 0));
  IF cardinality(picked) = 0 THEN
    waiting := EXISTS (SELECT FROM martlet.outbox o WHERE o.class = 'bulk' AND o.due <= clock_timestamp());
    RETURN NEXT;
    RETURN;
  END IF;
  PERFORM martlet.queue_lock(array_agg('send'::text), array_agg(o.page_id), array_agg(o.person))
    FROM martlet.outbox o WHERE o.id = ANY (picked);
  -- What was erased or withdrawn while the locks were waited for is not there any more, and what was paused stays.
  WITH taken AS (
    DELETE FROM martlet.outbox o WHERE o.id = ANY (picked) AND o.class <> 'paused' RETURNING o.*
  ), put AS (
    INSERT INTO martlet.queue_send (lane, conv, page_id, person, kind, v, trace, payload, is_bulk)
    SELECT martlet.lane(c.conv), c.conv, t.page_id, t.person, t.kind, t.v, t.trace, t.payload, t.class = 'bulk'
    FROM taken t CROSS JOIN LATERAL (SELECT martlet.conv(t.page_id, t.person) AS conv) c
    ORDER BY t.due, t.id
    RETURNING lane, is_bulk)
  SELECT count(*), count(*) FILTER (WHERE p.is_bulk), string_agg(DISTINCT p.lane::text, ',')
    INTO moved, bulk_moved, lanes FROM put p;
  waiting := moved - bulk_moved >= at_most
    OR EXISTS (SELECT FROM martlet.outbox o WHERE o.class = 'bulk' AND o.due <= clock_timestamp());
  RETURN NEXT;
END $$;

-- Takes every job of a conversation out of the queues, whatever its state. Returns how many.
-- What a worker makes of one it has read already counts for nothing: its row is not there to be finished.
CREATE FUNCTION martlet.queue_erase(of_page text, of_person text) RETURNS bigint
  LANGUAGE plpgsql
  SET enable_seqscan = off SET jit = off
  AS $$
DECLARE
  of_conv constant bigint := martlet.conv(of_page, of_person);
  of_lane constant smallint := martlet.lane(of_conv);
  q text;
  part bigint;
  total bigint := 0;
BEGIN
  PERFORM martlet.queue_lock(ARRAY['understand', 'send'], ARRAY[of_page, of_page], ARRAY[of_person, of_person]);
  FOREACH q IN ARRAY ARRAY['understand', 'identify', 'receipt', 'send'] LOOP
    EXECUTE format(
      'DELETE FROM martlet.queue_%I t WHERE t.lane = ANY (ARRAY[$1, (-1 - $1)::smallint]) AND t.conv = $2
         AND t.page_id = $3 AND t.person = $4', q)
      USING of_lane, of_conv, of_page, of_person;
    GET DIAGNOSTICS part = ROW_COUNT;
    total := total + part;
  END LOOP;
  DELETE FROM martlet.queue_parked p WHERE p.conv = of_conv AND p.page_id = of_page AND p.person = of_person;
  DELETE FROM martlet.queue_dead d WHERE d.conv = of_conv AND d.page_id = of_page AND d.person = of_person;
  GET DIAGNOSTICS part = ROW_COUNT;
  total := total + part;
  DELETE FROM martlet.broadcast_person b WHERE b.page_id = of_page AND b.person = of_person;
  DELETE FROM martlet.outbox o WHERE o.page_id = of_page AND o.person = of_person;
  GET DIAGNOSTICS part = ROW_COUNT;
  RETURN total + part;
END $$;
