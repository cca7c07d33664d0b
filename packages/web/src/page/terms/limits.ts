/** The most terms, and the most letters of a term, that the server takes. */
export const LIMITS = { terms: 5000, letters: 100 } as const;
