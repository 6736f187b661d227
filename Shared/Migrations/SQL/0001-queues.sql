-- The job queues: docs/queue.md tells why each statement holds.

-- A conversation is a person on a page; 64 lanes spread conversations over workers and keep each in order.
CREATE FUNCTION martlet.conv(page_id text, person text) RETURNS bigint
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $$ SELECT hashtextextended(page_id || ':' || person, 0) $$;

CREATE FUNCTION martlet.lane(conv bigint) RETURNS smallint
  LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
  AS $$ SELECT (conv & 63)::smallint $$;

-- Queues that the same producers write share one lock a lane: what ingress writes, and what goes out.
CREATE FUNCTION martlet.lock_class(queue text) RETURNS int
  LANGUAGE sql IMMUTABLE PARALLEL SAFE
  AS $$ SELECT CASE queue WHEN 'send' THEN 77002 ELSE 77001 END $$;

CREATE TABLE martlet.queue_worker (
  worker   uuid PRIMARY KEY,
  queue    text NOT NULL,
  seen     timestamptz NOT NULL,
  ttl      interval NOT NULL,
  sleeping boolean NOT NULL DEFAULT false
) WITH (fillfactor = 50);

CREATE TABLE martlet.queue_lane (
  queue  text NOT NULL,
  lane   smallint NOT NULL,
  worker uuid,
  -- Never used twice, not even when a crash undoes that it was given.
  epoch  bigint NOT NULL DEFAULT 0,
  -- A lane counts as held only in the era in which it was taken: what a crash undid must be read anew.
  era    uuid,
  -- How often in a row, within minutes of each other, its owner went silent.
  expiries   smallint NOT NULL DEFAULT 0,
  expired_at timestamptz,
  PRIMARY KEY (queue, lane)
) WITH (fillfactor = 50);

-- The time between two crashes of the server. PostgreSQL empties an unlogged table when it recovers from a crash,
-- also from that of a single backend, and at no other time; whoever renews a lease then begins a new era.
CREATE UNLOGGED TABLE martlet.queue_era (
  one   boolean PRIMARY KEY DEFAULT true CHECK (one),
  id    uuid NOT NULL DEFAULT gen_random_uuid(),
  began timestamptz NOT NULL DEFAULT clock_timestamp()
);

-- A conversation that cannot go on: its jobs stand in lane -1-lane until it is due, then replay in order.
CREATE TABLE martlet.queue_parked (
  queue    text NOT NULL,
  conv     bigint NOT NULL,
  lane     smallint NOT NULL,
  page_id  text NOT NULL,
  person   text NOT NULL,
  until    timestamptz NOT NULL,
  attempts smallint NOT NULL DEFAULT 0,
  reason   text NOT NULL CHECK (reason IN ('retry', 'profile', 'identity', 'page', 'human', 'unknown', 'delay', 'pace')),
  -- The job that waits; those behind it wait for it alone.
  head     bigint,
  error    text,
  parked_at timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (queue, conv)
) WITH (fillfactor = 50);
CREATE INDEX queue_parked_due ON martlet.queue_parked (queue, until);
CREATE INDEX queue_parked_page ON martlet.queue_parked (page_id, reason);

CREATE TABLE martlet.queue_dead (
  queue       text NOT NULL,
  id          bigint NOT NULL,
  conv        bigint NOT NULL,
  page_id     text NOT NULL,
  person      text NOT NULL,
  kind        text NOT NULL,
  v           smallint NOT NULL,
  attempts    smallint NOT NULL,
  trace       text,
  enqueued_at timestamptz NOT NULL,
  is_bulk     boolean NOT NULL DEFAULT false,
  payload     jsonb NOT NULL,
  died_at     timestamptz NOT NULL DEFAULT now(),
  error       text,
  PRIMARY KEY (queue, id)
);

-- A queue whose workers start nothing new: work waits in its table.
CREATE TABLE martlet.queue_pause (
  queue text PRIMARY KEY,
  since timestamptz NOT NULL DEFAULT now(),
  who   text NOT NULL,
  why   text
);

