-- outbound's API: who may call it, whom a call means, what was asked before; and broadcasts. docs/api.md.

-- Who may call. The key itself is nowhere here: only its holder has it.
CREATE TABLE martlet.api_key (
  id         uuid PRIMARY KEY DEFAULT gen_random_uuid(),
  -- The person or the system that holds it.
  name       text NOT NULL,
  -- SHA-256 of its 32 random bytes: nothing to guess, so nothing that a slow hash would slow.
  digest     bytea NOT NULL UNIQUE CHECK (octet_length(digest) = 32),
  rights     text[] NOT NULL CHECK (
    cardinality(rights) > 0 AND rights <@ ARRAY['send', 'human_agent', 'broadcast', 'read']),
  -- What it is good for; null is every page.
  pages      text[] CHECK (cardinality(pages) > 0),
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  created_by text NOT NULL,
  -- To the minute.
  used_at    timestamptz,
  revoked_at timestamptz,
  revoked_by text
);

-- The key with this digest, unless it is revoked.
CREATE FUNCTION martlet.api_key_check(of_digest bytea)
  RETURNS TABLE (id uuid, name text, rights text, pages text)
  LANGUAGE plpgsql
  SET enable_seqscan = off
  AS $$
BEGIN
  UPDATE martlet.api_key k SET used_at = clock_timestamp()
    WHERE k.digest = of_digest AND k.revoked_at IS NULL
      AND COALESCE(k.used_at < clock_timestamp() - interval '1 minute', true);
  RETURN QUERY
    SELECT k.id, k.name, to_json(k.rights)::text, to_json(k.pages)::text FROM martlet.api_key k
    WHERE k.digest = of_digest AND k.revoked_at IS NULL;
END $$;

-- Whether somebody may send in a person's place: messages with the grounds human_agent name such a key.
CREATE FUNCTION martlet.api_key_is_operator(of_key text, of_page text) RETURNS boolean
  LANGUAGE sql STABLE AS $$
  SELECT EXISTS (
    SELECT FROM martlet.api_key k
    WHERE k.id::text = of_key AND k.revoked_at IS NULL AND 'human_agent' = ANY (k.rights)
      AND (k.pages IS NULL OR of_page = ANY (k.pages)))
$$;

