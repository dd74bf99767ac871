/** One row per request: its attempts summed up, how it ended, and what it would have cost elsewhere. */
export const CREATE_REQUEST_RECORD = `
  CREATE TABLE request_record (
    request_id text NOT NULL,
    requested_on date NOT NULL,
    requested_at timestamptz NOT NULL,
    organization_id text NOT NULL,
    project_id text,
    user_id text NOT NULL,
    api_key_id text,
    endpoint text NOT NULL,
    purpose text NOT NULL,
    requested_model text,
    strategy text NOT NULL,
    objective text NOT NULL,
    intent text,
    decision_id text NOT NULL,
    provider text NOT NULL,
    model text NOT NULL,
    region text NOT NULL,
    status text NOT NULL,
    error_code text,
    cache_outcome text,
    latency_ms integer,
    output_limit integer,
    fingerprint text,
    attempts integer NOT NULL DEFAULT 0,
    input_tokens bigint NOT NULL DEFAULT 0,
    output_tokens bigint NOT NULL DEFAULT 0,
    cost_nano_usd bigint NOT NULL DEFAULT 0,
    last_attempt_id text,
    requested_nano_usd bigint,
    strongest_nano_usd bigint,
    strongest_model text,
    cheapest_nano_usd bigint,
    cheapest_model text,
    baseline_price_version text,
    closed_at timestamptz,
    PRIMARY KEY (request_id, requested_on)
  ) PARTITION BY RANGE (requested_on)`;

/** The instant inside an id of ours; null for other text. Matches timeOfId in src/common/ids.ts. */
export const TIME_OF_ID = `
  CREATE FUNCTION time_of_id(id text) RETURNS timestamptz LANGUAGE sql IMMUTABLE STRICT AS $body$
    SELECT CASE WHEN id ~ '^[a-z]+_[0-9a-hjkmnp-tv-z]{26}$' THEN to_timestamp((
      SELECT bit_or((strpos('0123456789abcdefghjkmnpqrstvwxyz', substr(split_part(id, '_', 2), i, 1)) - 1)::bigint
        << (5 * (10 - i)))
      FROM generate_series(1, 10) AS i) / 1000.0) END
  $body$`;

export const ENSURE_REQUEST_PARTITION = `
  CREATE FUNCTION ensure_request_partition(day date) RETURNS void LANGUAGE plpgsql AS $body$
  DECLARE
    first date := date_trunc('month', day)::date;
    partition text := 'request_record_' || to_char(first, 'YYYY_MM');
  BEGIN
    IF to_regclass(partition) IS NULL THEN
      PERFORM pg_advisory_xact_lock(hashtext('ensure_request_partition'));
      EXECUTE format(
        'CREATE TABLE IF NOT EXISTS %I PARTITION OF request_record FOR VALUES FROM (%L) TO (%L)',
        partition, first, (first + interval '1 month')::date);
    END IF;
  END
  $body$`;

/** Adds calls to the records of their requests. Until the request itself is noted, its last call speaks for it. */
export const SUM_CALLS = `
  CREATE FUNCTION sum_calls(changed usage_record[]) RETURNS void LANGUAGE plpgsql AS $body$
  BEGIN
    PERFORM lock_rollups(ARRAY(SELECT organization_id FROM unnest(changed)));
    PERFORM ensure_request_partition(month) FROM (
      SELECT DISTINCT date_trunc('month', coalesce(time_of_id(request_id) AT TIME ZONE 'UTC', started_on))::date AS month
      FROM unnest(changed)) AS months;
    WITH summed AS (
      SELECT request_id, coalesce((time_of_id(request_id) AT TIME ZONE 'UTC')::date, min(started_on)) AS requested_on,
        min(started_at) AS requested_at,
        count(*) FILTER (WHERE corrects_id IS NULL) AS attempts,
        sum(input_uncached + cache_read + cache_write_5m + cache_write_1h + audio_input + image_input) AS input_tokens,
        sum(output_text + reasoning + audio_output + image_output) AS output_tokens,
        sum(cost_nano_usd) AS cost_nano_usd,
        max(attempt_id) FILTER (WHERE corrects_id IS NULL) AS last_attempt_id
      FROM unnest(changed) GROUP BY request_id
    )
    INSERT INTO request_record AS kept (
      request_id, requested_on, requested_at, organization_id, project_id, user_id, api_key_id, endpoint, purpose,
      requested_model, strategy, objective, intent, decision_id, provider, model, region, status, error_code,
      attempts, input_tokens, output_tokens, cost_nano_usd, last_attempt_id)
    SELECT DISTINCT ON (summed.request_id)
      summed.request_id, summed.requested_on, summed.requested_at, call.organization_id, call.project_id,
      call.user_id, call.api_key_id, call.endpoint, call.purpose, call.requested_model, call.strategy,
      call.objective, call.intent, call.decision_id, call.provider, call.resolved_model, call.region, call.status,
      call.error_code, summed.attempts, summed.input_tokens, summed.output_tokens, summed.cost_nano_usd,
      summed.last_attempt_id
    FROM summed JOIN unnest(changed) AS call ON call.request_id = summed.request_id
    ORDER BY summed.request_id, call.corrects_id IS NULL DESC, call.attempt_id DESC
    ON CONFLICT (request_id, requested_on) DO UPDATE SET
      attempts = kept.attempts + excluded.attempts,
      input_tokens = kept.input_tokens + excluded.input_tokens,
      output_tokens = kept.output_tokens + excluded.output_tokens,
      cost_nano_usd = kept.cost_nano_usd + excluded.cost_nano_usd,
      requested_at = CASE WHEN kept.closed_at IS NULL THEN least(kept.requested_at, excluded.requested_at)
        ELSE kept.requested_at END,
      provider = CASE WHEN speaks THEN excluded.provider ELSE kept.provider END,
      model = CASE WHEN speaks THEN excluded.model ELSE kept.model END,
      region = CASE WHEN speaks THEN excluded.region ELSE kept.region END,
      purpose = CASE WHEN speaks THEN excluded.purpose ELSE kept.purpose END,
      status = CASE WHEN speaks THEN excluded.status ELSE kept.status END,
      error_code = CASE WHEN speaks THEN excluded.error_code ELSE kept.error_code END,
      last_attempt_id = greatest(kept.last_attempt_id, excluded.last_attempt_id);
  END
  $body$`.replaceAll(
  'WHEN speaks THEN',
  "WHEN kept.closed_at IS NULL AND excluded.last_attempt_id > coalesce(kept.last_attempt_id, '') THEN",
);

