-- The steps of the message path, one function each: what a service asks for in one round trip.

-- Ingress: per event a row in the ledger, per accepted event its job, per person one contact. A key that the ledger
-- holds already, today or on one of the two days before, is a re-delivery and does nothing. The lanes are locked by
-- the caller, which makes the check exact. A new person is also handed to identify. Returns how many were new.
CREATE FUNCTION martlet.ingest(
  apps text[], queues text[], pages text[], persons text[], kinds text[], keys text[], times bigint[],
  inbound boolean[], traces text[], bodies text[], payloads text[])
  RETURNS int LANGUAGE plpgsql
  SET enable_seqscan = off SET jit = off
  SET plan_cache_mode = force_generic_plan
  AS $$
DECLARE
  strangers text;
  today constant date := (clock_timestamp() AT TIME ZONE 'UTC')::date;
  accepted_count int;
BEGIN
  WITH input AS MATERIALIZED (
    SELECT i.*, martlet.conv(i.page_id, i.person) AS conv
    FROM unnest(apps, queues, pages, persons, kinds, keys, times, inbound, traces, bodies, payloads) WITH ORDINALITY
      AS i (app_id, queue, page_id, person, kind, key, event_at, is_inbound, trace, body, payload, n)
  ), fresh AS (
    INSERT INTO martlet.event (day, app_id, page_id, kind, key, person, event_at, trace, body)
    SELECT today, i.app_id, i.page_id, i.kind, i.key, i.person, i.event_at, i.trace, i.body::jsonb
    FROM input i
    -- Scalar sub-selects, which the planner cannot turn into a join over whole partitions.
    WHERE (SELECT e.day FROM martlet.event e WHERE e.day = today - 1 AND e.app_id = i.app_id
             AND e.page_id = i.page_id AND e.kind = i.kind AND e.key = i.key) IS NULL
      AND (SELECT e.day FROM martlet.event e WHERE e.day = today - 2 AND e.app_id = i.app_id
             AND e.page_id = i.page_id AND e.kind = i.kind AND e.key = i.key) IS NULL
    ORDER BY i.n
    ON CONFLICT DO NOTHING
    RETURNING app_id, page_id, kind, key
  ), accepted AS MATERIALIZED (
    SELECT DISTINCT ON (i.app_id, i.page_id, i.kind, i.key) i.*
    FROM fresh f JOIN input i USING (app_id, page_id, kind, key)
    ORDER BY i.app_id, i.page_id, i.kind, i.key, i.n
  ), people AS (
    INSERT INTO martlet.contact AS c (page_id, person, last_in_at)
    SELECT a.page_id, a.person, to_timestamp(max(a.event_at) / 1000.0)
    FROM accepted a WHERE a.is_inbound GROUP BY a.page_id, a.person ORDER BY a.page_id, a.person
    ON CONFLICT (page_id, person) DO UPDATE SET last_in_at = greatest(c.last_in_at, excluded.last_in_at)
    RETURNING c.page_id, c.person, xmax = 0 AS is_new
  ), identify AS (
    INSERT INTO martlet.queue_identify (lane, conv, page_id, person, kind, v, trace, payload)
    SELECT DISTINCT ON (a.conv) martlet.lane(a.conv), a.conv, a.page_id, a.person, 'profile', 1, a.trace, '{}'::jsonb
    FROM people p JOIN accepted a USING (page_id, person)
    WHERE p.is_new
    ORDER BY a.conv, a.n
    RETURNING lane
  ), understand AS (
    INSERT INTO martlet.queue_understand (lane, conv, page_id, person, kind, v, trace, payload)
    SELECT martlet.lane(a.conv), a.conv, a.page_id, a.person, a.kind, 1, a.trace, a.payload::jsonb
    FROM accepted a WHERE a.queue = 'understand' ORDER BY a.n
  ), receipt AS (
    INSERT INTO martlet.queue_receipt (lane, conv, page_id, person, kind, v, trace, payload)
    SELECT martlet.lane(a.conv), a.conv, a.page_id, a.person, a.kind, 1, a.trace, a.payload::jsonb
    FROM accepted a WHERE a.queue = 'receipt' ORDER BY a.n
  )
  SELECT (SELECT count(*) FROM accepted), (SELECT string_agg(DISTINCT lane::text, ',') FROM identify)
    INTO accepted_count, strangers;
  -- New people are rare enough to be told of in the transaction itself.
  IF strangers IS NOT NULL THEN PERFORM pg_notify('martlet_identify', strangers); END IF;
  RETURN accepted_count;