-- Who a person on a page is elsewhere: to the app (Meta's app-scoped id), and to the owner.
CREATE TABLE martlet.identity_link (
  page_id     text NOT NULL,
  psid        text NOT NULL,
  app_user_id text,
  customer_id text,
  linked_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (page_id, psid)
);
CREATE INDEX identity_link_app_user ON martlet.identity_link (page_id, app_user_id) WHERE app_user_id IS NOT NULL;
CREATE INDEX identity_link_customer ON martlet.identity_link (page_id, customer_id) WHERE customer_id IS NOT NULL;

-- Whom a list means: for each entry, which says one of the three, the person and how many fit. One customer may be
-- several people on a page.
CREATE FUNCTION martlet.api_people(of_page text, psids text[], app_users text[], customers text[])
  RETURNS TABLE (n bigint, person text, matches int)
  LANGUAGE plpgsql
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
  SET plan_cache_mode = force_generic_plan
  AS $$
BEGIN
  RETURN QUERY
    SELECT i.n, COALESCE(i.psid, l.psid), CASE WHEN i.psid IS NULL THEN l.matches ELSE 1 END
    FROM unnest(psids, app_users, customers) WITH ORDINALITY AS i (psid, app_user, customer, n)
    CROSS JOIN LATERAL (
      SELECT min(x.psid) AS psid, count(*)::int AS matches
      FROM (
        SELECT a.psid FROM martlet.identity_link a WHERE a.page_id = of_page AND a.app_user_id = i.app_user
        UNION ALL
        SELECT c.psid FROM martlet.identity_link c WHERE c.page_id = of_page AND c.customer_id = i.customer) x) l
    ORDER BY i.n;
END $$;

-- Requests that named an idempotency key: what came of each, for a day.
CREATE TABLE martlet.api_request (
  key_id uuid NOT NULL,
  named  text NOT NULL,
  -- SHA-256 of what was asked.
  digest bytea NOT NULL,
  -- The id of what it made.
  made   uuid NOT NULL,
  at     timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (key_id, named)
);
CREATE INDEX api_request_at ON martlet.api_request (at);

-- Takes an idempotency key for what is about to be made, or tells of the earlier request that has it. Waits for one that
-- is under way.
CREATE FUNCTION martlet.api_claim(of_key uuid, of_name text, of_digest bytea, making uuid, OUT made uuid, OUT is_same boolean)
  LANGUAGE plpgsql AS $$
BEGIN
  IF of_name IS NULL THEN RETURN; END IF;
  INSERT INTO martlet.api_request AS r (key_id, named, digest, made) VALUES (of_key, of_name, of_digest, making)
    ON CONFLICT (key_id, named) DO UPDATE
      SET digest = excluded.digest, made = excluded.made, at = excluded.at
      WHERE r.at <= clock_timestamp() - interval '24 hours';
  IF NOT FOUND THEN
    SELECT r.made, r.digest = of_digest INTO made, is_same
      FROM martlet.api_request r WHERE r.key_id = of_key AND r.named = of_name;
  END IF;
END $$;

-- Forgets what is older than a day, some at a time. Returns how many.
CREATE FUNCTION martlet.api_forget(at_most int) RETURNS int
  LANGUAGE plpgsql
  SET enable_seqscan = off
  AS $$
DECLARE
  gone int;
BEGIN
  DELETE FROM martlet.api_request r
    WHERE (r.key_id, r.named) IN (
      SELECT o.key_id, o.named FROM martlet.api_request o
      WHERE o.at <= clock_timestamp() - interval '24 hours' ORDER BY o.at LIMIT at_most FOR UPDATE SKIP LOCKED);
  GET DIAGNOSTICS gone = ROW_COUNT;
  RETURN gone;
END $$;

-- All that the acceptance of a message depends on, in one look: whether it was asked before, whether the page is ours, whom
-- it means, since when they are silent, and the newest token of theirs for who sends by one (and by `of_topic`, if named).
CREATE FUNCTION martlet.api_look(
  of_key uuid, of_name text, of_page text, psid text, app_user text, customer text, wants_token boolean, of_topic text)
  RETURNS TABLE (made uuid, digest bytea, is_known_page boolean, person text, matches int, last_in_ms bigint,
                 now_ms bigint, token_kind text, token text, token_ends_ms bigint, token_used boolean, token_stopped boolean)
  LANGUAGE plpgsql
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
  AS $$
BEGIN
  SELECT r.made, r.digest INTO made, digest FROM martlet.api_request r
    WHERE r.key_id = of_key AND r.named = of_name AND r.at > clock_timestamp() - interval '24 hours';
  is_known_page := EXISTS (SELECT FROM martlet.page g WHERE g.page_id = of_page);
  SELECT i.person, i.matches INTO person, matches
    FROM martlet.api_people(of_page, ARRAY[psid], ARRAY[app_user], ARRAY[customer]) i;
  SELECT (extract(epoch FROM max(c.last_in_at)) * 1000)::bigint INTO last_in_ms
    FROM martlet.contact c WHERE c.page_id = of_page AND (c.person = api_look.person OR c.person = (
      SELECT j.joined_to FROM martlet.contact j WHERE j.page_id = of_page AND j.person = api_look.person));
  now_ms := (extract(epoch FROM clock_timestamp()) * 1000)::bigint;
  IF wants_token THEN
    SELECT o.kind, o.token, (extract(epoch FROM o.expires_at) * 1000)::bigint, o.used_by IS NOT NULL,
        o.status <> 'active'
      INTO token_kind, token, token_ends_ms, token_used, token_stopped
      FROM martlet.contact_optin o
      WHERE o.page_id = of_page AND o.person = api_look.person AND o.kind IN ('one_time', 'marketing')
        AND o.token IS NOT NULL AND (of_topic IS NULL OR of_topic IN (o.topic, o.payload))
        AND (o.kind <> 'one_time' OR o.used_by IS NULL)
      ORDER BY o.status = 'active' DESC, o.used_by IS NULL DESC, o.changed_at DESC LIMIT 1;
  END IF;
  RETURN NEXT;
END $$;

-- Accepts a message. `outcome`: 'accepted', 'repeated' (the same was asked before: its id), or 'other' (something else was
-- asked before under this idempotency key).
CREATE FUNCTION martlet.api_send(
  of_key uuid, of_name text, of_digest bytea, of_page text, of_person text, of_message jsonb, of_due timestamptz,
  of_customer_key text, of_trace text, OUT id uuid, OUT outcome text)
  LANGUAGE plpgsql AS $$
DECLARE
  earlier record;
BEGIN
  id := gen_random_uuid();
  earlier := martlet.api_claim(of_key, of_name, of_digest, id);
  IF earlier.made IS NOT NULL THEN
    id := earlier.made;
    outcome := CASE WHEN earlier.is_same THEN 'repeated' ELSE 'other' END;
    RETURN;
  END IF;
  outcome := 'accepted';
  PERFORM martlet.send(
    of_page, of_person, of_message, due => of_due, trace => of_trace, grounds => of_message -> 'grounds',
    customer_key => of_customer_key, id => id);
END $$;

-- A message as the API tells of it, without its words, if it is on one of these pages (null: on any).
CREATE FUNCTION martlet.api_message(of_pages text[], of_message uuid) RETURNS jsonb
  LANGUAGE plpgsql
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off
  AS $$
DECLARE
  pages constant text[] := COALESCE(of_pages, ARRAY(SELECT g.page_id FROM martlet.page g));
BEGIN
  RETURN (
    SELECT jsonb_build_object(
      'id', m.id, 'page', m.page_id, 'person', m.person, 'state', m.state, 'grounds', m.grounds,
      'customer_key', m.customer_key, 'mid', m.mid, 'attempts', m.attempts, 'settled_by', m.settled_by,
      'error', m.error, 'remedy', m.remedy, 'created_at', m.created_at, 'attempted_at', m.attempt_at,
      'sent_at', m.sent_at,
      'due', (SELECT o.due FROM martlet.outbox o
              WHERE m.state = 'queued' AND o.page_id = m.page_id AND o.person = m.person
                AND o.payload ->> 'message_id' = m.id::text))
    FROM martlet.message m WHERE m.page_id = ANY (pages) AND m.id = of_message);
END $$;

-- Broadcasts: one message to many people, at a pace. docs/api.md, "Broadcasts".

CREATE TABLE martlet.broadcast (
  id         uuid PRIMARY KEY,
  page_id    text NOT NULL,
  -- Who asked for it.
  key_id     uuid NOT NULL,
  name       text,
  -- 'finished' when each of its messages has come to an end.
  state      text NOT NULL DEFAULT 'running' CHECK (state IN ('running', 'paused', 'cancelled', 'finished')),
  -- Its words and grounds; gone when nobody is left to get them.
  message    jsonb,
  -- Messages a second.
  rate       int NOT NULL CHECK (rate BETWEEN 1 AND 300),
  due        timestamptz NOT NULL,
  people     int NOT NULL,
  -- Entries of its list that named nobody known, and those that named somebody a second time.
  unresolved int NOT NULL,
  duplicates int NOT NULL,
  -- Everybody up to this number has a message by now, and everybody up to that one has seen its end.
  handed     int NOT NULL DEFAULT 0,
  settled    int NOT NULL DEFAULT 0,
  -- The pace: how many may go at `allowed_at`, and `rate` more each second, up to a second's worth.
  allowed    double precision NOT NULL DEFAULT 0,
  allowed_at timestamptz NOT NULL,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  ended_at   timestamptz
);
CREATE INDEX broadcast_running ON martlet.broadcast (created_at) WHERE state = 'running';

-- Who gets one, numbered from 1.
CREATE TABLE martlet.broadcast_person (
  broadcast_id uuid NOT NULL,
  n            int NOT NULL,
  page_id      text NOT NULL,
  person       text NOT NULL,
  message_id   uuid NOT NULL DEFAULT gen_random_uuid(),
  PRIMARY KEY (broadcast_id, n)
);
CREATE INDEX broadcast_person_person ON martlet.broadcast_person (page_id, person);

-- Whom a filter means, in no order that matters. Each member narrows: {"last_in_at": {"after": …, "before": …},
-- "first_in_at": …, "profile_state": …, "first_name": …, "last_name": …, "is_paused": …, "is_led_elsewhere": …,
-- "optin": …}. What Meta knows only by a reference is nobody to be broadcast to.
CREATE FUNCTION martlet.broadcast_filter(of_page text, by jsonb) RETURNS SETOF text
  LANGUAGE sql STABLE AS $$
  SELECT c.person FROM martlet.contact c
  WHERE c.page_id = of_page AND c.person NOT LIKE 'ref:%'
    AND (by #> '{last_in_at,after}' IS NULL OR c.last_in_at >= (by #>> '{last_in_at,after}')::timestamptz)
    AND (by #> '{last_in_at,before}' IS NULL OR c.last_in_at < (by #>> '{last_in_at,before}')::timestamptz)
    AND (by #> '{first_in_at,after}' IS NULL OR c.first_in_at >= (by #>> '{first_in_at,after}')::timestamptz)
    AND (by #> '{first_in_at,before}' IS NULL OR c.first_in_at < (by #>> '{first_in_at,before}')::timestamptz)
    AND (by -> 'profile_state' IS NULL OR c.profile_state = by ->> 'profile_state')
    AND (by -> 'first_name' IS NULL OR c.first_name = by ->> 'first_name')
    AND (by -> 'last_name' IS NULL OR c.last_name = by ->> 'last_name')
    AND (by -> 'is_paused' IS NULL
      OR COALESCE(c.paused_until > clock_timestamp(), false) = (by ->> 'is_paused')::boolean)
    AND (by -> 'is_led_elsewhere' IS NULL
      OR (c.thread_owner IS NOT NULL) = (by ->> 'is_led_elsewhere')::boolean)
    AND (by -> 'optin' IS NULL OR EXISTS (
      SELECT FROM martlet.contact_optin o
      WHERE o.page_id = c.page_id AND o.person = c.person AND o.kind = by ->> 'optin' AND o.status = 'active'
        AND COALESCE(o.expires_at > clock_timestamp(), true)))
$$;

-- Accepts a broadcast to a list (as in `api_people`) or, where `of_filter` is not null, to whom that means now.
-- `outcome` is as in `api_send`.
CREATE FUNCTION martlet.api_broadcast(
  of_key uuid, of_name text, of_digest bytea, of_page text, title text, of_message jsonb, of_rate int, of_due timestamptz,
  psids text[], app_users text[], customers text[], of_filter jsonb,
  OUT id uuid, OUT outcome text, OUT is_known_page boolean)
  LANGUAGE plpgsql AS $$
DECLARE
  earlier record;
  listed int := 0;
  named int := 0;
  put int;
BEGIN
  is_known_page := EXISTS (SELECT FROM martlet.page g WHERE g.page_id = of_page);
  IF NOT is_known_page THEN RETURN; END IF;
  id := gen_random_uuid();
  earlier := martlet.api_claim(of_key, of_name, of_digest, id);
  IF earlier.made IS NOT NULL THEN
    id := earlier.made;
    outcome := CASE WHEN earlier.is_same THEN 'repeated' ELSE 'other' END;
    RETURN;
  END IF;
  outcome := 'accepted';
  IF of_filter IS NOT NULL THEN
    INSERT INTO martlet.broadcast_person (broadcast_id, n, page_id, person)
      SELECT api_broadcast.id, row_number() OVER (), of_page, f.person
      FROM martlet.broadcast_filter(of_page, of_filter) AS f (person);
    GET DIAGNOSTICS put = ROW_COUNT;
    listed := put;
    named := put;
  ELSE
    WITH meant AS MATERIALIZED (
      -- A customer who is several people on the page is nobody in particular.
      SELECT i.n, CASE WHEN i.matches = 1 THEN i.person END AS person
      FROM martlet.api_people(of_page, psids, app_users, customers) i
    ), put AS (
      INSERT INTO martlet.broadcast_person (broadcast_id, n, page_id, person)
        SELECT api_broadcast.id, row_number() OVER (ORDER BY f.first), of_page, f.person
        FROM (SELECT m.person, min(m.n) AS first FROM meant m WHERE m.person IS NOT NULL GROUP BY m.person) f
        RETURNING 1)
    SELECT count(*), count(m.person), (SELECT count(*) FROM put) INTO listed, named, put FROM meant m;
  END IF;
  INSERT INTO martlet.broadcast
    (id, page_id, key_id, name, message, rate, due, people, unresolved, duplicates, allowed_at)
    VALUES (api_broadcast.id, of_page, of_key, title, of_message, of_rate, COALESCE(of_due, clock_timestamp()), put,
            listed - named, named - put, COALESCE(of_due, clock_timestamp()));
END $$;

-- Hands people's messages to the outbox, as many of each running broadcast as its pace allows by now, and never more than
-- a second's worth ahead of what the outbox has passed on. Any number of processes may call it. Returns how many
-- messages, and whether a broadcast that is due has people left.
CREATE FUNCTION martlet.broadcast_feed(OUT fed int, OUT is_running boolean)
  LANGUAGE plpgsql
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
  AS $$
DECLARE
  at constant timestamptz := clock_timestamp();
  b martlet.broadcast;
  ready double precision;
  room int;
BEGIN
  fed := 0;
  FOR b IN
    SELECT * FROM martlet.broadcast t WHERE t.state = 'running' AND t.handed < t.people AND t.due <= at
    ORDER BY t.created_at FOR UPDATE SKIP LOCKED
  LOOP
    ready := least(b.rate, b.allowed + b.rate * extract(epoch FROM at - b.allowed_at));
    room := least(floor(ready), b.people - b.handed,
      b.rate - (SELECT count(*) FROM martlet.outbox o WHERE o.broadcast_id = b.id));
    CONTINUE WHEN room < 1;
    WITH next AS MATERIALIZED (
      SELECT p.n, p.person, p.message_id FROM martlet.broadcast_person p
      WHERE p.broadcast_id = b.id AND p.n > b.handed AND p.n <= b.handed + room
      -- Whoever is being erased meanwhile is not there any more.
      ORDER BY p.n FOR UPDATE OF p
    ), noted AS (
      INSERT INTO martlet.message (page_id, id, person, state, grounds)
        SELECT b.page_id, x.message_id, x.person, 'queued', b.message -> 'grounds' FROM next x ORDER BY x.n
    )
    INSERT INTO martlet.outbox (class, due, page_id, person, kind, v, payload, broadcast_id)
      SELECT 'bulk', at, b.page_id, x.person, 'message', 1,
        jsonb_build_object('message_id', x.message_id,
                           'message', b.message || jsonb_build_object('recipient', x.person)), b.id
      FROM next x ORDER BY x.n;
    UPDATE martlet.broadcast t SET handed = b.handed + room, allowed = ready - room, allowed_at = at
      WHERE t.id = b.id;
    fed := fed + room;
  END LOOP;
  IF fed > 0 THEN PERFORM pg_notify('martlet_outbox', ''); END IF;
  is_running := EXISTS (
    SELECT FROM martlet.broadcast t WHERE t.state = 'running' AND t.handed < t.people AND t.due <= at);
END $$;

-- Ends broadcasts whose every message has come to an end. Each look starts where the last one stopped. Returns how many.
CREATE FUNCTION martlet.broadcast_settle() RETURNS int
  LANGUAGE plpgsql
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
  AS $$
DECLARE
  b martlet.broadcast;
  open_one int;
  ended int := 0;
BEGIN
  FOR b IN
    SELECT * FROM martlet.broadcast t WHERE t.state = 'running' AND t.handed >= t.people
    ORDER BY t.created_at FOR UPDATE SKIP LOCKED
  LOOP
    SELECT p.n INTO open_one
      FROM martlet.broadcast_person p
      JOIN martlet.message m ON m.page_id = p.page_id AND m.id = p.message_id
      WHERE p.broadcast_id = b.id AND p.n > b.settled AND m.state IN ('queued', 'sending', 'waiting', 'unknown')
      ORDER BY p.n LIMIT 1;
    IF open_one IS NULL THEN
      UPDATE martlet.broadcast t
        SET state = 'finished', settled = b.people, message = NULL, ended_at = clock_timestamp() WHERE t.id = b.id;
      ended := ended + 1;
    ELSIF open_one - 1 > b.settled THEN
      UPDATE martlet.broadcast t SET settled = open_one - 1 WHERE t.id = b.id;
    END IF;
  END LOOP;
  RETURN ended;
END $$;

-- Pauses, resumes or cancels a broadcast on one of these pages (null: on any): 'paused', 'running' or 'cancelled'.
-- Null where there is none; false where it has ended otherwise.
CREATE FUNCTION martlet.broadcast_set(of_pages text[], of_broadcast uuid, wanted text) RETURNS boolean
  LANGUAGE plpgsql
  SET enable_seqscan = off
  AS $$
DECLARE
  b martlet.broadcast;
BEGIN
  SELECT * INTO b FROM martlet.broadcast t
    WHERE t.id = of_broadcast AND (of_pages IS NULL OR t.page_id = ANY (of_pages)) FOR UPDATE;
  IF NOT FOUND THEN RETURN NULL; END IF;
  IF b.state = wanted THEN RETURN true; END IF;
  IF b.state IN ('cancelled', 'finished') THEN RETURN false; END IF;
  -- In the promoter's order, so that neither waits for the other.
  PERFORM FROM martlet.outbox o WHERE o.broadcast_id = b.id ORDER BY o.id FOR UPDATE;
  CASE wanted
    WHEN 'paused' THEN
      UPDATE martlet.outbox o SET class = 'paused' WHERE o.broadcast_id = b.id;
    WHEN 'running' THEN
      UPDATE martlet.outbox o SET class = 'bulk' WHERE o.broadcast_id = b.id;
      PERFORM pg_notify('martlet_outbox', '');
    WHEN 'cancelled' THEN
      PERFORM martlet.broadcast_withdraw(b);
  END CASE;
  UPDATE martlet.broadcast t
    SET state = wanted, allowed = 0, allowed_at = greatest(b.due, clock_timestamp()),
        message = CASE WHEN wanted = 'cancelled' THEN NULL ELSE t.message END,
        ended_at = CASE WHEN wanted = 'cancelled' THEN clock_timestamp() END
    WHERE t.id = b.id;
  RETURN true;
END $$;

-- Takes back whatever has no attempt yet. A message that a sender has in its hands this very moment goes its way: rows
-- that somebody holds are passed over, so that nobody waits here and no two wait for each other.
CREATE FUNCTION martlet.broadcast_withdraw(b martlet.broadcast) RETURNS void
  LANGUAGE plpgsql
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET jit = off
  AS $$
DECLARE
  withdrawn uuid[];
  queued uuid[];
  taken uuid[];
BEGIN
  -- What is being promoted is waited for, and then stands in the queue.
  WITH gone AS (DELETE FROM martlet.outbox o WHERE o.broadcast_id = b.id RETURNING o.payload ->> 'message_id' AS id)
  SELECT COALESCE(array_agg(g.id::uuid), '{}') INTO withdrawn FROM gone g;
  -- Whoever is about to write an attempt waits for these rows, and then finds them cancelled.
  queued := ARRAY(
    SELECT m.id FROM martlet.broadcast_person p
    JOIN martlet.message m ON m.page_id = p.page_id AND m.id = p.message_id
    WHERE p.broadcast_id = b.id AND p.n > b.settled AND p.n <= b.handed AND m.state = 'queued'
    FOR UPDATE OF m SKIP LOCKED);
  WITH held AS MATERIALIZED (
    SELECT q.lane, q.id, m.id AS message
    FROM unnest(queued) AS i (id)
    JOIN martlet.message m ON m.page_id = b.page_id AND m.id = i.id
    CROSS JOIN LATERAL (SELECT martlet.conv(m.page_id, m.person) AS conv) c
    -- Two looks, because each lane has an index of its own kind.
    CROSS JOIN LATERAL (
      SELECT w.lane, w.id, w.payload FROM martlet.queue_send w WHERE w.lane = martlet.lane(c.conv) AND w.conv = c.conv
      UNION ALL
      SELECT w.lane, w.id, w.payload FROM martlet.queue_send w WHERE w.lane < 0 AND w.conv = c.conv) x
    JOIN martlet.queue_send q ON q.lane = x.lane AND q.id = x.id AND q.payload ->> 'message_id' = m.id::text
    FOR UPDATE OF q SKIP LOCKED
  ), gone AS (
    DELETE FROM martlet.queue_send q USING held h WHERE q.lane = h.lane AND q.id = h.id RETURNING h.message)
  SELECT COALESCE(array_agg(g.message), '{}') INTO taken FROM gone g;
  UPDATE martlet.message m SET state = 'cancelled', settled_by = 'operator'
    WHERE m.page_id = b.page_id AND m.id = ANY (withdrawn || taken) AND m.state = 'queued';
END $$;

-- How far a broadcast on one of these pages (null: on any) has come: everybody is in exactly one of `counts`.
CREATE FUNCTION martlet.broadcast_report(of_pages text[], of_broadcast uuid) RETURNS jsonb
  LANGUAGE sql STABLE AS $$
  SELECT jsonb_build_object(
    'id', b.id, 'page', b.page_id, 'name', b.name, 'state', b.state, 'rate', b.rate, 'due', b.due, 'people', b.people,
    'unresolved', b.unresolved, 'duplicates', b.duplicates, 'created_at', b.created_at, 'ended_at', b.ended_at,
    'counts', (
      SELECT jsonb_object_agg(s.state, COALESCE(k.messages, 0))
        || jsonb_build_object('erased', b.people - COALESCE(sum(k.messages), 0))
      FROM unnest(ARRAY['pending', 'queued', 'sending', 'waiting', 'unknown', 'sent', 'delivered', 'read', 'refused',
        'held', 'too_late', 'dead', 'cancelled']) AS s (state)
      LEFT JOIN (
        SELECT CASE WHEN p.n > b.handed THEN CASE b.state WHEN 'cancelled' THEN 'cancelled' ELSE 'pending' END
                    ELSE m.state END AS state, count(*) AS messages
        FROM martlet.broadcast_person p
        LEFT JOIN martlet.message m ON m.page_id = p.page_id AND m.id = p.message_id
        WHERE p.broadcast_id = b.id GROUP BY 1) k USING (state)))
  FROM martlet.broadcast b WHERE b.id = of_broadcast AND (of_pages IS NULL OR b.page_id = ANY (of_pages))
$$;
