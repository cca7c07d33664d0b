/** What the server takes. */
export const LIMITS = { terms: 1000, letters: 100 } as const;
