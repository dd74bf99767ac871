import { formatTraceParent, newSpanId, newTraceId, parseTraceParent } from './trace-parent';

const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const SPAN_ID = 'b7ad6b7169203331';

describe('parseTraceParent', () => {
  it('reads what formatTraceParent writes', () => {
    for (const sampled of [true, false]) {
      const header = formatTraceParent({ traceId: TRACE_ID, spanId: SPAN_ID, sampled });
      expect(parseTraceParent(header)).toEqual({ traceId: TRACE_ID, parentSpanId: SPAN_ID, sampled });
    }
  });

  it('takes later versions with more parts, as the specification asks', () => {
    expect(parseTraceParent(`01-${TRACE_ID}-${SPAN_ID}-03-extra`)).toMatchObject({ sampled: true });
  });

  it.each([
    undefined,
    '',
    `00-${TRACE_ID}-${SPAN_ID}`,
    `00-${TRACE_ID}-${SPAN_ID}-01-extra`,
    `ff-${TRACE_ID}-${SPAN_ID}-01`,
    `00-${'0'.repeat(32)}-${SPAN_ID}-01`,
    `00-${TRACE_ID}-${'0'.repeat(16)}-01`,
    `00-${TRACE_ID}-${SPAN_ID}-01\n`,
    `01-${TRACE_ID}-${SPAN_ID}-01-${'x'.repeat(600)}`,
  ])('ignores %p', (header) => {
    expect(parseTraceParent(header)).toBeUndefined();
  });
});

describe('new ids', () => {
  it('have the right form and do not repeat', () => {
    const traceIds = new Set(Array.from({ length: 2_000 }, newTraceId));

    expect(traceIds.size).toBe(2_000);
    expect([...traceIds].every((id) => /^[0-9a-f]{32}$/.test(id))).toBe(true);
    expect(newSpanId()).toMatch(/^[0-9a-f]{16}$/);
  });
});
