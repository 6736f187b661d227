-- The steps of the message path, one function each: what a service asks for in one round trip.

-- Ingress: per event a row in the ledger, per accepted event its job, per person one upsert of the contact. A key that
-- the ledger holds already, today or on one of the two days before, is a re-delivery and does nothing. The lanes of all
-- events, also of those that become no job, are locked by the caller in a statement of its own, which makes the check
-- exact.
--   effects    what an event does to its contact: 1 opens the window, 2 wants the profile known, 4 somebody else answered
--              in the page's name, 8 only makes it known
--   owners     the app that leads the thread from now on, '' for us or nobody; null where nothing changes
--   noted      the places of the few events that say more, and in `notes` what (see ingest_notes)
--   takeover   for how long the bot is silent after somebody else answered
-- Returns how many events were new, and the pages of the threads on which the bot falls silent by them.
CREATE FUNCTION martlet.ingest(
  apps text[], queues text[], pages text[], persons text[], kinds text[], keys text[], times bigint[],
  effects smallint[], owners text[], traces text[], bodies text[], payloads text[],
  noted bigint[], notes text[], takeover interval, OUT accepted int, OUT taken_over text)
  LANGUAGE plpgsql
  -- What is joined here are batches, of which the planner knows no size: never row by row.
  SET enable_seqscan = off SET enable_nestloop = off SET jit = off SET work_mem = '64MB'
  SET plan_cache_mode = force_generic_plan
  AS $$
DECLARE
  read_at constant timestamptz := clock_timestamp();
  read_ms constant bigint := (extract(epoch FROM read_at) * 1000)::bigint;
  silent_since constant bigint := read_ms - (extract(epoch FROM takeover) * 1000)::bigint;
  today date := martlet.today();
  strangers text;
  fresh bigint[];
