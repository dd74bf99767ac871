/** What came back, with the cookies it set. */
export interface Page {
  readonly status: number;
  readonly url: string;
  readonly location: string | undefined;
  readonly text: string;
  readonly body: Record<string, unknown>;
}

export interface Visit {
  readonly method?: string;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

const MAX_REDIRECTS = 15;

/** As much of a browser as a log-in needs: cookies per host and path, and redirects. */
export class Browser {
  /** host → cookie name → value and path */
  readonly cookies = new Map<string, Map<string, { value: string; path: string; attributes: string }>>();

  async visit(address: string, visit: Visit = {}): Promise<Page> {
    const url = new URL(address);
    const cookie = this.cookieHeader(url);
    const response = await fetch(url, {
      method: visit.method ?? 'GET',
      redirect: 'manual',
      headers: {
        ...(cookie !== '' && { cookie }),
        ...(visit.body !== undefined && { 'content-type': 'application/json' }),
        ...visit.headers,
      },
      body: visit.body === undefined ? undefined : JSON.stringify(visit.body),
    });
    for (const line of response.headers.getSetCookie()) this.keep(url.host, line);
    const text = await response.text();
    return {
      status: response.status,
      url: url.href,
      location: response.headers.get('location') ?? undefined,
      text,
      body: text.startsWith('{') ? (JSON.parse(text) as Record<string, unknown>) : {},
    };
  }

  /** Follows redirects until there is none, or until the next one would leave for an address that begins like `before`. */
  async follow(address: string, before?: string): Promise<Page> {
    let page = await this.visit(address);
    for (let i = 0; i < MAX_REDIRECTS && page.location !== undefined; i += 1) {
      const next = new URL(page.location, page.url).href;
      if (before !== undefined && next.startsWith(before)) return { ...page, location: next };
      page = await this.visit(next);
    }
    return page;
  }

  cookie(host: string, name: string): { value: string; path: string; attributes: string } | undefined {
    return this.cookies.get(host)?.get(name);
  }

  private cookieHeader(url: URL): string {
    return [...(this.cookies.get(url.host) ?? [])]
      .filter(([, { path }]) => url.pathname.startsWith(path))
      .map(([name, { value }]) => `${name}=${value}`)
      .join('; ');
  }

  private keep(host: string, line: string): void {
    const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
    const name = pair.slice(0, pair.indexOf('='));
    const value = pair.slice(pair.indexOf('=') + 1);
    const path = attributes.find((attribute) => /^path=/i.test(attribute))?.slice('path='.length) ?? '/';
    const jar =
      this.cookies.get(host) ?? new Map<string, { value: string; path: string; attributes: string }>();
    this.cookies.set(host, jar);
    if (value === '' || /expires=thu, 01 jan 1970/i.test(line)) jar.delete(name);
    else jar.set(name, { value, path, attributes: attributes.join('; ') });
  }
}
