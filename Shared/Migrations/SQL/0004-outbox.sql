-- What the owner's own server and its broadcasts want sent. docs/queue.md, "Replies before bulk".

-- Written in transactions of any length, which take no lane locks; outbound moves what is due into queue_send.
CREATE TABLE martlet.outbox (
  id         bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  class      text NOT NULL CHECK (class IN ('urgent', 'bulk')),
  due        timestamptz NOT NULL,
  page_id    text NOT NULL,
  person     text NOT NULL,
  kind       text NOT NULL,
  v          smallint NOT NULL,
  trace      text,
  payload    jsonb NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp()
);
CREATE INDEX outbox_due ON martlet.outbox (class, due, id);
CREATE INDEX outbox_person ON martlet.outbox (page_id, person);

-- Sends a message the bot was not asked for, as part of the caller's own transaction: it goes if that commits.
-- `message` is one message as in docs/sending.md, such as {"text": "Your van has left its yard."}.
-- 'urgent' goes at once and before 'bulk', which is for broadcasts. Returns the message's id.
CREATE FUNCTION martlet.send(
  page_id text, person text, message jsonb, class text DEFAULT 'urgent', due timestamptz DEFAULT NULL,
  trace text DEFAULT NULL)
  RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
  message_id constant uuid := gen_random_uuid();
BEGIN
  IF jsonb_typeof(message) IS DISTINCT FROM 'object' THEN
    RAISE EXCEPTION 'a message is a JSON object' USING ERRCODE = '22023',
      HINT = 'for example {"text": "Hello"}; see docs/sending.md';
  END IF;
  INSERT INTO martlet.outbox (class, due, page_id, person, kind, v, trace, payload)
    VALUES (class, COALESCE(due, clock_timestamp()), page_id, person, 'message', 1, trace,
            jsonb_build_object('message_id', message_id,
                               'message', message || jsonb_build_object('recipient', person)));
  -- Told once a transaction, however many messages it writes.
  PERFORM pg_notify('martlet_outbox', '');
  RETURN message_id;
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
  -- What was erased while the locks were waited for is not there any more.
  WITH taken AS (
    DELETE FROM martlet.outbox o WHERE o.id = ANY (picked) RETURNING o.*
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
  DELETE FROM martlet.outbox o WHERE o.page_id = of_page AND o.person = of_person;
  GET DIAGNOSTICS part = ROW_COUNT;
  RETURN total + part;
END $$;
