import type * as inspector from './component/interfaces/vault-aws-login-inspector.js';
import { refusable } from './errors.js';
import { unixSeconds } from './sign.js';

export type {
  CredentialScope,
  Finding,
  Flavour,
  InferredEntity,
  LoginRule,
  MountConfig,
  Refuser,
  RoleBindings,
  Severity,
  ShownHeader,
  Software,
  UniqueIds,
} from './component/interfaces/vault-aws-login-inspector.js';

/** What is known of the server. What is left out is unknown, and gives `depends` rather than a guess. */
export interface ServerProfile {
  /** The server's `iam_server_id_header_value`; `null` if it has none. */
  readonly serverId?: string | null | undefined;
  /** The STS endpoint that the server calls; `client-region` stands for `use_sts_region_from_client`. */
  readonly stsEndpoint?:
    | 'global'
    | 'client-region'
    | { readonly url: string }
    | { readonly region: string }
    | undefined;
  /** The server's `allowed_sts_header_values`. */
  readonly allowedHeaders?: readonly string[] | undefined;
  /** Whether `auth/<mount>/config/client` was ever written. */
  readonly mountConfig?: inspector.MountConfig | undefined;
  readonly core?: inspector.Software | undefined;
  /** The AWS auth method. Absent: the one that comes with `core`. */
  readonly authPlugin?: inspector.Software | undefined;
  /** What `aws sts get-caller-identity` says of the credentials. */
  readonly callerArn?: string | undefined;
  /** The Vault role: `missing`, of type `ec2`, or its bindings. */
  readonly role?: 'missing' | 'ec2' | inspector.RoleBindings | undefined;
}

export interface CheckOptions {
  readonly profile?: ServerProfile | undefined;
  /** The time of sending, a `Date` or Unix seconds. Absent: now. */
  readonly time?: Date | number | undefined;
}

/**
 * Predicts what the server does with a login of any client, in the order of its checks.
 *
 * With no finding that is `refused` or `depends`, it accepts the login if the signature is right.
 */
export type CheckLogin = (login: string, options?: CheckOptions) => inspector.Finding[];

/** What is in a login, decoded, without its secrets: it can be pasted into a ticket. */
export interface Explanation
  extends Omit<inspector.Explanation, 'signedAtUnixSeconds' | 'acceptedUntilUnixSeconds'> {
  readonly signedAt?: Date | undefined;
  /** The last second at which AWS accepts the login. */
  readonly acceptedUntil?: Date | undefined;
}

/**
 * Decodes a login.
 *
 * @throws {LoginError} if it cannot be decoded.
 */
export type ExplainLogin = (login: string) => Explanation;

/** Vault's answer. */
export interface Answer {
  /** Absent: no answer came. */
  readonly status?: number | undefined;
  readonly body?: string | undefined;
  /** The `Date` header. */
  readonly date?: string | undefined;
}

export interface RefusalOptions {
  /** The login that was sent. It has the region and the time that were signed, and the secrets that `quoted` leaves out. */
  readonly login?: string | undefined;
  /** The host's clock when the answer came. Absent: now. */
  readonly time?: Date | number | undefined;
}

/**
 * Why a login was refused. Of the answer's text it has only `quoted`, on one line and without what is or may be a
 * secret, because some servers echo the login.
 */
export interface Refusal extends Omit<inspector.Refusal, 'awsClockUnixSeconds' | 'skewSeconds'> {
  /** AWS's clock when it refused. */
  readonly awsClock?: Date | undefined;
  /** How far AWS's clock is ahead of the one that signed. */
  readonly skewSeconds?: number | undefined;
}

/** Explains who refused a login, why, and what to change. Never throws for what an answer holds. */
export type ExplainRefusal = (answer: Answer, options?: RefusalOptions) => Refusal;

/**
 * Explains who refused a login and why, from whatever a person copied of the answer: the output of any client, with
 * escapes, boxes and wraps. The status is read from it; `status` overrules that.
 */
export type ExplainPasted = (text: string, options?: PastedOptions) => Refusal;

