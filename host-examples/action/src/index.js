// Runs twice in a job: as the step, which logs in, and after the job, which revokes the token.
import { error, getState, saveState, setSecret, warning } from '@actions/core';

import { ActionError, run } from './run.js';
import { revoke } from './vault.js';

const HAS_RUN = 'has-run';
const TOKEN = 'token';

async function step() {
  saveState(HAS_RUN, 'true');
  try {
    // Kept before anything else can fail, so that the token is revoked whatever happens.
    await run((token) => saveState(TOKEN, token));
  } catch (problem) {
    process.exitCode = 1;
    // Any other error is a defect, and keeps its stack.
    const isExpected = problem instanceof ActionError;
    error(isExpected ? problem.message : String(problem instanceof Error ? problem.stack : problem), {
      title: isExpected ? problem.title : 'vault-aws-login',
    });
  }
}

/** The job has ended, so a failure here is told and fails nothing. */
async function afterJob() {
  const token = getState(TOKEN);
  if (token === '') return;
  setSecret(token);
  const problem = await revoke(token).catch((error) => (error instanceof Error ? error.message : String(error)));
  if (problem !== undefined) warning(problem, { title: 'The Vault token was not revoked' });
}

void (getState(HAS_RUN) === '' ? step() : afterJob());
