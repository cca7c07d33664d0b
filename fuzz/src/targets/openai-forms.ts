import { receiveOpenAiForm } from '../../../packages/server/dist/http/openai/receive-form.js';
import { formTarget } from '../form-target.js';

/** Forms of clients of OpenAI. */
export const target = formTarget(async (request, limits) => {
  const { recording } = await receiveOpenAiForm(request, limits, undefined);
  return recording;
});
