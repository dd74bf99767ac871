import { TextDecoder } from 'node:util';

const TIMEOUT_MS = 30_000;

/** Talks to one installation; every call has a deadline and every failure is in plain words. */
export class SmokeClient {
  constructor(baseUrl, apiKey) {
    this.baseUrl = baseUrl.replace(/\/+$/, '');
    this.apiKey = apiKey;
  }

  get(path, options = {}) {
    return this.call(path, options);
  }

  post(path, body, options = {}) {
    const text = typeof body === 'string' ? body : JSON.stringify(body);
    return this.call(path, { method: 'POST', body: text, ...options });
  }

  /** `{ status, headers, text, json }`; `json` is undefined when the text is not JSON. */
  async call(path, options = {}) {
    const response = await this.open(path, options);
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: parse(text) };
  }

  /** The data of all server-sent events of a streamed answer, with the time the first one took. */
  async stream(path, body) {
    const startedAt = performance.now();
    const response = await this.open(path, { method: 'POST', body: JSON.stringify(body) });
    if (response.status !== 200) {
      throw new Error(`status ${response.status} instead of 200: ${(await response.text()).slice(0, 200)}`);
    }
    const events = [];
    let firstMs;
    let rest = '';
    const decoder = new TextDecoder();
    for await (const chunk of response.body) {
      firstMs ??= performance.now() - startedAt;
      const blocks = (rest + decoder.decode(chunk, { stream: true })).split(/\r?\n\r?\n/);
      rest = blocks.pop();
      for (const block of blocks) {
        const data = block
          .split(/\r?\n/)
          .filter((line) => line.startsWith('data:'))
          .map((line) => line.slice(5).trimStart());
        if (data.length > 0) events.push(data.join('\n'));
      }
    }
    return { events, firstMs, headers: response.headers, unfinished: rest.trim() };
  }

  open(path, { method = 'GET', body, headers = {}, anonymous = false } = {}) {
    return fetch(this.baseUrl + path, {
      method,
      body,
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
      headers: {
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(!anonymous && { authorization: `Bearer ${this.apiKey}` }),
        ...headers,
      },
    });
  }
}

function parse(text) {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
