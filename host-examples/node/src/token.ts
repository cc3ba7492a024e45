import type { Refusal } from './inspect.js';
import type { VaultAnswer } from './post.js';
import { VaultError } from './vault-error.js';

/** What Vault granted. */
export interface Token {
  /** The token: a secret. */
  readonly token: string;
  /** How long it is valid, counted from the answer; 0 if it does not expire. */
  readonly leaseSeconds: number;
  readonly renewable: boolean;
  /** Names the token without being one; empty for batch tokens. */
  readonly accessor: string;
  readonly policies: readonly string[];
  /** What Vault knows of the AWS identity: `account_id`, `client_arn`, … */
  readonly metadata: Readonly<Record<string, string>>;
  /** Vault's warnings, safe to print: one line without secrets. `undefined` if there are none. */
  readonly warnings: string | undefined;
}

interface LoginAnswer {
  auth?: {
    client_token?: string;
    lease_duration?: number;
    renewable?: boolean;
    accessor?: string;
    policies?: string[] | null;
    metadata?: Record<string, string> | null;
    mfa_requirement?: unknown;
  } | null;
}

/**
 * Reads the token from an answer.
 *
 * Of the answer an error has only `refusal.quoted`, because servers and proxies echo the login.
 */
export function readToken({ status, body }: VaultAnswer, refusal: Refusal): Token {
  if (status < 200 || status > 299) {
    throw refused(`Vault refused the login with status ${status}`, status, refusal);
  }
  const auth = parse(body)?.auth;
  if (auth?.mfa_requirement) {
    throw refused('expected a token from Vault, found that it asks for a second factor (MFA)', status, refusal);
  }
  if (!auth?.client_token) {
    throw refused(`expected a token from Vault, found an answer without one (status ${status})`, status, refusal);
  }
  const token: unknown = auth.client_token;
  if (typeof token !== 'string' || !/^[!-~]+$/.test(token)) {
    throw refused('expected a token of visible ASCII characters from Vault, found another', status, refusal);
  }
  return {
    token,
    leaseSeconds: auth.lease_duration ?? 0,
    renewable: auth.renewable ?? false,
    accessor: auth.accessor ?? '',
    policies: auth.policies ?? [],
    metadata: auth.metadata ?? {},
    warnings: refusal.quoted,
  };
}

/** Puts the server's words and the explanation behind what went wrong. */
function refused(what: string, status: number, refusal: Refusal): VaultError {
  const { quoted, message, clientFix, serverFix } = refusal;
  const lines = [quoted === undefined ? what : `${what}: ${quoted}`, message];
  if (clientFix !== undefined) lines.push(`on the client: ${clientFix}`);
  if (serverFix !== undefined) lines.push(`on the server: ${serverFix}`);
  return new VaultError(lines.join('\n'), { status, refusal });
}

function parse(body: string): LoginAnswer | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}
