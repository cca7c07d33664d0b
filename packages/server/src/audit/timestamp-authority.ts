import { createHash, randomBytes, X509Certificate } from 'node:crypto';
import { Integer, Null, OctetString } from 'asn1js';
import {
  AlgorithmIdentifier,
  Certificate,
  ContentInfo,
  ExtKeyUsage,
  id_eContentType_TSTInfo,
  id_ExtKeyUsage,
  id_sha256,
  MessageImprint,
  PKIStatus,
  SignedData,
  TimeStampReq,
  TimeStampResp,
  TSTInfo,
} from 'pkijs';

/** Proof signed by an authority that something existed at a time. */
export interface Timestamp {
  readonly time: Date;
  /** The token of RFC 3161, DER. */
  readonly token: Buffer;
}

/** The answer of an authority, or a stored token, cannot be used. The message quotes neither. */
class TimestampError extends Error {
  override readonly name = 'TimestampError';
}

/** How long the authority may take to answer, milliseconds. */
const TIMEOUT_MS = 15_000;
/** Tokens with a chain of certificates have some thousand bytes. */
const MOST_BYTES = 65_536;
const NONCE_BYTES = 8;
/** id-kp-timeStamping (RFC 3161, 2.3). */
const TIME_STAMPING = '1.3.6.1.5.5.7.3.8';

/**
 * Has an authority sign that `content` exists now; it is sent only the SHA-256 hash.
 * @param authorities certificates, as PEM, to which the token's signature must lead
 * @throws {TimestampError} if the answer is no token for this content, or not signed under `authorities`
 */
export async function requestTimestamp(
  url: string,
  content: string,
  authorities: string,
): Promise<Timestamp> {
  const nonce = randomBytes(NONCE_BYTES);
  // A positive number, without zeros in front that would not be encoded.
  nonce[0] = ((nonce[0] ?? 0) & 0x7f) | 0x40;
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/timestamp-query', accept: 'application/timestamp-reply' },
    body: requestFor(content, nonce),
    redirect: 'error',
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!response.ok) throw new TimestampError(`the authority answered with status ${response.status}`);
  const token = tokenIn(await readLimited(response));
  return { token, time: await verifyTimestamp(token, content, authorities, nonce) };
}

/**
 * The time at which, according to the token, `content` existed.
 * @param nonce the nonce of the request, if the token answers one
 * @throws {TimestampError} if it is no token for this content, or not signed under `authorities`
 */
export async function verifyTimestamp(
  token: Buffer,
  content: string,
  authorities: string,
  nonce?: Buffer,
): Promise<Date> {
  const { signed, info } = read(token);
  const { hashAlgorithm, hashedMessage } = info.messageImprint;
  const imprint = Buffer.from(hashedMessage.valueBlock.valueHexView);
  if (hashAlgorithm.algorithmId !== id_sha256 || !imprint.equals(sha256(content)))
    throw new TimestampError('the token is for something else');
  if (nonce !== undefined && !sameNumber(info.nonce, nonce))
    throw new TimestampError('the token answers another request');
  await verifySignature(signed, content, authorities, info.genTime);
  return info.genTime;
}

function requestFor(content: string, nonce: Buffer): Uint8Array<ArrayBuffer> {
  const request = new TimeStampReq({
    version: 1,
    messageImprint: new MessageImprint({
      hashAlgorithm: new AlgorithmIdentifier({ algorithmId: id_sha256, algorithmParams: new Null() }),
      hashedMessage: new OctetString({ valueHex: sha256(content) }),
    }),
    nonce: new Integer({ valueHex: nonce }),
    certReq: true,
  });
  return new Uint8Array(request.toSchema().toBER());
}

async function readLimited(response: Response): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of response.body ?? []) {
    size += chunk.length;
    if (size > MOST_BYTES) throw new TimestampError('the answer of the authority is too long');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function tokenIn(answer: Buffer): Buffer {
  const response = parse(() => TimeStampResp.fromBER(new Uint8Array(answer)));
  const { status } = response.status;
  if (status !== PKIStatus.granted && status !== PKIStatus.grantedWithMods)
    throw new TimestampError('the authority refused to sign');
  if (response.timeStampToken === undefined) throw new TimestampError('the authority sent no token');
  return Buffer.from(response.timeStampToken.toSchema().toBER());
}

function read(token: Buffer): { readonly signed: SignedData; readonly info: TSTInfo } {
  return parse(() => {
    const signed = new SignedData({ schema: ContentInfo.fromBER(new Uint8Array(token)).content });
    const { eContentType, eContent } = signed.encapContentInfo;
    if (eContentType !== id_eContentType_TSTInfo || eContent === undefined) throw new Error('no timestamp');
    return { signed, info: TSTInfo.fromBER(new Uint8Array(eContent.valueBlock.valueHexView)) };
  });
}

/** Requires one signer, whose certificate is only for time stamps and is signed, directly or not, by a trusted one. */
async function verifySignature(
  signed: SignedData,
  content: string,
  authorities: string,
  at: Date,
): Promise<void> {
  if (signed.signerInfos.length !== 1) throw new TimestampError('the token has not one signature');
  const outcome = await signed
    .verify({
      signer: 0,
      data: new Uint8Array(Buffer.from(content)).buffer,
      trustedCerts: certificatesIn(authorities),
      checkChain: true,
      checkDate: at,
      extendedMode: true,
    })
    .catch(() => undefined);
  if (outcome?.signatureVerified !== true || outcome.signerCertificateVerified !== true)
    throw new TimestampError('the signature of the token does not lead to a certificate that is trusted');
  if (!isForTimestamps(outcome.signerCertificate))
    throw new TimestampError('the certificate of the signature is not for time stamps');
}

function isForTimestamps(certificate: Certificate | null | undefined): boolean {
  const extension = certificate?.extensions?.find(({ extnID }) => extnID === id_ExtKeyUsage);
  const usage = extension?.parsedValue as unknown;
  return (
    usage instanceof ExtKeyUsage && usage.keyPurposes.length === 1 && usage.keyPurposes[0] === TIME_STAMPING
  );
}

/** Every certificate of a PEM file. */
function certificatesIn(pem: string): Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? [];
  if (blocks.length === 0) throw new TimestampError('there is no certificate in the file of authorities');
  return blocks.map((block) =>
    parse(() => Certificate.fromBER(new Uint8Array(new X509Certificate(block).raw))),
  );
}

function sameNumber(one: Integer | undefined, other: Buffer): boolean {
  return one !== undefined && Buffer.from(one.valueBlock.valueHexView).equals(other);
}

function sha256(content: string): Buffer {
  return createHash('sha256').update(content).digest();
}

function parse<Result>(work: () => Result): Result {
  try {
    return work();
  } catch {
    throw new TimestampError('it cannot be read');
  }
}