export interface PastedOptions extends RefusalOptions {
  /** The HTTP status, if it is known. */
  readonly status?: number | undefined;
}

/** Returns the seconds to add to the host's clock so that AWS accepts the next login, if the answer is about the time. */
export type ClockOffset = (answer: Answer, options?: Pick<RefusalOptions, 'time'>) => number | undefined;

export interface Inspector {
  readonly checkLogin: CheckLogin;
  readonly explainLogin: ExplainLogin;
  readonly explainRefusal: ExplainRefusal;
  readonly explainPasted: ExplainPasted;
  readonly clockOffset: ClockOffset;
}

export function inspectorOf(component: typeof inspector): Inspector {
  return {
    checkLogin(login, { profile = {}, time = new Date() } = {}) {
      return component.checkLogin(login, translated(profile), unixSeconds('time', time));
    },
    explainLogin(login) {
      const { signedAtUnixSeconds, acceptedUntilUnixSeconds, ...rest } = refusable(() => component.explainLogin(login));
      return { ...rest, signedAt: date(signedAtUnixSeconds), acceptedUntil: date(acceptedUntilUnixSeconds) };
    },
    explainRefusal(answer, { login, time = new Date() } = {}) {
      return translatedRefusal(component.explainRefusal(whole(answer), login, unixSeconds('time', time)));
    },
    explainPasted(text, { status, login, time = new Date() } = {}) {
      return translatedRefusal(component.explainPasted(text, status, login, unixSeconds('time', time)));
    },
    clockOffset(answer, { time = new Date() } = {}) {
      return number(component.clockOffset(whole(answer), unixSeconds('time', time)));
    },
  };
}

function translated({ serverId, stsEndpoint, allowedHeaders, role, ...rest }: ServerProfile): inspector.ServerProfile {
  check('mountConfig', rest.mountConfig, ['never-written', 'written']);
  check('core.flavour', rest.core?.flavour, ['vault', 'openbao']);
  check('authPlugin.flavour', rest.authPlugin?.flavour, ['vault', 'openbao']);
  if (typeof stsEndpoint === 'string') check('stsEndpoint', stsEndpoint, ['global', 'client-region']);
  if (typeof role === 'string') check('role', role, ['missing', 'ec2']);
  if (typeof role === 'object') {
    check('role.uniqueIds', role.uniqueIds, ['resolved', 'not-resolved']);
    check('role.inferredEntity', role.inferredEntity, ['nothing', 'ec2-instance']);
  }
  return {
    ...rest,
    serverId:
      serverId === undefined
        ? undefined
        : serverId === null
          ? { tag: 'not-required' }
          : { tag: 'required', val: serverId },
    stsEndpoint:
      stsEndpoint === undefined
        ? undefined
        : typeof stsEndpoint === 'string'
          ? { tag: stsEndpoint }
          : 'url' in stsEndpoint
            ? { tag: 'url', val: stsEndpoint.url }
            : { tag: 'region', val: stsEndpoint.region },
    allowedHeaders: allowedHeaders && [...allowedHeaders],
    role: role === undefined ? undefined : typeof role === 'string' ? { tag: role } : { tag: 'iam', val: role },
  };
}

/** Refuses an unknown name. The component's message would repeat it, and it may be a secret. */
function check(field: string, name: string | undefined, names: readonly string[]): void {
  if (name !== undefined && !names.includes(name)) {
    throw new TypeError(`invalid profile.${field}: expected ${names.join(' or ')}, found another name`);
  }
}

export function translatedRefusal({ awsClockUnixSeconds, skewSeconds, ...rest }: inspector.Refusal): Refusal {
  return { ...rest, awsClock: date(awsClockUnixSeconds), skewSeconds: number(skewSeconds) };
}

function whole({ status, body = '', date }: Answer): inspector.Answer {
  return { status, body, date };
}

function date(seconds: bigint | undefined): Date | undefined {
  return seconds === undefined ? undefined : new Date(Number(seconds) * 1000);
}

function number(value: bigint | undefined): number | undefined {
  return value === undefined ? undefined : Number(value);
}
