import type { ChatAdapter } from '../../llm/chat-adapter';
import type { Type } from '@nestjs/common';
import { AnthropicAdapter } from './anthropic.adapter';
import { CohereAdapter } from './cohere.adapter';
import { DemoAdapter } from './demo.adapter';
import { GoogleAdapter } from './google.adapter';
import { GroqAdapter } from './groq.adapter';
import { LiteLlmAdapter } from './litellm.adapter';
import { MistralAdapter } from './mistral.adapter';
import { OpenAiCompatibleAdapter } from './openai-compatible.adapter';
import { OpenAiAdapter } from './openai.adapter';
import { TogetherAdapter } from './together.adapter';

/** Every wire format we speak: one file and one line each. */
export const CHAT_ADAPTERS: readonly Type<ChatAdapter>[] = [
  OpenAiAdapter,
  AnthropicAdapter,
  GoogleAdapter,
  MistralAdapter,
  GroqAdapter,
  TogetherAdapter,
  CohereAdapter,
  LiteLlmAdapter,
  OpenAiCompatibleAdapter,
  DemoAdapter,
];
