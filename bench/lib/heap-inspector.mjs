/**
 * Looks into a process started with `--inspect=127.0.0.1:0`, which announces its inspector on standard error. No code
 * in the measured program takes part.
 */
export async function openHeapInspector(readLog) {
  const address = await announced(readLog);
  const socket = new globalThis.WebSocket(address);
  await new Promise((resolve, reject) => {
    socket.onopen = resolve;
    socket.onerror = () => reject(new Error(`The inspector at ${address} does not answer.`));
  });
  const waiting = new Map();
  let lastId = 0;
  socket.onmessage = ({ data }) => {
    const { id, result, error } = JSON.parse(data);
    const call = waiting.get(id);
    waiting.delete(id);
    if (error === undefined) call?.resolve(result);
    else call?.reject(new Error(error.message));
  };
  const ask = (method) =>
    new Promise((resolve, reject) => {
      lastId += 1;
      waiting.set(lastId, { resolve, reject });
      socket.send(JSON.stringify({ id: lastId, method }));
    });
  return {
    /** Megabytes of heap that survive a garbage collection (of the main thread). */
    async heapAfterGcMb() {
      await ask('HeapProfiler.enable');
      for (let round = 0; round < 3; round += 1) await ask('HeapProfiler.collectGarbage');
      const { usedSize } = await ask('Runtime.getHeapUsage');
      return usedSize / 1_048_576;
    },
    close: () => socket.close(),
  };
}

async function announced(readLog) {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const address = /Debugger listening on (ws:\S+)/.exec(readLog())?.[1];
    if (address !== undefined) return address;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('The process announced no inspector.');
}
