/** JSON that costs more to read than it seems, by what makes it hostile. */
export type Shapes = Readonly<Record<string, string>>;

/** JSON values of about `bytes`, to be sent as a whole body or message, or as one field of it. */
export function hostileValues(bytes: number): Shapes {
  return {
    lists: nested('[', ']', bytes),
    'lists that do not end': '['.repeat(bytes),
    objects: nested('{"a":', '}', bytes, '1'),
    'wide list': list(bytes, () => '0'),
    'wide list of lists': list(bytes, () => '[]'),
    'wide list of texts': list(bytes, () => '"a"'),
    'wide object': object(bytes, (n) => `k${n}`),
    'keys that are numbers': object(bytes, (n) => String(n * 2 ** 20)),
    'long key': `{"${'k'.repeat(bytes)}":0}`,
    'one key again and again': `{${pieces(bytes, () => '"a":0')}}`,
    'names of prototypes': `{"__proto__":{"a":0},"constructor":{"prototype":${nested('{"__proto__":', '}', bytes - 60, '1')}}}`,
    'long number': '1'.repeat(bytes),
    'numbers beyond all': list(bytes, (n) => (n % 2 === 0 ? '1e999' : '-1e-999')),
    'many numbers': list(bytes, (n) => `-${n}.${'1'.repeat(15)}e-${n % 300}`),
    ...Object.fromEntries(
      Object.entries(hostileTexts(bytes)).map(([name, text]) => [name, `"${text}"`] as const),
    ),
  };
}

/** Texts on which regular expressions and normalisation stumble, as JSON. */
export function hostileTexts(bytes: number): Shapes {
  return {
    'blanks and a letter': `${' '.repeat(bytes)}a`,
    'line breaks': '\\n'.repeat(bytes / 2),
    'a letter again and again': `${'a'.repeat(bytes)}!`,
    'words without end': 'a '.repeat(bytes / 2),
    separators: '-/.,:;'.repeat(bytes / 6),
    'escaped letters': '\\u0061'.repeat(bytes / 6),
    'letters with marks': 'e\\u0301'.repeat(bytes / 7),
    'ligatures that grow': '\uFDFA'.repeat(bytes / 3),
    'control characters': '\\u0000'.repeat(bytes / 6),
    'halves of characters': '\\ud800a'.repeat(bytes / 7),
    'base64 with line breaks': 'AAAA\\n'.repeat(bytes / 6),
    'half a character at the end': `${'a'.repeat(bytes)}\\ud800`,
    'base64 that is none': `${'A'.repeat(bytes - (bytes % 4))}=`,
  };
}

/** Values of request headers: printable and on one line. */
export function hostileHeaders(bytes: number): Readonly<Record<string, Readonly<Record<string, string>>>> {
  const many = (piece: string) => piece.repeat(bytes / piece.length);
  return {
    'a bearer without end': { authorization: `Bearer ${many('a')}!` },
    'a bearer of blanks': { authorization: `Bearer${many(' ')}!` },
    'a token of points': { authorization: `Bearer ${many('e30.')}` },
    'a token with a long head': {
      authorization: `Bearer ${Buffer.from(`{"alg":"RS256","kid":"${many('a').slice(0, bytes / 2)}"}`).toString('base64url')}.e30.aa`,
    },
    'a token of no algorithm': { authorization: `Bearer ${tokenOf({ alg: 'none' }, many('a'))}` },
    'a token that brings its key': {
      authorization: `Bearer ${tokenOf(
        {
          alg: 'RS256',
          jku: 'https://127.0.0.1:9/',
          crit: Array.from({ length: 500 }, (_, n) => `c${n}`),
          jwk: { kty: 'RSA', e: 'AQAB', n: many('A').slice(0, bytes / 4) },
        },
        'a',
      )}`,
    },
    'a key without end': { authorization: `Bearer ausk_${many('0')}` },
    'many cookies': { cookie: many('a=b;') },
    'cookies without values': { cookie: `${many(';')}=` },
    'escaped cookies': { cookie: `__Host-auscult=${many('%41')}` },
    'many proxies': { 'x-forwarded-for': many('127.0.0.1,') },
    'proxies that are none': { 'x-forwarded-for': many(',') },
    'a long prefix': { 'x-forwarded-prefix': many('/a') },
    'a prefix of points': { 'x-forwarded-prefix': many('/..') },
    'many types': { accept: many('a/b;q=0.1,') },
    'blanks in a type': { accept: `a/b;${many(' ')}q` },
    'many languages': { 'accept-language': many('en;q=0.1,'), 'accept-encoding': many('gzip;q=0.1,') },
    'many tags': { 'if-none-match': many('"a",') },
    'many ranges': { range: `bytes=${many('0-1,')}` },
    'a long content type': { 'content-type': `application/json;${many(' a=b;')}` },
    'a long origin': { origin: `http://${many('a.')}` },
    'a long host': { 'x-forwarded-host': many('a.') },
    'many protocols': { 'sec-websocket-protocol': many('a,') },
  };
}

/** A token whose signature is false. */
function tokenOf(head: object, subject: string): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part(head)}.${part({ sub: subject.slice(0, 3000) })}.${'A'.repeat(342)}`;
}

function nested(open: string, close: string, bytes: number, inmost = ''): string {
  const levels = Math.floor(bytes / (open.length + close.length));
  return open.repeat(levels) + inmost + close.repeat(levels);
}

function list(bytes: number, item: (number: number) => string): string {
  return `[${pieces(bytes, item)}]`;
}

function object(bytes: number, key: (number: number) => string): string {
  return `{${pieces(bytes, (number) => `"${key(number)}":0`)}}`;
}

function pieces(bytes: number, piece: (number: number) => string): string {
  const all: string[] = [];
  for (let [number, length] = [1, 0]; ; number++) {
    const next = piece(number);
    length += next.length + 1;
    if (length > bytes) return all.join(',');
    all.push(next);
  }
}
