/** Headers of the chat routes, as Swagger shows them. */
export const ROUTING_HEADERS = {
  strategy: {
    name: 'X-Routing-Strategy',
    required: false,
    description:
      'An engine (`heuristic`, `semantic`, `hybrid`, `cascade`) or an objective (`cost_optimized`, `balanced`, `quality_focused`, `speed`).',
    example: 'balanced',
  },
  maxBudget: {
    name: 'X-Max-Budget',
    required: false,
    description: 'Most that this request may cost, in USD. It only tightens other budgets.',
    example: '0.05',
  },
  enableCascade: {
    name: 'X-Enable-Cascade',
    required: false,
    description: '`true` asks a cheap model first and a better one only when its answer does not hold.',
    example: 'true',
  },
  requestId: {
    name: 'X-Request-Id',
    required: false,
    description: 'Your own id; it is echoed and stored with the usage.',
  },
  routerMetadata: {
    name: 'X-Router-Metadata',
    required: false,
    description:
      '`stream` puts `router_metadata` into the last chunk of a stream even without `include_usage`.',
  },
} as const;
