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
  IF '' = ANY (owners) THEN
    PERFORM martlet.threads_returned(array_agg(i.page_id), array_agg(i.person))
      FROM unnest(pages, persons, owners) AS i (page_id, person, owner) WHERE i.owner = '';
  END IF;
  -- New people are rare enough to be told of in the transaction itself.
  IF strangers IS NOT NULL THEN PERFORM pg_notify('martlet_identify', strangers); END IF;
END $$;

-- What few events say: `ref`, a reference that turns out to be this person, `optin`, what they agreed to be sent, and
-- `template`, Meta's verdict on a utility template of the page's.
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
      m.topic, m.frequency, m.timezone, m.expires_at, m.opted_at, m.changed_at, m.used_by, 0 AS n
    FROM moved m
    UNION ALL
    SELECT s.page_id, s.person, s.o ->> 'kind', CASE WHEN octet_length(k.key) > 512 THEN md5(k.key) ELSE k.key END,
      COALESCE(s.o ->> 'status', 'active'), s.o ->> 'token', s.o ->> 'token_status', s.o ->> 'ref', s.o ->> 'payload',
      s.o ->> 'title', s.o ->> 'topic', s.o ->> 'frequency', s.o ->> 'timezone',
      -- A token for one message lives for a year (Meta, one-time notification).
      COALESCE(to_timestamp((s.o ->> 'expires_at')::float8 / 1000),
        CASE WHEN s.o ->> 'kind' = 'one_time' THEN s.at + interval '1 year' END),
      s.at, s.at, NULL, s.n
    FROM said s
    CROSS JOIN LATERAL (
      SELECT COALESCE(s.o ->> 'token', s.o ->> 'ref', s.o ->> 'payload', s.o ->> 'topic', '') AS key) k
  )
  INSERT INTO martlet.contact_optin AS c
    (page_id, person, kind, key, status, token, token_status, ref, payload, title, topic, frequency, timezone,
     expires_at, opted_at, changed_at, used_by)
    SELECT DISTINCT ON (g.page_id, g.person, g.kind, g.key) g.page_id, g.person, g.kind, g.key, g.status, g.token,
      g.token_status, g.ref, g.payload, g.title, g.topic, g.frequency, g.timezone, g.expires_at,
      min(g.opted_at) OVER (PARTITION BY g.page_id, g.person, g.kind, g.key), g.changed_at,
      first_value(g.used_by) OVER (
        PARTITION BY g.page_id, g.person, g.kind, g.key ORDER BY g.used_by NULLS LAST)
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
      opted_at = least(c.opted_at, excluded.opted_at), changed_at = greatest(c.changed_at, excluded.changed_at),
      used_by = COALESCE(c.used_by, excluded.used_by);
  UPDATE martlet.contact c SET joined_to = r.person
    FROM unnest(pages, persons, notes::jsonb[]) AS i (page_id, person, note), martlet.contact_ref r
    WHERE r.page_id = i.page_id
      AND r.user_ref = COALESCE(i.note ->> 'ref', CASE WHEN i.person LIKE 'ref:%' THEN substr(i.person, 5) END)
      AND c.page_id = r.page_id AND c.person = 'ref:' || r.user_ref AND c.joined_to IS NULL;
  IF EXISTS (SELECT FROM unnest(notes::jsonb[]) AS i (note) WHERE i.note ? 'template') THEN
    PERFORM martlet.template_notes(pages, times, notes);
  END IF;
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
    PERFORM martlet.threads_returned(ARRAY[of_page], ARRAY[of_person]);
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
        'has_token', o.token IS NOT NULL, 'is_used', o.used_by IS NOT NULL, 'expires_at', o.expires_at, 'opted_at', o.opted_at,
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
-- What must not go now is not started either, and the caller says so with `send_bar`, or waits:
--   'too_late'  the person has been silent for longer than `windows` (milliseconds) allows; null allows any time
--   'spent', 'stopped', 'expired'  the token that it goes by was used for another message, taken back, or is too old
--   'unapproved' Meta has told that its utility template is not approved
--   'silent'    somebody else speaks in this conversation, and the message `yields` to them
--   'led'       another app leads it, and Meta would refuse whatever we send
-- `humans` marks what a person sent by us: the bot is silent for `takeover` from then on.
CREATE FUNCTION martlet.send_attempts(
  me uuid, rows smallint[], epochs bigint[], ids bigint[], pages text[], persons text[], messages uuid[], attempt_ids uuid[],
  resends uuid[], traces text[], grounds text[] DEFAULT NULL, windows bigint[] DEFAULT NULL, tokens text[] DEFAULT NULL,
  yields boolean[] DEFAULT NULL, humans boolean[] DEFAULT NULL, takeover interval DEFAULT '0')
  RETURNS TABLE (state text, attempt_id uuid, age_ms bigint, attempts smallint, last_in_ms bigint, now_ms bigint)
  LANGUAGE plpgsql
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
  SET plan_cache_mode = force_generic_plan
  AS $$
