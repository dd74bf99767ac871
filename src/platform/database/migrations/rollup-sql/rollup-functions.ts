/** What a roll-up row is counted by beside organization and time. Texts are empty where a row has none. */
const DIMENSIONS = [
  'provider',
  'model',
  'region',
  'strategy',
  'intent',
  'purpose',
  'status',
  'project_id',
  'user_id',
  'api_key_id',
] as const;

/** Dimensions of people and keys: left out of the coarse rows, whose number so stays small in a large organization. */
const DETAILS: ReadonlySet<string> = new Set(['project_id', 'user_id', 'api_key_id']);

/** What is summed. `saved_…` is baseline minus cost and may be negative; `compared_…` counts requests with that baseline. */
const MEASURES = [
  'calls',
  'input_tokens',
  'cached_tokens',
  'output_tokens',
  'cost_nano_usd',
  'requests',
  'cache_hits',
  'saved_requested_nano_usd',
  'saved_strongest_nano_usd',
  'saved_cheapest_nano_usd',
  'compared_requested',
  'compared_candidates',
] as const;

const list = (names: readonly string[], shape: (name: string) => string = (name) => name): string =>
  names.map(shape).join(', ');

/** A small part of the organization's figures in one hour. */
export const FACT_TYPE = `
  CREATE TYPE rollup_fact AS (
    organization_id text, hour timestamptz, time_zone text,
    ${list(DIMENSIONS, (name) => `${name} text`)},
    ${list(MEASURES, (name) => `${name} bigint`)})`;

/** Sums per hour or per day of the organization's time zone; `bucket` is the instant at which it begins. */
export function factTable(name: string): string {
  return `
    CREATE TABLE ${name} (
      organization_id text NOT NULL,
      detailed boolean NOT NULL,
      bucket timestamptz NOT NULL,
      key_id uuid NOT NULL,
      ${list(MEASURES, (measure) => `${measure} bigint NOT NULL`)},
      PRIMARY KEY (organization_id, detailed, bucket, key_id))`;
}

/** Changes to one organization's roll-ups take turns, so that transactions can lock many rows without deadlock. */
export const LOCK_ROLLUPS = `
  CREATE FUNCTION lock_rollups(organizations text[]) RETURNS void LANGUAGE plpgsql AS $body$
  DECLARE
    organization text;
  BEGIN
    FOR organization IN SELECT DISTINCT o FROM unnest(organizations) AS o ORDER BY o LOOP
      PERFORM pg_advisory_xact_lock(hashtext('rollup'), hashtext(organization));
      IF NOT EXISTS (SELECT FROM rollup_zone WHERE organization_id = organization) THEN
        INSERT INTO rollup_zone
        SELECT organization, coalesce(
          (SELECT time_zone FROM organization AS known
           WHERE id = organization AND EXISTS (SELECT FROM pg_timezone_names WHERE name = known.time_zone)),
          'UTC')
        ON CONFLICT DO NOTHING;
      END IF;
    END LOOP;
  END
  $body$`;

const upsert = (table: string, bucket: string): string => `
  INSERT INTO ${table} AS kept (organization_id, detailed, bucket, key_id, ${list(MEASURES)})
  SELECT organization_id, detailed, ${bucket}, key_id, ${list(MEASURES, (name) => `sum(${name})`)}
  FROM keyed GROUP BY 1, 2, 3, 4 ORDER BY 1, 2, 3, 4
  ON CONFLICT (organization_id, detailed, bucket, key_id) DO UPDATE
  SET ${list(MEASURES, (name) => `${name} = kept.${name} + excluded.${name}`)}`;

const IDENTITY = `organization_id || chr(31) || detailed::text || chr(31) || ${DIMENSIONS.join(' || chr(31) || ')}`;

