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
  const ask = (method, params) =>
    new Promise((resolve, reject) => {
      lastId += 1;
      waiting.set(lastId, { resolve, reject });
      socket.send(JSON.stringify({ id: lastId, method, params }));
    });
  return {
    /** Megabytes of heap that survive a garbage collection (of the main thread). */
    async heapAfterGcMb() {
      await ask('HeapProfiler.enable');
      for (let round = 0; round < 3; round += 1) await ask('HeapProfiler.collectGarbage');
      const { usedSize } = await ask('Runtime.getHeapUsage');
      return usedSize / 1_048_576;
    },
    /**
     * Everything the heap of the main thread gave out while `work` ran, what was collected meanwhile included: a list of
     * `{ name, url, line, bytes }`. Sampled: what is far larger than the interval is seen as good as certainly.
     */
    async allocationsDuring(work, samplingInterval) {
      await ask('HeapProfiler.enable');
      await ask('HeapProfiler.startSampling', {
        samplingInterval,
        includeObjectsCollectedByMajorGC: true,
        includeObjectsCollectedByMinorGC: true,
      });
      await work();
      const { profile } = await ask('HeapProfiler.stopSampling');
      return allocationsIn(profile.head);
    },
    close: () => socket.close(),
  };
}

function allocationsIn({ callFrame, selfSize, children }) {
  const own = {
    name: callFrame.functionName,
    url: callFrame.url,
    line: callFrame.lineNumber + 1,
    bytes: selfSize,
  };
  return [own, ...children.flatMap(allocationsIn)];
}

async function announced(readLog) {
  for (let attempt = 0; attempt < 100; attempt += 1) {
    const address = /Debugger listening on (ws:\S+)/.exec(readLog())?.[1];
    if (address !== undefined) return address;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  throw new Error('The process announced no inspector.');
}
