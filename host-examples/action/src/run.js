import { exportVariable, getIDToken, getInput, info, setOutput, setSecret } from '@actions/core';

import { credentialSource } from './credentials.js';
import { ActionError } from './errors.js';
import { readInputs } from './inputs.js';
import { logIn } from './login.js';
import { masks, select } from './secrets.js';
import { fetchWith, read } from './vault.js';

export { ActionError };

/**
 * The step: logs in, reads the secrets, and hands both on.
 *
 * @param {(token: string) => void} keep Keeps the token for the end of the job.
 */
export async function run(keep) {
  const inputs = readInputs(getInput);
  const { url, namespace, caCertificate, role, serverId, region, stsEndpoint, mount } = inputs;
  const lease = await logIn({
    vaultAddr: url,
    namespace,
    role,
    serverId,
    region,
    stsEndpoint,
    mount,
    credentials: credentialSource(inputs.awsRole, process.env, getIDToken),
    fetch: fetchWith(caCertificate),
  });
  const { token } = lease;
  setSecret(token);
  // A batch token has no accessor and cannot be revoked.
  if (lease.accessor) keep(token);
  const seconds = Math.round((lease.endsAt.getTime() - lease.startsAt.getTime()) / 1000);
  info(`logged in for ${seconds} s`);

  const found = await readAll(inputs, token);
  // All of them before the first one is handed on.
  for (const { value } of found) for (const mask of masks(value)) setSecret(mask);
  setOutput('vault-token', token);
  for (const { output, variable, value } of found) {
    setOutput(output, value);
    if (inputs.exportEnv) exportVariable(variable, value);
  }
  if (inputs.exportToken) {
    exportVariable('VAULT_ADDR', url);
    exportVariable('VAULT_TOKEN', token);
    if (namespace !== undefined) exportVariable('VAULT_NAMESPACE', namespace);
  }
}

/** Reads each path once, however many of its keys are wanted. @param {import('./inputs.js').Inputs} inputs @param {string} token */
async function readAll(inputs, token) {
  /** @type {Map<string, unknown>} */
  const answers = new Map();
  const found = [];
  for (const request of inputs.secrets) {
    if (!answers.has(request.path)) answers.set(request.path, await read(inputs, token, request.path));
    found.push(...select(request, answers.get(request.path)));
  }
  return found;
}