END $$;

-- nlu: what a turn starts from. One row for each person asked for, in that order.
CREATE FUNCTION martlet.turn_load(pages text[], persons text[])
  RETURNS TABLE (profile_state text, first_name text, last_name text, version bigint, state jsonb)
  LANGUAGE plpgsql
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
  SET plan_cache_mode = force_generic_plan
  AS $$
BEGIN
  RETURN QUERY
    SELECT c.profile_state, c.first_name, c.last_name, COALESCE(v.version, 0), v.state
    FROM unnest(pages, persons) WITH ORDINALITY AS i (page_id, person, n)
    LEFT JOIN martlet.contact c ON c.page_id = i.page_id AND c.person = i.person
    LEFT JOIN martlet.conversation v ON v.page_id = i.page_id AND v.person = i.person
    ORDER BY i.n;
END $$;

-- nlu: what turns leave behind. A conversation that changed since it was loaded refuses the whole batch (MR001).
CREATE FUNCTION martlet.turn_save(
  jobs bigint[], pages text[], persons text[], versions bigint[], states text[], bot_digest text, rules text[],
  reply_counts smallint[], traces text[])
  RETURNS void LANGUAGE plpgsql
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
  SET plan_cache_mode = force_generic_plan
  AS $$
DECLARE
  saved int;
BEGIN
  INSERT INTO martlet.conversation AS c (page_id, person, version, state)
    SELECT i.page_id, i.person, i.version + 1, i.state::jsonb
    FROM unnest(pages, persons, versions, states) AS i (page_id, person, version, state)
    ORDER BY i.page_id, i.person
    ON CONFLICT (page_id, person) DO UPDATE
      SET version = excluded.version, state = excluded.state, updated_at = clock_timestamp()
      WHERE c.version = excluded.version - 1;
  GET DIAGNOSTICS saved = ROW_COUNT;
  IF saved <> cardinality(pages) THEN
    RAISE EXCEPTION 'a conversation changed while its turn ran' USING ERRCODE = 'MR001';
  END IF;
  INSERT INTO martlet.turn (job_id, page_id, person, version, bot, rule, replies, trace)
    SELECT i.job, i.page_id, i.person, i.version + 1, bot_digest, i.rule, i.replies, i.trace
    FROM unnest(jobs, pages, persons, versions, rules, reply_counts, traces)
      AS i (job, page_id, person, version, rule, replies, trace);
END $$;

-- nlu: a wait for the profile that has come in the meantime is over.
CREATE FUNCTION martlet.profile_recheck(of_page text, of_person text) RETURNS void
  LANGUAGE sql AS $$
  UPDATE martlet.queue_parked p SET until = clock_timestamp()
  FROM martlet.contact c
  WHERE p.queue = 'understand' AND p.conv = martlet.conv(of_page, of_person) AND p.reason = 'profile'
    AND c.page_id = of_page AND c.person = of_person AND c.profile_state <> 'pending'
$$;

-- identity: what Meta tells of people.
CREATE FUNCTION martlet.profile_save(
  pages text[], persons text[], states text[], first_names text[], last_names text[], profiles text[])
  RETURNS void LANGUAGE plpgsql
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
  SET plan_cache_mode = force_generic_plan
  AS $$
