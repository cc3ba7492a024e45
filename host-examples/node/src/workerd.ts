// Edge runtimes compile modules when the Worker is deployed, and forbid it later.
import core from './component/vault-aws-login.core.wasm';
import { fromModule } from './module.js';

export * from './module.js';

export const { signLogin, checkLogin, explainLogin, explainRefusal, clockOffset, login, createSession } =
  fromModule(core);