-- The locks that make ids rise in commit order within a lane: taken first, alone, in ascending order. Lane -1 stands for
-- all lanes of a class: shared by whoever takes some of them.
CREATE FUNCTION martlet.queue_lock(queues text[], pages text[], persons text[]) RETURNS void
  LANGUAGE plpgsql AS $$
BEGIN
  PERFORM CASE WHEN t.lane < 0 THEN pg_advisory_xact_lock_shared(t.class, t.lane)
               ELSE pg_advisory_xact_lock(t.class, t.lane) END
    FROM (
      SELECT martlet.lock_class(i.queue) AS class, martlet.lane(martlet.conv(i.page_id, i.person)) AS lane
      FROM unnest(queues, pages, persons) AS i (queue, page_id, person)
      UNION
      SELECT martlet.lock_class(i), -1 FROM unnest(queues) AS i
      ORDER BY 1, 2) t;
END $$;

-- The same for who would take most lanes: one lock a class.
CREATE FUNCTION martlet.queue_lock_all(queues text[]) RETURNS void
  LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_advisory_xact_lock(t.class, -1)
    FROM (SELECT DISTINCT martlet.lock_class(i) AS class FROM unnest(queues) AS i ORDER BY 1) t;
END $$;

-- A hint to whoever sleeps: sent after the commit, in a transaction of its own. Names the lanes that have work.
CREATE FUNCTION martlet.queue_notify(queues text[], pages text[], persons text[]) RETURNS void
  LANGUAGE plpgsql AS $$
DECLARE
  target record;
BEGIN
  -- Most often nobody sleeps while there is work.
  IF NOT EXISTS (SELECT FROM martlet.queue_worker w WHERE w.sleeping AND w.queue = ANY (queues)) THEN RETURN; END IF;
  PERFORM set_config('synchronous_commit', 'off', true);
  FOR target IN
    SELECT i.queue, string_agg(DISTINCT martlet.lane(martlet.conv(i.page_id, i.person))::text, ',') AS lanes
    FROM unnest(queues, pages, persons) AS i (queue, page_id, person)
    WHERE EXISTS (SELECT FROM martlet.queue_worker w WHERE w.queue = i.queue AND w.sleeping)
    GROUP BY i.queue
  LOOP
    PERFORM pg_notify('martlet_' || target.queue, target.lanes);
  END LOOP;
END $$;

-- The same for who knows the lanes, or names none, because they are most of all: then whoever sleeps looks everywhere.
CREATE FUNCTION martlet.queue_notify_lanes(q text, lanes text) RETURNS void
  LANGUAGE plpgsql AS $$
BEGIN
  IF EXISTS (SELECT FROM martlet.queue_worker w WHERE w.queue = q AND w.sleeping) THEN
    PERFORM set_config('synchronous_commit', 'off', true);
    PERFORM pg_notify('martlet_' || q, lanes);
  END IF;
END $$;

CREATE FUNCTION martlet.queue_sleep(me uuid, is_sleeping boolean) RETURNS void
  LANGUAGE sql AS $$ UPDATE martlet.queue_worker SET sleeping = is_sleeping WHERE worker = me $$;

-- Asks the workers of a queue to renew their leases now, because lanes have become free or are wanted by a newcomer.
CREATE FUNCTION martlet.queue_call(q text) RETURNS void
  LANGUAGE sql AS $$ SELECT pg_notify('martlet_' || q, 'lease') $$;

-- Renews a worker's lease, gives lanes back, and takes free ones up to a fair share. All on the database's clock.
-- `suspect` is a lane that was twice taken over from a silent owner within minutes: one of the jobs it held may be what
-- ends its workers.
-- In a new era every lane gets a new epoch: commits that did not wait for the disk may be undone, so
-- that finished jobs stand there again, and whatever was read or made before must count for nothing.
CREATE FUNCTION martlet.queue_lease(q text, me uuid, time_to_live interval, give_back smallint[])
  RETURNS TABLE (lane smallint, epoch bigint, fair int, suspect boolean, paused boolean)
  LANGUAGE plpgsql AS $$
