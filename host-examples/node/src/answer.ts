import { VaultError } from './errors.js';
import type { VaultAnswer } from './post.js';

/** What Vault gave. */
export interface Token {
  /** The token: a secret. */
  readonly token: string;
  /** How long it lives, counted from the answer; 0 for ever. */
  readonly leaseSeconds: number;
  readonly renewable: boolean;
  /** Names the token without being one; empty for batch tokens. */
  readonly accessor: string;
  readonly policies: readonly string[];
  /** What Vault knows of the AWS identity: `account_id`, `client_arn`, … */
  readonly metadata: Readonly<Record<string, string>>;
  /** Vault's remarks, for people. */
  readonly warnings: readonly string[];
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
  warnings?: string[] | null;
  errors?: unknown;
}

/** Reads the token from an answer, or throws an error with Vault's own words in it. */
export function readToken({ status, body }: VaultAnswer): Token {
  const answer = parse(body);
  if (status < 200 || status > 299) {
    const errors = Array.isArray(answer?.errors) ? answer.errors.map(String) : [];
    throw new VaultError(`Vault refused the login with status ${status}: ${words(errors, body)}`, { status, errors });
  }
  const auth = answer?.auth;
  if (auth?.mfa_requirement) {
    throw new VaultError('expected a token from Vault, found that it asks for a second factor (MFA)', { status });
  }
  if (!auth?.client_token) {
    throw new VaultError(`expected a token from Vault, found an answer without one (status ${status})`, { status });
  }
  return {
    token: auth.client_token,
    leaseSeconds: auth.lease_duration ?? 0,
    renewable: auth.renewable ?? false,
    accessor: auth.accessor ?? '',
    policies: auth.policies ?? [],
    metadata: auth.metadata ?? {},
    warnings: answer?.warnings ?? [],
  };
}

function parse(body: string): LoginAnswer | undefined {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** Returns Vault's words, without characters that would steer a terminal. */
function words(errors: string[], body: string): string {
  // Another server may have answered: its page is of little use, its beginning is.
  const text = errors.length > 0 ? errors.join('; ') : body.trim().slice(0, 256) || 'no reason given';
  return text.replace(/[^\P{Cc}\n\t]/gu, '');
}
