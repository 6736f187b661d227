-- A page's own settings: calls of its profile, the templates that Meta reviewed, and the tokens by which it may write.
-- docs/profile.md.

-- Calls of the Messenger Profile API. Meta takes 10 in 10 minutes and page, from whomever.
CREATE TABLE martlet.page_profile_call (
  id      bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  page_id text NOT NULL,
  at      timestamptz NOT NULL DEFAULT clock_timestamp(),
  -- Meta said that it was one too many: somebody else calls too.
  refused boolean NOT NULL DEFAULT false
);
CREATE INDEX page_profile_call_page ON martlet.page_profile_call (page_id, at);

-- Takes one of the page's calls, before it is made, so that a crash counts it. Null, and how long to wait, where there is
-- none left. Five seconds more than Meta says, for the call's own way.
CREATE FUNCTION martlet.profile_call(of_page text, OUT call bigint, OUT wait_ms bigint)
  LANGUAGE plpgsql AS $$
DECLARE
  window_length constant interval := interval '10 minutes 5 seconds';
  now constant timestamptz := clock_timestamp();
  made int;
  free_at timestamptz;
BEGIN
  PERFORM pg_advisory_xact_lock(77005, hashtext(of_page));
  DELETE FROM martlet.page_profile_call c WHERE c.page_id = of_page AND c.at <= now - window_length;
  SELECT count(*), greatest(
      max(c.at) FILTER (WHERE c.refused), CASE WHEN count(*) >= 10 THEN min(c.at) END) + window_length
    INTO made, free_at
    FROM martlet.page_profile_call c WHERE c.page_id = of_page;
  IF free_at IS NULL THEN
    INSERT INTO martlet.page_profile_call (page_id) VALUES (of_page) RETURNING id INTO call;
    wait_ms := 0;
  ELSE
    wait_ms := greatest(1, ceil(extract(epoch FROM free_at - now) * 1000));
  END IF;
END $$;

-- Meta refused this call for being one too many: nobody calls for that page in the next ten minutes.
CREATE FUNCTION martlet.profile_call_refused(of_call bigint) RETURNS void
  LANGUAGE sql AS $$
  UPDATE martlet.page_profile_call c SET refused = true, at = clock_timestamp() WHERE c.id = of_call
$$;

-- A page's utility templates, as Meta told of them last: by its webhook, or when it was asked.
CREATE TABLE martlet.page_template (
  page_id     text NOT NULL,
  name        text NOT NULL,
  language    text NOT NULL,
  template_id text,
  -- Meta's word: APPROVED, PENDING, REJECTED, PAUSED, ….
  status      text NOT NULL,
  category    text,
  -- Why it was rejected, in Meta's word.
  reason      text,
  status_at   timestamptz NOT NULL,
  PRIMARY KEY (page_id, name, language)
);

-- ingress: what Meta's reviewers said. What is older than what is known changes nothing.
CREATE FUNCTION martlet.template_notes(pages text[], times bigint[], notes text[]) RETURNS void
  LANGUAGE plpgsql
  SET enable_seqscan = off SET enable_hashjoin = off SET enable_mergejoin = off SET enable_nestloop = on SET jit = off
  AS $$
BEGIN
  INSERT INTO martlet.page_template AS p
    (page_id, name, language, template_id, status, category, reason, status_at)
    SELECT DISTINCT ON (s.page_id, s.name, s.language)
      s.page_id, s.name, s.language, s.template_id, s.status, s.category, s.reason, s.at
    FROM (
      SELECT i.page_id, COALESCE(i.t ->> 'name', k.name) AS name, COALESCE(i.t ->> 'language', k.language) AS language,
        COALESCE(i.t ->> 'id', k.template_id) AS template_id, upper(i.t ->> 'status') AS status,
        i.t ->> 'category' AS category, NULLIF(i.t ->> 'reason', 'NONE') AS reason,
        to_timestamp(i.at / 1000.0::float8) AS at, i.n
      FROM (
        SELECT u.page_id, u.at, u.note -> 'template' AS t, u.n
        FROM unnest(pages, times, notes::jsonb[]) WITH ORDINALITY AS u (page_id, at, note, n)
        WHERE u.note ? 'template') i
      -- Where Meta names its id alone.
      LEFT JOIN martlet.page_template k
        ON k.page_id = i.page_id AND k.template_id = i.t ->> 'id'
        AND (i.t ->> 'name' IS NULL OR i.t ->> 'language' IS NULL)) s
    WHERE s.name IS NOT NULL AND s.language IS NOT NULL AND s.status IS NOT NULL
    ORDER BY s.page_id, s.name, s.language, s.at DESC, s.n DESC
    ON CONFLICT (page_id, name, language) DO UPDATE
      SET template_id = COALESCE(excluded.template_id, p.template_id), status = excluded.status,
          category = COALESCE(excluded.category, p.category), reason = excluded.reason, status_at = excluded.status_at
      WHERE p.status_at <= excluded.status_at;
