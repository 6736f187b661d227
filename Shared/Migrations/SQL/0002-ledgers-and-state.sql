-- Ledgers: append-only, one partition a day, dropped by retention.

-- The ledgers' day, in UTC, by the clock of the database and nobody else's. Tests replace it.
CREATE FUNCTION martlet.today() RETURNS date
  LANGUAGE sql PARALLEL SAFE
  AS $$ SELECT (clock_timestamp() AT TIME ZONE 'UTC')::date $$;

-- Every event that Meta delivered, once: the key dedupes (day first, because a partition's key must hold it).
CREATE TABLE martlet.event (
  day         date NOT NULL,
  app_id      text NOT NULL,
  page_id     text NOT NULL,
  kind        text NOT NULL,
  key         text NOT NULL,
  person      text NOT NULL,
  event_at    bigint NOT NULL,
  received_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  trace       text,
  body        jsonb NOT NULL,
  PRIMARY KEY (day, app_id, page_id, kind, key)
) PARTITION BY RANGE (day);

-- What was understood and why: the rule that fired. The words stand in `event`.
CREATE TABLE martlet.turn (
  day     date NOT NULL DEFAULT martlet.today(),
  job_id  bigint NOT NULL,
  page_id text NOT NULL,
  person  text NOT NULL,
  at      timestamptz NOT NULL DEFAULT clock_timestamp(),
  version bigint NOT NULL,
  bot     text NOT NULL,
  rule    text NOT NULL,
  replies smallint NOT NULL,
  trace   text,
  PRIMARY KEY (day, job_id)
) PARTITION BY RANGE (day);

-- A row stands here before each call to the Send API leaves.
CREATE TABLE martlet.send_attempt (
  day        date NOT NULL DEFAULT martlet.today(),
  id         uuid NOT NULL,
  message_id uuid NOT NULL,
  page_id    text NOT NULL,
  person     text NOT NULL,
  worker     uuid NOT NULL,
  at         timestamptz NOT NULL DEFAULT clock_timestamp(),
  trace      text,
  PRIMARY KEY (day, id)
) PARTITION BY RANGE (day);

-- What came of it; more than one row when an open outcome was settled later. Without an attempt where nothing was called.
CREATE TABLE martlet.send_outcome (
  day        date NOT NULL DEFAULT martlet.today(),
  attempt_id uuid,
  message_id uuid NOT NULL,
  page_id    text NOT NULL,
  at         timestamptz NOT NULL DEFAULT clock_timestamp(),
  state      text NOT NULL,
  settled_by text NOT NULL,
  mid        text,
  code       int,
  subcode    int,
  fbtrace_id text,
  error      text,
  remedy     text
) PARTITION BY RANGE (day);

-- One message's rows are found by the time in which they were written: rows stand in its order, and so does this.
CREATE INDEX send_attempt_at ON martlet.send_attempt USING brin (at);
CREATE INDEX send_outcome_at ON martlet.send_outcome USING brin (at);

-- For how long each is kept, today not counted. Two days at least, because re-deliveries are looked for there.
CREATE TABLE martlet.ledger (name text PRIMARY KEY, keep_days int NOT NULL CHECK (keep_days >= 2));
INSERT INTO martlet.ledger VALUES ('event', 30), ('turn', 30), ('send_attempt', 90), ('send_outcome', 90);

-- Makes the partitions of yesterday to three days ahead; any service calls it, one at a time does it.
-- Returns how many of tomorrow's are missing afterwards.
CREATE FUNCTION martlet.make_partitions() RETURNS int
  LANGUAGE plpgsql AS $$
DECLARE
  ledger record;
  today constant date := martlet.today();
  d date;
  part text;
BEGIN
  IF EXISTS (
    SELECT FROM martlet.ledger l CROSS JOIN generate_series(-1, 3) AS o
    WHERE to_regclass(format('martlet.%I', l.name || '_' || to_char(today + o, 'YYYYMMDD'))) IS NULL)
    AND pg_try_advisory_xact_lock(77000, 0)
  THEN
    FOR ledger IN SELECT l.name FROM martlet.ledger l ORDER BY 1 LOOP
      FOR offset_days IN -1..3 LOOP
        d := today + offset_days;
        part := ledger.name || '_' || to_char(d, 'YYYYMMDD');
        IF to_regclass(format('martlet.%I', part)) IS NULL THEN
          EXECUTE format('CREATE TABLE martlet.%I PARTITION OF martlet.%I FOR VALUES FROM (%L) TO (%L)',
            part, ledger.name, d, d + 1);
        END IF;
      END LOOP;
    END LOOP;
  END IF;
  RETURN (SELECT count(*) FROM martlet.ledger l
    WHERE to_regclass(format('martlet.%I', l.name || '_' || to_char(today + 1, 'YYYYMMDD'))) IS NULL);
END $$;
SELECT martlet.make_partitions();

-- What retention has to take away, oldest first. A partition goes in steps that each stand alone outside a transaction:
-- it is detached ('attached'; 'detaching' is one whose detaching was cut short), and then dropped ('detached').
CREATE FUNCTION martlet.partitions_over() RETURNS TABLE (ledger text, partition text, day date, state text)
  LANGUAGE sql AS $$
  SELECT l.name, c.relname::text, d.day,
    CASE WHEN i.inhrelid IS NULL THEN 'detached' WHEN i.inhdetachpending THEN 'detaching' ELSE 'attached' END
  FROM martlet.ledger l
  JOIN pg_class c ON c.relkind = 'r' AND c.relnamespace = 'martlet'::regnamespace
    AND c.relname ~ ('^' || l.name || '_[0-9]{8}$')
  CROSS JOIN LATERAL (SELECT to_date(right(c.relname, 8), 'YYYYMMDD') AS day) d
  LEFT JOIN pg_inherits i ON i.inhrelid = c.oid AND i.inhparent = format('martlet.%I', l.name)::regclass
  -- Two days at least, whatever is written there.
  WHERE d.day < martlet.today() - greatest(l.keep_days, 2)
  ORDER BY d.day, l.name
$$;

-- How far back each ledger reaches, and how many of its partitions retention should have taken.
CREATE FUNCTION martlet.ledger_ages() RETURNS TABLE (ledger text, oldest_days int, overdue int)
  LANGUAGE sql AS $$
  SELECT l.name, COALESCE(martlet.today() - min(d.day), 0),
    (SELECT count(*)::int FROM martlet.partitions_over() o WHERE o.ledger = l.name)
  FROM martlet.ledger l
  LEFT JOIN pg_inherits i ON i.inhparent = format('martlet.%I', l.name)::regclass
  LEFT JOIN pg_class c ON c.oid = i.inhrelid
  CROSS JOIN LATERAL (SELECT to_date(right(c.relname, 8), 'YYYYMMDD') AS day) d
  GROUP BY l.name ORDER BY l.name
$$;

-- Work that one process does at a time. No lock of a session's, so that it also holds behind a pooler: whoever dies with
-- it is waited for until its time is over.
CREATE TABLE martlet.upkeep (
  task   text PRIMARY KEY,
  holder uuid NOT NULL,
  until  timestamptz NOT NULL
);

CREATE FUNCTION martlet.upkeep_claim(what text, me uuid, for_time interval) RETURNS boolean
  LANGUAGE plpgsql AS $$
BEGIN
  INSERT INTO martlet.upkeep AS u VALUES (what, me, clock_timestamp() + for_time)
    ON CONFLICT (task) DO UPDATE SET holder = excluded.holder, until = excluded.until
    WHERE u.holder = me OR u.until < clock_timestamp();
  RETURN FOUND;
END $$;

CREATE FUNCTION martlet.upkeep_end(what text, me uuid) RETURNS void
  LANGUAGE sql AS $$ DELETE FROM martlet.upkeep u WHERE u.task = what AND u.holder = me $$;

-- State.

CREATE TABLE martlet.page (
  page_id      text PRIMARY KEY,
  app_id       text NOT NULL,
  name         text,
  token        bytea,                       -- sealed under MARTLET_KEYS, bound to 'page:<page_id>:token'
  token_state  text NOT NULL DEFAULT 'missing' CHECK (token_state IN ('missing', 'live', 'dead')),
  token_at     timestamptz,
  -- SHA-256 of the token that MARTLET_PAGES named last: the same one again does not replace what an operator set.
  token_named  bytea,
  token_from   text CHECK (token_from IN ('settings', 'operator')),
  -- When operators were told that the page waits for a token; null while there is nothing to tell.
  alarmed_at   timestamptz,
  -- What becomes of a message whose outcome stays open after the grace time: sent again, or kept back.
  unknown_rule text NOT NULL DEFAULT 'hold' CHECK (unknown_rule IN ('resend', 'hold'))
);

-- A person on a page, as Meta's events tell of them. Written by ingress under the person's lane lock, but for the
-- profile, which is identity's.
CREATE TABLE martlet.contact (
  page_id       text NOT NULL,
  -- A page-scoped id, or 'ref:' and the reference of someone whom Meta has not named yet.
  person        text NOT NULL,
  -- When they first and last did something that opens Meta's window of 24 hours; null for who never did.
  first_in_at   timestamptz,
  last_in_at    timestamptz,
  profile_state text NOT NULL DEFAULT 'unasked' CHECK (profile_state IN ('unasked', 'pending', 'known', 'refused')),
  first_name    text,
  last_name     text,
  profile       jsonb,
  -- Since when the profile is in its state.
  profile_at    timestamptz,
  -- The other app that leads the thread; null where we do, or nobody. And when Meta said so.
  thread_owner  text,
  thread_at     timestamptz,
  -- The bot is silent until then. `paused_at` is when the cause happened: an older one changes nothing any more, nor one
  -- from before an operator let the bot go on.
  paused_until  timestamptz,
  paused_at     timestamptz,
  pause_reason  text CHECK (pause_reason IN ('takeover')),
  resumed_at    timestamptz,
  -- Who a reference turned out to be.
  joined_to     text,
  PRIMARY KEY (page_id, person)
) WITH (fillfactor = 80);

-- References that Meta has tied to a person.
CREATE TABLE martlet.contact_ref (
  page_id   text NOT NULL,
  user_ref  text NOT NULL,
  person    text NOT NULL,
  joined_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (page_id, user_ref)
);

-- What a person agreed to be sent, with the token for it where Meta gave one.
CREATE TABLE martlet.contact_optin (
  page_id      text NOT NULL,
  person       text NOT NULL,
  -- plugin, checkbox, one_time, marketing, or Meta's own word.
  kind         text NOT NULL,
  -- What tells two of a kind apart: the token, else the reference that the owner's page gave, else its payload.
  key          text NOT NULL,
  status       text NOT NULL DEFAULT 'active' CHECK (status IN ('active', 'stopped')),
  token        text,
  token_status text,
  ref          text,
  payload      text,
  title        text,
  topic        text,
  frequency    text,
  timezone     text,
  expires_at   timestamptz,
  -- The one message that a one-time token was spent on.
  used_by      uuid,
  -- When it was first given, and when Meta last said something of it.
  opted_at     timestamptz NOT NULL,
  changed_at   timestamptz NOT NULL,
  PRIMARY KEY (page_id, person, kind, key)
);

CREATE TABLE martlet.conversation (
  page_id    text NOT NULL,
  person     text NOT NULL,
  version    bigint NOT NULL,
  state      jsonb NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (page_id, person)
) WITH (fillfactor = 80);

-- A message and how far it came; never its words, which are in its job. What `martlet.send` and the API ask for stands
-- here at once; a reply of the bot's from its first attempt on.
CREATE TABLE martlet.message (
  page_id    text NOT NULL,
  id         uuid NOT NULL,
  person     text NOT NULL,
  -- docs/sending.md, "The states of a message".
  state      text NOT NULL CHECK (state IN (
    'queued', 'sending', 'waiting', 'unknown', 'sent', 'delivered', 'read', 'refused', 'held', 'too_late', 'dead',
    'cancelled')),
  -- The latest attempt; null before the first.
  attempt_id uuid,
  attempts   smallint NOT NULL DEFAULT 0,
  mid        text,
  attempt_at timestamptz,
  sent_at    timestamptz,
  -- call, echo, delivery, conversation, rule, law, takeover, or operator.
  settled_by text,
  error      text,
  -- What a person can do about it.
  remedy     text,
  -- What receipts told before the outcome was known: how far it came, and by which of Meta's ids.
  heard      text CHECK (heard IN ('delivered', 'read')),
  heard_mid  text,
  -- Why it may be sent, as in its job; null for a reply from before grounds were stated.
  grounds    jsonb,
  -- What the owner's own system calls it.
  customer_key text,
  created_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  CHECK (attempt_id IS NOT NULL OR state IN ('queued', 'dead', 'cancelled', 'too_late', 'refused')),
  PRIMARY KEY (page_id, id)
) WITH (fillfactor = 80);
-- `mid` and `state` stand in no index, so that their changes stay within the row's own page of the heap.
CREATE INDEX message_person ON martlet.message (page_id, person, attempt_at);

-- Messages that a page's rule keeps back, with their words, until an operator decides.
CREATE TABLE martlet.send_held (
  page_id    text NOT NULL,
  message_id uuid NOT NULL,
  person     text NOT NULL,
  kind       text NOT NULL,
  v          smallint NOT NULL,
  trace      text,
  payload    jsonb NOT NULL,
  held_at    timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (page_id, message_id)
);
CREATE INDEX send_held_person ON martlet.send_held (page_id, person);
