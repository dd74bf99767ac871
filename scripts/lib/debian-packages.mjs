import { existsSync, mkdirSync, readdirSync, renameSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { run } from './processes.mjs';

// Needed by an ordinary installation but not by a test server: scripts, the just-in-time compiler, documentation.
const dispensable =
  /^(perl|lib.*-perl|libperl|libllvm|libz3|postgresql(-client)?-common|ssl-cert|sysstat|debconf|ucf|adduser|lsb-)/;

/**
 * Unpacks the first of the named Debian packages that this machine's sources offer, and the libraries it needs
 * that are absent, into a folder without installing anything: no root, no service. Answers with the folder, or
 * with the reason why none can be had.
 */
export async function fetchDebianPackage(names, cacheFolder) {
  for (const name of names) {
    const folder = join(cacheFolder, name);
    if (existsSync(folder)) return { name, folder };
  }
  mkdirSync(cacheFolder, { recursive: true });
  const direct = await fetchFirst(names, cacheFolder, []);
  if (direct.folder !== undefined) return direct;

  const update = await updateOnce(cacheFolder);
  if (update.failure !== undefined) return update;
  return fetchFirst(names, cacheFolder, update.options);
}

let updating;

/** Fetches package lists, once for all packages of this process. */
function updateOnce(cacheFolder) {
  updating ??= (async () => {
    const options = privateLists(cacheFolder);
    const update = await run('apt-get', [...options, 'update', '-q']);
    return update.code === 0 ? { options } : { failure: `apt-get update: ${lastLine(update.output)}` };
  })();
  return updating;
}

async function fetchFirst(names, cacheFolder, options) {
  let firstFailure;
  for (const name of names) {
    const folder = join(cacheFolder, name);
    const failure = await fetchInto(name, folder, options);
    if (failure === undefined) return { name, folder };
    firstFailure ??= failure;
  }
  return { failure: firstFailure };
}

/** Package lists of our own, so that a machine without lists (a bare container) or without root works too. */
function privateLists(cacheFolder) {
  const apt = join(cacheFolder, `apt.${process.pid}`);
  process.once('exit', () => rmSync(apt, { recursive: true, force: true }));
  for (const part of ['lists/partial', 'archives/partial']) mkdirSync(join(apt, part), { recursive: true });
  return [
    ['-o', `Dir::State::lists=${join(apt, 'lists')}`],
    ['-o', `Dir::Cache=${apt}`],
    ['-o', 'Debug::NoLocking=true'],
    ['-o', 'APT::Sandbox::User='],
  ].flat();
}

async function fetchInto(name, folder, options) {
  const plan = await run('apt-get', [...options, 'install', '-s', '-q', '--no-install-recommends', name]);
  if (plan.code !== 0) return `apt-get install -s ${name}: ${lastLine(plan.output)}`;
  const missing = [...plan.output.matchAll(/^Inst (\S+)/gm)].map((match) => match[1]);
  const wanted = missing.filter((item) => !dispensable.test(item));
  if (!wanted.includes(name)) wanted.push(name);

  // A name of its own per process: two runs may fetch at the same time, the first folder wins, and is complete.
  const draft = `${folder}.${process.pid}`;
  const archives = join(draft, '.archives');
  mkdirSync(archives, { recursive: true });
  try {
    const download = await run('apt-get', [...options, 'download', '-q', ...wanted], { cwd: archives });
    if (download.code !== 0) return `apt-get download: ${lastLine(download.output)}`;
    for (const file of readdirSync(archives)) {
      const unpacked = await run('dpkg', ['-x', join(archives, file), draft]);
      if (unpacked.code !== 0) return `dpkg -x ${file}: ${lastLine(unpacked.output)}`;
    }
    rmSync(archives, { recursive: true });
    if (!existsSync(folder)) renameSync(draft, folder);
    return undefined;
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

const lastLine = (text) => text.split('\n').filter(Boolean).at(-1) ?? 'no output';

/** The folders with shared libraries of an unpacked package, as a value for LD_LIBRARY_PATH. */
export function libraryPath(folder) {
  const candidates = ['usr/lib', 'lib'].flatMap((base) => {
    const path = join(folder, base);
    if (!existsSync(path)) return [];
    return readdirSync(path)
      .filter((name) => name.includes('-linux-'))
      .map((name) => join(path, name));
  });
  return candidates.join(':');
}
