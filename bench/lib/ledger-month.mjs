/**
 * Makes ledger rows by SQL, as many at once as a day has. People are alike to real ones in what matters for roll-ups: each has a
 * key, mostly one of eight models, and the intents of the classifier.
 */
const INSERT_DAY = `
  INSERT INTO usage_record (
    attempt_id, started_on, started_at, finished_at, held_at, request_id, hold_id, organization_id, user_id, api_key_id,
    endpoint, purpose, provider, resolved_model, region, strategy, objective, intent, decision_id, price_version,
    input_uncached, cache_read, cache_write_5m, cache_write_1h, audio_input, image_input, output_text, reasoning,
    audio_output, image_output, cost_nano_usd, held_nano_usd, cost_source, status, latency_ms)
  SELECT 'att_' || to_char($2::date, 'YYMMDD') || lpad(n::text, 20, '0'), $2::date, at, at, at, 'req_' || n, 'hold_' || n,
    $1, 'usr_' || who, 'key_' || who, 'chat.completions', 'answer',
    CASE WHEN model < 4 THEN 'openai' WHEN model < 6 THEN 'anthropic' ELSE 'google' END, 'model-' || model, 'global',
    CASE WHEN who % 3 = 0 THEN 'direct' ELSE 'hybrid' END, 'balanced',
    (ARRAY['chat_lite', 'code', 'translation', 'deep_reason', 'json_extract'])[1 + (random() * 4)::int], 'dec', 'v1',
    (random() * 4000)::bigint, 0, 0, 0, 0, 0, (random() * 900)::bigint, 0, 0, 0,
    (random() * 9000000)::bigint, 9000000, 'exact', CASE WHEN random() < 0.02 THEN 'error' ELSE 'success' END,
    (100 + random() * 4000)::int
  FROM (
    SELECT n, who, $2::date + (random() * 86399) * interval '1 second' AS at,
      CASE WHEN random() < 0.7 THEN who % 8 ELSE (random() * 7)::int END AS model
    FROM (SELECT n, (random() * random() * ($4::int - 1))::int AS who FROM generate_series(1, $3::int) AS n) AS picked
  ) AS made`;

/** Makes room for many rows; returns the organization of the installation's key. */
export async function prepareLedger(installation) {
  const [{ id }] = await installation.query("SELECT id FROM organization WHERE slug = 'default'");
  await installation.query('SELECT lock_rollups(ARRAY[$1])', [id]);
  await installation.query('ALTER TABLE usage_record DISABLE TRIGGER USER');
  // The questions asked here do not use these; without them the rows are made in half the time.
  for (const index of [
    'usage_record_request',
    'usage_record_organization_user_held',
    'usage_record_corrects',
  ])
    await installation.query(`DROP INDEX IF EXISTS ${index}`);
  return id;
}

export async function insertDay(installation, { organizationId, users, count, day }) {
  await installation.query('SELECT ensure_usage_partition($1::date)', [day]);
  await installation.query(INSERT_DAY, [organizationId, day.toISOString().slice(0, 10), count, users]);
}
