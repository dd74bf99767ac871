import { PasswordHasher } from './password-hasher';

describe('PasswordHasher', () => {
  const hasher = new PasswordHasher();

  it('accepts the password and refuses others, also ones that differ in length or case', async () => {
    const encoded = await hasher.hash('correct horse battery');

    expect(encoded).toMatch(/^\$argon2id\$v=19\$m=19456,t=2,p=1\$/);
    await expect(hasher.verify('correct horse battery', encoded)).resolves.toBe(true);
    for (const wrong of ['', 'Correct horse battery', 'correct horse batter', 'correct horse battery ']) {
      await expect(hasher.verify(wrong, encoded)).resolves.toBe(false);
    }
  });

  it('never gives the same hash twice, and takes no foreign text for a hash', async () => {
    expect(await hasher.hash('same')).not.toBe(await hasher.hash('same'));
    await expect(hasher.verify('same', 'same')).resolves.toBe(false);
  });

  it('refuses more work than it can queue instead of piling it up', async () => {
    const cheap = `$argon2id$v=19$m=8,t=1,p=1$${'A'.repeat(22)}$${'A'.repeat(43)}`;

    const attempts = await Promise.allSettled(Array.from({ length: 70 }, () => hasher.verify('x', cheap)));

    expect(attempts.filter(({ status }) => status === 'rejected')).toHaveLength(4);
    await expect(hasher.verify('later', cheap)).resolves.toBe(false);
  });
});
