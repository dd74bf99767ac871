import fc from 'fast-check';
import { canonicalJson } from '../../common/canonical-json';
import { cleanAuditData } from './clean-audit-data';

describe('what an audit event keeps of its data', () => {
  it('is free of secrets, by name and by form', () => {
    const cleaned = cleanAuditData({
      after: {
        name: 'ci',
        password: 'hunter2',
        password_hash: '$argon2id$…',
        key: 'mm_live_abcdefghijklmnop',
        client_secret: { nested: 'x' },
        api_key: 'k',
        note: 'mm_live_abcdefghijklmnop',
        refresh_token: 't',
        api_key_id: 'key_1',
        tokens_per_minute: 5,
        has_password: true,
      },
    });

    expect(cleaned).toEqual({
      after: {
        name: 'ci',
        password: '[removed]',
        password_hash: '[removed]',
        key: '[removed]',
        client_secret: '[removed]',
        api_key: '[removed]',
        note: '[removed]',
        refresh_token: '[removed]',
        api_key_id: 'key_1',
        tokens_per_minute: 5,
        has_password: true,
      },
    });
  });

  it('is free of e-mail addresses and exact network addresses, since it can never be erased', () => {
    const cleaned = cleanAuditData({
      details: { who: 'anna@example.com', text: 'by anna@example.com today', model: 'publishers/x@001' },
      network: '203.0.113.77/32',
      client_ip: '2001:db8:1:2:3:4:5:6',
    });

    expect(cleaned).toEqual({
      details: { who: '[e-mail]', text: 'by [e-mail] today', model: 'publishers/x@001' },
      network: '203.0.113.0/24',
      client_ip: '2001:db8:1:0:0:0:0:0/48',
    });
  });

  it('is bounded, and says so where something was left out', () => {
    let deep: unknown = 'bottom';
    for (let n = 0; n < 50; n++) deep = [deep];

    expect(JSON.stringify(cleanAuditData({ deep }))).toContain('[removed]');
    expect(cleanAuditData({ text: 'x'.repeat(100_000) })).toMatchObject({ too_large: true });
  });

  it('has the same canonical form after a way through JSON, whatever it was', () => {
    fc.assert(
      fc.property(fc.dictionary(fc.string({ unit: 'binary' }), fc.anything()), (data) => {
        const cleaned = cleanAuditData(data);
        const text = canonicalJson(cleaned);

        expect(canonicalJson(JSON.parse(JSON.stringify(cleaned)))).toBe(text);
        expect(text.isWellFormed()).toBe(true);
        expect(text).not.toContain('\\u0000');
      }),
    );
  });
});
