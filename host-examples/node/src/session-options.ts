import type * as lifecycle from './component/interfaces/vault-aws-login-lifecycle.js';
import type { Fetch } from './exchange.js';
import type { Refusal } from './inspect.js';
import { endpoint, expectTexts, type Credentials, type LoginOptions, type StsEndpoint } from './sign.js';

export type { Destination, Healing, RefusalRule } from './component/interfaces/vault-aws-login-lifecycle.js';

/** Where the AWS credentials come from: from the host, or fetched by the session itself. */
export type CredentialSource =
  | (() => Promise<Credentials>)
  | 'instance-metadata'
  | { readonly containerEndpoint: ContainerEndpoint }
  | { readonly webIdentity: WebIdentity };

/** The container endpoint of ECS, EKS Pod Identity or a credential helper. */
export interface ContainerEndpoint {
  /** `AWS_CONTAINER_CREDENTIALS_RELATIVE_URI` or `AWS_CONTAINER_CREDENTIALS_FULL_URI`. */
  readonly uri: string;
  /** Reads the authorization token before each fetch, because such tokens rotate. Absent: none is sent. */
  readonly token?: (() => Promise<string>) | undefined;
}

/** `AssumeRoleWithWebIdentity`. */
export interface WebIdentity {
  readonly roleArn: string;
  readonly roleSessionName: string;
  /** The region of the STS endpoint that is called for the exchange. Absent: `us-east-1`. */
  readonly region?: string | undefined;
  readonly stsEndpoint?: StsEndpoint | undefined;
  /** Reads the web-identity token before each exchange. */
  readonly token: () => Promise<string>;
}

/** `AssumeRole`: the credentials are exchanged for those of a role, which the logins are signed with. */
export interface AssumeRole {
  /** The ARN of the IAM role, which may be in another account. */
  readonly roleArn: string;
  /** Absent: `vault-aws-login`. */
  readonly roleSessionName?: string | undefined;
  /** What the role's trust policy demands as `sts:ExternalId`. No message shows it. */
  readonly externalId?: string | undefined;
  /** How long the role's credentials last, from 900 to 43200. Absent: AWS's default of 3600. */
  readonly durationSeconds?: number | undefined;
  /** The region of the STS endpoint that is called. Absent: `us-east-1`. */
  readonly region?: string | undefined;
  readonly stsEndpoint?: StsEndpoint | undefined;
}

export interface SessionOptions extends Omit<LoginOptions, 'time'> {
  readonly vaultAddr: string;
  /** Vault Enterprise's or OpenBao's namespace. */
  readonly namespace?: string | undefined;
  /** Where the AWS auth method is mounted. Absent: `aws`. */
  readonly mount?: string | undefined;
  readonly credentials: CredentialSource;
  /** The role that is assumed with them. Absent: the logins are signed with the credentials themselves. */
  readonly assumeRole?: AssumeRole | undefined;
  /** Absent: 10 seconds. */
  readonly requestTimeoutMilliseconds?: number | undefined;
  /** The longest wait between two attempts. Absent: one minute. */
  readonly backOffCapMilliseconds?: number | undefined;
  /** Spreads the first logins of a fleet over this time. Absent: no spreading. */
  readonly startSpreadMilliseconds?: number | undefined;
  /**
   * How far signing may depart from the clock, up to 3600, after AWS has refused a login or `assumeRole` for its time; 0 for never. Absent:
   * 3600 with a `serverId`, 1200 without. A hostile Vault can make a login live longer by as much.
   */
  readonly clockCorrectionLimitSeconds?: number | undefined;
  /**
   * The lease of another session, taken over instead of a first login, such as after a restart of this process on
   * the same machine. A lease that has ended is ignored. `onToken` gets the next one.
   */
  readonly adopt?: Lease | undefined;
  /** Absent: the platform's own. */
  readonly fetch?: Fetch | undefined;
  /** The token is new, or its lease is. */
  readonly onToken?: ((lease: Lease) => void) | undefined;
  /** The token of this generation must no longer be used. */
  readonly onTokenEnded?: ((generation: number) => void) | undefined;
  /** An attempt failed; the session goes on. A refused login has a `diagnosis`. */
  readonly onRefusal?: ((refusal: SessionRefusal) => void) | undefined;
  /** Logins are signed for another time than the clock's; 0 when the clock is right again. */
  readonly onClockCorrection?: ((offsetSeconds: number, message: string) => void) | undefined;
  /** A function of `credentials` threw; it is called again after a minute. */
  readonly onCredentialError?: ((error: unknown) => void) | undefined;
}

