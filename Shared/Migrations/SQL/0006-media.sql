-- What people send beside words: Meta's links to it expire. docs/media.md tells what becomes of them.

ALTER TABLE martlet.page
  -- Attachments of these types are fetched and kept; none unless the page asks for it.
  ADD COLUMN media_types text[] NOT NULL DEFAULT '{}',
  ADD COLUMN media_max_bytes bigint NOT NULL DEFAULT 26214400;

-- One row an attachment that came with a link, of a message to the page.
CREATE TABLE martlet.media (
  page_id      text NOT NULL,
  person       text NOT NULL,
  mid          text NOT NULL,               -- the key of the message in `event`
  position     smallint NOT NULL,           -- which of the message's attachments, from 0
  type         text NOT NULL,
  url          text,                        -- gone when it is of no more use
  -- linked: nobody asked to keep it; pending: to be fetched; kept; refused: too large, or not what it may be;
  -- expired: the link no longer leads there.
  state        text NOT NULL CHECK (state IN ('linked', 'pending', 'kept', 'refused', 'expired')),
  received_at  timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at   timestamptz,                 -- as the link itself says; null when it does not
  attempts     smallint NOT NULL DEFAULT 0,
  due_at       timestamptz,                 -- when it may be tried next; while it is fetched, when the fetcher is given up
  reason       text,
  size         bigint,
  sha256       bytea,
  content_type text,
  place        text,                        -- below MARTLET_MEDIA_STORE
  kept_at      timestamptz,
  PRIMARY KEY (page_id, mid, position)
) WITH (fillfactor = 80);
CREATE INDEX media_due ON martlet.media (due_at) WHERE state = 'pending';
CREATE INDEX media_expiry ON martlet.media (expires_at) WHERE state IN ('linked', 'pending');
CREATE INDEX media_age ON martlet.media (received_at);
CREATE INDEX media_person ON martlet.media (page_id, person);

-- Ingress, in the transaction of ingest: a second delivery finds its rows there.
CREATE FUNCTION martlet.media_note(
  pages text[], persons text[], mids text[], positions smallint[], types text[], urls text[], expiries bigint[])
  RETURNS void LANGUAGE sql AS $$
  INSERT INTO martlet.media (page_id, person, mid, position, type, url, state, expires_at, due_at)
  SELECT i.page_id, i.person, i.mid, i.position, i.type, i.url,
    CASE WHEN i.type = ANY (p.media_types) THEN 'pending' ELSE 'linked' END,
    to_timestamp(i.expiry), CASE WHEN i.type = ANY (p.media_types) THEN clock_timestamp() END
  FROM unnest(pages, persons, mids, positions, types, urls, expiries)
    AS i (page_id, person, mid, position, type, url, expiry)
  LEFT JOIN martlet.page p ON p.page_id = i.page_id
  ORDER BY i.page_id, i.mid, i.position
  ON CONFLICT DO NOTHING
$$;

-- identity: takes what is due; whoever dies with it in hand loses it when the time is over.
CREATE FUNCTION martlet.media_take(patience interval)
  RETURNS TABLE (page_id text, mid text, "position" smallint, type text, url text, attempts smallint, max_bytes bigint)
  LANGUAGE sql AS $$
  UPDATE martlet.media m SET attempts = least(m.attempts + 1, 1000), due_at = clock_timestamp() + patience
  FROM (
    SELECT d.page_id, d.mid, d.position FROM martlet.media d
    WHERE d.state = 'pending' AND d.due_at <= clock_timestamp()
    ORDER BY d.due_at LIMIT 1 FOR UPDATE SKIP LOCKED) t
  WHERE m.page_id = t.page_id AND m.mid = t.mid AND m.position = t.position
  RETURNING m.page_id, m.mid, m.position, m.type, m.url, m.attempts,
    COALESCE((SELECT g.media_max_bytes FROM martlet.page g WHERE g.page_id = m.page_id), 0)
$$;

-- How it ended. `attempt` is the fence: whoever took it later has another number. False when it was taken over.
CREATE FUNCTION martlet.media_settle(
  of_page text, of_mid text, at smallint, attempt smallint, new_state text, why text, bytes bigint, digest bytea,
  kind text, stored_at text)
  RETURNS boolean LANGUAGE plpgsql AS $$
BEGIN
  UPDATE martlet.media m SET state = new_state, reason = why, url = NULL, due_at = NULL, size = bytes, sha256 = digest,
    content_type = kind, place = stored_at, kept_at = CASE new_state WHEN 'kept' THEN clock_timestamp() END
  WHERE m.page_id = of_page AND m.mid = of_mid AND m.position = at AND m.state = 'pending' AND m.attempts = attempt;
  RETURN FOUND;
END $$;

-- It failed and is tried again later.
CREATE FUNCTION martlet.media_later(
  of_page text, of_mid text, at smallint, attempt smallint, pause interval, why text)
  RETURNS void LANGUAGE sql AS $$
  UPDATE martlet.media m SET due_at = clock_timestamp() + pause, reason = why
  WHERE m.page_id = of_page AND m.mid = of_mid AND m.position = at AND m.state = 'pending' AND m.attempts = attempt
$$;

-- Links that have run out, a thousand at a time; what is just being fetched is left alone.
CREATE FUNCTION martlet.media_expire() RETURNS bigint LANGUAGE plpgsql AS $$
DECLARE
  ended bigint;
BEGIN
  UPDATE martlet.media m SET state = 'expired', url = NULL, due_at = NULL
  WHERE m.ctid = ANY (ARRAY(
    SELECT e.ctid FROM martlet.media e
    WHERE e.state IN ('linked', 'pending') AND e.expires_at < clock_timestamp()
      AND (e.due_at IS NULL OR e.attempts = 0 OR e.due_at <= clock_timestamp())
    LIMIT 1000 FOR UPDATE SKIP LOCKED));
  GET DIAGNOSTICS ended = ROW_COUNT;
  RETURN ended;
END $$;

-- Retention: removes the rows of which nothing is kept, and names some whose files must go first (`place`). A row that
-- was removed is returned without a place.
CREATE FUNCTION martlet.media_over(age interval)
  RETURNS TABLE (page_id text, mid text, "position" smallint, place text)
  LANGUAGE plpgsql AS $$
BEGIN
  RETURN QUERY
    DELETE FROM martlet.media m WHERE m.ctid = ANY (ARRAY(
      SELECT o.ctid FROM martlet.media o
      WHERE o.received_at < clock_timestamp() - age AND o.state <> 'kept'
      LIMIT 1000 FOR UPDATE SKIP LOCKED))
    RETURNING m.page_id, m.mid, m.position, NULL::text;
  RETURN QUERY
    SELECT o.page_id, o.mid, o.position, o.place FROM martlet.media o
    WHERE o.received_at < clock_timestamp() - age AND o.state = 'kept'
    ORDER BY o.received_at LIMIT 100;
END $$;
