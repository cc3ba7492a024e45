import { instantiate } from './signer/vault-aws-login-signer.js';
import { signLoginWith, type SignLogin } from './sign.js';

export { LoginError, type Field, type InputField, type InputRule, type Rule } from './errors.js';
export type { Credentials, LoginOptions, SignLogin, SignOptions, StsEndpoint } from './sign.js';

/** Makes `signLogin` from the compiled module of the component that signs and does nothing else. */
export function signLoginFrom(module: WebAssembly.Module): SignLogin {
  return signLoginWith(instantiate(() => module, {}).signer);
}
