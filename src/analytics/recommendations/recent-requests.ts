/** So many requests say what is usual, and are read in a moment however large the organization is. */
export const MAX_REQUESTS = 200_000;

/** The latest requests of an organization ($1) between two instants ($2, $3), with these columns and in this condition; newest first. */
export function recentRequests(columns: string, condition: string): string {
  return `(SELECT ${columns} FROM request_record
    WHERE organization_id = $1 AND requested_at >= $2 AND requested_at < $3 AND ${condition}
    ORDER BY requested_at DESC LIMIT ${MAX_REQUESTS})`;
}