END $$;

-- What Meta listed when it was asked at `asked_at`: all of the page's, so that others are gone. What a webhook told since
-- then stays.
CREATE FUNCTION martlet.templates_listed(
  of_page text, names text[], languages text[], ids text[], statuses text[], categories text[], reasons text[],
  asked_at timestamptz)
  RETURNS void LANGUAGE plpgsql AS $$
BEGIN
  DELETE FROM martlet.page_template p
    WHERE p.page_id = of_page AND p.status_at < asked_at
      AND (p.name, p.language) NOT IN (SELECT * FROM unnest(names, languages));
  INSERT INTO martlet.page_template AS p
    (page_id, name, language, template_id, status, category, reason, status_at)
    SELECT DISTINCT ON (i.name, i.language) of_page, i.name, i.language, i.id, i.status, i.category, i.reason, asked_at
    FROM unnest(names, languages, ids, statuses, categories, reasons)
      AS i (name, language, id, status, category, reason)
    ON CONFLICT (page_id, name, language) DO UPDATE
      SET template_id = COALESCE(excluded.template_id, p.template_id), category = excluded.category,
          status_at = CASE WHEN p.status = excluded.status THEN p.status_at ELSE excluded.status_at END,
          status = excluded.status, reason = excluded.reason
      WHERE p.status_at < asked_at;
END $$;

-- Whether a message may go by this template: 'approved', or what Meta said instead ('pending', 'rejected', 'paused', …).
-- Null where nobody has told: Meta decides then.
CREATE FUNCTION martlet.template_state(of_page text, of_name text, of_language text) RETURNS text
  LANGUAGE sql STABLE
  SET enable_seqscan = off
  AS $$
  -- What is flagged is warned of, and still goes.
  SELECT CASE WHEN p.status IN ('APPROVED', 'REINSTATED', 'FLAGGED') THEN 'approved' ELSE lower(p.status) END
  FROM martlet.page_template p WHERE p.page_id = of_page AND p.name = of_name AND p.language = of_language
$$;

-- The page's templates, for an operator.
CREATE FUNCTION martlet.template_report(of_page text)
  RETURNS TABLE (page_id text, name text, language text, status text, reason text, status_at timestamptz)
  LANGUAGE sql STABLE AS $$
  SELECT p.page_id, p.name, p.language, p.status, p.reason, p.status_at FROM martlet.page_template p
  WHERE of_page IS NULL OR p.page_id = of_page ORDER BY 1, 2, 3
$$;

-- By which token a person may be written to, for a message with the grounds "token": one that they gave, did not take
-- back, that lives, and, where it is good for one message, that no other message has. By `of_topic`, if that is named.
-- A token for one message comes after one for many. `problem` says why there is none: 'none', 'stopped', 'expired', 'used'.
CREATE FUNCTION martlet.token_pick(
  of_page text, of_person text, of_topic text DEFAULT NULL, OUT kind text, OUT token text, OUT problem text)
  LANGUAGE plpgsql
  SET enable_seqscan = off
  AS $$
