import core from 'vault-aws-login/core.wasm';
import core2 from 'vault-aws-login/core2.wasm';
import core3 from 'vault-aws-login/core3.wasm';
import { fromModules, LoginError } from 'vault-aws-login/module';

import { example, exampleServer } from './example.js';
import { readAnswer, readProfile } from './form.js';
import { remaining, showDetails, showVerdict } from './view.js';

const byId = (id) => document.getElementById(id);

/** The login that is shown, and until when AWS accepts it. */
let shown = { login: '', acceptedUntil: undefined };

async function start() {
  const [one, two, three] = await Promise.all([core, core2, core3].map((bytes) => WebAssembly.compile(bytes)));
  const vault = fromModules({ core: one, core2: two, core3: three });

  const render = () => {
    const login = byId('login').value.trim();
    const answer = readAnswer(byId);
    const time = new Date();
    const explanation = login && attempt(() => vault.explainLogin(login));
    const findings = login ? vault.checkLogin(login, { profile: readProfile(byId), time }) : [];
    const refusal = answer && vault.explainPasted(answer.text, { status: answer.status, login: login || undefined, time });
    shown = { login, acceptedUntil: explanation?.acceptedUntil };
    byId('verdict').replaceChildren(...showVerdict(byId('verdict'), { login, findings, refusal, explanation, time }));
    byId('details').replaceChildren(...showDetails({ findings, refusal, explanation }));
  };

  const sign = () => {
    const text = (id) => byId(id).value.trim() || undefined;
    try {
      byId('login').value = vault.signLogin({
        credentials: {
          accessKeyId: byId('access-key-id').value,
          secretAccessKey: byId('secret-access-key').value,
          sessionToken: text('session-token'),
        },
        role: text('role'),
        serverId: text('sign-server-id'),
        region: text('region'),
      });
      byId('sign-error').textContent = '';
    } catch (error) {
      if (!(error instanceof LoginError)) throw error;
      byId('sign-error').textContent = error.message;
    }
    render();
  };

  byId('example').addEventListener('click', () => {
    fill(example);
    fill(exampleServer);
    byId('server').open = true;
    sign();
  });
  byId('clear').addEventListener('click', () => {
    byId('input').reset();
    fill({ ...example, role: '', 'sign-server-id': '' });
    render();
    byId('login').focus();
  });
  byId('input').addEventListener('submit', (event) => {
    event.preventDefault();
    sign();
  });
  byId('login').addEventListener('input', moveAnswer);
  byId('input').addEventListener('input', render);
  setInterval(() => tick(render), 1000);

  fill({ ...example, role: '', 'sign-server-id': '' });
  render();
}

function fill(values) {
  for (const [id, value] of Object.entries(values)) byId(id).value = value;
}

/** Moves Vault's answer, pasted as the login, to where it belongs. */
function moveAnswer() {
  const pasted = attempt(() => JSON.parse(byId('login').value));
  if (!Array.isArray(pasted?.errors) || 'iam_request_url' in pasted) return;
  byId('answer').value = byId('login').value;
  byId('login').value = '';
  byId('answer').focus();
}

/** Counts down, and judges again when AWS's 15 minutes are over. */
function tick(render) {
  const place = document.querySelector('[data-countdown]');
  if (!place || !shown.acceptedUntil) return;
  const text = remaining(shown.acceptedUntil, new Date());
  if (place.textContent === text) return;
  const over = shown.acceptedUntil < new Date() && place.dataset.countdown !== 'over';
  place.textContent = text;
  if (over) render();
}

function attempt(call) {
  try {
    return call();
  } catch {
    return undefined;
  }
}

start();