DECLARE
  at constant timestamptz := clock_timestamp();
BEGIN
  PERFORM martlet.message_lock(pages, messages);
  RETURN QUERY
    WITH input AS MATERIALIZED (
      SELECT i.*, w.last_in_at, EXISTS (
          SELECT FROM martlet.queue_lane h
          WHERE h.queue = 'send' AND h.lane = CASE WHEN i.lane < 0 THEN -1 - i.lane ELSE i.lane END
            AND h.worker = me AND h.epoch = i.epoch
            AND h.era = (SELECT e.id FROM martlet.queue_era e)) AND EXISTS (
          SELECT FROM martlet.queue_send q
          WHERE q.lane = i.lane AND q.id = i.id AND q.payload ->> 'message_id' = i.message::text) AS is_held,
        CASE
          WHEN i.yields AND (c.thread_owner IS NOT NULL OR c.paused_until > at) THEN 'silent'
          -- Meta lets a thread go that was silent for a day.
          WHEN c.thread_owner IS NOT NULL AND greatest(c.thread_at, c.last_in_at) > at - interval '24 hours' THEN 'led'
          WHEN i.window_ms IS NOT NULL
            AND COALESCE(w.last_in_at + i.window_ms * interval '1 ms' <= at, true) THEN 'too_late'
          WHEN t.used_by <> i.message THEN 'spent'
          WHEN t.status <> 'active' THEN 'stopped'
          WHEN t.expires_at <= at THEN 'expired'
          WHEN u.state <> 'approved' THEN 'unapproved'
        END AS bar
      FROM unnest(rows, epochs, ids, pages, persons, messages, attempt_ids, resends, traces, grounds, windows, tokens,
          yields, humans) WITH ORDINALITY
        AS i (lane, epoch, id, page_id, person, message, attempt, resend, trace, ground, window_ms, token, yields, is_human, n)
      LEFT JOIN martlet.contact c ON c.page_id = i.page_id AND c.person = i.person
      -- Whoever was known by a reference first may have written under their own id since.
      CROSS JOIN LATERAL (
        SELECT greatest(c.last_in_at, (
          SELECT j.last_in_at FROM martlet.contact j WHERE j.page_id = c.page_id AND j.person = c.joined_to))) w (last_in_at)
      LEFT JOIN LATERAL (
        SELECT o.used_by, o.status, o.expires_at FROM martlet.contact_optin o
        WHERE o.page_id = i.page_id AND o.person = i.person AND o.token = i.token LIMIT 1) t ON i.token IS NOT NULL
      LEFT JOIN LATERAL (
        SELECT martlet.template_state(
            i.page_id, q.payload #>> '{message,template,name}', q.payload #>> '{message,template,language,code}') AS state
        FROM martlet.queue_send q
        WHERE i.ground LIKE '%"utility"%' AND q.lane = i.lane AND q.id = i.id) u ON true
    ), first AS (
      INSERT INTO martlet.message AS m (page_id, id, person, state, attempt_id, attempts, attempt_at, grounds)
      SELECT i.page_id, i.message, i.person, 'sending', i.attempt, 1, clock_timestamp(), i.ground::jsonb
      FROM input i WHERE i.is_held AND i.bar IS NULL ORDER BY i.n
      ON CONFLICT (page_id, id) DO NOTHING
      RETURNING m.page_id, m.id, m.attempt_id
    ), again AS (
      UPDATE martlet.message m
      SET state = 'sending', attempt_id = i.attempt, attempts = least(m.attempts + 1, 32000),
        attempt_at = clock_timestamp(), heard = NULL, heard_mid = NULL
      FROM input i
      WHERE i.is_held AND i.bar IS NULL AND m.page_id = i.page_id AND m.id = i.message
        AND (m.state IN ('queued', 'waiting', 'dead')
          OR (m.state IN ('sending', 'unknown') AND m.attempt_id = i.resend))
      RETURNING m.page_id, m.id, m.attempt_id
    ), started AS MATERIALIZED (
      SELECT * FROM first UNION ALL SELECT * FROM again
    ), logged AS (
      INSERT INTO martlet.send_attempt (id, message_id, page_id, person, worker, trace)
      SELECT i.attempt, i.message, i.page_id, i.person, me, i.trace
      FROM started s JOIN input i ON i.attempt = s.attempt_id
    ), spent AS (
      UPDATE martlet.contact_optin o SET used_by = i.message
      FROM started s JOIN input i ON i.attempt = s.attempt_id
      WHERE i.token IS NOT NULL AND o.page_id = i.page_id AND o.person = i.person AND o.kind = 'one_time'
        AND o.token = i.token
    ), silenced AS (
      UPDATE martlet.contact c
      SET paused_at = at, paused_until = greatest(c.paused_until, at + takeover), pause_reason = 'takeover'
      FROM started s JOIN input i ON i.attempt = s.attempt_id
      WHERE i.is_human AND takeover > interval '0' AND c.page_id = i.page_id AND c.person = i.person
    )
    SELECT
      CASE WHEN s.id IS NOT NULL THEN 'started'
        WHEN NOT i.is_held THEN 'lost'
        WHEN i.bar IS NOT NULL AND (m.id IS NULL OR m.state IN ('queued', 'waiting', 'dead')
          OR (m.state IN ('sending', 'unknown') AND m.attempt_id = i.resend)) THEN i.bar
        WHEN m.id IS NULL THEN 'lost'
        ELSE m.state END,
      COALESCE(m.attempt_id, i.attempt),
      COALESCE((extract(epoch FROM clock_timestamp() - m.attempt_at) * 1000)::bigint, 0),
      (COALESCE(m.attempts, 0) + CASE WHEN s.id IS NULL THEN 0 ELSE 1 END)::smallint,
      (extract(epoch FROM i.last_in_at) * 1000)::bigint, (extract(epoch FROM at) * 1000)::bigint
    FROM input i
    LEFT JOIN started s ON s.attempt_id = i.attempt
    LEFT JOIN martlet.message m ON m.page_id = i.page_id AND m.id = i.message
    ORDER BY i.n;
END $$;

-- outbound: what came of attempts. Only the attempt that is the message's latest may set its state, and a state that
-- a receipt has already moved on stays. What receipts told while it was open counts now.
CREATE FUNCTION martlet.send_outcomes(
  pages text[], messages uuid[], attempt_ids uuid[], states text[], mids text[], codes int[], subcodes int[],
  fbtraces text[], errors text[], remedies text[] DEFAULT NULL)
  RETURNS void LANGUAGE plpgsql
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
  SET plan_cache_mode = force_generic_plan
  AS $$
BEGIN
  PERFORM martlet.message_lock(pages, messages);
  INSERT INTO martlet.send_outcome
    (attempt_id, message_id, page_id, state, settled_by, mid, code, subcode, fbtrace_id, error, remedy)
    SELECT i.attempt, i.message, i.page_id, i.state, 'call', i.mid, i.code, i.subcode, i.fbtrace, i.error, i.remedy
    FROM unnest(pages, messages, attempt_ids, states, mids, codes, subcodes, fbtraces, errors, remedies)
      AS i (page_id, message, attempt, state, mid, code, subcode, fbtrace, error, remedy);
  UPDATE martlet.message m
    SET state = CASE
          WHEN i.state = 'sent' AND m.state IN ('sending', 'unknown', 'held') THEN COALESCE(m.heard, 'sent')
          WHEN m.state IN ('sending', 'unknown') THEN i.state ELSE m.state END,
        mid = COALESCE(m.mid, i.mid),
        sent_at = CASE WHEN i.state = 'sent' THEN COALESCE(m.sent_at, clock_timestamp()) ELSE m.sent_at END,
        settled_by = CASE WHEN i.state IN ('sent', 'refused') THEN COALESCE(m.settled_by, 'call') ELSE m.settled_by END,
        error = i.error, remedy = i.remedy,
        -- Of a message that went nowhere nothing can have been heard.
        heard = CASE WHEN i.state IN ('waiting', 'refused') THEN NULL ELSE m.heard END,
        heard_mid = CASE WHEN i.state IN ('waiting', 'refused') THEN NULL ELSE m.heard_mid END
    FROM unnest(pages, messages, attempt_ids, states, mids, errors, remedies)
      AS i (page_id, message, attempt, state, mid, error, remedy)
    WHERE m.page_id = i.page_id AND m.id = i.message AND m.attempt_id = i.attempt
      AND (m.state IN ('sending', 'unknown') OR (m.mid IS NULL AND i.mid IS NOT NULL));
  IF 'unknown' = ANY (states) THEN PERFORM martlet.message_settle_heard(pages, messages); END IF;
  IF 'refused' = ANY (states) THEN
    -- Meta takes a token only with a message that it takes.
    UPDATE martlet.contact_optin o SET used_by = NULL
      FROM unnest(pages, messages, states) AS i (page_id, message, state)
      JOIN martlet.message m ON m.page_id = i.page_id AND m.id = i.message
      WHERE i.state = 'refused' AND o.page_id = m.page_id AND o.person = m.person AND o.used_by = m.id;
  END IF;
END $$;

-- What was open and is told of in a delivery has arrived. Locked by the caller; rare, and so one by one.
CREATE FUNCTION martlet.message_settle_heard(pages text[], messages uuid[]) RETURNS void
  LANGUAGE plpgsql
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
  AS $$
DECLARE
  settled martlet.message;
BEGIN
  FOR settled IN
    UPDATE martlet.message m
    SET state = m.heard, mid = m.heard_mid, sent_at = COALESCE(m.sent_at, clock_timestamp()), settled_by = 'delivery',
        error = NULL, remedy = NULL
    FROM unnest(pages, messages) AS i (page_id, message)
    WHERE m.page_id = i.page_id AND m.id = i.message AND m.state IN ('unknown', 'held') AND m.heard_mid IS NOT NULL
    RETURNING m.*
  LOOP
    INSERT INTO martlet.send_outcome (attempt_id, message_id, page_id, state, settled_by, mid)
      VALUES (settled.attempt_id, settled.id, settled.page_id, settled.state, 'delivery', settled.mid);
    DELETE FROM martlet.send_held h WHERE h.page_id = settled.page_id AND h.message_id = settled.id;
    PERFORM martlet.queue_wake('send', 'unknown', ARRAY[settled.page_id], ARRAY[settled.person]);
    PERFORM pg_notify('martlet_send', martlet.lane(martlet.conv(settled.page_id, settled.person))::text);
  END LOOP;
END $$;

-- outbound: the same where the Conversations API shows the message.
CREATE FUNCTION martlet.send_found(pages text[], messages uuid[], attempt_ids uuid[], mids text[]) RETURNS void
  LANGUAGE plpgsql AS $$
BEGIN
  PERFORM martlet.message_lock(pages, messages);
  WITH settled AS (
    UPDATE martlet.message m
    SET state = COALESCE(m.heard, 'sent'), mid = i.mid, sent_at = COALESCE(m.sent_at, m.attempt_at),
        settled_by = 'conversation', error = NULL, remedy = NULL
    FROM unnest(pages, messages, attempt_ids, mids) AS i (page_id, message, attempt, mid)
    WHERE m.page_id = i.page_id AND m.id = i.message AND m.attempt_id = i.attempt AND m.state IN ('sending', 'unknown')
    RETURNING m.*)
  INSERT INTO martlet.send_outcome (attempt_id, message_id, page_id, state, settled_by, mid)
    SELECT s.attempt_id, s.id, s.page_id, s.state, 'conversation', s.mid FROM settled s;
END $$;

-- outbound: which of Meta's ids of a conversation's messages are those of messages that we know, whoever sent them.
CREATE FUNCTION martlet.mids_known(of_page text, of_person text, mids text[]) RETURNS SETOF text
  LANGUAGE plpgsql
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
  AS $$
BEGIN
  RETURN QUERY
    SELECT x.mid FROM (
      SELECT m.mid FROM martlet.message m
      WHERE m.page_id = of_page AND m.person = of_person AND m.attempt_at IS NOT NULL
      ORDER BY m.attempt_at DESC LIMIT 200) x
    WHERE x.mid = ANY (mids)
    UNION
    SELECT e.key FROM martlet.page p
    CROSS JOIN generate_series(0, 1) AS back
    CROSS JOIN unnest(mids) AS i (mid)
    JOIN martlet.event e ON e.day = martlet.today() - back AND e.app_id = p.app_id AND e.page_id = p.page_id
      AND e.kind = 'echo' AND e.key = i.mid
    WHERE p.page_id = of_page;
END $$;

-- outbound: what is not sent, and no call is made for: too late, against a rule, or overtaken by somebody else's answer.
-- `reasons` says who decided: law, takeover.
CREATE FUNCTION martlet.send_bar(
  pages text[], persons text[], messages uuid[], states text[], reasons text[], errors text[], remedies text[],
  grounds text[])
  RETURNS void LANGUAGE plpgsql
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
  AS $$
BEGIN
  PERFORM martlet.message_lock(pages, messages);
  WITH barred AS (
    INSERT INTO martlet.message AS m (page_id, id, person, state, settled_by, error, remedy, grounds)
    SELECT i.page_id, i.message, i.person, i.state, i.reason, i.error, i.remedy, i.ground::jsonb
    FROM unnest(pages, persons, messages, states, reasons, errors, remedies, grounds)
      AS i (page_id, person, message, state, reason, error, remedy, ground)
    ORDER BY i.page_id, i.message
    ON CONFLICT (page_id, id) DO UPDATE
      SET state = excluded.state, settled_by = excluded.settled_by, error = excluded.error, remedy = excluded.remedy
      WHERE m.state IN ('queued', 'waiting', 'dead', 'sending', 'unknown')
    RETURNING m.*)
  INSERT INTO martlet.send_outcome (message_id, page_id, state, settled_by, error, remedy)
    SELECT b.id, b.page_id, b.state, b.settled_by, b.error, b.remedy FROM barred b;
END $$;

-- outbound: the stated rule for what stayed open after the grace time, where it says to keep the message back. Its words
-- stay, for `send_resolve`.
CREATE FUNCTION martlet.send_hold(
  pages text[], messages uuid[], kinds text[], versions smallint[], traces text[], payloads text[])
  RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  WITH held AS (
    UPDATE martlet.message m
    SET state = 'held', settled_by = 'rule',
        remedy = 'Look in the page''s inbox whether it arrived; then `martlet send resolve ID --resend` or `--drop`.'
    FROM unnest(pages, messages) AS i (page_id, message)
    WHERE m.page_id = i.page_id AND m.id = i.message AND m.state IN ('sending', 'unknown')
    RETURNING m.*
  ), kept AS (
    INSERT INTO martlet.send_held (page_id, message_id, person, kind, v, trace, payload)
    SELECT h.page_id, h.id, h.person, i.kind, i.v, i.trace, i.payload::jsonb
    FROM held h JOIN unnest(pages, messages, kinds, versions, traces, payloads)
      AS i (page_id, message, kind, v, trace, payload) ON i.page_id = h.page_id AND i.message = h.id)
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

-- A job in the dead letters is a dead message: at the commit, when what was recorded with it stands. One whose outcome
-- is open stays so. A dead letter that is put back is tried again.
CREATE FUNCTION martlet.message_died() RETURNS trigger
  LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO martlet.message AS m (page_id, id, person, state, error)
    VALUES (NEW.page_id, (NEW.payload ->> 'message_id')::uuid, NEW.person, 'dead', NEW.error)
    ON CONFLICT (page_id, id) DO UPDATE SET state = 'dead', error = excluded.error
    WHERE m.state IN ('queued', 'waiting');
  RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER message_died AFTER INSERT ON martlet.queue_dead
  DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
  WHEN (NEW.queue = 'send' AND NEW.payload ->> 'message_id' ~ '^[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}$')
  EXECUTE FUNCTION martlet.message_died();

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
    SET state = COALESCE(m.heard, 'sent'), mid = i.mid, sent_at = COALESCE(m.sent_at, clock_timestamp()),
        settled_by = 'echo', error = NULL, remedy = NULL
    FROM unnest(pages, messages, mids) AS i (page_id, message, mid)
    WHERE m.page_id = i.page_id AND m.id = i.message AND m.attempt_id IS NOT NULL
      AND m.state IN ('sending', 'waiting', 'unknown', 'held', 'dead', 'too_late', 'cancelled')
    RETURNING m.page_id, m.id)
  INSERT INTO martlet.send_outcome (attempt_id, message_id, page_id, state, settled_by, mid)
    SELECT i.attempt, i.message, i.page_id, 'sent', 'echo', i.mid
    FROM settled s
    JOIN unnest(pages, messages, attempts, mids) AS i (page_id, message, attempt, mid)
      ON i.page_id = s.page_id AND i.message = s.id;
  -- Hardly one is kept back: each is looked up, whatever the planner thinks of an empty table.
  DELETE FROM martlet.send_held d WHERE d.ctid = ANY (ARRAY(
    SELECT h.ctid FROM unnest(pages, messages) AS i (page_id, message)
    CROSS JOIN LATERAL (
      SELECT x.ctid FROM martlet.send_held x WHERE x.page_id = i.page_id AND x.message_id = i.message OFFSET 0) h));
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

