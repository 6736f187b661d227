-- What operators ask of the queues, and do to them: docs/operations.md.
-- Every reading here is bounded, whatever the tables hold: no function counts a large table.

-- One queue at a glance. Depth is exact up to `bound` jobs; above it, it is PostgreSQL's own estimate. `stuck` names the
-- lanes that hold jobs and whose owner left, or was silent for longer than its lease.
-- `marks` says, for each of the 64 lanes, below which id nothing stands any more, as an earlier call told in `heads`:
-- while a held snapshot keeps dead rows, finding the first live one means passing all of them. Null looks everywhere.
CREATE FUNCTION martlet.queue_figures(q text, bound int, marks bigint[])
  RETURNS TABLE (depth bigint, depth_is_estimate boolean, aside bigint, aside_is_bounded boolean,
                 oldest_seconds double precision, dead bigint, dead_is_bounded boolean, stuck smallint[],
                 inserted bigint, deleted bigint, heads bigint[],
                 paused_seconds double precision, paused_by text, paused_why text)
  LANGUAGE plpgsql
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_bitmapscan = off
  SET jit = off
  AS $$
DECLARE
  jobs constant regclass := format('martlet.queue_%I', q)::regclass;
  -- Producers may still be about to commit ids below the newest, but hardly so many.
  settled constant bigint := greatest(0, -20000 + COALESCE(
    pg_sequence_last_value(pg_get_serial_sequence(format('martlet.queue_%I', q), 'id')::regclass), 0));
  oldest timestamptz;
  guess bigint;
BEGIN
  marks := COALESCE(marks, array_fill(0::bigint, ARRAY[64]));
  EXECUTE format($sql$
    SELECT array_agg(COALESCE(h.id, $2) ORDER BY l.lane), min(h.enqueued_at)
    FROM generate_series(0, 63) AS l (lane)
    LEFT JOIN LATERAL (
      SELECT t.id, t.enqueued_at FROM martlet.queue_%1$I t
      WHERE t.lane = l.lane::smallint AND t.id >= $1[l.lane + 1] ORDER BY t.id LIMIT 1) h ON true
    $sql$, q) INTO heads, oldest USING marks, settled;
  oldest_seconds := extract(epoch FROM clock_timestamp() - oldest);

  EXECUTE format($sql$
    SELECT
      (SELECT count(*) FROM (
        SELECT FROM generate_series(0, 63) AS l (lane)
        CROSS JOIN LATERAL (
          SELECT t.id FROM martlet.queue_%1$I t
          WHERE t.lane = l.lane::smallint AND t.id >= $1[l.lane + 1] ORDER BY t.id LIMIT $2) j
        LIMIT $2) w),
      (SELECT count(*) FROM (SELECT FROM martlet.queue_%1$I t WHERE t.lane < 0 LIMIT $2) a)
    $sql$, q) INTO depth, aside USING marks, bound + 1;
  depth := depth + aside;
  aside_is_bounded := aside > bound;
  depth_is_estimate := depth > bound;
  IF depth_is_estimate THEN
    -- The running count of live rows, which a crash of the server resets, and then what the last vacuum counted.
    guess := pg_stat_get_live_tuples(jobs);
    IF guess <= bound THEN
      SELECT greatest(c.reltuples, 0)::bigint INTO guess FROM pg_class c WHERE c.oid = jobs;
    END IF;
    depth := greatest(guess, depth);
  END IF;

  SELECT count(*), count(*) > bound INTO dead, dead_is_bounded
    FROM (SELECT FROM martlet.queue_dead d WHERE d.queue = q LIMIT bound + 1) d;

  EXECUTE format($sql$
    SELECT COALESCE(array_agg(l.lane ORDER BY l.lane), '{}')
    FROM martlet.queue_lane l LEFT JOIN martlet.queue_worker w ON w.worker = l.worker
    WHERE l.queue = $1 AND COALESCE(w.seen + w.ttl < clock_timestamp(), true) AND COALESCE(
      (SELECT true FROM martlet.queue_%1$I t WHERE t.lane = l.lane AND t.id >= $2[l.lane + 1] ORDER BY t.id LIMIT 1),
      (SELECT true FROM martlet.queue_%1$I t WHERE t.lane = (-1 - l.lane)::smallint ORDER BY t.id LIMIT 1), false)
    $sql$, q) INTO stuck USING q, marks;

  inserted := pg_stat_get_tuples_inserted(jobs);
  deleted := pg_stat_get_tuples_deleted(jobs);
  SELECT extract(epoch FROM clock_timestamp() - p.since), p.who, p.why INTO paused_seconds, paused_by, paused_why
    FROM martlet.queue_pause p WHERE p.queue = q;
  RETURN NEXT;
