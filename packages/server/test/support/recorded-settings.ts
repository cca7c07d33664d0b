/** The settings in the record of the only session of a server without authentication. */
export async function onlyRecordedSettings({ url }: { readonly url: string }): Promise<unknown> {
  const { sessions } = await read<{ readonly sessions: readonly { readonly id: string }[] }>(
    `${url}/api/v1/sessions`,
  );
  const [only] = sessions;
  if (only === undefined || sessions.length > 1) throw new Error('there is not exactly one session');
  return (await read<{ readonly settings?: unknown }>(`${url}/api/v1/sessions/${only.id}`)).settings;
}

async function read<Body>(address: string): Promise<Body> {
  return (await (await fetch(address)).json()) as Body;
}
