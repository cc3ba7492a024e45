import core from 'vault-aws-login/core.wasm';
import core2 from 'vault-aws-login/core2.wasm';
import core3 from 'vault-aws-login/core3.wasm';
import { fromModules, LoginError } from 'vault-aws-login/module';

import { factsOf } from './commands.js';
import { recognised } from './documents.js';
import { example, exampleServer } from './example.js';
import { acceptFiles } from './files.js';
import { fill, readAnswer, readMount, readProfile, readTime, showChosen, showMount, tellFaults } from './form.js';
import { remaining, showDetails, showFailure, showVerdict } from './view.js';

const byId = (id) => document.getElementById(id);

/** The login that is shown, and until when AWS accepts it. */
let shown = { login: '', acceptedUntil: undefined };

async function start() {
  const [one, two, three] = await Promise.all([core, core2, core3].map((bytes) => WebAssembly.compile(bytes)));
  const vault = fromModules({ core: one, core2: two, core3: three });

  const render = () => {
    showChosen(byId);
    tellFaults(byId);
    const mount = readMount(byId);
    showMount(mount);
    const login = byId('login').value.trim();
    const answer = readAnswer(byId);
    const profile = readProfile(byId);
    const typed = readTime(byId, 'time');
    const time = typed ?? new Date();
    const explanation = login && attempt(() => vault.explainLogin(login));
    const findings = login ? vault.checkLogin(login, { profile, time }) : [];
    const refusal = answer && vault.explainPasted(answer.text, { status: answer.status, login: login || undefined, time });
    shown = { login, acceptedUntil: explanation?.acceptedUntil };
    const facts = factsOf({ profile, explanation, refusal, mount });
    const known = { login, findings, refusal, explanation, facts, time, counts: !typed };
    byId('verdict').replaceChildren(...showVerdict(byId('verdict'), known));
    byId('details').replaceChildren(...showDetails(known));
  };

  const sign = () => {
    const text = (id) => byId(id).value.trim() || undefined;
    const place = byId('sign-sts').value;
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
        stsEndpoint: place === 'url' ? text('sign-sts-url') : place || undefined,
        time: readTime(byId, 'sign-time'),
      });
      byId('sign-error').textContent = '';
    } catch (error) {
      if (!(error instanceof LoginError)) throw error;
      byId('sign-error').textContent = error.message;
    }
    render();
  };

  byId('example').addEventListener('click', () => {
    fill(byId, example);
    fill(byId, exampleServer);
    byId('server').open = true;
    sign();
  });
  byId('clear').addEventListener('click', () => {
    byId('input').reset();
    fill(byId, { ...example, role: '', 'sign-server-id': '' });
    byId('file-note').textContent = '';
    render();
    byId('login').focus();
  });
  byId('input').addEventListener('submit', (event) => {
    event.preventDefault();
    sign();
  });
  byId('login').addEventListener('input', movePasted);
  byId('input').addEventListener('input', render);
  acceptFiles(byId, render);
  const measure = () => document.documentElement.style.setProperty('--verdict', `${byId('verdict').offsetHeight}px`);
  new ResizeObserver(measure).observe(byId('verdict'));
  setInterval(() => tick(render), 1000);

  fill(byId, { ...example, role: '', 'sign-server-id': '' });
  render();
}

/** Moves what is no login and was pasted as one to where it belongs. */
function movePasted() {
  const { what, values } = recognised(byId('login').value);
  if ('login' in values) return;
  // Text that is not JSON may be a login that was cut off: the component says so.
  if ('answer' in values && !Array.isArray(attempt(() => JSON.parse(byId('login').value))?.errors)) return;
  fill(byId, { login: '', ...values });
  byId('file-note').textContent = `What was pasted was read as ${what}.`;
  if ('answer' in values) byId('answer').focus();
  else byId('server').open = true;
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

start().catch((error) => {
  byId('input').inert = true;
  byId('verdict').setAttribute('role', 'alert');
  byId('verdict').replaceChildren(...showFailure(byId('verdict'), error));
});
