import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';

const requestLimitMs = 30_000;
const firstAnswerLimitMs = 10_000;

/**
 * One round: `parallel` requests at once, half of them streams, kill -9 at a random moment, restart. Answers when the
 * service is ready again, with what the clients saw and how many requests were under way when it died. Counted from
 * the first answer (`after: 'answer'`) the kill hits calls in every state; counted from the start, also a cold service.
 */
export async function killRound(installation, { parallel, after }) {
  const clients = { answered: 0, failed: 0 };
  const startedAt = performance.now();
  const requests = Array.from({ length: parallel }, (_, index) =>
    askOnce(installation, index % 2 === 1, clients),
  );
  if (after === 'answer')
    await Promise.race([...requests, sleep(firstAnswerLimitMs, undefined, { ref: false })]);
  await sleep(randomInt(0, 700));
  const killedAfterMs = Math.round(performance.now() - startedAt);
  const inFlight = parallel - clients.answered - clients.failed;
  const victims = chooseVictims(installation);
  await installation.kill(victims);
  await Promise.all(requests);
  // What was on its way to the vendor when the service died still arrives.
  await sleep(300);
  await installation.start();
  return { ...clients, inFlight, killedAfterMs, victims };
}

/** The API process always; the worker every other time, in the same moment. */
function chooseVictims(installation) {
  const names = Object.keys(installation.pids);
  return randomInt(2) === 0 ? names : ['api'];
}

async function askOnce({ url, apiKey }, stream, clients) {
  try {
    const response = await fetch(`${url}/v1/chat/completions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${apiKey}` },
      body: JSON.stringify({
        messages: [{ role: 'user', content: slowQuestion() }],
        stream,
        max_tokens: 500,
      }),
      signal: AbortSignal.timeout(requestLimitMs),
    });
    const text = await response.text();
    const complete = stream ? text.trimEnd().endsWith('data: [DONE]') : true;
    if (response.status === 200 && complete) clients.answered += 1;
    else {
      clients.failed += 1;
      clients.firstProblem ??= `${response.status} ${text.slice(0, 200)}`;
    }
  } catch {
    clients.failed += 1;
  }
}

/** The vendor takes its time, as told by the script in the prompt, so that a kill hits calls in every state. */
function slowQuestion() {
  const words = Array.from({ length: randomInt(5, 30) }, () => 'word').join(' ');
  const script = { delayMs: randomInt(0, 250), eventDelayMs: randomInt(1, 20), text: words };
  return `Say a few words. [[fake:${JSON.stringify(script)}]]`;
}
