import { mkdir, open } from 'node:fs/promises';
import { dirname } from 'node:path';

/** Appends values to a file as JSON lines and waits until the disk has them. The file and its folder are made when missing. */
export async function appendLines(path: string, values: readonly unknown[]): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const file = await open(path, 'a', 0o600);
  try {
    await file.appendFile(values.map((value) => `${JSON.stringify(value)}\n`).join(''));
    await file.sync();
  } finally {
    await file.close();
  }
}
