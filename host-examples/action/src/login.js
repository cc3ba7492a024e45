import core from 'vault-aws-login/core.wasm';
import core2 from 'vault-aws-login/core2.wasm';
import core3 from 'vault-aws-login/core3.wasm';
import { fromModules, LoginError } from 'vault-aws-login/module';

import { ActionError } from './errors.js';

/** @typedef {import('vault-aws-login').SessionOptions} SessionOptions */
/** @typedef {import('vault-aws-login').SessionRefusal} SessionRefusal */

/** How long a server that is away, or asks for patience, is waited for. */
const PATIENCE_MILLISECONDS = 60_000;

/**
 * Logs in once.
 *
 * A session does it, because it fetches credentials from any source, and tries again after what heals
 * by itself.
 *
 * @param {SessionOptions} options
 * @returns {Promise<import('vault-aws-login').Lease>}
 */
export async function logIn(options) {
  const { createSession } = fromModules({ core, core2, core3 });
  try {
    return await new Promise((resolve, reject) => {
      /** @type {SessionRefusal | undefined} */
      let last;
      const session = createSession({
        ...options,
        onToken: (lease) => end(() => resolve(lease)),
        onRefusal(refusal) {
          last = refusal;
          if (refusal.healing === 'by-hand') end(() => reject(refused(refusal)));
        },
        onCredentialError: (error) => end(() => reject(credentialError(error))),
      });
      const timer = setTimeout(() => end(() => reject(last ? refused(last) : timedOut())), PATIENCE_MILLISECONDS);
      const end = (/** @type {() => void} */ settle) => {
        clearTimeout(timer);
        session.close();
        settle();
      };
    });
  } catch (error) {
    // What the session says of its settings, before it begins.
    if (error instanceof LoginError || error instanceof TypeError) throw new ActionError('An input is wrong', error.message);
    throw error;
  }
}

/** @param {SessionRefusal} refusal */
function refused({ message, diagnosis, status }) {
  const lines = [message];
  if (diagnosis?.quoted !== undefined) lines.push(`the server said${status ? ` (status ${status})` : ''}: ${diagnosis.quoted}`);
  if (diagnosis && diagnosis.causes.length > 0) {
    lines.push('likely causes, the likeliest first', ...diagnosis.causes.map((cause, place) => `  ${place + 1}. ${cause}`));
  }
  if (diagnosis?.clientFix !== undefined) lines.push(`in the workflow: ${diagnosis.clientFix}`);
  if (diagnosis?.serverFix !== undefined) lines.push(`on the server: ${diagnosis.serverFix}`);
  return new ActionError(diagnosis ? 'The Vault login was refused' : 'The Vault login failed', lines.join('\n'));
}

function timedOut() {
  return new ActionError('The Vault login failed', `no token within ${PATIENCE_MILLISECONDS / 1000} seconds`);
}

/** @param {unknown} error */
function credentialError(error) {
  const expected = error instanceof LoginError || error instanceof TypeError ? error.message : undefined;
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'no more is known';
  return new ActionError('The AWS credentials are of no use', expected ?? `cannot get the AWS credentials or the identity token: ${code}`);
}
