import { Secret, TOTP, URI } from 'otpauth';
import { expect } from 'vitest';
import { bearer, postJson, type GuardedServer } from './guarded-server.js';

/** Somebody who can log in. */
export interface CreatedUser {
  readonly id: string;
  readonly name: string;
  readonly password: string;
  readonly codeSetup?: string;
}

/** Creates a user as an administrator: a clinician with an authenticator, unless `order` says otherwise. */
export async function createUser(server: GuardedServer, order: object = {}): Promise<CreatedUser> {
  const admin = bearer(await server.keyOf('administrator'));
  const body = { name: 'dr.who', role: 'clinician', ...order };
  const response = await postJson(`${server.url}/api/v1/users`, body, admin);
  expect(response.status).toBe(201);
  return (await response.json()) as CreatedUser;
}

/** Logs in over HTTP. */
export function logIn(
  { url }: GuardedServer,
  { name, password, code }: { name: string; password: string; code?: string },
  headers: Record<string, string> = {},
): Promise<Response> {
  return postJson(`${url}/api/v1/login`, { name, password, ...(code !== undefined && { code }) }, headers);
}

/** Logs in somebody who has no authenticator. Returns the `cookie` header to send from then on. */
export async function cookieOf(
  server: GuardedServer,
  user: { name: string; password: string; code?: string },
): Promise<string> {
  const response = await logIn(server, user);
  expect(response.status).toBe(200);
  return response.headers.get('set-cookie')?.split(';')[0] ?? '';
}

/** The code that the authenticator shows, some steps of 30 seconds from now. */
export function codeOf({ codeSetup = '' }: { readonly codeSetup?: string }, steps = 0): string {
  const setup = URI.parse(codeSetup);
  expect(setup).toBeInstanceOf(TOTP);
  expect(setup.secret).toBeInstanceOf(Secret);
  return (setup as TOTP).generate({ timestamp: Date.now() + steps * 30_000 });
}
