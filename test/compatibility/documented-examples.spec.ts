import { execFile, execFileSync } from 'node:child_process';
import { createApp, type TestApp } from '../support/create-app';
import { programWithLiteLlm } from '../support/litellm-proxy';
import { signJwt, usualClaims } from '../support/sign-jwt';

const KEY = 'sk-test-key-1';
const JWT_SECRET = 'a-secret-of-tests-that-is-long-enough';

/** The examples of the requirement documents; only the address is another one. */
const CURL = (data: string): string => `curl -sS -X POST "http://localhost:8000/v1/chat/completions" \\
  -H "Authorization: Bearer ${KEY}" \\
  -H "Content-Type: application/json" \\
  -d '${data}'`;

const HTTPX_EXAMPLE = `
import httpx
import asyncio

async def chat_with_router():
    async with httpx.AsyncClient() as client:
        response = await client.post(
            "http://localhost:8000/v1/chat/completions",
            headers={"Authorization": "Bearer ${KEY}"},
            json={
                "messages": [
                    {
                        "role": "user",
                        "content": "Write a Python function to calculate fibonacci"
                    }
                ],
                "max_tokens": 500
            }
        )

        data = response.json()
        print(f"Response: {data['choices'][0]['message']['content']}")
        print(f"Provider: {data['router_metadata']['selected_provider']}")
        print(f"Model: {data['router_metadata']['selected_model']}")
        print(f"Cost: \${data['router_metadata']['estimated_cost']:.6f}")

asyncio.run(chat_with_router())
`;

const REQUESTS_EXAMPLE = `
import requests

response = requests.post("http://localhost:8000/v1/chat/completions",
    headers={"Authorization": "Bearer your-jwt-token"},
    json={
        "messages": [
            {"role": "user", "content": "What is the capital of France?"}
        ],
        "temperature": 0.7,
        "max_tokens": 100
    }
)
print(response.status_code, response.json()["object"])
`;

/** The same request with Python's own library, for machines without httpx. */
const URLLIB_EXAMPLE = `
import json
import urllib.request

request = urllib.request.Request(
    "http://localhost:8000/v1/chat/completions",
    headers={"Authorization": "Bearer ${KEY}", "Content-Type": "application/json"},
    data=json.dumps({
        "messages": [{"role": "user", "content": "Write a Python function to calculate fibonacci"}],
        "max_tokens": 500,
    }).encode(),
)
with urllib.request.urlopen(request, timeout=20) as response:
    data = json.load(response)
print(f"Response: {data['choices'][0]['message']['content']}")
print(f"Provider: {data['router_metadata']['selected_provider']}")
print(f"Model: {data['router_metadata']['selected_model']}")
print(f"Cost: \${data['router_metadata']['estimated_cost']:.6f}")
`;

/** A program with OpenAI's own library, as it would be written for OpenAI. */
const OPENAI_EXAMPLE = `
from openai import OpenAI

client = OpenAI(base_url="http://localhost:8000/v1", api_key="${KEY}")
answer = client.chat.completions.create(
    model="auto",
    messages=[{"role": "user", "content": "What is 2+2?"}],
)
print(answer.choices[0].message.role, answer.usage.total_tokens, answer.router_metadata["selected_provider"])
pieces = client.chat.completions.create(
    model="auto",
    messages=[{"role": "user", "content": "Count from 1 to 10"}],
    stream=True,
)
print(len("".join(piece.choices[0].delta.content or "" for piece in pieces if piece.choices)))
`;

/** The virtual environment beside LiteLLM has the packages that the examples import. */
const PYTHON = programWithLiteLlm('python') ?? 'python3';

function canRun(program: string, args: readonly string[]): boolean {
  try {
    execFileSync(program, args, { stdio: 'ignore' });
    return true;
  } catch {
    return false;
  }
}

const hasCurl = canRun('curl', ['--version']);
const hasPython = canRun(PYTHON, ['--version']);
const hasPackage = (name: string): boolean => hasPython && canRun(PYTHON, ['-c', `import ${name}`]);
const hasRequests = hasPackage('requests');
const hasHttpx = hasPackage('httpx');
const hasOpenAi = hasPackage('openai');

describe('the examples of the requirement documents', () => {
  let app: TestApp;

  beforeAll(async () => {
    app = await createApp({ settings: { ALLOWED_API_KEYS: 'sk-test-key-1,sk-test-key-2', JWT_SECRET } });
  }, 60_000);
  afterAll(() => app.stop(), 60_000);

  function run(program: string, args: readonly string[]): Promise<string> {
    return new Promise((resolve, reject) => {
      execFile(program, args, { timeout: 20_000 }, (error, output, errors) => {
        if (error) reject(new Error(errors, { cause: error }));
        else resolve(output);
      });
    });
  }

  const here = (text: string): string => text.replaceAll('http://localhost:8000', app.url);

  (hasCurl ? it : it.skip)('curl: a completion', async () => {
    const output = await run('sh', [
      '-c',
      here(
        CURL(`{
    "messages": [
      {"role": "user", "content": "What is the capital of France?"}
    ],
    "max_tokens": 150,
    "temperature": 0.7
  }`),
      ),
    ]);

    expect(JSON.parse(output)).toMatchObject({
      object: 'chat.completion',
      choices: [{ message: { role: 'assistant' } }],
      router_metadata: { selected_provider: 'openai' },
    });
  });

  (hasCurl ? it : it.skip)('curl: a streamed completion', async () => {
    const output = await run('sh', [
      '-c',
      here(
        CURL(`{
    "messages": [
      {"role": "user", "content": "Count from 1 to 10"}
    ],
    "stream": true
  }`),
      ),
    ]);
    const lines = output.split('\n').filter((line) => line !== '');

    expect(lines.every((line) => line.startsWith('data: '))).toBe(true);
    expect(lines.at(-1)).toBe('data: [DONE]');
    expect(JSON.parse(lines[0]?.slice('data: '.length) ?? '')).toMatchObject({
      object: 'chat.completion.chunk',
    });
  });

  (hasPython ? it : it.skip)(
    `Python: ${hasHttpx ? 'httpx, as printed' : 'urllib, because httpx is not installed'}`,
    async () => {
      const output = await run(PYTHON, ['-c', here(hasHttpx ? HTTPX_EXAMPLE : URLLIB_EXAMPLE)]);

      expect(output).toMatch(/^Response: .+\nProvider: openai\nModel: [\w.-]+\nCost: \$0\.\d{6}\n$/);
    },
  );

  (hasRequests ? it : it.skip)('Python: requests, with a JWT', async () => {
    const keys = (await app.get('/v1/api-keys', { key: KEY })).body['data'] as readonly { user_id: string }[];
    const token = signJwt(usualClaims({ sub: keys[0]?.user_id }), { algorithm: 'HS256', key: JWT_SECRET });
    const output = await run(PYTHON, ['-c', here(REQUESTS_EXAMPLE).replace('your-jwt-token', token)]);

    expect(output).toBe('200 chat.completion\n');
  });
  (hasOpenAi ? it : it.skip)("Python: OpenAI's library, whole and streamed", async () => {
    const output = await run(PYTHON, ['-c', here(OPENAI_EXAMPLE)]);

    expect(output).toMatch(/^assistant \d+ openai\n[1-9]\d*\n$/);
  });
});
