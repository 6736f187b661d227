-- Ledgers: append-only, one partition a day, dropped by retention.

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
  day     date NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')::date,
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
  day        date NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')::date,
  id         uuid NOT NULL,
  message_id uuid NOT NULL,
  page_id    text NOT NULL,
  person     text NOT NULL,
  worker     uuid NOT NULL,
  at         timestamptz NOT NULL DEFAULT clock_timestamp(),
  trace      text,
  PRIMARY KEY (day, id)
) PARTITION BY RANGE (day);

-- What came of it; more than one row when an open outcome was settled later.
CREATE TABLE martlet.send_outcome (
  day        date NOT NULL DEFAULT (now() AT TIME ZONE 'UTC')::date,
  attempt_id uuid NOT NULL,
  message_id uuid NOT NULL,
  page_id    text NOT NULL,
  at         timestamptz NOT NULL DEFAULT clock_timestamp(),
  state      text NOT NULL,
  settled_by text NOT NULL,
  mid        text,
  code       int,
  subcode    int,
  fbtrace_id text,
  error      text
) PARTITION BY RANGE (day);

CREATE TABLE martlet.ledger (name text PRIMARY KEY, keep_days int NOT NULL);
INSERT INTO martlet.ledger VALUES ('event', 30), ('turn', 30), ('send_attempt', 90), ('send_outcome', 90);

-- Makes the partitions of yesterday to three days ahead; any service calls it, one at a time does it.
-- Returns how many of tomorrow's are missing afterwards.
CREATE FUNCTION martlet.make_partitions() RETURNS int
  LANGUAGE plpgsql AS $$
DECLARE
  ledger record;
  today constant date := (now() AT TIME ZONE 'UTC')::date;
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

-- State.

CREATE TABLE martlet.page (
  page_id      text PRIMARY KEY,
  app_id       text NOT NULL,
  name         text,
  token        bytea,                       -- sealed under MARTLET_KEYS, bound to 'page:<page_id>:token'
  token_state  text NOT NULL DEFAULT 'missing' CHECK (token_state IN ('missing', 'live', 'dead')),
  token_at     timestamptz,
  -- What becomes of a message whose outcome stays open after the grace time: sent again, or kept back.
  unknown_rule text NOT NULL DEFAULT 'hold' CHECK (unknown_rule IN ('resend', 'hold'))
);

CREATE TABLE martlet.contact (
  page_id       text NOT NULL,
  person        text NOT NULL,
  first_in_at   timestamptz NOT NULL DEFAULT clock_timestamp(),
  last_in_at    timestamptz NOT NULL,
  profile_state text NOT NULL DEFAULT 'pending' CHECK (profile_state IN ('pending', 'known', 'refused')),
  first_name    text,
  last_name     text,
  profile       jsonb,
  profile_at    timestamptz,
  PRIMARY KEY (page_id, person)
) WITH (fillfactor = 80);

CREATE TABLE martlet.conversation (
  page_id    text NOT NULL,
  person     text NOT NULL,
  version    bigint NOT NULL,
  state      jsonb NOT NULL,
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (page_id, person)
) WITH (fillfactor = 80);

CREATE TABLE martlet.message (
  page_id    text NOT NULL,
  id         uuid NOT NULL,
  person     text NOT NULL,
  state      text NOT NULL
    CHECK (state IN ('sending', 'waiting', 'unknown', 'sent', 'delivered', 'read', 'refused', 'held')),
  attempt_id uuid NOT NULL,
  attempts   smallint NOT NULL DEFAULT 1,
  mid        text,
  attempt_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  sent_at    timestamptz,
  settled_by text,
  error      text,
  PRIMARY KEY (page_id, id)
) WITH (fillfactor = 80);
-- `mid` and `state` stand in no index, so that their changes stay within the row's own page of the heap.
CREATE INDEX message_person ON martlet.message (page_id, person, attempt_at);