DECLARE
  is_new boolean;
  live int;
  share int;
  mine int;
  new_epoch constant bigint := (extract(epoch FROM clock_timestamp()) * 1000000)::bigint;
  now_era martlet.queue_era;
BEGIN
  INSERT INTO martlet.queue_era (one) VALUES (true) ON CONFLICT DO NOTHING;
  SELECT * INTO now_era FROM martlet.queue_era;
  INSERT INTO martlet.queue_worker AS w (worker, queue, seen, ttl) VALUES (me, q, clock_timestamp(), time_to_live)
    ON CONFLICT (worker) DO UPDATE SET seen = clock_timestamp(), ttl = time_to_live
    RETURNING xmax = 0 INTO is_new;
  DELETE FROM martlet.queue_worker w WHERE w.queue = q AND w.seen < clock_timestamp() - w.ttl - interval '1 hour';
  IF cardinality(give_back) > 0 THEN
    UPDATE martlet.queue_lane l SET worker = NULL
      WHERE l.queue = q AND l.worker = me AND l.lane = ANY (give_back);
  END IF;
  IF is_new OR cardinality(give_back) > 0 THEN PERFORM martlet.queue_call(q); END IF;
  UPDATE martlet.queue_lane l SET epoch = greatest(l.epoch + 1, new_epoch), era = now_era.id
    WHERE l.queue = q AND l.worker = me AND l.era IS DISTINCT FROM now_era.id;
  -- A taking that a crash could undo would leave the lane to the next one while this worker still acts on it.
  IF FOUND THEN PERFORM set_config('synchronous_commit', 'on', true); END IF;
  SELECT count(*) INTO live FROM martlet.queue_worker w WHERE w.queue = q AND w.seen > clock_timestamp() - w.ttl;
  share := ceil(64.0 / greatest(live, 1));
  SELECT count(*) INTO mine FROM martlet.queue_lane l WHERE l.queue = q AND l.worker = me;
  IF mine < share THEN
    UPDATE martlet.queue_lane l
    SET worker = me, epoch = greatest(l.epoch + 1, new_epoch), era = now_era.id,
        expiries = CASE WHEN NOT free.is_expired THEN l.expiries
                        WHEN l.expired_at > clock_timestamp() - interval '10 min' THEN least(l.expiries + 1, 100)
                        ELSE 1 END,
        expired_at = CASE WHEN free.is_expired THEN clock_timestamp() ELSE l.expired_at END
    FROM (
      SELECT f.lane, f.worker IS NOT NULL AS is_expired FROM martlet.queue_lane f LEFT JOIN martlet.queue_worker w ON w.worker = f.worker
      WHERE f.queue = q AND (
        f.worker IS NULL
        -- After an outage every lease only looks expired: wait until each owner had the time to renew.
        OR (COALESCE(w.seen + w.ttl < clock_timestamp(), true)
            AND clock_timestamp() > greatest(pg_postmaster_start_time(), now_era.began) + time_to_live))
      ORDER BY f.lane LIMIT share - mine
      FOR UPDATE OF f SKIP LOCKED
    ) free
    WHERE l.queue = q AND l.lane = free.lane;
    IF FOUND THEN PERFORM set_config('synchronous_commit', 'on', true); END IF;
  END IF;
  RETURN QUERY
    SELECT l.lane, l.epoch, share, l.expiries >= 2 AND l.expired_at > clock_timestamp() - interval '10 min',
      EXISTS (SELECT FROM martlet.queue_pause p WHERE p.queue = q)
    FROM martlet.queue_lane l WHERE l.queue = q AND l.worker = me;
END $$;

-- The others are called at once: no lane waits for a renewal after a graceful stop.
CREATE FUNCTION martlet.queue_leave(me uuid) RETURNS void
  LANGUAGE plpgsql AS $$
DECLARE
  q text;
