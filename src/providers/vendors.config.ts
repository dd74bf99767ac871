import { Secret } from '../platform/config/secret';
import { Setting } from '../platform/config/setting';
import { secret, url } from '../platform/config/setting-types';
import { VENDORS, type VendorRow } from './vendors';

/** A vendor that is switched on by its settings. */
export interface ConfiguredVendor {
  readonly name: string;
  readonly baseUrl: string;
  readonly apiKey: Secret | undefined;
}

/** Keys and addresses of the vendors; the settings follow from the rows of {@link VENDORS}. */
export class VendorsConfig {
  static readonly section = 'Vendors';

  /** The vendors that can be called, in the order of the table. */
  configured(): readonly ConfiguredVendor[] {
    return VENDORS.map((row) => this.connectionOf(row)).filter((found) => found !== undefined);
  }

  private connectionOf(row: VendorRow): ConfiguredVendor | undefined {
    const apiKey: unknown = Reflect.get(this, keyProperty(row));
    const baseUrl: unknown = Reflect.get(this, urlProperty(row));
    if (typeof baseUrl !== 'string') return undefined;
    const isKeyless = row.baseUrl === undefined;
    if (!(apiKey instanceof Secret) && !isKeyless) return undefined;
    return {
      name: row.name,
      baseUrl: baseUrl.replace(/\/+$/, ''),
      apiKey: apiKey instanceof Secret ? apiKey : undefined,
    };
  }
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
    env: address,
    type: url(['http', 'https']),
    default: row.baseUrl,
    describe:
      row.baseUrl === undefined
        ? `Address of a ${row.title}, its /v1 included. Unset: the provider is off.`
        : `Address of ${row.title}, or of a server that stands in for it.`,
    example: row.baseUrl === undefined ? 'http://127.0.0.1:4000/v1' : undefined,
  })(VendorsConfig.prototype, urlProperty(row));
}

function keyProperty(row: VendorRow): string {
  return `${row.name}ApiKey`;
}

function urlProperty(row: VendorRow): string {
  return `${row.name}BaseUrl`;
}
