import { chatRequest } from '../../../test/support/chat-request-samples';
import { DataDirectoryConfig } from '../../platform/config/data-directory.config';
import { loadConfig } from '../../platform/config/load-config';
import { AuthConfig } from '../../auth/auth.config';
import { AuthSecrets } from '../../auth/auth-secrets';
import { GatewayConfig } from '../gateway.config';
import { questionOfChat, questionOfEmbedding } from './question-of';
import { RequestFingerprints } from './request-fingerprints';

function fingerprints(env: Readonly<Record<string, string>> = {}): RequestFingerprints {
  const config = loadConfig([AuthConfig, DataDirectoryConfig, GatewayConfig], {
    API_KEY_PEPPER: 'p'.repeat(32),
    JWT_SECRET: 'j'.repeat(32),
    ...env,
  });
  return new RequestFingerprints(
    new AuthSecrets(config.get(AuthConfig), config.get(DataDirectoryConfig)),
    config.get(GatewayConfig),
  );
}

describe('fingerprints of questions', () => {
  const chat = { ...chatRequest('What is our leave policy?'), sampling: { temperature: 0 } };
  const question = questionOfChat(chat);
  const known = fingerprints().of('org_1', question);

  it('are equal for the same question, however it is asked and by whomever', () => {
    const other = { ...chat, stream: true, includeUsage: true, user: 'anna', metadata: { ticket: 7 } };

    expect(fingerprints().of('org_1', questionOfChat(other))).toBe(known);
    expect(known).toMatch(/^[\w-]{24}$/);
  });

  it.each([
    ['the text', { ...chat, messages: chatRequest('What is our leave policy').messages }],
    ['the model', { ...chat, model: 'gpt-4o' }],
    ['sampling', { ...chat, sampling: { temperature: 1 } }],
    ['the limit', { ...chat, maxOutputTokens: 5 }],
    ['a field that is only passed on', { ...chat, extensions: { search: true } }],
  ])('differ by %s', (_, other) => {
    expect(fingerprints().of('org_1', questionOfChat(other))).not.toBe(known);
  });

  it('do not depend on the order of members of a schema', () => {
    const tool = (parameters: Record<string, unknown>) =>
      questionOfChat({ ...chat, tools: [{ kind: 'function', name: 'f', parameters }] });

    expect(fingerprints().of('org_1', tool({ type: 'object', title: 'x' }))).toBe(
      fingerprints().of('org_1', tool({ title: 'x', type: 'object' })),
    );
  });

  it('are others in another organization and under another pepper', () => {
    expect(fingerprints().of('org_2', question)).not.toBe(known);
    expect(fingerprints({ API_KEY_PEPPER: 'q'.repeat(32) }).of('org_1', question)).not.toBe(known);
  });

  it('tell an embedding from a chat, and ignore how vectors are written', () => {
    const embedding = { model: 'm', inputs: ['What is our leave policy?'], extensions: {} };
    const [floats, base64] = (['float', 'base64'] as const).map((encoding) =>
      fingerprints().of('org_1', questionOfEmbedding({ ...embedding, encoding })),
    );

    expect(floats).toBe(base64);
    expect(floats).not.toBe(known);
  });

  it('are not made of questions beyond the limit, nor when switched off', () => {
    expect(fingerprints().of('org_1', questionOfChat(chatRequest('x'.repeat(200_001))))).toBeUndefined();
    expect(fingerprints({ FINGERPRINT_REQUESTS: 'false' }).of('org_1', question)).toBeUndefined();
  });
});
