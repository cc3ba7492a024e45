/**
 * For hosts that compile the core modules themselves, or may not compile at all.
 *
 * @module
 */
import { instantiate } from './component/vault-aws-login.js';
import { inspectorOf, type Inspector } from './inspect.js';
import { loginWith, type Login } from './login.js';
import { createSessionWith, type CreateSession } from './session.js';
import { signLoginWith, type SignLogin } from './sign.js';

export { LoginError, type Field, type InputField, type InputRule, type Rule } from './errors.js';
export type { Token } from './token.js';
export { VaultError, type VaultErrorDetails } from './vault-error.js';
export type { Fetch, TransportFailure } from './exchange.js';
export type {
  Answer,
  CheckLogin,
  CheckOptions,
  ClockOffset,
  CredentialScope,
  ExplainLogin,
  ExplainPasted,
  ExplainRefusal,
  Explanation,
  Finding,
  Flavour,
  InferredEntity,
  Inspector,
  LoginRule,
  MountConfig,
  PastedOptions,
  Refusal,
  RefusalOptions,
  Refuser,
  RoleBindings,
  ServerProfile,
  Severity,
  ShownHeader,
  Software,
  UniqueIds,
} from './inspect.js';
export type { Login, VaultLoginOptions } from './login.js';
export { apiUrl, type Server } from './post.js';
export type { CreateSession, VaultSession } from './session.js';
export type {
  AssumeRole,
  ContainerEndpoint,
  CredentialSource,
  Destination,
  Healing,
  Lease,
  RefusalRule,
  SessionOptions,
  SessionRefusal,
  WebIdentity,
} from './session-options.js';
export type { Credentials, LoginOptions, SignLogin, SignOptions, StsEndpoint } from './sign.js';

/** Everything this package does. */
export interface VaultAwsLogin extends Inspector {
  readonly signLogin: SignLogin;
  readonly login: Login;
  readonly createSession: CreateSession;
}

/** The compiled core modules of the component: `vault-aws-login/core.wasm`, `…/core2.wasm` and `…/core3.wasm`. */
export interface CoreModules {
  /** All of the code. */
  readonly core: WebAssembly.Module;
  /** 150 bytes, which with the third module let the host end a session. */
  readonly core2: WebAssembly.Module;
  readonly core3: WebAssembly.Module;
}

/** Makes the functions of this package from compiled modules. */
export function fromModules(modules: CoreModules): VaultAwsLogin {
  const named = new Map(Object.entries(modules).map(([name, module]) => [`vault-aws-login.${name}.wasm`, module]));
  const compiled = (name: string) => {
    const module = named.get(name);
    if (!module) throw new TypeError(`missing core module: expected ${name}, found ${[...named.keys()].join(', ')}`);
    return module;
  };
  // The component imports nothing.
  const component = instantiate(compiled, {});
  const signLogin = signLoginWith(component.signer);
  const inspector = inspectorOf(component.inspector);
  const login = loginWith(signLogin, inspector.explainRefusal);
  return { signLogin, ...inspector, login, createSession: createSessionWith(component.lifecycle) };
}
