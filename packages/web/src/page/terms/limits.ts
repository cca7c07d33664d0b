/** What the server takes. */
export const LIMITS = { terms: 5000, letters: 100 } as const;
