import { nkeys } from '@nats-io/transport-node';

type KeyPair = ReturnType<typeof nkeys.createUser>;

/** What a user of NATS may do. */
export interface NatsPermissions {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/** An operator of NATS with one account that may use JetStream, as operators make them with `nsc`. */
export interface NatsAccounts {
  /** For the configuration of nats-server. */
  readonly configuration: string;
  /** The content of a `.creds` file of a new user. */
  readonly credentialsOf: (name: string, permissions: NatsPermissions) => string;
}

export function createNatsAccounts(): NatsAccounts {
  const [operator, system, account] = [nkeys.createOperator(), nkeys.createAccount(), nkeys.createAccount()];
  const tokens = [
    { key: system, token: signed(operator, system, 'system', accountClaims({})) },
    { key: account, token: signed(operator, account, 'auscult', accountClaims(JETSTREAM)) },
  ];
  const preloaded = tokens.map(({ key, token }) => `${key.getPublicKey()}: ${token}`).join('\n');
  return {
    configuration: `
operator: ${signed(operator, operator, 'operator', { type: 'operator', version: 2 })}
system_account: ${system.getPublicKey()}
resolver: MEMORY
resolver_preload: {\n${preloaded}\n}`,
    credentialsOf: (name, { publish, subscribe }) => {
      const user = nkeys.createUser();
      const token = signed(account, user, name, {
        pub: { allow: publish },
        sub: { allow: subscribe },
        ...{ subs: -1, data: -1, payload: -1, type: 'user', version: 2 },
      });
      const seed = Buffer.from(user.getSeed()).toString();
      return [
        `-----BEGIN NATS USER JWT-----\n${token}\n------END NATS USER JWT------\n`,
        `-----BEGIN USER NKEY SEED-----\n${seed}\n------END USER NKEY SEED------\n`,
      ].join('\n');
    },
  };
}

const JETSTREAM = { mem_storage: -1, disk_storage: -1, streams: -1, consumer: -1 };

function accountClaims(jetStream: object): object {
  const connections = { subs: -1, data: -1, payload: -1, conn: -1, leaf: -1 };
  const sharing = { imports: -1, exports: -1, wildcards: true };
  return { limits: { ...connections, ...sharing, ...jetStream }, type: 'account', version: 2 };
}

/** A token in which one key says something of another. */
function signed(issuer: KeyPair, subject: KeyPair, name: string, nats: object): string {
  const claims = {
    jti: name,
    iat: Math.floor(Date.now() / 1000),
    iss: issuer.getPublicKey(),
    sub: subject.getPublicKey(),
    name,
    nats,
  };
  const content = [{ typ: 'JWT', alg: 'ed25519-nkey' }, claims]
    .map((part) => Buffer.from(JSON.stringify(part)).toString('base64url'))
    .join('.');
  return `${content}.${Buffer.from(issuer.sign(Buffer.from(content))).toString('base64url')}`;
}