BEGIN
  UPDATE martlet.contact c
  SET profile_state = i.state, first_name = i.first_name, last_name = i.last_name, profile = i.profile::jsonb,
      profile_at = clock_timestamp()
  FROM unnest(pages, persons, states, first_names, last_names, profiles)
    AS i (page_id, person, state, first_name, last_name, profile)
  WHERE c.page_id = i.page_id AND c.person = i.person;
END $$;

-- Whoever parks for a page's token, and whoever brings one, go one after the other.
CREATE FUNCTION martlet.page_lock(of_page text) RETURNS void
  LANGUAGE sql AS $$ SELECT pg_advisory_xact_lock(77003, hashtext(of_page)) $$;

CREATE FUNCTION martlet.page_recheck(of_page text, of_person text) RETURNS void
  LANGUAGE plpgsql AS $$
BEGIN
  PERFORM martlet.page_lock(of_page);
  UPDATE martlet.queue_parked p SET until = clock_timestamp()
    WHERE p.queue = ANY (ARRAY['understand', 'identify', 'receipt', 'send'])
      AND p.conv = martlet.conv(of_page, of_person) AND p.reason = 'page'
      AND EXISTS (SELECT FROM martlet.page g WHERE g.page_id = of_page AND g.token_state = 'live');
END $$;

-- Attempts, outcomes and echoes change many messages at once: locked in one order, so that two such statements wait for
-- each other, and not in a circle.
CREATE FUNCTION martlet.message_lock(pages text[], messages uuid[]) RETURNS void
  LANGUAGE plpgsql
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
  SET plan_cache_mode = force_generic_plan
  AS $$
BEGIN
  PERFORM FROM unnest(pages, messages) AS i (page_id, message)
    JOIN martlet.message m ON m.page_id = i.page_id AND m.id = i.message
    ORDER BY m.page_id, m.id FOR UPDATE OF m;
END $$;

