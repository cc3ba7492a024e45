// Logs in with the AWS identity of this machine and prints a secret.
//
//   node example.mjs ROLE PATH [MOUNT]      such as: node example.mjs dev secret/greeting
//
// VAULT_ADDR, VAULT_NAMESPACE, VAULT_IAM_SERVER_ID and the AWS SDK's own variables and files say the rest.
import { fromNodeProviderChain } from '@aws-sdk/credential-providers';
import { login, LoginError, VaultError } from 'vault-aws-login';

const [role, path, mount] = process.argv.slice(2);
const { VAULT_ADDR: vaultAddr, VAULT_NAMESPACE: namespace, VAULT_IAM_SERVER_ID: serverId } = process.env;

try {
  const { token, leaseSeconds } = await login({
    vaultAddr,
    namespace,
    mount,
    role,
    serverId,
    credentials: fromNodeProviderChain(),
  });
  console.error(`logged in for ${leaseSeconds} s`);

  const headers = { 'X-Vault-Token': token, ...(namespace && { 'X-Vault-Namespace': namespace }) };
  const answer = await fetch(new URL(`/v1/${path}`, vaultAddr), { headers });
  const { data, errors } = await answer.json();
  if (!answer.ok) throw new Error(`cannot read ${path}: status ${answer.status}: ${errors?.join('; ')}`);
  console.log(JSON.stringify(data));
} catch (error) {
  // Both have a sentence that is meant for people; anything else is a defect and keeps its stack.
  const expected = error instanceof LoginError || error instanceof VaultError;
  console.error(expected ? `error: ${error.message}` : error);
  process.exitCode = 1;
}
