/** Statements that act on the session rather than on data, and so concern the multiplexer. */
export type SessionCommand =
  | { readonly kind: 'listen'; readonly channel: string }
  | { readonly kind: 'unlisten'; readonly channel: string }
  | { readonly kind: 'unlisten_all' }
  | { readonly kind: 'copy_from_client' };

const interesting = /\b(?:un)?listen\b|\bdiscard\b|\bcopy\b/i;
const maxIdentifierBytes = 63;

/** Starts of comments, strings, dollar quotes and quoted names; words, statement ends, `*`. */
const tokenPattern =
  /--[^\n]*|\/\*|(?:\be)?'|\$(?:[a-z_\u0080-\uffff][\w\u0080-\uffff]*)?\$|"|[a-z_\u0080-\uffff][\w$\u0080-\uffff]*|;|\*/gi;

/**
 * Finds LISTEN, UNLISTEN, DISCARD ALL and COPY … FROM STDIN in a query text with any number of statements, looking
 * past comments, strings and dollar quotes. What a function runs by EXECUTE stays invisible.
 */
export function sessionCommandsOf(sql: string): SessionCommand[] {
  if (!interesting.test(sql)) return [];
  return statementsOf(sql).flatMap((words) => commandOf(words) ?? []);
}

function commandOf(words: readonly string[]): SessionCommand | undefined {
  const [verb, argument] = [words[0]?.toUpperCase(), words[1]];
  if (verb === 'LISTEN' && argument !== undefined) return { kind: 'listen', channel: toChannel(argument) };
  if (verb === 'UNLISTEN' && argument === '*') return { kind: 'unlisten_all' };
  if (verb === 'UNLISTEN' && argument !== undefined)
    return { kind: 'unlisten', channel: toChannel(argument) };
  if (verb === 'DISCARD' && argument?.toUpperCase() === 'ALL') return { kind: 'unlisten_all' };
  if (verb === 'COPY' && readsFromClient(words)) return { kind: 'copy_from_client' };
  return undefined;
}

function readsFromClient(words: readonly string[]): boolean {
  const upper = words.map((word) => word.toUpperCase());
  return upper.some((word, index) => word === 'FROM' && upper[index + 1] === 'STDIN');
}

/** PostgreSQL's own folding: unquoted names in lower case (ASCII only), everything cut at 63 bytes. */
function toChannel(word: string): string {
  const name = word.startsWith('"')
    ? word.slice(1, -1).replaceAll('""', '"')
    : word.replaceAll(/[A-Z]/g, (letter) => letter.toLowerCase());
  const bytes = Buffer.from(name);
  if (bytes.length <= maxIdentifierBytes) return name;
  let end = maxIdentifierBytes;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return bytes.toString('utf8', 0, end);
}

/** Words, quoted names and `*` of each statement; everything else is dropped. */
function statementsOf(sql: string): string[][] {
  const statements: string[][] = [[]];
  const tokens = new RegExp(tokenPattern);
  for (let match = tokens.exec(sql); match !== null; match = tokens.exec(sql)) {
    const token = match[0];
    const end = endOfToken(sql, tokens.lastIndex, token);
    tokens.lastIndex = end;
    if (token === ';') statements.push([]);
    else if (token === '"') statements.at(-1)?.push(sql.slice(match.index, end));
    else if (isWord(token)) statements.at(-1)?.push(token);
  }
  return statements;
}

const isWord = (token: string): boolean =>
  token === '*' || (/^[a-z_\u0080-\uffff]/i.test(token) && !token.endsWith("'"));

/** Strings and comments may be megabytes long, so their ends are searched instead of matched by one pattern. */
function endOfToken(sql: string, after: number, token: string): number {
  if (token === '/*') return endOfBlockComment(sql, after);
  if (token === "'" || token === '"') return endOfQuoted(sql, after, { quote: token, escapes: false });
  if (token.endsWith("'")) return endOfQuoted(sql, after, { quote: "'", escapes: true });
  if (!token.startsWith('$')) return after;
  const end = sql.indexOf(token, after);
  return end < 0 ? sql.length : end + token.length;
}

function endOfQuoted(sql: string, after: number, style: { quote: string; escapes: boolean }): number {
  const stop = style.escapes ? /\\|'/g : new RegExp(style.quote, 'g');
  stop.lastIndex = after;
  for (let match = stop.exec(sql); match !== null; match = stop.exec(sql)) {
    if (match[0] !== '\\' && sql[stop.lastIndex] !== style.quote) return stop.lastIndex;
    stop.lastIndex += 1;
  }
  return sql.length;
}

function endOfBlockComment(sql: string, after: number): number {
  const border = /\/\*|\*\//g;
  border.lastIndex = after;
  let depth = 1;
  for (let match = border.exec(sql); match !== null; match = border.exec(sql)) {
    depth += match[0] === '/*' ? 1 : -1;
    if (depth === 0) return border.lastIndex;
  }
  return sql.length;
}