-- outbound: deliveries and reads cover everything up to a time; states only move forward. A message whose outcome is not
-- stored yet keeps what it heard until then. `mids` (JSON arrays, or null) are what a delivery names: an id that is
-- nobody's we know, in a conversation where one of our outcomes is open, is that message's.
CREATE FUNCTION martlet.receipt_watermarks(
  pages text[], persons text[], states text[], watermarks bigint[], mids text[] DEFAULT NULL)
  RETURNS void LANGUAGE plpgsql
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
  SET plan_cache_mode = force_generic_plan
  AS $$
DECLARE
  open_pages text[];
  open_messages uuid[];
BEGIN
  WITH reached AS MATERIALIZED (
    SELECT r.page_id, r.id, max(i.state) AS new_state,   -- 'delivered' < 'read', also as text
      r.state IN ('sending', 'unknown', 'held') AS is_open
    FROM unnest(pages, persons, states, watermarks) AS i (page_id, person, state, watermark)
    CROSS JOIN LATERAL (
      SELECT x.page_id, x.id, x.state FROM martlet.message x
      WHERE x.page_id = i.page_id AND x.person = i.person AND x.attempt_at <= to_timestamp(i.watermark / 1000.0)
      ORDER BY x.attempt_at DESC LIMIT 50) r
    WHERE r.state IN ('sent', 'sending', 'unknown', 'held') OR (r.state = 'delivered' AND i.state = 'read')
    GROUP BY r.page_id, r.id, r.state
  ), locked AS MATERIALIZED (
    SELECT m.page_id, m.id, t.new_state
    FROM reached t JOIN martlet.message m ON m.page_id = t.page_id AND m.id = t.id
    ORDER BY m.page_id, m.id FOR UPDATE OF m
  ), moved AS (
    UPDATE martlet.message m
    SET state = CASE WHEN m.state IN ('sent', 'delivered') THEN l.new_state ELSE m.state END,
        heard = CASE WHEN m.state IN ('sent', 'delivered') THEN m.heard ELSE greatest(m.heard, l.new_state) END
    FROM locked l
    WHERE m.page_id = l.page_id AND m.id = l.id
      AND ((m.state IN ('sent', 'delivered') AND m.state <> l.new_state)
        OR (m.state IN ('sending', 'unknown', 'held') AND COALESCE(m.heard, '') < l.new_state)))
  SELECT array_agg(r.page_id), array_agg(r.id) INTO open_pages, open_messages FROM reached r WHERE r.is_open;
  IF open_messages IS NOT NULL AND mids IS NOT NULL THEN
    PERFORM martlet.receipt_strangers(pages, persons, watermarks, mids, open_pages, open_messages);
  END IF;
