import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI, type GenerateContentResponse } from '@google/genai';
import { Mistral } from '@mistralai/mistralai';
import type { ContentChunk, ToolCall } from '@mistralai/mistralai/models/components';
import { CohereClientV2, type Cohere } from 'cohere-ai';
import Groq from 'groq-sdk';
import OpenAI from 'openai';
import Together from 'together-ai';

/** An answer as the vendor's own client library shows it. */
export interface SdkAnswer {
  text: string;
  calls: { name: string; arguments: unknown }[];
  finish: string | undefined;
}

/** Asks one question through a vendor's library and reads the answer with it, whole and streamed. */
export interface SdkReader {
  whole(baseUrl: string, model: string): Promise<SdkAnswer>;
  streamed(baseUrl: string, model: string): Promise<SdkAnswer>;
}

const KEY = 'k-1';
const QUESTION = [{ role: 'user' as const, content: 'x' }];
const DAY_MS = 86_400_000;

/** What the libraries of the OpenAI family agree on in an answer. */
interface FamilyCompletion {
  readonly choices: readonly {
    readonly finish_reason?: string | null;
    readonly message?: {
      readonly content?: string | null;
      readonly tool_calls?: readonly FamilyCall[] | null;
    };
  }[];
}

interface FamilyChunk {
  readonly choices: readonly {
    readonly finish_reason?: string | null;
    readonly delta: {
      readonly content?: string | null;
      readonly tool_calls?: readonly (FamilyCall & { readonly index: number })[] | null;
    };
  }[];
}

interface FamilyCall {
  readonly function?: { readonly name?: string; readonly arguments?: string };
}

interface FamilyClient {
  whole(model: string): Promise<FamilyCompletion>;
  streamed(model: string): Promise<AsyncIterable<FamilyChunk>>;
}

function parsed(text: string): unknown {
  return text === '' ? {} : JSON.parse(text);
}

/** Arguments that come in pieces, by the number of their call. */
class CallPieces {
  private readonly pieces = new Map<number, { name: string; text: string }>();

  add(index: number, name: string | undefined, text: string): void {
    const known = this.pieces.get(index) ?? { name: '', text: '' };
    this.pieces.set(index, { name: known.name + (name ?? ''), text: known.text + text });
  }

  list(): SdkAnswer['calls'] {
    return [...this.pieces.values()].map(({ name, text }) => ({ name, arguments: parsed(text) }));
  }
}

function familyReader(connect: (baseUrl: string) => FamilyClient): SdkReader {
  return {
    async whole(baseUrl, model) {
      const [choice] = (await connect(baseUrl).whole(model)).choices;
      const calls = (choice?.message?.tool_calls ?? []).map((call) => ({
        name: call.function?.name ?? '',
        arguments: parsed(call.function?.arguments ?? ''),
      }));
      return { text: choice?.message?.content ?? '', calls, finish: choice?.finish_reason ?? undefined };
    },
    async streamed(baseUrl, model) {
      const pieces = new CallPieces();
      const seen: SdkAnswer = { text: '', calls: [], finish: undefined };
      for await (const { choices } of await connect(baseUrl).streamed(model)) {
        const [choice] = choices;
        seen.text += choice?.delta.content ?? '';
        seen.finish = choice?.finish_reason ?? seen.finish;
        for (const call of choice?.delta.tool_calls ?? [])
          pieces.add(call.index, call.function?.name, call.function?.arguments ?? '');
      }
      return { ...seen, calls: pieces.list() };
    },
  };
}

const openAi = familyReader((baseURL) => {
  const { completions } = new OpenAI({ apiKey: KEY, baseURL, maxRetries: 0 }).chat;
  return {
    whole: async (model) => toFamily(await completions.create({ model, messages: QUESTION })),
    streamed: (model) => completions.create({ model, messages: QUESTION, stream: true }),
  };
});

/** Custom tools, which only OpenAI has, are no functions. */
function toFamily({ choices }: OpenAI.ChatCompletion): FamilyCompletion {
  return {
    choices: choices.map(({ finish_reason, message: { content, tool_calls = [] } }) => ({
      finish_reason,
      message: { content, tool_calls: tool_calls.filter((call) => call.type === 'function') },
    })),
  };
}

const groq = familyReader((baseUrl) => {
  // The library puts /openai/v1 before the path itself.
  const { completions } = new Groq({ apiKey: KEY, baseURL: new URL(baseUrl).origin, maxRetries: 0 }).chat;
  return {
    whole: (model) => completions.create({ model, messages: QUESTION }),
    streamed: (model) => completions.create({ model, messages: QUESTION, stream: true }),
  };
});

const together = familyReader((baseURL) => {
  const { completions } = new Together({ apiKey: KEY, baseURL, maxRetries: 0 }).chat;
  return {
    whole: (model) => completions.create({ model, messages: QUESTION }),
    streamed: (model) => completions.create({ model, messages: QUESTION, stream: true }),
  };
});

const anthropic: SdkReader = {
  whole: async (baseURL, model) =>
    seenInMessage(
      await anthropicAt(baseURL).create({ model, max_tokens: 10, messages: QUESTION }, { timeout: DAY_MS }),
    ),
  streamed: async (baseURL, model) =>
    seenInMessage(
      await anthropicAt(baseURL).stream({ model, max_tokens: 10, messages: QUESTION }).finalMessage(),
    ),
};

function anthropicAt(baseUrl: string): Anthropic['messages'] {
  return new Anthropic({ apiKey: KEY, baseURL: new URL(baseUrl).origin, maxRetries: 0 }).messages;
}