BEGIN
  UPDATE martlet.queue_lane SET worker = NULL WHERE worker = me;
  DELETE FROM martlet.queue_worker w WHERE w.worker = me RETURNING w.queue INTO q;
  IF q IS NOT NULL THEN PERFORM martlet.queue_call(q); END IF;
END $$;

CREATE FUNCTION martlet.queue_pause_set(q text, by text, reason text) RETURNS void
  LANGUAGE sql AS $$
  INSERT INTO martlet.queue_pause (queue, who, why) VALUES (q, by, reason)
    ON CONFLICT (queue) DO UPDATE SET who = excluded.who, why = COALESCE(excluded.why, queue_pause.why);
  SELECT martlet.queue_call(q);
$$;

-- Says whether it was paused.
CREATE FUNCTION martlet.queue_pause_end(q text) RETURNS boolean
  LANGUAGE plpgsql AS $$
DECLARE
  was_paused boolean;
BEGIN
  DELETE FROM martlet.queue_pause WHERE queue = q;
  was_paused := FOUND;
  PERFORM martlet.queue_call(q);
  RETURN was_paused;
END $$;

-- Ends the wait of conversations that wait for one reason; a wait for another reason is left alone.
CREATE FUNCTION martlet.queue_wake(q text, for_reason text, pages text[], persons text[]) RETURNS void
  LANGUAGE plpgsql
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
  SET plan_cache_mode = force_generic_plan
  AS $$
BEGIN
  UPDATE martlet.queue_parked p SET until = clock_timestamp()
  FROM unnest(pages, persons) AS i (page_id, person)
  WHERE p.queue = q AND p.conv = martlet.conv(i.page_id, i.person) AND p.reason = for_reason
    AND p.until > clock_timestamp();
END $$;

CREATE FUNCTION martlet.queue_wake_page(q text, for_reason text, of_page text) RETURNS void
  LANGUAGE sql AS $$
  UPDATE martlet.queue_parked p SET until = clock_timestamp()
  WHERE p.queue = q AND p.page_id = of_page AND p.reason = for_reason AND p.until > clock_timestamp()
$$;

-- Whether a worker still holds a lane under the epoch that it read with. A row aside belongs to its lane's owner.
CREATE FUNCTION martlet.queue_holds(q text, me uuid, of_lane smallint, of_epoch bigint) RETURNS boolean
  LANGUAGE plpgsql STABLE
  SET enable_seqscan = off SET plan_cache_mode = force_generic_plan
  AS $$
BEGIN
  RETURN EXISTS (
    SELECT FROM martlet.queue_lane h
    WHERE h.queue = q AND h.lane = CASE WHEN of_lane < 0 THEN -1 - of_lane ELSE of_lane END
      AND h.worker = me AND h.epoch = of_epoch AND h.era = (SELECT e.id FROM martlet.queue_era e));
END $$;

-- One table a queue, and the functions that touch it. They are plpgsql, so that the server keeps their plans, and pin
-- the planner, whose statistics of a queue are always stale: an index scan is right at every size.
DO $generate$
DECLARE
  q text;
  pins constant text := 'SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off '
    || 'SET enable_bitmapscan = off SET jit = off SET plan_cache_mode = force_generic_plan';