END $$;

-- Gives a delivered id that is nobody's to the one open message of its conversation; two strangers, or two open
-- messages, prove nothing. The messages are locked by the caller.
CREATE FUNCTION martlet.receipt_strangers(
  pages text[], persons text[], watermarks bigint[], mids text[], open_pages text[], open_messages uuid[])
  RETURNS void LANGUAGE plpgsql
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
  AS $$
BEGIN
  WITH open AS (
    SELECT m.page_id, m.person, (array_agg(m.id))[1] AS id, min(m.attempt_at) AS attempt_at
    FROM unnest(open_pages, open_messages) AS i (page_id, message)
    JOIN martlet.message m ON m.page_id = i.page_id AND m.id = i.message
    WHERE m.state IN ('sending', 'unknown', 'held')
    GROUP BY m.page_id, m.person HAVING count(*) = 1
  ), named AS (
    SELECT o.page_id, o.person, o.id, array_agg(DISTINCT d.mid) AS mids
    FROM open o
    JOIN unnest(pages, persons, watermarks, mids) AS i (page_id, person, watermark, mids)
      ON i.page_id = o.page_id AND i.person = o.person AND o.attempt_at <= to_timestamp(i.watermark / 1000.0)
    CROSS JOIN LATERAL jsonb_array_elements_text(i.mids::jsonb) AS d (mid)
    GROUP BY o.page_id, o.person, o.id
  ), strangers AS (
    SELECT n.page_id, n.id, s.mids
    FROM named n
    CROSS JOIN LATERAL (
      SELECT array_agg(k.mid) AS mids FROM unnest(n.mids) AS k (mid)
      WHERE k.mid NOT IN (SELECT martlet.mids_known(n.page_id, n.person, n.mids))) s
    WHERE cardinality(s.mids) = 1)
  UPDATE martlet.message m SET heard_mid = s.mids[1]
  FROM strangers s WHERE m.page_id = s.page_id AND m.id = s.id;
  PERFORM martlet.message_settle_heard(open_pages, open_messages);
