/** Signature algorithms a deployment can pin. */
export const JWT_ALGORITHMS = ['HS256', 'RS256', 'ES256'] as const;

export type JwtAlgorithm = (typeof JWT_ALGORITHMS)[number];
