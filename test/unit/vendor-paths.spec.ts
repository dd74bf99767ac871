import { USAGE_PURPOSES } from '../../src/cost/ledger/usage-row';
import { CallSites, type Members } from '../support/call-sites';

const EXECUTOR = 'src/gateway/execution/plan-executor.ts';
const ADAPTERS = 'src/providers/adapters/';

/** What sends a call that a vendor bills, whatever it is called through. */
const ADAPTER_CALLS: Members = {
  declaredIn: ['src/llm/chat-adapter.ts', 'src/llm/embedding-adapter.ts', 'src/providers/adapters'],
  names: ['complete', 'stream', 'embed'],
};
const INVOKER_CALLS: Members = {
  declaredIn: ['src/providers/provider-invoker.ts'],
  names: ['complete', 'stream', 'embed'],
};
const EXECUTOR_CALLS: Members = { declaredIn: [EXECUTOR], names: ['complete', 'open', 'embed'] };

/** Every purpose a vendor is paid for, and where its calls begin. A retry, a failover and another key repeat one of them. */
const PURPOSES: Readonly<Record<(typeof USAGE_PURPOSES)[number], readonly string[]>> = {
  answer: [
    'src/gateway/chat.service.ts ChatService.complete',
    'src/gateway/chat.service.ts ChatService.open',
  ],
  cascade_step: [
    'src/gateway/execution/cascade-executor.ts CascadeExecutor.check',
    'src/gateway/execution/cascade-executor.ts CascadeExecutor.open',
    'src/gateway/execution/cascade-executor.ts CascadeExecutor.standIn',
  ],
  judge: ['src/gateway/execution/answer-judge.ts AnswerJudge.grade'],
  classifier: ['src/gateway/auxiliary/intent-opinion.ts IntentOpinion.opinionOf'],
  embedding: ['src/gateway/embedding.service.ts EmbeddingService.embed'],
};

/** What else sends HTTP requests, and why no budget has to admit it. */
const UNPAID_REQUESTS: Readonly<Record<string, string>> = {
  'src/providers/provider-prober.ts ProviderProber.ask':
    'health probe and model listing: the list of models, which no vendor bills',
  'src/auth/jwks-key-source.ts JwksKeySource.read': 'keys of the identity service',
  'src/auth/sso/open-id-client.ts OpenIdClient.fetch': 'single sign-on',
  'src/audit/signed-post.ts SignedPost.send': 'export of the audit trail to the operator',
  'src/analytics/alerts/channels/post-json.ts postJson': 'alerts to the operator',
};
/** The one way of adapters to their vendors. */
const VENDOR_REQUEST = 'src/providers/wire/vendor-http.ts VendorHttp.send';

const NETWORK_MODULES = ['http', 'https', 'http2', 'net', 'tls', 'dgram'].flatMap((name) => [
  name,
  `node:${name}`,
]);
const NETWORK_PACKAGES = ['undici', 'nodemailer', 'openid-client', 'axios', 'got', 'node-fetch', 'ws'];
/** What can open a connection by itself, and why that is no way to a vendor. */
const OTHER_CONNECTIONS: Readonly<Record<string, string>> = {
  'src/platform/http/http-client.ts undici': 'the HTTP client above',
  'src/auth/sso/open-id-client.ts openid-client': 'speaks through the HTTP client',
  'src/analytics/alerts/channels/email-channel.ts nodemailer': 'mail server of the operator',
  'src/audit/export/syslog-destination.ts node:dgram': 'log server of the operator',
  'src/audit/export/syslog-destination.ts node:net': 'log server of the operator',
  'src/audit/export/syslog-destination.ts node:tls': 'log server of the operator',
  'src/audit-verify.ts fetch': 'a command that reads published checkpoints',
  'src/common/ip-ranges.ts node:net': 'reads addresses only',
  'src/common/network-of.ts node:net': 'reads addresses only',
  'src/platform/http/address-guard.ts node:net': 'reads addresses only',
  'src/policy/rules/pii/ip-address.ts node:net': 'reads addresses only',
  'src/platform/database/embedded/database-server.ts node:net': 'listens',
  'src/platform/http/harden-server.ts node:http': 'answers',
  'src/telemetry/metrics-server.ts node:http': 'listens',
};

const outside = (sites: readonly string[]): readonly string[] =>
  sites.filter((site) => !site.startsWith(ADAPTERS));

