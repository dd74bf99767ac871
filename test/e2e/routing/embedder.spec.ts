import { createApp, type TestApp } from '../../support/create-app';
import { tinyTransformer } from '../../support/tiny-transformer';
import { StaticEmbedder } from '../../../src/platform/embedding/static/static-embedder';

const SEMANTIC = { headers: { 'x-routing-strategy': 'semantic' } };

describe('semantic routing with a sentence transformer from a folder', () => {
  let transformer: ReturnType<typeof tinyTransformer>;
  let app: TestApp;

  beforeAll(async () => {
    transformer = tinyTransformer();
    app = await createApp({
      settings: {
        ROUTER_EMBEDDER: 'onnx',
        ROUTER_EMBEDDER_PATH: transformer.folder,
        ROUTER_EMBEDDER_TIMEOUT_MS: '10000',
      },
    });
  }, 90_000);
  afterAll(async () => {
    await app.stop();
    transformer.remove();
  }, 60_000);

  it('decides by its vectors, says so in the record, and replays byte for byte', async () => {
    const answer = await app.chat('Will it be rainy or sun?', SEMANTIC);
    const id = answer.headers.get('x-route-decision-id') ?? '';
    await app.settled();
    const shown = await app.get(`/v1/router/decisions/${id}`);
    const replayed = await app.post(`/v1/router/decisions/${id}/replay`, undefined);

    expect(shown.body['decision']).toMatchObject({
      strategy: 'semantic',
      predicted_by: expect.not.stringContaining(new StaticEmbedder().version.slice(0, 8)),
      embedder_failure: null,
    });
    expect(replayed.body).toMatchObject({ identical: true });
    expect(await app.metrics()).toContain(
      'modelmuxer_router_embeddings_total{embedder="onnx",outcome="answered"} 1',
    );
  });
});
