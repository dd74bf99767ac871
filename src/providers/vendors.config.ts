import { Secret } from '../platform/config/secret';
import { Setting } from '../platform/config/setting';
import { secret, url } from '../platform/config/setting-types';
import { credentialList, isWeightedKey, type WeightedKey } from '../catalog/credential-list';
import { VENDORS, type AbortHabit, type VendorRow } from './vendors';

/** A vendor that is switched on by its settings. */
export interface ConfiguredVendor {
  readonly name: string;
  readonly baseUrl: string;
  /** Empty for a server that is called without one. */
  readonly keys: readonly WeightedKey[];
  readonly onAbort: AbortHabit;
}

/** Keys and addresses of the vendors; the settings follow from the rows of {@link VENDORS}. */
export class VendorsConfig {
  static readonly section = 'Vendors';

  /** The vendors that can be called, in the order of the table. */
  configured(): readonly ConfiguredVendor[] {
    return VENDORS.map((row) => this.connectionOf(row)).filter((found) => found !== undefined);
  }

  private connectionOf(row: VendorRow): ConfiguredVendor | undefined {
    const baseUrl: unknown = Reflect.get(this, urlProperty(row));
    if (typeof baseUrl !== 'string') return undefined;
    const keys = this.keysOf(row);
    const isKeyless = row.baseUrl === undefined;
    if (keys.length === 0 && !isKeyless) return undefined;
    return { name: row.name, baseUrl: withPath(baseUrl, row), keys, onAbort: row.onAbort ?? 'cancel' };
  }

  /** The single key first, then those of the list; a key that is given twice counts once. */
  private keysOf(row: VendorRow): readonly WeightedKey[] {
    const single: unknown = Reflect.get(this, keyProperty(row));
    const listed: unknown = Reflect.get(this, keyListProperty(row));
    const found: WeightedKey[] = single instanceof Secret ? [{ key: single, weight: 1 }] : [];
    for (const entry of Array.isArray(listed) ? listed.filter(isWeightedKey) : []) {
      if (!found.some(({ key }) => key.reveal() === entry.key.reveal())) found.push(entry);
    }
    return found;
  }
}

/** A server that is named without a path is taken to serve the vendor's API where the vendor does. */
function withPath(baseUrl: string, row: VendorRow): string {
  const address = new URL(baseUrl);
  if (address.pathname === '/' && row.baseUrl !== undefined) address.pathname = new URL(row.baseUrl).pathname;
  return address.href.replace(/\/+$/, '');
}

for (const row of VENDORS) declareSettings(row);

function declareSettings(row: VendorRow): void {
  const key = `${row.env}_API_KEY`;
  const address = `${row.env}_BASE_URL`;
  Setting({
    env: key,
    aliases: row.keyAliases,
    type: secret(),
    secret: true,
    describe:
      row.baseUrl === undefined
        ? `Key for the ${row.title} at ${address}, when it wants one.`
        : `Key for ${row.title}, or for the server named by ${address}. Unset: the provider is off.`,
  })(VendorsConfig.prototype, keyProperty(row));
  Setting({
    env: `${key}S`,
    aliases: row.keyAliases?.map((alias) => `${alias}S`),
    type: credentialList(),
    secret: true,
    describe: `Several keys for ${row.title} with the share of calls each gets, besides ${key} or instead of it.`,
    example: '[{"key": "first-key", "weight": 2}, {"key": "second-key", "weight": 1}]',
  })(VendorsConfig.prototype, keyListProperty(row));
  Setting({
    env: address,
    type: url(['http', 'https']),
    default: row.baseUrl,
    describe:
      row.baseUrl === undefined
        ? `Address of a ${row.title}, its /v1 included. Unset: the provider is off.`
        : `Address of ${row.title}, or of a server that stands in for it; without a path it gets that of the default.`,
    example: row.baseUrl === undefined ? 'http://127.0.0.1:4000/v1' : undefined,
  })(VendorsConfig.prototype, urlProperty(row));
}

function keyProperty(row: VendorRow): string {
  return `${row.name}ApiKey`;
}

function keyListProperty(row: VendorRow): string {
  return `${row.name}ApiKeys`;
}

function urlProperty(row: VendorRow): string {
  return `${row.name}BaseUrl`;
}