END $$;

-- Parked conversations by reason. Beyond `bound` only so many are looked at, spread evenly: the shares hold, the sum
-- is a least.
CREATE FUNCTION martlet.queue_waits(q text, bound int)
  RETURNS TABLE (reason text, conversations bigint, is_bounded boolean, next_look_seconds double precision)
  LANGUAGE plpgsql
  SET enable_seqscan = off SET enable_bitmapscan = off SET jit = off
  AS $$
BEGIN
  RETURN QUERY
    SELECT p.reason, count(*), sum(count(*)) OVER () > bound,
      extract(epoch FROM min(p.until) - clock_timestamp())::double precision
    FROM (
      SELECT t.reason, t.until FROM martlet.queue_parked t WHERE t.queue = q ORDER BY t.conv LIMIT bound + 1) p
    GROUP BY p.reason ORDER BY p.reason;
END $$;

-- Who holds the lanes of a queue; a row without a worker is the free ones.
CREATE FUNCTION martlet.queue_owners(q text)
  RETURNS TABLE (worker uuid, lanes int, seen_seconds double precision, ttl_seconds double precision, sleeping boolean,
                 is_gone boolean)
  LANGUAGE sql AS $$
  SELECT COALESCE(w.worker, l.worker), COALESCE(l.lanes, 0)::int,
    extract(epoch FROM clock_timestamp() - w.seen)::double precision,
    extract(epoch FROM w.ttl)::double precision, COALESCE(w.sleeping, false),
    l.worker IS NOT NULL AND COALESCE(w.seen + w.ttl < clock_timestamp(), true)
  FROM (SELECT o.worker, count(*) AS lanes FROM martlet.queue_lane o WHERE o.queue = q GROUP BY o.worker) l
  FULL JOIN (SELECT * FROM martlet.queue_worker s WHERE s.queue = q) w ON w.worker = l.worker
  WHERE l.lanes > 0 OR w.seen + w.ttl >= clock_timestamp()
  ORDER BY w.seen DESC NULLS LAST, 1
$$;

-- What keeps dead rows from being cleaned up, on this database: the longest time, the most transactions, and who holds
-- the latter. Of other users' sessions only a member of pg_read_all_stats sees this. A slot or a standby tells no time.
CREATE FUNCTION martlet.oldest_snapshot()
  RETURNS TABLE (seconds double precision, transactions bigint, holder text)
  LANGUAGE sql AS $$
  WITH holders AS (
    SELECT extract(epoch FROM clock_timestamp() - a.xact_start)::double precision AS seconds,
      greatest(age(a.backend_xmin), age(a.backend_xid))::bigint AS transactions,
      format('process %s, %s, %s', a.pid, COALESCE(NULLIF(a.application_name, ''), a.backend_type), a.state) AS name
    FROM pg_stat_activity a
    WHERE (a.backend_xmin IS NOT NULL OR a.backend_xid IS NOT NULL) AND a.pid <> pg_backend_pid()
      AND (a.datname = current_database() OR a.datname IS NULL) AND a.backend_type <> 'autovacuum worker'
    UNION ALL
    SELECT extract(epoch FROM clock_timestamp() - p.prepared), age(p.transaction), format('prepared transaction %s', p.gid)
    FROM pg_prepared_xacts p WHERE p.database = current_database()
    UNION ALL
    SELECT NULL, age(s.xmin), format('replication slot %s', s.slot_name)
    FROM pg_replication_slots s WHERE s.xmin IS NOT NULL)
  SELECT COALESCE(max(h.seconds), 0), COALESCE(max(h.transactions), 0),
    (SELECT o.name FROM holders o ORDER BY o.transactions DESC, o.seconds DESC NULLS LAST LIMIT 1)
  FROM holders h
