import type * as signer from './component/interfaces/vault-aws-login-signer.js';
import { refusable } from './errors.js';

/** AWS credentials, in the shape of the AWS SDK's `AwsCredentialIdentity`. */
export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Comes with temporary credentials (`ASIA…`). */
  readonly sessionToken?: string | undefined;
  /** When the credentials expire, a `Date` or Unix seconds. Absent: unknown, and then not checked. */
  readonly expiration?: Date | number | undefined;
}

/**
 * The STS host to sign for: the one that the Vault server calls.
 * Anything but the four names is a URL, such as `https://sts.example.com`.
 */
export type StsEndpoint = 'regional' | 'fips' | 'dual-stack' | 'fips-dual-stack' | (string & {});

/** What a login is for. All fields are optional; without any it is for a server with default settings. */
export interface LoginOptions {
  /** The Vault role. Absent: Vault takes the name of the IAM user or role. */
  readonly role?: string | undefined;
  /** The server's `iam_server_id_header_value`; also known as `header_value`. */
  readonly serverId?: string | undefined;
  /** The AWS region of the STS endpoint that the *server* calls. Absent: `us-east-1`. */
  readonly region?: string | undefined;
  /** Absent: the global host in `us-east-1`, the regional one elsewhere. */
  readonly stsEndpoint?: StsEndpoint | undefined;
  /** The time of signing, a `Date` or Unix seconds. Absent: now. */
  readonly time?: Date | number | undefined;
}

export interface SignOptions extends LoginOptions {
  readonly credentials: Credentials;
}

/**
 * Signs a login and returns the JSON body for `POST /v1/auth/<mount>/login`.
 *
 * Nothing is sent. Whoever holds the returned JSON can log in with it for 15 minutes.
 *
 * @throws {LoginError} if an input breaks a rule.
 * @throws {TypeError} if an input is of the wrong type.
 */
export type SignLogin = (options: SignOptions) => string;

export function signLoginWith(component: typeof signer): SignLogin {
  return ({ credentials, role, serverId, region, stsEndpoint, time = new Date() }) => {
    // Types are checked before the first byte is copied, so that no half-copied secret stays behind.
    expectTexts({ role, serverId, region, stsEndpoint });
    const options = { role, serverId, region, stsEndpoint: endpoint(stsEndpoint) };
    const seconds = unixSeconds('time', time);
    return refusable(() => component.signLogin(identity(credentials), options, seconds));
  };
}

/** @throws {TypeError} if one is not a string. */
export function expectTexts(texts: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(texts)) expectText(name, value);
}

/** Translates credentials into the component's. */
export function identity(credentials: Credentials): signer.Credentials {
  if (typeof credentials !== 'object' || credentials === null) {
    throw new TypeError(`invalid credentials: expected an object, found ${kind(credentials)}`);
  }
  const { accessKeyId, secretAccessKey, sessionToken, expiration } = credentials;
  expectText('accessKeyId', accessKeyId, 'required');
  expectText('secretAccessKey', secretAccessKey, 'required');
  expectText('sessionToken', sessionToken);
  const end = expiration === undefined ? undefined : unixSeconds('expiration', expiration);
  return { accessKeyId, secretAccessKey, sessionToken, expiresAtUnixSeconds: end };
}

/** Translates the name or URL of an endpoint into the component's variant. */
export function endpoint(value: string | undefined): signer.StsEndpoint | undefined {
  switch (value) {
    case undefined:
      return undefined;
    case 'regional':
    case 'fips':
    case 'dual-stack':
    case 'fips-dual-stack':
      return { tag: value };
    default:
      return { tag: 'url', val: value };
  }
}

/** Returns whole seconds since 1970. The component refuses a time past the year 9999. */
export function unixSeconds(name: string, time: Date | number): bigint {
  const seconds = Math.floor(time instanceof Date ? time.getTime() / 1000 : time);
  if (!(seconds >= 0 && seconds < 2 ** 64)) {
    const found = typeof time === 'number' || time instanceof Date ? String(time) : kind(time);
    throw new TypeError(`invalid ${name}: expected a Date or Unix seconds from 1970 on, found ${found}`);
  }
  return BigInt(seconds);
}

function expectText(name: string, value: unknown, need?: 'required'): void {
  if (typeof value !== 'string' && (need === 'required' || value !== undefined)) {
    throw new TypeError(`invalid ${name}: expected a string, found ${kind(value)}`);
  }
}

/** Names the type of a value and never the value, which may be secret. */
function kind(value: unknown): string {
  return value === null ? 'null' : typeof value;
}
