import { readToken, type Token } from './answer.js';
import { VaultError } from './errors.js';
import type { ExplainRefusal, Refusal } from './inspect.js';
import { apiUrl, post, type Server, type VaultAnswer } from './post.js';
import type { Credentials, LoginOptions, SignLogin } from './sign.js';

export interface VaultLoginOptions extends LoginOptions, Server {
  /** Credentials, or what fetches them, such as a credential provider of the AWS SDK. */
  readonly credentials: Credentials | (() => Promise<Credentials>);
  /** Where the AWS auth method is mounted. Absent: `aws`. */
  readonly mount?: string | undefined;
}

/**
 * Logs in to Vault or OpenBao and returns the token.
 *
 * @throws {LoginError} if an input breaks a rule; nothing has been sent then.
 * @throws {VaultError} if Vault refuses the login or cannot be reached; it explains why.
 */
export type Login = (options: VaultLoginOptions) => Promise<Token>;

export function loginWith(signLogin: SignLogin, explainRefusal: ExplainRefusal): Login {
  return async ({ credentials, mount = 'aws', ...options }) => {
    const url = apiUrl(options.vaultAddr, `auth/${mount.replace(/^\/+|\/+$/g, '')}/login`);
    const identity = typeof credentials === 'function' ? await credentials() : credentials;
    const login = signLogin({ ...options, credentials: identity });
    let answer: VaultAnswer | undefined;
    try {
      answer = await post(url, login, options);
      return readToken(answer);
    } catch (error) {
      // Without an answer there is nothing to explain.
      if (!(error instanceof VaultError) || !answer) throw error;
      throw explained(error, explainRefusal(answer, { login }));
    }
  };
}

/** Puts the explanation under Vault's own words. */
function explained(error: VaultError, refusal: Refusal): VaultError {
  const { status, errors } = error;
  const lines = [error.message, refusal.message];
  if (refusal.clientFix !== undefined) lines.push(`on the client: ${refusal.clientFix}`);
  if (refusal.serverFix !== undefined) lines.push(`on the server: ${refusal.serverFix}`);
  return new VaultError(lines.join('\n'), { status, errors, refusal });
}