$$;

-- The outbox by class: how many messages (up to `bound`), and how long the one due first has been so.
CREATE FUNCTION martlet.outbox_figures(bound int)
  RETURNS TABLE (class text, messages bigint, is_bounded boolean, overdue_seconds double precision)
  LANGUAGE plpgsql
  SET enable_seqscan = off SET enable_bitmapscan = off SET jit = off
  AS $$
BEGIN
  RETURN QUERY
    SELECT k.class, count(o.due), count(o.due) > bound,
      extract(epoch FROM clock_timestamp() - min(o.due))::double precision
    FROM unnest(ARRAY['urgent', 'bulk']) AS k (class)
    LEFT JOIN LATERAL (
      SELECT t.due FROM martlet.outbox t WHERE t.class = k.class ORDER BY t.due, t.id LIMIT bound + 1) o ON true
    GROUP BY k.class ORDER BY k.class DESC;
END $$;

-- What operators did. Rows of one command are added up; a dry run leaves none.
CREATE TABLE martlet.operator_action (
  id     bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at     timestamptz NOT NULL DEFAULT clock_timestamp(),
  who    text NOT NULL,
  action text NOT NULL CHECK (action IN (
    'retry', 'drop', 'pause', 'resume', 'contact_resume', 'send_resend', 'send_drop', 'page_token', 'thread')),
  -- Null: all queues, or none in particular.
  queue  text,
  -- What was asked for. Names no person: that one was given is all it tells.
  filter jsonb NOT NULL DEFAULT '{}',
  rows   bigint NOT NULL
);

-- Adds to an action of this command, or begins it. Returns its id.
CREATE FUNCTION martlet.operator_record(
  of_action bigint, by text, what text, of_queue text, with_filter jsonb, more_rows bigint)
  RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  recorded bigint;
BEGIN
  IF of_action IS NOT NULL THEN
    UPDATE martlet.operator_action a SET rows = a.rows + more_rows WHERE a.id = of_action;
    RETURN of_action;
  END IF;
  INSERT INTO martlet.operator_action (who, action, queue, filter, rows)
    VALUES (by, what, of_queue, with_filter, more_rows) RETURNING id INTO recorded;
  RETURN recorded;
END $$;

-- The dead letters that a filter means, in the order of their queues' ids. Null means any.
CREATE FUNCTION martlet.dead_matching(
  of_queue text, of_ids bigint[], of_page text, of_person text, of_kind text, died_after timestamptz,
  died_before timestamptz, error_like text, at_most int)
  RETURNS SETOF martlet.queue_dead
  LANGUAGE plpgsql STABLE
  SET plan_cache_mode = force_custom_plan SET jit = off
  AS $$
BEGIN
  RETURN QUERY
    SELECT * FROM martlet.queue_dead d
    WHERE (of_queue IS NULL OR d.queue = of_queue) AND (of_ids IS NULL OR d.id = ANY (of_ids))
      AND (of_page IS NULL OR d.page_id = of_page) AND (of_person IS NULL OR d.person = of_person)
      AND (of_kind IS NULL OR d.kind = of_kind)
      AND (died_after IS NULL OR d.died_at >= died_after) AND (died_before IS NULL OR d.died_at < died_before)
      AND (error_like IS NULL OR d.error ILIKE error_like)
    ORDER BY d.queue, d.id LIMIT at_most;
END $$;