BEGIN
  SELECT s.kind, CASE WHEN s.problem IS NULL THEN s.token END, s.problem INTO kind, token, problem
    FROM (
      SELECT o.kind, o.token, o.changed_at, o.expires_at,
        CASE
          WHEN o.status <> 'active' THEN 'stopped'
          -- As long as a sender may need.
          WHEN o.expires_at <= clock_timestamp() + interval '1 minute' THEN 'expired'
          WHEN o.used_by IS NOT NULL AND o.kind = 'one_time' THEN 'used'
        END AS problem
      FROM martlet.contact_optin o
      WHERE o.page_id = of_page AND o.person = COALESCE(
          (SELECT r.person FROM martlet.contact_ref r
           WHERE of_person LIKE 'ref:%' AND r.page_id = of_page AND r.user_ref = substr(of_person, 5)), of_person)
        AND o.kind IN ('one_time', 'marketing') AND o.token IS NOT NULL
        AND (of_topic IS NULL OR of_topic IN (o.topic, o.payload))) s
    ORDER BY s.problem IS NOT NULL, s.kind = 'one_time', s.problem = 'stopped' DESC,
      -- Of several for one message the one that ends first; of several for many the latest.
      CASE WHEN s.kind = 'one_time' THEN s.expires_at END, s.changed_at DESC
    LIMIT 1;
  IF NOT FOUND THEN problem := 'none'; END IF;
END $$;

-- `martlet.send` for who has not written for longer than a day, by a token that they gave: the newest that is good, and by
-- `topic` (the opt-in's topic or payload) if one is named. A token for one message is kept for this one. Refused (22023)
-- where there is none, with what to do. Returns the message's id.
CREATE FUNCTION martlet.send_by_token(
  page_id text, person text, message jsonb, topic text DEFAULT NULL, class text DEFAULT 'urgent',
  due timestamptz DEFAULT NULL, trace text DEFAULT NULL, customer_key text DEFAULT NULL, id uuid DEFAULT NULL)
  RETURNS uuid LANGUAGE plpgsql AS $$
DECLARE
  message_id constant uuid := COALESCE(id, gen_random_uuid());
  picked record;
BEGIN
  -- Two that pick at once take two tokens.
  PERFORM pg_advisory_xact_lock(77006, hashtext(page_id || ' ' || person));
  PERFORM martlet.tokens_return(page_id, person);
  picked := martlet.token_pick(page_id, person, topic);
  IF picked.problem IS NOT NULL THEN
    RAISE EXCEPTION 'grounds.kind: %', CASE picked.problem
        WHEN 'stopped' THEN 'the person has stopped these notifications'
        WHEN 'expired' THEN 'the person''s token has expired'
        WHEN 'used' THEN 'the person''s one-time token has been used'
        ELSE 'the person has given no token' || CASE WHEN topic IS NULL THEN '' ELSE ' for this topic' END END
      USING ERRCODE = '22023', HINT = CASE picked.problem
        WHEN 'stopped' THEN 'respect it; the person can resume them in Messenger'
        ELSE 'ask the person, inside 24 hours of their last message, with an opt-in request' END;
  END IF;
  PERFORM martlet.send(
    page_id, person,
    message || jsonb_build_object('recipient', jsonb_build_object(
      CASE picked.kind WHEN 'one_time' THEN 'one_time_notif_token' ELSE 'notification_messages_token' END,
      picked.token)),
    class => class, due => due, trace => trace, grounds => '{"kind": "token"}', customer_key => customer_key,
    id => message_id);
  UPDATE martlet.contact_optin o SET used_by = message_id
    WHERE o.page_id = send_by_token.page_id AND o.kind = 'one_time' AND picked.kind = 'one_time'
      AND o.token = picked.token;
  RETURN message_id;
END $$;

-- A token for one message is good again where its message went nowhere and never will.
CREATE FUNCTION martlet.tokens_return(of_page text, of_person text) RETURNS void
  LANGUAGE sql AS $$
  UPDATE martlet.contact_optin o SET used_by = NULL
  FROM martlet.message m
  WHERE o.page_id = of_page AND o.person = of_person AND o.kind = 'one_time' AND o.used_by IS NOT NULL
    AND m.page_id = o.page_id AND m.id = o.used_by AND m.state IN ('cancelled', 'too_late', 'refused') AND m.mid IS NULL
$$;