BEGIN
  FOREACH q IN ARRAY ARRAY['understand', 'identify', 'receipt', 'send'] LOOP
    EXECUTE format($sql$
      CREATE TABLE martlet.queue_%1$s (
        lane        smallint NOT NULL,
        id          bigint GENERATED ALWAYS AS IDENTITY,
        conv        bigint NOT NULL,
        page_id     text NOT NULL,
        person      text NOT NULL,
        kind        text NOT NULL,
        v           smallint NOT NULL,
        attempts    smallint NOT NULL DEFAULT 0,
        trace       text,
        enqueued_at timestamptz NOT NULL DEFAULT clock_timestamp(),
        -- Came by way of the outbox, of which only a window stands here at a time, so that replies need not wait.
        is_bulk     boolean NOT NULL DEFAULT false,
        payload     jsonb NOT NULL,
        PRIMARY KEY (lane, id)
      ) WITH (autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_cost_delay = 0,
              autovacuum_vacuum_insert_scale_factor = 1)
    $sql$, q);
    EXECUTE format('CREATE INDEX queue_%1$s_aside ON martlet.queue_%1$s (conv, id) WHERE lane < 0', q);
    INSERT INTO martlet.queue_lane (queue, lane) SELECT q, lane FROM generate_series(0, 63) AS lane;

    EXECUTE format($sql$
      CREATE FUNCTION martlet.queue_%1$s_put(
        pages text[], persons text[], kinds text[], versions smallint[], traces text[], payloads text[])
        RETURNS void LANGUAGE plpgsql %2$s AS $$
      BEGIN
        INSERT INTO martlet.queue_%1$s (lane, conv, page_id, person, kind, v, trace, payload)
        SELECT martlet.lane(c.conv), c.conv, i.page_id, i.person, i.kind, i.v, i.trace, i.payload::jsonb
        FROM unnest(pages, persons, kinds, versions, traces, payloads) WITH ORDINALITY
          AS i (page_id, person, kind, v, trace, payload, n)
        CROSS JOIN LATERAL (SELECT martlet.conv(i.page_id, i.person) AS conv) c
        ORDER BY i.n;
      END $$
    $sql$, q, pins);

    -- At most 32 jobs a lane and call. `parked` says that the job's conversation waits and the job must step aside.
    -- Then, with `due`, the jobs of parked conversations that are due, oldest first, at most 32 a conversation.
    -- A conversation with nothing left aside comes back as one row without a job. The reason comes with the job that
    -- waited, not with those behind it.
    EXECUTE format($sql$
      CREATE FUNCTION martlet.queue_%1$s_read(
        lanes smallint[], cursors bigint[], due_lanes smallint[], busy bigint[])
        RETURNS TABLE (lane smallint, id bigint, conv bigint, page_id text, person text, kind text, v smallint,
                       attempts smallint, trace text, waited_ms bigint, payload jsonb, parked boolean, due boolean,
                       reason text)
        LANGUAGE plpgsql %2$s AS $$
      DECLARE
        read_at constant timestamptz := clock_timestamp();
        any_parked constant boolean := EXISTS (SELECT FROM martlet.queue_parked p WHERE p.queue = '%1$s');
      BEGIN
        RETURN QUERY
          SELECT j.lane, j.id, j.conv, j.page_id, j.person, j.kind, j.v, j.attempts, j.trace,
            (date_part('epoch', read_at - j.enqueued_at) * 1000)::bigint, j.payload,
            any_parked AND EXISTS (SELECT FROM martlet.queue_parked p WHERE p.queue = '%1$s' AND p.conv = j.conv),
            false, NULL
          FROM unnest(lanes, cursors) AS c (lane, cursor)
          CROSS JOIN LATERAL (
            SELECT * FROM martlet.queue_%1$s t WHERE t.lane = c.lane AND t.id > c.cursor ORDER BY t.id LIMIT 32) j;
        IF NOT any_parked THEN RETURN; END IF;
        RETURN QUERY
          SELECT p.lane, j.id, p.conv, p.page_id, p.person, j.kind, j.v, j.attempts, j.trace,
            (date_part('epoch', read_at - j.enqueued_at) * 1000)::bigint, j.payload, true, true,
            CASE WHEN j.id = p.head OR p.head IS NULL THEN p.reason END
          FROM (
            SELECT * FROM martlet.queue_parked t
            WHERE t.queue = '%1$s' AND t.until <= clock_timestamp() AND t.lane = ANY (due_lanes)
              AND t.conv <> ALL (busy)
            ORDER BY t.until LIMIT 64) p
          LEFT JOIN LATERAL (
            SELECT * FROM martlet.queue_%1$s t WHERE t.conv = p.conv AND t.lane < 0 ORDER BY t.id LIMIT 32) j ON true;
      END $$
    $sql$, q, pins);

    -- Takes finished jobs out, only where the lane is still held under the epoch they were read with. One statement for
    -- all lanes: each id is looked up in the primary key (OFFSET keeps the planner from turning that round), and its
    -- row must still stand in a lane of the call when it is deleted.
    EXECUTE format($sql$
      CREATE FUNCTION martlet.queue_%1$s_finish(me uuid, lanes smallint[], epochs bigint[], ids bigint[])
        RETURNS SETOF bigint LANGUAGE plpgsql %2$s AS $$
      DECLARE
        held bigint[];
        any_aside constant boolean := 0 > ANY (lanes);
      BEGIN
        SELECT array_agg(CASE WHEN h.worker = me AND h.era = e.id THEN h.epoch ELSE -1 END ORDER BY h.lane) INTO held
          FROM martlet.queue_era e CROSS JOIN martlet.queue_lane h WHERE h.queue = '%1$s';
        RETURN QUERY
          DELETE FROM martlet.queue_%1$s d
          WHERE d.ctid = ANY (ARRAY(
              SELECT t.ctid FROM unnest(lanes, epochs, ids) AS i (lane, epoch, id)
              CROSS JOIN LATERAL (
                SELECT q.ctid FROM martlet.queue_%1$s q WHERE q.lane = i.lane AND q.id = i.id OFFSET 0) t
              WHERE held[CASE WHEN i.lane < 0 THEN -i.lane ELSE i.lane + 1 END] = i.epoch))
            AND CASE WHEN any_aside THEN d.lane = ANY (lanes) ELSE d.lane >= 0 END
          RETURNING d.id;
      END $$
    $sql$, q, pins);

    -- Parks a conversation and moves its jobs that were read aside. Says whether the lane was still held.
    EXECUTE format($sql$
      CREATE FUNCTION martlet.queue_%1$s_park(
        me uuid, of_lane smallint, of_epoch bigint, of_page text, of_person text, ids bigint[],
        why text, for_time interval, tries smallint, what text, head_id bigint)
        RETURNS boolean LANGUAGE plpgsql %2$s AS $$
      BEGIN
        -- Erased, or taken out by whoever holds the lane now. Locked before the lane is looked at, so that whoever moved
        -- it while this call waited has had the lane first.
        PERFORM FROM martlet.queue_%1$s t
          WHERE t.lane = ANY (ARRAY[of_lane, (-1 - of_lane)::smallint]) AND t.id = head_id FOR UPDATE;
        IF NOT FOUND THEN RETURN false; END IF;
        IF NOT martlet.queue_holds('%1$s', me, of_lane, of_epoch) THEN RETURN false; END IF;
        INSERT INTO martlet.queue_parked (queue, conv, lane, page_id, person, until, attempts, reason, head, error)
          VALUES ('%1$s', martlet.conv(of_page, of_person), of_lane, of_page, of_person,
                  clock_timestamp() + for_time, tries, why, head_id, what)
          ON CONFLICT (queue, conv) DO UPDATE
            SET until = excluded.until, attempts = excluded.attempts, reason = excluded.reason,
                head = excluded.head, error = excluded.error, parked_at = now();
        UPDATE martlet.queue_%1$s SET lane = -1 - of_lane WHERE lane = of_lane AND id = ANY (ids);
        -- Only the head has failed; those behind it start with a clean sheet.
        UPDATE martlet.queue_%1$s SET attempts = tries
          WHERE lane = -1 - of_lane AND id = head_id AND attempts <> tries;
        RETURN true;
      END $$
    $sql$, q, pins);

    -- Moves later jobs of parked conversations aside; returns those that stand aside, and below
    -- zero those of lanes that are not held (the rest is no longer parked, or gone).
    EXECUTE format($sql$
      CREATE FUNCTION martlet.queue_%1$s_aside(me uuid, lanes smallint[], epochs bigint[], ids bigint[])
        RETURNS SETOF bigint LANGUAGE plpgsql %2$s AS $$
      DECLARE
        part record;
      BEGIN
        FOR part IN
          SELECT i.lane, i.epoch, array_agg(i.id ORDER BY i.id) AS ids
          FROM unnest(lanes, epochs, ids) AS i (lane, epoch, id) GROUP BY i.lane, i.epoch ORDER BY i.lane
        LOOP
          IF martlet.queue_holds('%1$s', me, part.lane, part.epoch) THEN
            UPDATE martlet.queue_%1$s t SET lane = -1 - part.lane
              WHERE t.lane = part.lane AND t.id = ANY (part.ids)
                AND EXISTS (SELECT FROM martlet.queue_parked p WHERE p.queue = '%1$s' AND p.conv = t.conv);
            -- Those too that an earlier call has moved, whose answer was lost.
            RETURN QUERY SELECT t.id FROM martlet.queue_%1$s t
              WHERE t.lane = -1 - part.lane AND t.id = ANY (part.ids);
          ELSE
            RETURN QUERY SELECT -i FROM unnest(part.ids) AS i;
          END IF;
        END LOOP;
      END $$
    $sql$, q, pins);

    -- Ends the parking of conversations that have nothing left aside. Returns those that go on in their lane.
    EXECUTE format($sql$
      CREATE FUNCTION martlet.queue_%1$s_unpark(me uuid, lanes smallint[], epochs bigint[], convs bigint[])
        RETURNS SETOF bigint LANGUAGE plpgsql %2$s AS $$
      BEGIN
        RETURN QUERY DELETE FROM martlet.queue_parked p
          USING unnest(lanes, epochs, convs) AS i (lane, epoch, conv)
          WHERE p.queue = '%1$s' AND p.conv = i.conv AND martlet.queue_holds('%1$s', me, i.lane, i.epoch)
            AND NOT EXISTS (SELECT FROM martlet.queue_%1$s t WHERE t.conv = i.conv AND t.lane < 0)
          RETURNING p.conv;
      END $$
    $sql$, q, pins);

    -- Counts an attempt before a job runs that may end its worker. Null where the job is no longer this worker's.
    EXECUTE format($sql$
      CREATE FUNCTION martlet.queue_%1$s_try(me uuid, of_lane smallint, of_epoch bigint, of_id bigint)
        RETURNS smallint LANGUAGE sql %2$s AS $$
        UPDATE martlet.queue_%1$s t SET attempts = t.attempts + 1
        WHERE t.lane = of_lane AND t.id = of_id AND martlet.queue_holds('%1$s', me, of_lane, of_epoch)
        RETURNING t.attempts
      $$
    $sql$, q, pins);

    -- The head that failed for good: to the dead letters; what stands behind it goes on.
    EXECUTE format($sql$
      CREATE FUNCTION martlet.queue_%1$s_bury(
        me uuid, of_lane smallint, of_epoch bigint, of_id bigint, tries smallint, what text)
        RETURNS boolean LANGUAGE plpgsql %2$s AS $$
      BEGIN
        IF NOT martlet.queue_holds('%1$s', me, of_lane, of_epoch) THEN RETURN false; END IF;
        WITH head AS (DELETE FROM martlet.queue_%1$s t WHERE t.lane = of_lane AND t.id = of_id RETURNING t.*)
        INSERT INTO martlet.queue_dead
          (queue, id, conv, page_id, person, kind, v, attempts, trace, enqueued_at, is_bulk, payload, error)
        SELECT '%1$s', h.id, h.conv, h.page_id, h.person, h.kind, h.v, tries, h.trace, h.enqueued_at, h.is_bulk,
          h.payload, what
        FROM head h;
        UPDATE martlet.queue_parked p SET attempts = 0, until = clock_timestamp()
          WHERE p.queue = '%1$s' AND p.conv = (
            SELECT d.conv FROM martlet.queue_dead d WHERE d.queue = '%1$s' AND d.id = of_id);
        RETURN true;
      END $$
    $sql$, q, pins);
  END LOOP;
END $generate$;

-- How much of what is being sent is bulk.
CREATE INDEX queue_send_bulk ON martlet.queue_send (id) WHERE is_bulk AND lane >= 0;