END $$;

-- ingress: another app has given threads back, or nobody leads them any more: what waits for that goes on. A conversation
-- that is just being parked is missed, and looked at again within its time.
CREATE FUNCTION martlet.threads_returned(pages text[], persons text[]) RETURNS void
  LANGUAGE plpgsql
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_nestloop = on SET jit = off
  AS $$
BEGIN
  IF EXISTS (
    SELECT FROM unnest(pages, persons) AS i (page_id, person)
    JOIN martlet.queue_parked p ON p.queue = 'send' AND p.conv = martlet.conv(i.page_id, i.person)
    WHERE p.reason = 'human')
  THEN
    PERFORM martlet.queue_wake('send', 'human', pages, persons);
    PERFORM pg_notify('martlet_send', string_agg(DISTINCT martlet.lane(martlet.conv(i.page_id, i.person))::text, ','))
      FROM unnest(pages, persons) AS i (page_id, person);
  END IF;
END $$;

-- outbound: the pages whose messages wait for a token, and for how many people up to `bound`. `is_new` comes once a page
-- and loss of its token, to whichever worker asks first, so that operators are told once.
CREATE FUNCTION martlet.pages_waiting(bound int)
  RETURNS TABLE (page_id text, token_state text, conversations bigint, is_new boolean, alarmed_at timestamptz)
  LANGUAGE plpgsql
  SET enable_seqscan = off SET jit = off
  AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY
    WITH RECURSIVE parked (page_id) AS (
      (SELECT q.page_id FROM martlet.queue_parked q WHERE q.reason = 'page' ORDER BY q.page_id LIMIT 1)
      UNION ALL
      SELECT (
        SELECT q.page_id FROM martlet.queue_parked q WHERE q.reason = 'page' AND q.page_id > k.page_id
        ORDER BY q.page_id LIMIT 1)
      FROM parked k WHERE k.page_id IS NOT NULL
    ), waiting AS MATERIALIZED (
      SELECT k.page_id FROM parked k WHERE k.page_id IS NOT NULL
      UNION
      SELECT g.page_id FROM martlet.page g WHERE g.token_state = 'dead'
    ), told AS (
      UPDATE martlet.page g SET alarmed_at = clock_timestamp()
      FROM waiting w
      WHERE g.page_id = w.page_id AND g.token_state <> 'live' AND g.alarmed_at IS NULL
      RETURNING g.page_id, g.alarmed_at)
    SELECT w.page_id, COALESCE(g.token_state, 'missing'), (
        SELECT count(*) FROM (
          SELECT FROM martlet.queue_parked q WHERE q.page_id = w.page_id AND q.reason = 'page' LIMIT bound) c),
      t.page_id IS NOT NULL, COALESCE(t.alarmed_at, g.alarmed_at)
    FROM waiting w LEFT JOIN martlet.page g ON g.page_id = w.page_id LEFT JOIN told t ON t.page_id = w.page_id
    WHERE g.token_state IS DISTINCT FROM 'live'
    ORDER BY w.page_id;
END $$;