export const ADD_FACTS = `
  CREATE FUNCTION add_to_rollups(facts rollup_fact[]) RETURNS void LANGUAGE sql AS $body$
    WITH shaped AS (
      SELECT fact.organization_id, fact.hour, fact.time_zone, shape.detailed,
        ${list(DIMENSIONS, (name) =>
          DETAILS.has(name)
            ? `CASE WHEN shape.detailed THEN fact.${name} ELSE '' END AS ${name}`
            : `fact.${name}`,
        )},
        ${list(MEASURES, (name) => `fact.${name}`)}
      FROM unnest(facts) AS fact CROSS JOIN (VALUES (true), (false)) AS shape(detailed)
    ), keyed AS MATERIALIZED (
      SELECT *, encode(substr(sha256(convert_to(${IDENTITY}, 'UTF8')), 1, 16), 'hex')::uuid AS key_id
      FROM shaped
    ), keys AS (
      INSERT INTO rollup_key (id, organization_id, detailed, ${list(DIMENSIONS)})
      SELECT DISTINCT ON (key_id) key_id, organization_id, detailed, ${list(DIMENSIONS)}
      FROM keyed ORDER BY key_id ON CONFLICT DO NOTHING
    ), hours AS (${upsert('usage_rollup_hour', 'hour')})
    ${upsert('usage_rollup_day', "date_trunc('day', hour, time_zone)")}
  $body$`;

const INPUT_TOKENS =
  'call.input_uncached + call.cache_read + call.cache_write_5m + call.cache_write_1h + call.audio_input + call.image_input';
const OUTPUT_TOKENS = 'call.output_text + call.reasoning + call.audio_output + call.image_output';

/** Corrections change money and tokens; they are no calls of their own. */
const callFacts = (calls: string): string => `
    SELECT array_agg(ROW(summed.*)::rollup_fact) FROM (
      SELECT call.organization_id, date_trunc('hour', call.started_at, zone.time_zone), zone.time_zone,
        call.provider, call.resolved_model, call.region, call.strategy, coalesce(call.intent, ''), call.purpose,
        call.status, coalesce(call.project_id, ''), call.user_id, coalesce(call.api_key_id, ''),
        sign * count(*) FILTER (WHERE call.corrects_id IS NULL) AS calls,
        (sign * sum(${INPUT_TOKENS}))::bigint AS input_tokens,
        (sign * sum(call.cache_read))::bigint AS cached_tokens,
        (sign * sum(${OUTPUT_TOKENS}))::bigint AS output_tokens,
        (sign * sum(call.cost_nano_usd))::bigint AS cost_nano_usd,
        0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint, 0::bigint
      FROM ${calls} AS call JOIN rollup_zone AS zone USING (organization_id)
      GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13
    ) AS summed`;

export const CALL_FACTS = `
  CREATE FUNCTION call_facts(changed usage_record[], sign integer) RETURNS rollup_fact[] LANGUAGE sql AS $body$
    ${callFacts('unnest(changed)')}
  $body$`;

/**
 * Latencies are counted in slots that are 10 % wide each, so that percentiles of any period are known to
 * within 5 % without keeping single values. Only successful calls count.
 */
const latencyCounts = (calls: string): string => `
  INSERT INTO latency_rollup AS kept
  SELECT call.organization_id, date_trunc('hour', call.started_at, zone.time_zone), call.provider,
    call.resolved_model, call.region, coalesce(call.caller_region, ''), timing.measure,
    floor(ln(greatest(timing.ms, 1)) / ln(1.1))::smallint, sign * count(*)
  FROM ${calls} AS call JOIN rollup_zone AS zone USING (organization_id)
  CROSS JOIN LATERAL (VALUES ('total', call.latency_ms), ('first_token', call.first_token_ms)) AS timing(measure, ms)
  WHERE call.status = 'success' AND call.corrects_id IS NULL AND timing.ms IS NOT NULL
  GROUP BY 1, 2, 3, 4, 5, 6, 7, 8 ORDER BY 1, 2, 3, 4, 5, 6, 7, 8
  ON CONFLICT (organization_id, hour, provider, model, region, caller_region, measure, slot)
  DO UPDATE SET calls = kept.calls + excluded.calls`;

