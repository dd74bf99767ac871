import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { OnnxReply, OnnxRequest, OnnxTask } from './onnx-messages';
import { SentenceEncoder } from './sentence-encoder';

/**
 * Thread entry: the model computes here, so that it never blocks the application's event loop. The runtime is an optional
 * package that nothing but this thread loads; where it is missing, the thread fails to start and says so.
 */
async function main(port: MessagePort, { model }: OnnxTask): Promise<void> {
  const reply = (message: OnnxReply): void => port.postMessage(message);
  try {
    const encoder = await SentenceEncoder.load(model);
    const dimensions = (await encoder.encode('ready?')).length;
    const answer = async (text: string): Promise<OnnxReply> => {
      try {
        const vector = await encoder.encode(text);
        return isUsable(vector, dimensions)
          ? { kind: 'vector', vector }
          : { kind: 'failed', message: 'the model gave no usable vector' };
      } catch (error) {
        return toFailure(error);
      }
    };
    port.on('message', ({ text }: OnnxRequest) => void answer(text).then(reply));
    reply({ kind: 'ready', dimensions });
  } catch (error) {
    reply(toFailure(error));
    port.close();
  }
}

function isUsable(vector: Float32Array, dimensions: number): boolean {
  return vector.length === dimensions && vector.every(Number.isFinite);
}

function toFailure(error: unknown): OnnxReply {
  return { kind: 'failed', message: error instanceof Error ? error.message : String(error) };
}

if (parentPort) {
  // What OnnxEmbedder passed in; both sides are compiled together.
  // eslint-disable-next-line @typescript-eslint/no-unsafe-type-assertion
  const task = workerData as OnnxTask;
  void main(parentPort, task);
}