-- outbound: writes an attempt before each call. A message that has one already comes back with its state instead:
-- 'started' (call now), 'lost' (the lane is somebody else's), or what is known of the earlier attempt.
-- A message that waits may be tried again; one whose outcome is open only where `resends` names its attempt.
-- 'lost' too is a job that is no longer there: erased, or forgotten by a crash of PostgreSQL and about to be made anew.
CREATE FUNCTION martlet.send_attempts(
  me uuid, rows smallint[], epochs bigint[], ids bigint[], pages text[], persons text[], messages uuid[], attempt_ids uuid[],
  resends uuid[], traces text[])
  RETURNS TABLE (state text, attempt_id uuid, age_ms bigint)
  LANGUAGE plpgsql
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
  SET plan_cache_mode = force_generic_plan
  AS $$
BEGIN
  PERFORM martlet.message_lock(pages, messages);
  RETURN QUERY
    WITH input AS MATERIALIZED (
      SELECT i.*, EXISTS (
          SELECT FROM martlet.queue_lane h
          WHERE h.queue = 'send' AND h.lane = CASE WHEN i.lane < 0 THEN -1 - i.lane ELSE i.lane END
            AND h.worker = me AND h.epoch = i.epoch
            AND h.era = (SELECT e.id FROM martlet.queue_era e)) AND EXISTS (
          SELECT FROM martlet.queue_send q
          WHERE q.lane = i.lane AND q.id = i.id AND q.payload ->> 'message_id' = i.message::text) AS is_held
      FROM unnest(rows, epochs, ids, pages, persons, messages, attempt_ids, resends, traces) WITH ORDINALITY
        AS i (lane, epoch, id, page_id, person, message, attempt, resend, trace, n)
    ), first AS (
      INSERT INTO martlet.message AS m (page_id, id, person, state, attempt_id)
      SELECT i.page_id, i.message, i.person, 'sending', i.attempt FROM input i WHERE i.is_held ORDER BY i.n
      ON CONFLICT (page_id, id) DO NOTHING
      RETURNING m.page_id, m.id, m.attempt_id
    ), again AS (
      UPDATE martlet.message m
      SET state = 'sending', attempt_id = i.attempt, attempts = m.attempts + 1, attempt_at = clock_timestamp()
      FROM input i
      WHERE i.is_held AND m.page_id = i.page_id AND m.id = i.message
        AND (m.state = 'waiting' OR (m.state IN ('sending', 'unknown') AND m.attempt_id = i.resend))
      RETURNING m.page_id, m.id, m.attempt_id
    ), started AS MATERIALIZED (
      SELECT * FROM first UNION ALL SELECT * FROM again
    ), logged AS (
      INSERT INTO martlet.send_attempt (id, message_id, page_id, person, worker, trace)
      SELECT i.attempt, i.message, i.page_id, i.person, me, i.trace
      FROM started s JOIN input i ON i.attempt = s.attempt_id
    )
    SELECT
      CASE WHEN s.id IS NOT NULL THEN 'started' WHEN NOT i.is_held OR m.id IS NULL THEN 'lost' ELSE m.state END,
      COALESCE(m.attempt_id, i.attempt),
      COALESCE((extract(epoch FROM clock_timestamp() - m.attempt_at) * 1000)::bigint, 0)
    FROM input i
    LEFT JOIN started s ON s.attempt_id = i.attempt
    LEFT JOIN martlet.message m ON m.page_id = i.page_id AND m.id = i.message
    ORDER BY i.n;
END $$;

-- outbound: what came of attempts. Only the attempt that is the message's latest may set its state, and a state that
-- a receipt has already moved on stays.
CREATE FUNCTION martlet.send_outcomes(
  pages text[], messages uuid[], attempt_ids uuid[], states text[], mids text[], codes int[], subcodes int[],
  fbtraces text[], errors text[])
  RETURNS void LANGUAGE plpgsql
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
  SET plan_cache_mode = force_generic_plan
  AS $$
BEGIN
  PERFORM martlet.message_lock(pages, messages);
  INSERT INTO martlet.send_outcome
    (attempt_id, message_id, page_id, state, settled_by, mid, code, subcode, fbtrace_id, error)
    SELECT i.attempt, i.message, i.page_id, i.state, 'call', i.mid, i.code, i.subcode, i.fbtrace, i.error
    FROM unnest(pages, messages, attempt_ids, states, mids, codes, subcodes, fbtraces, errors)
      AS i (page_id, message, attempt, state, mid, code, subcode, fbtrace, error);
  UPDATE martlet.message m
    SET state = CASE WHEN m.state IN ('sending', 'unknown') THEN i.state ELSE m.state END,
        mid = COALESCE(m.mid, i.mid),
        sent_at = CASE WHEN i.state = 'sent' THEN COALESCE(m.sent_at, clock_timestamp()) ELSE m.sent_at END,
        settled_by = CASE WHEN i.state IN ('sent', 'refused') THEN COALESCE(m.settled_by, 'call') ELSE m.settled_by END,
        error = i.error
    FROM unnest(pages, messages, attempt_ids, states, mids, errors) AS i (page_id, message, attempt, state, mid, error)
    WHERE m.page_id = i.page_id AND m.id = i.message AND m.attempt_id = i.attempt
      AND (m.state IN ('sending', 'unknown') OR (m.mid IS NULL AND i.mid IS NOT NULL));
END $$;

-- outbound: the stated rule for what stayed open after the grace time, where it says to keep the message back.
CREATE FUNCTION martlet.send_hold(pages text[], messages uuid[]) RETURNS void
  LANGUAGE plpgsql AS $$
BEGIN
  WITH held AS (
    UPDATE martlet.message m SET state = 'held', settled_by = 'rule'
    FROM unnest(pages, messages) AS i (page_id, message)
    WHERE m.page_id = i.page_id AND m.id = i.message AND m.state IN ('sending', 'unknown')
    RETURNING m.*)
  INSERT INTO martlet.send_outcome (attempt_id, message_id, page_id, state, settled_by)
    SELECT h.attempt_id, h.id, h.page_id, 'held', 'rule' FROM held h;
END $$;

-- outbound: a wait for an outcome that is known by now is over.
CREATE FUNCTION martlet.unknown_recheck(of_page text, of_person text, of_message uuid) RETURNS void
  LANGUAGE sql AS $$
  UPDATE martlet.queue_parked p SET until = clock_timestamp()
  FROM martlet.message m
  WHERE p.queue = 'send' AND p.conv = martlet.conv(of_page, of_person) AND p.reason = 'unknown'
    AND m.page_id = of_page AND m.id = of_message AND m.state NOT IN ('sending', 'unknown')
$$;

-- outbound: an echo carries our metadata, so it proves that its message arrived, whatever became of the call.
CREATE FUNCTION martlet.receipt_echoes(pages text[], persons text[], messages uuid[], attempts uuid[], mids text[])
  RETURNS void LANGUAGE plpgsql
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
  SET plan_cache_mode = force_generic_plan
  AS $$
BEGIN
  PERFORM martlet.message_lock(pages, messages);
  WITH settled AS (
    UPDATE martlet.message m
    SET state = 'sent', mid = i.mid, sent_at = COALESCE(m.sent_at, clock_timestamp()), settled_by = 'echo'
    FROM unnest(pages, messages, mids) AS i (page_id, message, mid)
    WHERE m.page_id = i.page_id AND m.id = i.message AND m.state IN ('sending', 'waiting', 'unknown', 'held')
    RETURNING m.page_id, m.id)
  INSERT INTO martlet.send_outcome (attempt_id, message_id, page_id, state, settled_by, mid)
    SELECT i.attempt, i.message, i.page_id, 'sent', 'echo', i.mid
    FROM settled s
    JOIN unnest(pages, messages, attempts, mids) AS i (page_id, message, attempt, mid)
      ON i.page_id = s.page_id AND i.message = s.id;
  IF EXISTS (
    SELECT FROM unnest(pages, persons) AS i (page_id, person)
    JOIN martlet.queue_parked p ON p.queue = 'send' AND p.conv = martlet.conv(i.page_id, i.person)
    WHERE p.reason = 'unknown')
  THEN
    PERFORM martlet.queue_wake('send', 'unknown', pages, persons);
    -- Rare, and so not guarded by who sleeps: a check inside the transaction could miss a worker that just lies down.
    PERFORM pg_notify('martlet_send', string_agg(DISTINCT martlet.lane(martlet.conv(i.page_id, i.person))::text, ','))
      FROM unnest(pages, persons) AS i (page_id, person);
  END IF;
END $$;

-- outbound: deliveries and reads cover everything up to a time; states only move forward.
CREATE FUNCTION martlet.receipt_watermarks(pages text[], persons text[], states text[], watermarks bigint[])
  RETURNS void LANGUAGE plpgsql
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
  SET plan_cache_mode = force_generic_plan
  AS $$
BEGIN
  WITH moved AS MATERIALIZED (
    SELECT r.page_id, r.id, max(i.state) AS new_state   -- 'delivered' < 'read', also as text
    FROM unnest(pages, persons, states, watermarks) AS i (page_id, person, state, watermark)
    CROSS JOIN LATERAL (
      SELECT x.page_id, x.id, x.state FROM martlet.message x
      WHERE x.page_id = i.page_id AND x.person = i.person AND x.attempt_at <= to_timestamp(i.watermark / 1000.0)
      ORDER BY x.attempt_at DESC LIMIT 50) r
    WHERE r.state = 'sent' OR (r.state = 'delivered' AND i.state = 'read')
    GROUP BY r.page_id, r.id
  ), locked AS MATERIALIZED (
    SELECT m.page_id, m.id, t.new_state
    FROM moved t JOIN martlet.message m ON m.page_id = t.page_id AND m.id = t.id
    ORDER BY m.page_id, m.id FOR UPDATE OF m)
  UPDATE martlet.message m SET state = l.new_state
  FROM locked l
  WHERE m.page_id = l.page_id AND m.id = l.id AND m.state IN ('sent', 'delivered') AND m.state <> l.new_state;
END $$;