export const COUNT_LATENCIES = `
  CREATE FUNCTION count_latencies(changed usage_record[], sign integer) RETURNS void LANGUAGE sql AS $body$
    ${latencyCounts('unnest(changed)')}
  $body$`;

export const KEEP_CALLS = `
  CREATE FUNCTION keep_calls_rolled_up() RETURNS trigger LANGUAGE plpgsql AS $body$
  DECLARE
    gone usage_record[];
    come usage_record[];
  BEGIN
    IF TG_OP <> 'INSERT' THEN SELECT array_agg(r) INTO gone FROM old_rows AS r; END IF;
    IF TG_OP <> 'DELETE' THEN SELECT array_agg(r) INTO come FROM new_rows AS r; END IF;
    PERFORM lock_rollups(ARRAY(SELECT organization_id FROM unnest(gone || come)));
    PERFORM add_to_rollups(call_facts(gone, -1) || call_facts(come, 1));
    PERFORM count_latencies(gone, -1);
    PERFORM count_latencies(come, 1);
    IF TG_OP = 'INSERT' AND come IS NOT NULL THEN PERFORM sum_calls(come); END IF;
    RETURN NULL;
  END
  $body$`;

/** Started within a day, and so booked within it or next to it. */
const CALLS_OF_DAY = `(
        SELECT * FROM usage_record WHERE organization_id = organization AND started_at >= step AND started_at < following)`;

/**
 * Computes an organization's roll-ups anew from ledger and request records, for whole days that touch the period.
 * What lies before the first rows still kept stays as it is. Booking for the organization waits meanwhile.
 */
export const REBUILD = `
  CREATE FUNCTION rebuild_rollups(organization text, since timestamptz, until timestamptz)
  RETURNS void LANGUAGE plpgsql AS $body$
  DECLARE
    zone text;
    first timestamptz;
    last timestamptz;
    step timestamptz;
    following timestamptz;
    sign CONSTANT integer := 1;
  BEGIN
    PERFORM lock_rollups(ARRAY[organization]);
    SELECT time_zone INTO zone FROM rollup_zone WHERE organization_id = organization;
    SELECT min(started_at), max(started_at) INTO first, last FROM usage_record WHERE organization_id = organization;
    SELECT least(first, min(requested_at)), greatest(last, max(requested_at)) INTO first, last
    FROM request_record WHERE organization_id = organization;
    since := date_trunc('day', since, zone);
    IF isfinite(until) THEN
      until := (date_trunc('day', (until - interval '1 microsecond') AT TIME ZONE zone) + interval '1 day')
        AT TIME ZONE zone;
    END IF;
    IF EXISTS (SELECT FROM usage_rollup_day WHERE organization_id = organization AND bucket < first - interval '2 days') THEN
      since := greatest(since, date_trunc('day', first + interval '1 day', zone));
    END IF;
    DELETE FROM usage_rollup_hour WHERE organization_id = organization AND bucket >= since AND bucket < until;
    DELETE FROM usage_rollup_day WHERE organization_id = organization AND bucket >= since AND bucket < until;
    DELETE FROM latency_rollup WHERE organization_id = organization AND hour >= since AND hour < until;
    step := greatest(since, date_trunc('day', first, zone));
    WHILE step < until AND step <= last LOOP
      following := ((step AT TIME ZONE zone) + interval '1 day') AT TIME ZONE zone;
      ${latencyCounts(CALLS_OF_DAY)};
      PERFORM add_to_rollups((${callFacts(CALLS_OF_DAY)}) || request_facts(ARRAY(
        SELECT request FROM request_record AS request WHERE organization_id = organization
          AND requested_at >= step AND requested_at < following), 1));
      step := following;
    END LOOP;
  END
  $body$`;
