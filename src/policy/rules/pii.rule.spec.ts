import { detectPii } from './pii/detectors';
import type { PiiType } from './pii/pii-detector';

const marked = (text: string): string[] =>
  detectPii(text).map(({ type, start, end }) => `${type}:${text.slice(start, end)}`);

/** Text, and what must be found in it, all of it and nothing else. */
const found: readonly [string, PiiType, string][] = [
  ['Mail anna.berg+news@mail.example.co.uk, please.', 'EMAIL', 'anna.berg+news@mail.example.co.uk'],
  ['<bob@example.com>', 'EMAIL', 'bob@example.com'],
  ["'o'hara@example.ie'", 'EMAIL', "o'hara@example.ie"],
  ['Write to jürgen@müller.example.', 'EMAIL', 'jürgen@müller.example'],
  ['Call me: (212) 555-0187', 'PHONE', '(212) 555-0187'],
  ['212-555-0187 is mine', 'PHONE', '212-555-0187'],
  ['1-800-555-0199', 'PHONE', '1-800-555-0199'],
  ['+44 20 7946 0958.', 'PHONE', '+44 20 7946 0958'],
  ['+4915112345678', 'PHONE', '+4915112345678'],
  ['my mobile is 0171 2345678', 'PHONE', '0171 2345678'],
  ['card 4111 1111 1111 1111 exp 12/29', 'CREDIT_CARD', '4111 1111 1111 1111'],
  ['card_number=5555555555554444&x=1', 'CREDIT_CARD', '5555555555554444'],
  ['amex 3782-822463-10005', 'CREDIT_CARD', '3782-822463-10005'],
  ['SSN: 536-90-4399', 'US_SSN', '536-90-4399'],
  ['social security 536904399', 'US_SSN', '536904399'],
  ['My SSN is 123-45-6789.', 'US_SSN', '123-45-6789'],
  ['host 192.168.17.4:8080', 'IPV4', '192.168.17.4'],
  ['from 2001:db8::8a2e:370:7334 today', 'IPV6', '2001:db8::8a2e:370:7334'],
  ['fe80::1ff:fe23:4567:890a', 'IPV6', 'fe80::1ff:fe23:4567:890a'],
  ['IBAN DE89 3704 0044 0532 0130 00.', 'IBAN', 'DE89 3704 0044 0532 0130 00'],
  ['gb29nwbk60161331926819', 'IBAN', 'gb29nwbk60161331926819'],
  [
    'token eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl end',
    'JWT',
    'eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl',
  ],
  [
    'I live at 742 Evergreen Terrace, Springfield, OR 97477',
    'ADDRESS',
    '742 Evergreen Terrace, Springfield, OR 97477',
  ],
  ['Lieferung an Berliner Str. 12, 10115 Berlin', 'ADDRESS', 'Berliner Str. 12, 10115 Berlin'],
  ['P.O. Box 4711, Austin, TX 78701', 'ADDRESS', 'P.O. Box 4711, Austin, TX 78701'],
  ['12 rue de la Paix, 75002 Paris', 'ADDRESS', '12 rue de la Paix, 75002 Paris'],
  ['aadhaar 2341 2341 2346', 'NATIONAL_ID', '2341 2341 2346'],
  ['CPF 111.444.777-35', 'NATIONAL_ID', '111.444.777-35'],
  ['DNI 12345678Z', 'NATIONAL_ID', '12345678Z'],
  ['her NINO is AB 12 34 56 C', 'NATIONAL_ID', 'AB 12 34 56 C'],
  ['passport number C01X00T47', 'NATIONAL_ID', 'C01X00T47'],
  ['HETU 131052-308T', 'NATIONAL_ID', '131052-308T'],
  ['S1234567D in Singapore', 'NATIONAL_ID', 'S1234567D'],
];

const untouched = [
  'part 123-45-6789 of the series',
  'Version 1.2.3.4 and v10.0.19045.3803, libfoo 2.31.0-rc.1',
  'for (int i = 0; i < 10; i++) { a[i] = std::vector<int>::size_type(b::c); }',
  'const x = { a: 1, b: [2, 3], c: "d@e" }; @Injectable() decorators; user@host',
  'The price rose from $1,299.00 to $1,450.50 (+11.65%) between 2024-03-06 and 2025-12-31.',
  'Timestamps: 2024-03-06T10:47:21.123Z, 10:47:21, 1709721241, 06/03/2024, 06.03.2024',
  'UUID 801f8634-ea21-40bb-a16d-c0b956d3cfaf, sha 9f86d081884c7d659a2feaa0c55ad015a3bf4f1b',
  'Order #1332730805, tracking 1Z999AA10123456784, invoice 2024-000123, ISBN 978-3-16-148410-0',
  'Card 4111 1111 1111 1112 fails its check, and 0000 0000 0000 0000 is nobody’s.',
  'Never issued: 000-12-3456, 666-12-3456, 123-45-0000',
  'IBAN DE00 3704 0044 0532 0130 00 has wrong check digits',
  'x^2 + 3x - 10 = 0, f(2) = 4/3, 12 * 12 = 144, pi = 3.14159265358979',
  'Coordinates 48.137154, 11.576124 and 52.5200° N, 13.4050° E',
  'MAC 00:1A:2B:3C:4D:5E, ratio 16:9, scores 3:2, at 12:30',
  'In 3 Easy Steps, 5 Big Ideas, the 7 Habits; 2 Google Drive folders; 10 Downing was mentioned',
  'HTTP 404, port 8080, RFC 2616, section 4.2.1, 127 items, year 1999',
  '| 1 | 200 | 3000 |\n| 4 | 555 | 1234 |',
  'eyJust a word',
];

describe('detectPii', () => {
  it.each(found)('finds in %j the %s %j and nothing else', (text, type, span) => {
    expect(marked(text)).toEqual([`${type}:${span}`]);
  });

  it.each(untouched)('leaves %j byte for byte', (text) => {
    expect(marked(text)).toEqual([]);
  });

  it('finds several kinds in one text, in order', () => {
    const text = 'Anna (anna@example.com, +1 415 555 0132) paid with 4111111111111111 from 10.20.30.40';

    expect(detectPii(text).map(({ type }) => type)).toEqual(['EMAIL', 'PHONE', 'CREDIT_CARD', 'IPV4']);
  });

  it('answers the same for a lone number as for one in a text with hundreds of others', () => {
    const crowd = 'call 0171 2345678, id 12345, '.repeat(100);

    expect(detectPii(crowd)).toHaveLength(100);
  });
});
