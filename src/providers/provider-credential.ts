/** As whom a vendor is called. */
export interface ProviderCredential {
  /** `key-1`, `key-2` … in the order of the settings, or the id of an organization's own key: all that logs may say of it. */
  readonly label: string;
  /** Its share of the calls, compared with the provider's other credentials. */
  readonly weight: number;
  /** Undefined for servers that need none. */
  readonly apiKey: string | undefined;
  /** Brought along by an organization: what it meets says nothing about the calls of others. */
  readonly isTenants?: true;
}
