import type { ExplainRefusal } from './inspect.js';
import { apiUrl, post, type Server } from './post.js';
import type { Credentials, LoginOptions, SignLogin } from './sign.js';
import { readToken, type Token } from './token.js';

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
    const answer = await post(url, login, options);
    return readToken(answer, explainRefusal(answer, { login }));
  };
}