/** A baseline minus what the request really cost; negative where routing cost more. */
const saved = (baseline: string): string =>
  `(sign * coalesce(sum(request.${baseline} - request.cost_nano_usd), 0))::bigint`;

/** Counted under who answered it; a request that costs more than its baseline counts as a negative saving. */
export const REQUEST_FACTS = `
  CREATE FUNCTION request_facts(changed request_record[], sign integer) RETURNS rollup_fact[] LANGUAGE sql AS $body$
    SELECT array_agg(ROW(summed.*)::rollup_fact) FROM (
      SELECT request.organization_id, date_trunc('hour', request.requested_at, zone.time_zone), zone.time_zone,
        request.provider, request.model, request.region, request.strategy, coalesce(request.intent, ''),
        request.purpose, request.status, coalesce(request.project_id, ''), request.user_id,
        coalesce(request.api_key_id, ''),
        0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint,
        sign * count(*) AS requests,
        sign * count(*) FILTER (WHERE request.cache_outcome = 'hit') AS cache_hits,
        ${saved('requested_nano_usd')} AS saved_requested,
        ${saved('strongest_nano_usd')} AS saved_strongest,
        ${saved('cheapest_nano_usd')} AS saved_cheapest,
        sign * count(request.requested_nano_usd) AS compared_requested,
        sign * count(request.strongest_nano_usd) AS compared_candidates
      FROM unnest(changed) AS request JOIN rollup_zone AS zone USING (organization_id)
      GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13
    ) AS summed
  $body$`;

export const KEEP_REQUESTS = `
  CREATE FUNCTION keep_requests_rolled_up() RETURNS trigger LANGUAGE plpgsql AS $body$
  DECLARE
    gone request_record[];
    come request_record[];
  BEGIN
    IF TG_OP <> 'INSERT' THEN SELECT array_agg(r) INTO gone FROM old_rows AS r; END IF;
    IF TG_OP <> 'DELETE' THEN SELECT array_agg(r) INTO come FROM new_rows AS r; END IF;
    PERFORM lock_rollups(ARRAY(SELECT organization_id FROM unnest(gone || come)));
    PERFORM add_to_rollups(request_facts(gone, -1) || request_facts(come, 1));
    RETURN NULL;
  END
  $body$`;

const LINE_COLUMNS = `
  request_id text, requested_at timestamptz, organization_id text, project_id text, user_id text, api_key_id text,
  endpoint text, purpose text, requested_model text, strategy text, objective text, intent text, decision_id text,
  provider text, model text, region text, status text, error_code text, cache_outcome text, latency_ms integer,
  output_limit integer, fingerprint text, requested_nano_usd bigint, strongest_nano_usd bigint, strongest_model text,
  cheapest_nano_usd bigint, cheapest_model text, baseline_price_version text`;
const LINE_NAMES = [...LINE_COLUMNS.matchAll(/(\w+) (?:text|timestamptz|integer|bigint)/g)].map(
  ([, name]) => name ?? '',
);

/** Notes how requests ended. A request that was noted before stays as it is. Returns how many were new. */
export const BOOK_REQUESTS = `
  CREATE FUNCTION book_requests(lines jsonb) RETURNS integer LANGUAGE plpgsql AS $body$
  DECLARE
    booked integer;
  BEGIN
    PERFORM lock_rollups(ARRAY(SELECT line->>'organization_id' FROM jsonb_array_elements(lines) AS line));
    PERFORM ensure_request_partition(month) FROM (
      SELECT DISTINCT date_trunc('month', coalesce(time_of_id(request_id), requested_at) AT TIME ZONE 'UTC')::date AS month
      FROM jsonb_to_recordset(lines) AS line(request_id text, requested_at timestamptz)) AS months;
    INSERT INTO request_record AS kept (${LINE_NAMES.join(', ')}, requested_on, closed_at)
    SELECT DISTINCT ON (request_id) ${LINE_NAMES.join(', ')},
      (coalesce(time_of_id(request_id), requested_at) AT TIME ZONE 'UTC')::date, now()
    FROM jsonb_to_recordset(lines) AS line(${LINE_COLUMNS})
    ORDER BY request_id
    ON CONFLICT (request_id, requested_on) DO UPDATE SET
      ${LINE_NAMES.filter((name) => name !== 'request_id' && name !== 'organization_id')
        .map((name) => `${name} = excluded.${name}`)
        .join(', ')}, closed_at = excluded.closed_at
    WHERE kept.closed_at IS NULL;
    GET DIAGNOSTICS booked = ROW_COUNT;
    RETURN booked;
  END
  $body$`;
