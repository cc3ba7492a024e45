// Edge runtimes compile modules when the Worker is deployed, and forbid it later.
import core from './component/vault-aws-login.core.wasm';
import core2 from './component/vault-aws-login.core2.wasm';
import core3 from './component/vault-aws-login.core3.wasm';
import { fromModules } from './module.js';

export * from './module.js';

export const {
  signLogin,
  checkLogin,
  explainLogin,
  explainRefusal,
  explainPasted,
  clockOffset,
  login,
  createSession,
} = fromModules({ core, core2, core3 });