-- Puts dead letters back at the end of their lanes, in the order of their ids, with a clean sheet. The locks of the
-- lanes come first, as for every producer; what was erased or put back in the meantime is gone and stays gone.
-- Returns what was put back; whoever sleeps is to be told after the commit.
CREATE FUNCTION martlet.dead_retry(
  of_queue text, of_ids bigint[], of_page text, of_person text, of_kind text, died_after timestamptz,
  died_before timestamptz, error_like text, at_most int, of_action bigint, by text, with_filter jsonb)
  RETURNS TABLE (queue text, id bigint, page_id text, person text, action bigint)
  LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  q text;
  queues text[];
  ids bigint[];
  pages text[];
  persons text[];
  recorded bigint;
  part bigint;
  total bigint := 0;
BEGIN
  SELECT array_agg(m.queue), array_agg(m.id), array_agg(m.page_id), array_agg(m.person)
    INTO queues, ids, pages, persons
    FROM martlet.dead_matching(
      of_queue, of_ids, of_page, of_person, of_kind, died_after, died_before, error_like, at_most) m;
  IF queues IS NULL THEN RETURN; END IF;
  PERFORM martlet.queue_lock(queues, pages, persons);
  recorded := martlet.operator_record(of_action, by, 'retry', of_queue, with_filter, 0);
  FOR q IN SELECT DISTINCT i.queue FROM unnest(queues) AS i (queue) ORDER BY 1 LOOP
    RETURN QUERY EXECUTE format($sql$
      WITH taken AS (
        DELETE FROM martlet.queue_dead d
        WHERE d.queue = $1 AND d.id = ANY (ARRAY(
          SELECT i.id FROM unnest($2, $3) AS i (queue, id) WHERE i.queue = $1)) RETURNING d.*
      ), put AS (
        INSERT INTO martlet.queue_%1$I (lane, conv, page_id, person, kind, v, trace, is_bulk, payload)
        SELECT martlet.lane(t.conv), t.conv, t.page_id, t.person, t.kind, t.v, t.trace, t.is_bulk, t.payload
        FROM taken t ORDER BY t.id)
      SELECT t.queue, t.id, t.page_id, t.person, $4 FROM taken t ORDER BY t.id
      $sql$, q) USING q, queues, ids, recorded;
    GET DIAGNOSTICS part = ROW_COUNT;
    total := total + part;
  END LOOP;
  PERFORM martlet.operator_record(recorded, by, 'retry', of_queue, with_filter, total);
  DELETE FROM martlet.operator_action a WHERE a.id = recorded AND a.rows = 0;
END $$;

-- Throws dead letters away for good. Those that somebody else is about to put back or erase are left to them.
CREATE FUNCTION martlet.dead_drop(
  of_queue text, of_ids bigint[], of_page text, of_person text, of_kind text, died_after timestamptz,
  died_before timestamptz, error_like text, at_most int, of_action bigint, by text, with_filter jsonb)
  RETURNS TABLE (queue text, id bigint, page_id text, person text, action bigint)
  LANGUAGE plpgsql AS $$
#variable_conflict use_column
DECLARE
  recorded bigint;
  total bigint;
BEGIN
  recorded := martlet.operator_record(of_action, by, 'drop', of_queue, with_filter, 0);
  RETURN QUERY
    WITH free AS MATERIALIZED (
      SELECT d.queue, d.id FROM martlet.queue_dead d
      JOIN martlet.dead_matching(
        of_queue, of_ids, of_page, of_person, of_kind, died_after, died_before, error_like, at_most) m
        ON m.queue = d.queue AND m.id = d.id
      ORDER BY d.queue, d.id FOR UPDATE OF d SKIP LOCKED
    ), gone AS (
      DELETE FROM martlet.queue_dead d USING free f WHERE d.queue = f.queue AND d.id = f.id RETURNING d.*)
    SELECT g.queue, g.id, g.page_id, g.person, recorded FROM gone g ORDER BY g.queue, g.id;
  GET DIAGNOSTICS total = ROW_COUNT;
  PERFORM martlet.operator_record(recorded, by, 'drop', of_queue, with_filter, total);
  DELETE FROM martlet.operator_action a WHERE a.id = recorded AND a.rows = 0;
END $$;

