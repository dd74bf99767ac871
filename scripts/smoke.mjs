/**
 * npm run smoke -- --url http://host:8000 --api-key mm_…: a quick check of any running installation (also by
 * MODELMUXER_URL and MODELMUXER_API_KEY). Sends two short chat requests, which cost what two short requests cost.
 */
import { parseArgs } from 'node:util';
import { checks } from './lib/smoke-checks.mjs';
import { SmokeClient } from './lib/smoke-client.mjs';
import { tableLines } from './lib/table.mjs';

const usage = `usage: npm run smoke -- --url <http://host:port> --api-key <key> [--metrics-path </metrics/prometheus>]
The address and the key may also stand in MODELMUXER_URL and MODELMUXER_API_KEY.`;

async function main() {
  const options = readOptions();
  if (options === undefined) return 2;
  const client = new SmokeClient(options.url, options.apiKey);
  const unreachable = await findObstacle(client);
  if (unreachable !== undefined) {
    console.error(unreachable);
    return 1;
  }
  console.log(`Checking ${client.baseUrl}`);
  const results = [];
  for (const check of checks) results.push(await perform(check, client, options));
  return report(results);
}

function readOptions() {
  let values;
  try {
    ({ values } = parseArgs({
      options: {
        url: { type: 'string', default: process.env.MODELMUXER_URL || 'http://127.0.0.1:8000' },
        'api-key': { type: 'string', default: process.env.MODELMUXER_API_KEY },
        'metrics-path': { type: 'string', default: '/metrics/prometheus' },
      },
    }));
  } catch (error) {
    console.error(`${error.message}\n${usage}`);
    return undefined;
  }
  if (!URL.canParse(values.url) || !/^https?:/.test(values.url)) {
    console.error(`Not an http address: ${values.url}\n${usage}`);
    return undefined;
  }
  if (!values['api-key']) {
    console.error(`No API key given.\n${usage}`);
    return undefined;
  }
  return { url: values.url, apiKey: values['api-key'], metricsUrl: values['metrics-path'] };
}

/** Why nothing can be checked, with advice; undefined when the server answers. */
async function findObstacle(client) {
  try {
    await client.get('/health', { anonymous: true });
    return undefined;
  } catch (error) {
    const reason = error.cause?.code ?? error.cause?.message ?? error.message;
    return [
      `${client.baseUrl} does not answer: ${reason}`,
      ...(adviceFor[reason] ?? ['Is the service running, and are address and port right?']),
    ].join('\n');
  }
}

const adviceFor = {
  ECONNREFUSED: [
    'Nothing listens there. Start the service (`npm run quickstart` for a local one) and give its address with --url.',
    'In a container: is the port published, and does HOST stand on 0.0.0.0?',
  ],
  ENOTFOUND: ['The host name is not known here. Check its spelling, or use the address.'],
  EAI_AGAIN: ['The host name could not be looked up. Is there a network?'],
  ETIMEDOUT: ['No answer in time. Is a firewall in between?'],
  UND_ERR_CONNECT_TIMEOUT: ['No connection in time. Is a firewall in between, and is the port right?'],
  DEPTH_ZERO_SELF_SIGNED_CERT: [
    'The certificate is self-signed. Point NODE_EXTRA_CA_CERTS to the PEM file of its authority.',
  ],
  ERR_SSL_WRONG_VERSION_NUMBER: [
    'The server does not speak TLS on this port. Try http:// instead of https://.',
  ],
};

async function perform({ name, run }, client, options) {
  const startedAt = performance.now();
  const done = (ok, seen) => {
    const result = { name, ok, seen, ms: Math.round(performance.now() - startedAt) };
    console.log(`${ok ? 'ok    ' : 'FAILED'} ${name}: ${seen}`);
    return result;
  };
  try {
    return done(true, await run(client, options));
  } catch (error) {
    return done(false, error.cause?.code ?? error.message);
  }
}

function report(results) {
  const failed = results.filter((result) => !result.ok);
  console.log('');
  for (const line of tableLines([
    ['check', 'result', 'ms'],
    ...results.map(({ name, ok, ms }) => [name, ok ? 'ok' : 'FAILED', ms]),
  ])) {
    console.log(line);
  }
  console.log('');
  console.log(
    failed.length === 0
      ? `all ${results.length} checks passed`
      : `${failed.length} of ${results.length} checks failed`,
  );
  if (failed.some((result) => /status 401/.test(result.seen))) {
    console.log('A 401 means that this installation does not know the API key.');
  }
  return failed.length === 0 ? 0 : 1;
}

process.exitCode = await main();
