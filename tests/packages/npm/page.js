// Signs a login, and explains the refusal of one.
import { explainRefusal, signLogin } from 'vault-aws-login';

globalThis.answer = ({ options, wanted }) => {
  const login = signLogin(options);
  const words = `error validating X-Vault-AWS-IAM-Server-ID header: expected "${wanted}" but got "${options.serverId}"`;
  const refusal = explainRefusal({ status: 400, body: JSON.stringify({ errors: [words] }) }, { login });
  return { login, fix: refusal.clientFix };
};