-- Keeps a queue's workers from starting anything, or lets them go on; both are written down.
-- Pausing says since how many seconds it had been paused before, or null; going on says whether it was paused.
CREATE FUNCTION martlet.operator_pause(q text, by text, reason text) RETURNS double precision
  LANGUAGE plpgsql AS $$
DECLARE
  before double precision;
BEGIN
  SELECT extract(epoch FROM clock_timestamp() - p.since) INTO before FROM martlet.queue_pause p WHERE p.queue = q;
  PERFORM martlet.queue_pause_set(q, by, reason);
  PERFORM martlet.operator_record(
    NULL, by, 'pause', q, jsonb_strip_nulls(jsonb_build_object('why', reason)), 1);
  RETURN before;
END $$;

CREATE FUNCTION martlet.operator_resume(q text, by text) RETURNS boolean
  LANGUAGE plpgsql AS $$
DECLARE
  was_paused boolean;
BEGIN
  was_paused := martlet.queue_pause_end(q);
  IF was_paused THEN PERFORM martlet.operator_record(NULL, by, 'resume', q, '{}', 1); END IF;
  RETURN was_paused;
END $$;

-- All that is known of a message, for an operator's eyes: never its words, nor a token. Null for one that nobody knows.
-- `place` is where its job stands; a message that has ended has none.
CREATE FUNCTION martlet.message_report(of_message uuid) RETURNS jsonb
  LANGUAGE plpgsql STABLE
  SET enable_seqscan = off SET jit = off
  AS $$
DECLARE
  of_page text;
  m martlet.message;
  place jsonb;
BEGIN
  -- An index look a page: the key begins with it.
  SELECT x.page_id INTO of_page FROM martlet.page p JOIN martlet.message x ON x.page_id = p.page_id AND x.id = of_message;
  IF of_page IS NULL THEN RETURN NULL; END IF;
  SELECT * INTO m FROM martlet.message x WHERE x.page_id = of_page AND x.id = of_message;
  SELECT jsonb_build_object('queue', 'send', 'since', q.enqueued_at, 'tries', q.attempts, 'parked_for', k.reason,
      'until', k.until)
    INTO place
    FROM martlet.queue_send q LEFT JOIN martlet.queue_parked k ON k.queue = 'send' AND k.conv = q.conv
    WHERE q.lane = ANY (ARRAY[martlet.lane(martlet.conv(m.page_id, m.person)),
        (-1 - martlet.lane(martlet.conv(m.page_id, m.person)))::smallint])
      AND q.conv = martlet.conv(m.page_id, m.person) AND q.payload ->> 'message_id' = of_message::text
    LIMIT 1;
  IF place IS NULL THEN
    SELECT jsonb_build_object('queue', 'outbox', 'since', o.created_at, 'due', o.due) INTO place
      FROM martlet.outbox o
      WHERE o.page_id = m.page_id AND o.person = m.person AND o.payload ->> 'message_id' = of_message::text LIMIT 1;
  END IF;
  IF place IS NULL THEN
    SELECT jsonb_build_object('queue', 'held', 'since', h.held_at) INTO place
      FROM martlet.send_held h WHERE h.page_id = m.page_id AND h.message_id = m.id;
  END IF;
  RETURN jsonb_build_object(
    'id', m.id, 'page', m.page_id, 'person', m.person, 'state', m.state, 'attempts', m.attempts, 'mid', m.mid,
    'grounds', m.grounds ->> 'kind', 'customer_key', m.customer_key, 'created_at', m.created_at,
    'attempt_at', m.attempt_at, 'sent_at', m.sent_at, 'settled_by', m.settled_by, 'error', m.error,
    'remedy', m.remedy, 'place', place,
    -- Both ledgers stand in the order of time, and only the message's own time is looked at.
    'history', COALESCE((
      SELECT jsonb_agg(h.entry ORDER BY h.at, h.kind) FROM (
        SELECT a.at, 0 AS kind, jsonb_build_object('at', a.at, 'what', 'attempt', 'attempt', a.id) AS entry
        FROM martlet.send_attempt a
        WHERE a.day BETWEEN (m.created_at AT TIME ZONE 'UTC')::date - 1 AND martlet.today() + 1
          AND a.at BETWEEN m.created_at - interval '1 min' AND COALESCE(m.attempt_at, m.created_at) + interval '1 min'
          AND a.message_id = of_message
        UNION ALL
        SELECT o.at, 1, jsonb_strip_nulls(jsonb_build_object(
          'at', o.at, 'what', o.state, 'by', o.settled_by, 'code', o.code, 'subcode', o.subcode,
          'fbtrace_id', o.fbtrace_id, 'error', o.error, 'remedy', o.remedy))
        FROM martlet.send_outcome o
        WHERE o.day BETWEEN (m.created_at AT TIME ZONE 'UTC')::date - 1 AND martlet.today() + 1
          AND o.at >= m.created_at - interval '1 min' AND o.message_id = of_message) h), '[]'));