function seenInMessage({ content, stop_reason }: Anthropic.Message): SdkAnswer {
  const seen: SdkAnswer = { text: '', calls: [], finish: stop_reason ?? undefined };
  for (const block of content) {
    if (block.type === 'text') seen.text += block.text;
    if (block.type === 'tool_use') seen.calls.push({ name: block.name, arguments: block.input });
  }
  return seen;
}

const google: SdkReader = {
  whole: async (baseUrl, model) =>
    seenInContents([await geminiAt(baseUrl).generateContent({ model, contents: 'x' })]),
  async streamed(baseUrl, model) {
    const contents: GenerateContentResponse[] = [];
    for await (const one of await geminiAt(baseUrl).generateContentStream({ model, contents: 'x' }))
      contents.push(one);
    return seenInContents(contents);
  },
};

function geminiAt(baseUrl: string): GoogleGenAI['models'] {
  return new GoogleGenAI({ apiKey: KEY, httpOptions: { baseUrl: new URL(baseUrl).origin } }).models;
}

function seenInContents(contents: readonly GenerateContentResponse[]): SdkAnswer {
  const seen: SdkAnswer = { text: '', calls: [], finish: undefined };
  for (const { candidates, promptFeedback } of contents) {
    const [candidate] = candidates ?? [];
    seen.finish = candidate?.finishReason ?? promptFeedback?.blockReason ?? seen.finish;
    for (const part of candidate?.content?.parts ?? []) {
      if (part.thought !== true) seen.text += part.text ?? '';
      if (part.functionCall)
        seen.calls.push({ name: part.functionCall.name ?? '', arguments: part.functionCall.args ?? {} });
    }
  }
  return seen;
}

const mistral: SdkReader = {
  async whole(baseUrl, model) {
    const { choices } = await mistralAt(baseUrl).complete({ model, messages: QUESTION });
    const [choice] = choices;
    return {
      text: mistralText(choice?.message?.content),
      calls: mistralCalls(choice?.message?.toolCalls),
      finish: choice?.finishReason,
    };
  },
  async streamed(baseUrl, model) {
    const seen: SdkAnswer = { text: '', calls: [], finish: undefined };
    for await (const { data } of await mistralAt(baseUrl).stream({ model, messages: QUESTION })) {
      const [choice] = data.choices;
      seen.text += mistralText(choice?.delta.content);
      seen.calls.push(...mistralCalls(choice?.delta.toolCalls));
      seen.finish = choice?.finishReason ?? seen.finish;
    }
    return seen;
  },
};

function mistralAt(baseUrl: string): Mistral['chat'] {
  return new Mistral({
    apiKey: KEY,
    serverURL: new URL(baseUrl).origin,
    retryConfig: { strategy: 'none' },
  }).chat;
}

function mistralText(content: string | readonly ContentChunk[] | null | undefined): string {
  if (typeof content === 'string') return content;
  return (content ?? []).map((chunk) => (chunk.type === 'text' ? chunk.text : '')).join('');
}

function mistralCalls(calls: readonly ToolCall[] | null | undefined): SdkAnswer['calls'] {
  return (calls ?? []).map(({ function: { name, arguments: given } }) => ({
    name,
    arguments: typeof given === 'string' ? parsed(given) : given,
  }));
}

const cohere: SdkReader = {
  async whole(baseUrl, model) {
    const { message, finishReason } = await cohereAt(baseUrl).chat({ model, messages: QUESTION });
    return {
      text: (message.content ?? []).map((block) => (block.type === 'text' ? block.text : '')).join(''),
      calls: (message.toolCalls ?? []).map(({ function: called }) => cohereCall(called)),
      finish: finishReason,
    };
  },
  async streamed(baseUrl, model) {
    const pieces = new CallPieces();
    const seen: SdkAnswer = { text: '', calls: [], finish: undefined };
    for await (const event of await cohereAt(baseUrl).chatStream({ model, messages: QUESTION }))
      addCohereEvent(event, seen, pieces);
    return { ...seen, calls: pieces.list() };
  },
};

function cohereAt(baseUrl: string): CohereClientV2 {
  return new CohereClientV2({ token: KEY, baseUrl: new URL(baseUrl).origin });
}

/** A call without arguments says null. */
function cohereCall(called: { name?: string; arguments?: string } | undefined): SdkAnswer['calls'][number] {
  return { name: called?.name ?? '', arguments: parsed(called?.arguments ?? '') ?? {} };
}

function addCohereEvent(event: Cohere.V2ChatStreamResponse, seen: SdkAnswer, pieces: CallPieces): void {
  if (event.type === 'content-delta') seen.text += event.delta?.message?.content?.text ?? '';
  if (event.type === 'message-end') seen.finish = event.delta?.finishReason;
  if (event.type === 'tool-call-start') {
    const called = event.delta?.message?.toolCalls?.function;
    pieces.add(event.index ?? 0, called?.name, called?.arguments ?? '');
  }
  if (event.type === 'tool-call-delta')
    pieces.add(event.index ?? 0, undefined, event.delta?.message?.toolCalls?.function?.arguments ?? '');
}

/** The library of every vendor by the name of the vendor; a proxy is read with OpenAI's. */
export const SDK_READERS: Readonly<Record<string, SdkReader>> = {
  openai: openAi,
  litellm: openAi,
  groq,
  together,
  mistral,
  anthropic,
  google,
  cohere,
};
