/**
 * Holds the ledger against what the vendor saw. `calls` carry `attemptId` and, once answered, `outputTokens`; `rows`
 * carry `attemptId`, `costSource`, `costNanoUsd`, `heldNanoUsd`, `outputTokens`. Empty lists mean: the books are right.
 */
export function compareBooks(calls, rows) {
  const rowsById = Map.groupBy(rows, (row) => row.attemptId);
  const callIds = new Set(calls.map((call) => call.attemptId));
  const withoutCall = rows.filter((row) => !callIds.has(row.attemptId));
  return {
    anonymous: calls.filter((call) => call.attemptId === '').length,
    repeatedCalls: calls.length - callIds.size,
    lost: calls.filter((call) => !rowsById.has(call.attemptId)).map((call) => call.attemptId),
    double: [...rowsById].filter(([, same]) => same.length > 1).map(([id]) => id),
    withoutCall: withoutCall.map((row) => row.attemptId),
    withoutCallNotEstimated: withoutCall
      .filter((row) => row.costSource !== 'estimated')
      .map((row) => row.attemptId),
    overHold: rows
      .filter((row) => row.costSource === 'estimated' && BigInt(row.costNanoUsd) > BigInt(row.heldNanoUsd))
      .map((row) => row.attemptId),
    wrongTokens: calls
      .filter((call) => (rowsById.get(call.attemptId) ?? []).some((row) => isExactButWrong(row, call)))
      .map((call) => call.attemptId),
  };
}

function isExactButWrong(row, call) {
  return row.costSource === 'exact' && Number(row.outputTokens) !== call.outputTokens;
}
