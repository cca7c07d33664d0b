/** What one check of `auscult doctor` found. */
export type CheckResult =
  | { readonly state: 'ok'; readonly message: string }
  /** A warning does not prevent the server from working. */
  | { readonly state: 'warning' | 'failed'; readonly message: string; readonly remedy: string }
  | { readonly state: 'skipped'; readonly message: string };

/** What the check of that name found. */
export type NamedResult = CheckResult & { readonly name: string };
