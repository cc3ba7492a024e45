// Logs in with the AWS identity of this machine and prints a secret.
//
//   node login.mjs ROLE PATH [MOUNT]      such as: node login.mjs dev secret/greeting
//
// The rest comes from VAULT_ADDR, VAULT_NAMESPACE, VAULT_IAM_SERVER_ID and the AWS SDK's own variables and files.
import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import { apiUrl, login, LoginError, VaultError } from 'vault-aws-login';

const [role, path, mount] = process.argv.slice(2);
const { VAULT_ADDR: vaultAddr, VAULT_NAMESPACE: namespace, VAULT_IAM_SERVER_ID: serverId } = process.env;

try {
  const { token, leaseSeconds, warnings } = await login({
    vaultAddr,
    namespace,
    mount,
    role,
    serverId,
    credentials: fromNodeProviderChain(),
  });
  if (warnings) console.error(`Vault warns: ${warnings}`);
  console.error(`logged in for ${leaseSeconds} s`);

  const headers = { 'X-Vault-Token': token, ...(namespace && { 'X-Vault-Namespace': namespace }) };
  // A redirect would take the token elsewhere. An answer other than the secret is not shown, because it may echo the
  // token, and the errors of `fetch` and `json` hold what they could not read.
  const answer = await fetch(apiUrl(vaultAddr, path), { headers, redirect: 'manual' }).catch(() => undefined);
  const { data } = answer?.ok ? await answer.json().catch(() => ({})) : {};
  if (data === undefined) throw new VaultError(`cannot read ${path}: ${answer ? `status ${answer.status}` : 'no answer'}`);
  console.log(JSON.stringify(data));
} catch (error) {
  // The messages of both are for people; any other error is a defect and keeps its stack.
  const expected = error instanceof LoginError || error instanceof VaultError;
  console.error(expected ? `error: ${error.message}` : error);
  process.exitCode = 1;
}
