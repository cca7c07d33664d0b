import { openAiErrorBody } from './error-answer.js';

/** The statuses of answers that are errors. Each is described here, so that none is described in another form. */
const STATUSES = [400, 401, 403, 404, 408, 413, 429, 500, 503, 507] as const;

/** The errors in the description of a route for clients of OpenAI. */
export const openAiResponses = Object.fromEntries(
  STATUSES.map((status) => [status, openAiErrorBody]),
) as Readonly<Record<(typeof STATUSES)[number], typeof openAiErrorBody>>;