END $$;

-- An operator's word on a message that was kept back: sent again, or let go with its words. Says what became of it:
-- 'resent', 'dropped', 'open' (it is not kept back), or null for a message that nobody knows. Whoever sleeps is to be
-- told after the commit, at the page and person that come with it.
CREATE FUNCTION martlet.send_resolve(
  of_message uuid, again boolean, by text, OUT result text, OUT of_page text, OUT of_person text)
  LANGUAGE plpgsql AS $$
DECLARE
  kept martlet.send_held;
BEGIN
  SELECT x.page_id, x.person INTO of_page, of_person
    FROM martlet.page p JOIN martlet.message x ON x.page_id = p.page_id AND x.id = of_message;
  IF of_page IS NULL THEN RETURN; END IF;
  PERFORM martlet.queue_lock('{send}', ARRAY[of_page], ARRAY[of_person]);
  PERFORM martlet.message_lock(ARRAY[of_page], ARRAY[of_message]);
  DELETE FROM martlet.send_held h WHERE h.page_id = of_page AND h.message_id = of_message RETURNING * INTO kept;
  IF NOT FOUND THEN
    result := 'open';
    RETURN;
  END IF;
  result := CASE WHEN again THEN 'resent' ELSE 'dropped' END;
  UPDATE martlet.message m
    SET state = CASE WHEN again THEN 'waiting' ELSE 'cancelled' END,
        settled_by = CASE WHEN again THEN NULL ELSE 'operator' END, remedy = NULL
    WHERE m.page_id = of_page AND m.id = of_message AND m.state = 'held';
  IF again THEN
    PERFORM martlet.queue_send_put(ARRAY[of_page], ARRAY[of_person], ARRAY[kept.kind], ARRAY[kept.v],
      ARRAY[kept.trace], ARRAY[kept.payload::text]);
  END IF;
  INSERT INTO martlet.send_outcome (message_id, page_id, state, settled_by)
    VALUES (of_message, of_page, result, 'operator');
  PERFORM martlet.operator_record(
    NULL, by, CASE WHEN again THEN 'send_resend' ELSE 'send_drop' END, 'send',
    jsonb_build_object('message', of_message), 1);
END $$;

-- Who leads a thread from now on, after Meta took an operator's call: the app, or '' for us or nobody.
CREATE FUNCTION martlet.contact_thread(of_page text, of_person text, owner text, what text, by text) RETURNS void
  LANGUAGE plpgsql AS $$
BEGIN
  PERFORM martlet.queue_lock('{understand}', ARRAY[of_page], ARRAY[of_person]);
  INSERT INTO martlet.contact AS c (page_id, person, thread_owner, thread_at)
    VALUES (of_page, of_person, NULLIF(owner, ''), clock_timestamp())
    ON CONFLICT (page_id, person) DO UPDATE SET thread_owner = excluded.thread_owner, thread_at = excluded.thread_at;
  IF owner = '' THEN PERFORM martlet.threads_returned(ARRAY[of_page], ARRAY[of_person]); END IF;
  PERFORM martlet.operator_record(
    NULL, by, 'thread', NULL, jsonb_build_object('page', of_page, 'call', what), 1);
END $$;