/** A new path fails here; whoever adds it sends it through the executor, or names why it costs nothing. */
describe('every path to a vendor', () => {
  const sites = new CallSites();

  it('leads through the invoker, which alone calls the adapters', () => {
    expect(outside(sites.usersOf(ADAPTER_CALLS))).toEqual([
      'src/providers/provider-invoker.ts ProviderInvoker.complete',
      'src/providers/provider-invoker.ts ProviderInvoker.embed',
      'src/providers/provider-invoker.ts ProviderInvoker.stream',
    ]);
  });

  it('leads through the executor, which alone calls the invoker', () => {
    expect(sites.usersOf(INVOKER_CALLS)).toEqual([
      `${EXECUTOR} PlanExecutor.completeOnce`,
      `${EXECUTOR} PlanExecutor.embedOnce`,
      `${EXECUTOR} PlanExecutor.openOnce`,
    ]);
  });

  it('is covered by a hold first, noted second and sent third, for every single attempt', () => {
    const steps = ['this.isCovered', 'this.attempts.begin', 'once'];

    expect(sites.callsIn(EXECUTOR, 'tryTargets').filter((call) => steps.includes(call))).toEqual(steps);
    expect(sites.callsIn(EXECUTOR, 'isCovered')).toEqual(['this.admission.reserveNext']);
    expect(
      sites.usersOf({ declaredIn: [EXECUTOR], names: ['completeOnce', 'openOnce', 'embedOnce'] }),
    ).toEqual([
      `${EXECUTOR} PlanExecutor.complete`,
      `${EXECUTOR} PlanExecutor.embed`,
      `${EXECUTOR} PlanExecutor.open`,
    ]);
    for (const method of ['complete', 'open', 'embed'])
      expect(sites.callsIn(EXECUTOR, method)[0]).toBe('this.tryPlans');
    expect(sites.usersOf({ declaredIn: [EXECUTOR], names: ['tryTargets'] })).toEqual([
      `${EXECUTOR} PlanExecutor.tryPlans`,
    ]);
  });

  it('begins at a purpose of the ledger', () => {
    expect(Object.keys(PURPOSES).sort()).toEqual([...USAGE_PURPOSES].sort());
    expect(sites.usersOf(EXECUTOR_CALLS)).toEqual(Object.values(PURPOSES).flat().sort());
  });

  it('carries a hold that only budget admission gives', () => {
    const given = { declaredIn: ['src/cost/holds/hold-keeper.ts'], names: ['newHold'] };

    expect(sites.usersOf(given)).toEqual(['src/cost/holds/budget-admission.ts BudgetAdmission.attempt']);
    expect(sites.makersOf('src/cost/holds/request-hold.ts')).toEqual([
      'src/cost/holds/hold-keeper.ts HoldKeeper.newHold',
    ]);
  });

  it('is the only one of which a vendor can send a bill: all other requests are known, with their reason', () => {
    const requests = { declaredIn: ['src/platform/http/http-client.ts'], names: ['request'] };
    const vendorHttp = {
      declaredIn: ['src/providers/wire/vendor-http.ts'],
      names: ['complete', 'stream', 'send', 'answer'],
    };

    expect(sites.usersOf(requests)).toEqual([...Object.keys(UNPAID_REQUESTS), VENDOR_REQUEST].sort());
    expect(
      outside(sites.usersOf(vendorHttp)).filter(
        (site) => !site.startsWith('src/providers/wire/vendor-http.ts '),
      ),
    ).toEqual([]);
    expect(sites.importersOf([...NETWORK_MODULES, ...NETWORK_PACKAGES])).toEqual(
      Object.keys(OTHER_CONNECTIONS).sort(),
    );
  });
});

describe('a new path to a vendor', () => {
  const bypass = `
    import type { ChatAdapter } from '../llm/chat-adapter';
    import type { HttpClient } from '../platform/http/http-client';
    import type { ProviderInvoker } from '../providers/provider-invoker';
    import { request } from 'node:https';
    export class Bypass {
      constructor(private readonly tools: { a: ChatAdapter; i: ProviderInvoker; h: HttpClient }) {}
      byAdapter(call: never) { const { complete } = this.tools.a; return complete(call); }
      byInvoker(call: never) { const { i } = this.tools; return i['embed'](call, call); }
      byClient(call: never) { const send = this.tools.h.request; return send(call); }
      byFetch() { return fetch('https://vendor.example', { method: 'POST' }) ?? request; }
    }`;
  const path = 'src/gateway/bypass.ts';
  const sites = new CallSites({ [path]: bypass });

  it('is noticed, however it is written', () => {
    expect(outside(sites.usersOf(ADAPTER_CALLS))).toContain(`${path} Bypass.byAdapter`);
    expect(sites.usersOf(INVOKER_CALLS)).toContain(`${path} Bypass.byInvoker`);
    expect(sites.usersOf({ declaredIn: ['src/platform/http/http-client.ts'], names: ['request'] })).toContain(
      `${path} Bypass.byClient`,
    );
    expect(sites.importersOf(NETWORK_MODULES)).toEqual(
      expect.arrayContaining([`${path} fetch`, `${path} node:https`]),
    );
  });
});
