const MAX_LENGTH = 50;

/** A slug made from a name: lower-case ASCII letters, digits and dashes. */
export function slugOf(name: string): string {
  const text = name
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .slice(0, MAX_LENGTH)
    .replace(/^-|-$/g, '');
  return text === '' ? 'tenant' : text;
}