/** A Vault token and how long it is valid. */
export interface Lease {
  /** A secret. */
  readonly token: string;
  readonly accessor: string | undefined;
  /** Counts logins from 1; a renewal keeps it. */
  readonly generation: number;
  readonly renewable: boolean;
  /** What a renewal asks for: the lease that the login was granted. */
  readonly incrementSeconds: number;
  readonly startsAt: Date;
  readonly endsAt: Date;
}

/** An attempt that failed. Never holds a secret. */
export interface SessionRefusal extends Omit<lifecycle.Refusal, 'retryAt' | 'diagnosis'> {
  /**
   * What the inspector says of a login that Vault or STS refused, or of an `AssumeRole` that STS refused: the likely causes,
   * what to change where and, in `quoted`, the server's words. Absent: it is about something else, no answer came, or the
   * token that came is of no use.
   */
  readonly diagnosis?: Refusal | undefined;
  readonly retryAt: Date;
}

/** Translates the options into the component's. */
export function config(options: SessionOptions): lifecycle.SessionConfig {
  const { mount = 'aws', namespace, role, serverId, region, stsEndpoint, credentials } = options;
  expectTexts({ mount, namespace, role, serverId, region, stsEndpoint });
  return {
    mount,
    namespace,
    login: { role, serverId, region, stsEndpoint: endpoint(stsEndpoint) },
    credentialSource: source(credentials),
    assumeRole: options.assumeRole && assumeRole(options.assumeRole),
    requestTimeoutMilliseconds: options.requestTimeoutMilliseconds,
    backOffCapMilliseconds: options.backOffCapMilliseconds,
    startSpreadMilliseconds: options.startSpreadMilliseconds,
    clockCorrectionLimitSeconds: options.clockCorrectionLimitSeconds,
  };
}

function assumeRole(role: AssumeRole): lifecycle.AssumeRole {
  const { roleArn, roleSessionName, externalId, durationSeconds, region, stsEndpoint } = role;
  expectTexts({ roleArn, roleSessionName, externalId, region, stsEndpoint });
  return { roleArn, roleSessionName, externalId, durationSeconds, region, stsEndpoint: endpoint(stsEndpoint) };
}

function source(credentials: CredentialSource): lifecycle.CredentialSource {
  if (typeof credentials === 'function') return { tag: 'pushed' };
  if (credentials === 'instance-metadata') return { tag: 'instance-metadata' };
  if ('containerEndpoint' in credentials) {
    const { uri, token } = credentials.containerEndpoint;
    expectTexts({ uri });
    return { tag: 'container-endpoint', val: { uri, authorization: token ? 'token' : 'none' } };
  }
  const { roleArn, roleSessionName, region, stsEndpoint } = credentials.webIdentity;
  expectTexts({ roleArn, roleSessionName, region, stsEndpoint });
  return { tag: 'web-identity', val: { roleArn, roleSessionName, region, stsEndpoint: endpoint(stsEndpoint) } };
}

/** Returns the function that reads the authorization or web-identity token, if the credentials need one. */
export function tokenSource(credentials: CredentialSource): (() => Promise<string>) | undefined {
  if (typeof credentials !== 'object') return undefined;
  return 'containerEndpoint' in credentials ? credentials.containerEndpoint.token : credentials.webIdentity.token;
}