BEGIN
  -- A day that has begun does not end again because a clock was set back.
  IF EXISTS (SELECT FROM martlet.event e WHERE e.day = today + 1) THEN today := today + 1; END IF;
  WITH accepted AS MATERIALIZED (
    SELECT DISTINCT ON (i.h, i.key, i.kind, i.page_id, i.app_id) i.*
    FROM (
      SELECT u.*, martlet.conv(u.page_id, u.person) AS conv,
        -- For a sort that seldom has to compare texts.
        hashtextextended(u.key, 0) AS h,
        -- No clock of Meta's reaches into the future; a missing time is now.
        CASE WHEN u.event_at BETWEEN 1 AND read_ms THEN u.event_at ELSE read_ms END AS at
      FROM unnest(apps, queues, pages, persons, kinds, keys, times, effects, owners, traces, bodies, payloads)
        WITH ORDINALITY AS u (app_id, queue, page_id, person, kind, key, event_at, effect, owner, trace, body, payload, n)
    ) i
    -- Scalar sub-selects, which the planner cannot turn into a join over whole partitions.
    WHERE (SELECT e.day FROM martlet.event e WHERE e.day = today AND e.app_id = i.app_id
             AND e.page_id = i.page_id AND e.kind = i.kind AND e.key = i.key) IS NULL
      AND (SELECT e.day FROM martlet.event e WHERE e.day = today - 1 AND e.app_id = i.app_id
             AND e.page_id = i.page_id AND e.kind = i.kind AND e.key = i.key) IS NULL
      AND (SELECT e.day FROM martlet.event e WHERE e.day = today - 2 AND e.app_id = i.app_id
             AND e.page_id = i.page_id AND e.kind = i.kind AND e.key = i.key) IS NULL
    ORDER BY i.h, i.key, i.kind, i.page_id, i.app_id, i.n
  ), ledger AS (
    INSERT INTO martlet.event (day, app_id, page_id, kind, key, person, event_at, trace, body)
    SELECT today, a.app_id, a.page_id, a.kind, a.key, a.person, a.event_at, a.trace, a.body::jsonb FROM accepted a
  ), touched AS MATERIALIZED (
    SELECT a.page_id, a.person, bool_or(a.effect & 2 > 0) AS asks,
      min(a.at) FILTER (WHERE a.effect & 1 > 0) AS first_in, max(a.at) FILTER (WHERE a.effect & 1 > 0) AS last_in,
      -- Not if it is so late that the pause would be over.
      max(a.at) FILTER (WHERE a.effect & 4 > 0 AND a.at > silent_since) AS answered,
      -- The latest of several, and whom it names.
      max(CASE WHEN a.owner IS NOT NULL THEN ARRAY[to_char(a.at, 'FM000000000000000'), a.owner] END) AS owner
    FROM accepted a WHERE a.effect > 0 OR a.owner IS NOT NULL
    GROUP BY a.conv, a.page_id, a.person
  ), people AS (
    INSERT INTO martlet.contact AS c
      (page_id, person, first_in_at, last_in_at, profile_state, profile_at, thread_owner, thread_at, paused_at,
       paused_until, pause_reason)
    SELECT t.page_id, t.person, to_timestamp(t.first_in / 1000.0::float8), to_timestamp(t.last_in / 1000.0::float8),
      CASE WHEN t.asks THEN 'pending' ELSE 'unasked' END, CASE WHEN t.asks THEN read_at END,
      NULLIF(t.owner[2], ''), to_timestamp(t.owner[1]::bigint / 1000.0::float8),
      to_timestamp(t.answered / 1000.0::float8), to_timestamp(t.answered / 1000.0::float8) + takeover,
      CASE WHEN t.answered IS NOT NULL THEN 'takeover' END
    FROM touched t
    ON CONFLICT (page_id, person) DO UPDATE SET
      first_in_at = least(c.first_in_at, excluded.first_in_at),
      last_in_at = greatest(c.last_in_at, excluded.last_in_at),
      profile_state = CASE c.profile_state WHEN 'unasked' THEN excluded.profile_state ELSE c.profile_state END,
      profile_at = CASE c.profile_state WHEN 'unasked' THEN excluded.profile_at ELSE c.profile_at END,
      thread_owner = CASE
        WHEN excluded.thread_at >= COALESCE(c.thread_at, '-infinity') THEN excluded.thread_owner
        -- Meta lets a thread go that was silent for a day.
        WHEN excluded.last_in_at > greatest(c.thread_at, c.last_in_at) + interval '24 hours' THEN NULL
        ELSE c.thread_owner END,
      thread_at = greatest(c.thread_at, excluded.thread_at),
      paused_at = CASE WHEN excluded.paused_at > COALESCE(greatest(c.paused_at, c.resumed_at), '-infinity')
        THEN excluded.paused_at ELSE c.paused_at END,
      paused_until = CASE WHEN excluded.paused_at > COALESCE(greatest(c.paused_at, c.resumed_at), '-infinity')
        THEN excluded.paused_until ELSE c.paused_until END,
      pause_reason = COALESCE(excluded.pause_reason, c.pause_reason)
    RETURNING c.page_id, c.person, c.profile_state = 'pending' AND c.profile_at = read_at AS is_new,
      c.paused_at, c.paused_until
  ), identify AS (
    INSERT INTO martlet.queue_identify (lane, conv, page_id, person, kind, v, trace, payload)
    SELECT martlet.lane(j.conv), j.conv, j.page_id, j.person, j.kind, 1, j.trace, j.payload
    FROM (
      (SELECT DISTINCT ON (a.conv, a.page_id, a.person) a.conv, a.page_id, a.person, 'profile' AS kind, a.trace,
         '{}'::jsonb AS payload, a.n, 0 AS place
       FROM people p JOIN accepted a USING (page_id, person)
       WHERE p.is_new AND a.effect & 2 > 0
       ORDER BY a.conv, a.page_id, a.person, a.n)
      UNION ALL
      SELECT a.conv, a.page_id, a.person, a.kind, a.trace, a.payload::jsonb, a.n, 1
      FROM accepted a WHERE a.queue = 'identify') j
    ORDER BY j.n, j.place
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
  SELECT (SELECT count(*) FROM accepted), (SELECT string_agg(DISTINCT lane::text, ',') FROM identify),
    (SELECT array_agg(a.n) FROM accepted a WHERE a.n = ANY (noted)),
    (SELECT string_agg(p.page_id, ',') FROM touched t JOIN people p USING (page_id, person)
     WHERE t.answered IS NOT NULL AND p.paused_at = to_timestamp(t.answered / 1000.0::float8))
    INTO accepted, strangers, fresh, taken_over;
  IF fresh IS NOT NULL THEN
    PERFORM martlet.ingest_notes(
        array_agg(pages[i.n] ORDER BY i.n), array_agg(persons[i.n] ORDER BY i.n),
        array_agg(CASE WHEN times[i.n] BETWEEN 1 AND read_ms THEN times[i.n] ELSE read_ms END ORDER BY i.n),
        array_agg(i.note ORDER BY i.n))
      FROM unnest(noted, notes) AS i (n, note) WHERE i.n = ANY (fresh);
  END IF;
  -- New people are rare enough to be told of in the transaction itself.
  IF strangers IS NOT NULL THEN PERFORM pg_notify('martlet_identify', strangers); END IF;
END $$;

-- What few events say: `ref`, a reference that turns out to be this person, and `optin`, what they agreed to be sent.
-- Both lanes of a reference's join are locked, so that what is said of either comes before it or after it.
-- Joins tables row by row, which its caller has switched off.
CREATE FUNCTION martlet.ingest_notes(pages text[], persons text[], times bigint[], notes text[]) RETURNS void
  LANGUAGE plpgsql
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_nestloop = on SET jit = off
  SET plan_cache_mode = force_generic_plan
  AS $$
BEGIN
  -- The first person that a reference was tied to keeps it.
  INSERT INTO martlet.contact_ref (page_id, user_ref, person)
    SELECT DISTINCT ON (i.page_id, i.note ->> 'ref') i.page_id, i.note ->> 'ref', i.person
    FROM unnest(pages, persons, notes::jsonb[]) WITH ORDINALITY AS i (page_id, person, note, n)
    WHERE i.note ->> 'ref' IS NOT NULL
    ORDER BY i.page_id, i.note ->> 'ref', i.n
    ON CONFLICT DO NOTHING;
  WITH said AS MATERIALIZED (
    SELECT i.page_id, COALESCE(r.person, i.person) AS person, to_timestamp(i.at / 1000.0::float8) AS at, i.n,
      i.note -> 'optin' AS o
    FROM unnest(pages, persons, times, notes::jsonb[]) WITH ORDINALITY AS i (page_id, person, at, note, n)
    LEFT JOIN martlet.contact_ref r
      ON r.page_id = i.page_id AND i.person LIKE 'ref:%' AND r.user_ref = substr(i.person, 5)
    WHERE i.note ? 'optin'
  ), moved AS (
    DELETE FROM martlet.contact_optin o
    USING unnest(pages, notes::jsonb[]) AS i (page_id, note), martlet.contact_ref r
    WHERE i.note ->> 'ref' IS NOT NULL AND r.page_id = i.page_id AND r.user_ref = i.note ->> 'ref'
      AND o.page_id = i.page_id AND o.person = 'ref:' || r.user_ref
    RETURNING o.*, r.person AS heir
  ), given AS (
    SELECT m.page_id, m.heir AS person, m.kind, m.key, m.status, m.token, m.token_status, m.ref, m.payload, m.title,
      m.topic, m.frequency, m.timezone, m.expires_at, m.opted_at, m.changed_at, 0 AS n
    FROM moved m
    UNION ALL
    SELECT s.page_id, s.person, s.o ->> 'kind', CASE WHEN octet_length(k.key) > 512 THEN md5(k.key) ELSE k.key END,
      COALESCE(s.o ->> 'status', 'active'), s.o ->> 'token', s.o ->> 'token_status', s.o ->> 'ref', s.o ->> 'payload',
      s.o ->> 'title', s.o ->> 'topic', s.o ->> 'frequency', s.o ->> 'timezone',
      -- A token for one message lives for a year (Meta, one-time notification).
      COALESCE(to_timestamp((s.o ->> 'expires_at')::float8 / 1000),
        CASE WHEN s.o ->> 'kind' = 'one_time' THEN s.at + interval '1 year' END),
      s.at, s.at, s.n
    FROM said s
    CROSS JOIN LATERAL (
      SELECT COALESCE(s.o ->> 'token', s.o ->> 'ref', s.o ->> 'payload', s.o ->> 'topic', '') AS key) k
  )
  INSERT INTO martlet.contact_optin AS c
    (page_id, person, kind, key, status, token, token_status, ref, payload, title, topic, frequency, timezone,
     expires_at, opted_at, changed_at)
    SELECT DISTINCT ON (g.page_id, g.person, g.kind, g.key) g.page_id, g.person, g.kind, g.key, g.status, g.token,
      g.token_status, g.ref, g.payload, g.title, g.topic, g.frequency, g.timezone, g.expires_at,
      min(g.opted_at) OVER (PARTITION BY g.page_id, g.person, g.kind, g.key), g.changed_at
    FROM given g
    ORDER BY g.page_id, g.person, g.kind, g.key, g.changed_at DESC, g.n DESC
    -- What is older than what is known only fills gaps.
    ON CONFLICT (page_id, person, kind, key) DO UPDATE SET
      status = CASE WHEN excluded.changed_at < c.changed_at THEN c.status ELSE excluded.status END,
      token = COALESCE(excluded.token, c.token),
      token_status = CASE WHEN excluded.changed_at < c.changed_at THEN c.token_status
        ELSE COALESCE(excluded.token_status, c.token_status) END,
      ref = COALESCE(c.ref, excluded.ref), payload = COALESCE(c.payload, excluded.payload),
      title = COALESCE(c.title, excluded.title), topic = COALESCE(c.topic, excluded.topic),
      frequency = COALESCE(c.frequency, excluded.frequency), timezone = COALESCE(c.timezone, excluded.timezone),
      expires_at = CASE WHEN excluded.changed_at < c.changed_at THEN COALESCE(c.expires_at, excluded.expires_at)
        ELSE COALESCE(excluded.expires_at, c.expires_at) END,
      opted_at = least(c.opted_at, excluded.opted_at), changed_at = greatest(c.changed_at, excluded.changed_at);
  UPDATE martlet.contact c SET joined_to = r.person
    FROM unnest(pages, persons, notes::jsonb[]) AS i (page_id, person, note), martlet.contact_ref r
    WHERE r.page_id = i.page_id
      AND r.user_ref = COALESCE(i.note ->> 'ref', CASE WHEN i.person LIKE 'ref:%' THEN substr(i.person, 5) END)
      AND c.page_id = r.page_id AND c.person = 'ref:' || r.user_ref AND c.joined_to IS NULL;
END $$;

-- Lets the bot speak again, whoever made it silent: ends a pause, and forgets what other app led the thread. What
-- happened before now will not silence it again. Says what it found, or nothing where the person is unknown.
-- The person's lane lock keeps what comes in meanwhile before it or after it.
CREATE FUNCTION martlet.contact_resume(of_page text, of_person text, by text)
  RETURNS TABLE (was_paused boolean, owner text)
  LANGUAGE plpgsql AS $$
DECLARE
  was martlet.contact;
BEGIN
  PERFORM martlet.queue_lock('{understand}', ARRAY[of_page], ARRAY[of_person]);
  SELECT * INTO was FROM martlet.contact c WHERE c.page_id = of_page AND c.person = of_person FOR UPDATE;
  IF NOT FOUND THEN RETURN; END IF;
  was_paused := COALESCE(was.paused_until > clock_timestamp(), false);
  owner := was.thread_owner;
  UPDATE martlet.contact c
    SET paused_until = NULL, resumed_at = clock_timestamp(), thread_owner = NULL,
        thread_at = CASE WHEN was.thread_owner IS NULL THEN c.thread_at ELSE clock_timestamp() END
    WHERE c.page_id = of_page AND c.person = of_person;
  IF was_paused OR owner IS NOT NULL THEN
    PERFORM martlet.operator_record(NULL, by, 'contact_resume', NULL, jsonb_build_object('page', of_page), 1);
  END IF;
  RETURN NEXT;
END $$;

-- All that is known of a person, for an operator's eyes: no token, no name, no word of theirs. Null for a stranger.
CREATE FUNCTION martlet.contact_report(of_page text, of_person text) RETURNS jsonb
  LANGUAGE sql AS $$
  SELECT jsonb_build_object(
    'page', c.page_id, 'person', c.person, 'first_in_at', c.first_in_at, 'last_in_at', c.last_in_at,
    'window_until', c.last_in_at + interval '24 hours',
    'window_open', COALESCE(c.last_in_at + interval '24 hours' > clock_timestamp(), false),
    'profile', c.profile_state, 'thread_owner', c.thread_owner, 'thread_at', c.thread_at,
    'paused', COALESCE(c.paused_until > clock_timestamp(), false), 'paused_until', c.paused_until,
    'pause_reason', c.pause_reason, 'paused_at', c.paused_at, 'resumed_at', c.resumed_at, 'joined_to', c.joined_to,
    'references', COALESCE((
      SELECT jsonb_agg(r.user_ref ORDER BY r.joined_at) FROM martlet.contact_ref r
      WHERE r.page_id = c.page_id AND r.person = c.person), '[]'),
    'optins', COALESCE((
      SELECT jsonb_agg(jsonb_build_object(
        'kind', o.kind, 'status', o.status, 'topic', o.topic, 'title', o.title, 'frequency', o.frequency,
        'has_token', o.token IS NOT NULL, 'expires_at', o.expires_at, 'opted_at', o.opted_at,
        'changed_at', o.changed_at) ORDER BY o.opted_at)
      FROM martlet.contact_optin o WHERE o.page_id = c.page_id AND o.person = c.person), '[]'))
  FROM martlet.contact c WHERE c.page_id = of_page AND c.person = of_person
$$;

-- nlu: what a turn starts from. One row for each person asked for, in that order. The bot is silent on a thread on which
-- somebody else answers, or that another app leads.
CREATE FUNCTION martlet.turn_load(pages text[], persons text[])
  RETURNS TABLE (profile_state text, first_name text, last_name text, version bigint, state jsonb, is_silent boolean)
  LANGUAGE plpgsql
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
  SET plan_cache_mode = force_generic_plan
  AS $$
BEGIN
  RETURN QUERY
    SELECT c.profile_state, c.first_name, c.last_name, COALESCE(v.version, 0), v.state,
      COALESCE(c.paused_until > clock_timestamp(), false) OR c.thread_owner IS NOT NULL
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
      INSERT INTO martlet.message AS m (page_id, id, person, state, attempt_id, attempts, attempt_at)
      SELECT i.page_id, i.message, i.person, 'sending', i.attempt, 1, clock_timestamp()
      FROM input i WHERE i.is_held ORDER BY i.n
      ON CONFLICT (page_id, id) DO NOTHING
      RETURNING m.page_id, m.id, m.attempt_id
    ), again AS (
      UPDATE martlet.message m
      SET state = 'sending', attempt_id = i.attempt, attempts = m.attempts + 1, attempt_at = clock_timestamp()
      FROM input i
      WHERE i.is_held AND m.page_id = i.page_id AND m.id = i.message
        AND (m.state IN ('queued', 'waiting') OR (m.state IN ('sending', 'unknown') AND m.attempt_id = i.resend))
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
