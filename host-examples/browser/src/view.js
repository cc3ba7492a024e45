import { commandsFor } from './commands.js';
import { copyable } from './copy.js';
import { element } from './element.js';

const REFUSERS = {
  host: 'this machine',
  intermediary: 'something between the client and Vault',
  vault: 'Vault',
  sts: 'AWS’s STS, asked by Vault',
};

const DATE = new Intl.DateTimeFormat('en-GB', {
  timeZone: 'UTC',
  dateStyle: 'medium',
  timeStyle: 'medium',
});

/** Makes the verdict, and gives its box the tone that belongs to it. */
export function showVerdict(box, { login, findings, refusal, explanation, time, counts }) {
  const first = (severity) => findings.find((finding) => finding.severity === severity);
  const verdict = (tone, title, ...text) => {
    box.className = tone;
    return [element('h2', {}, title), ...text.filter(Boolean).map((part) => element('p', {}, ...[part].flat()))];
  };
  if (refusal?.refusedBy) {
    return verdict('refused', `Refused by ${REFUSERS[refusal.refusedBy]}`, sentence(refusal.message));
  }
  if (refusal && !login) return verdict('depends', 'No refusal that is known', sentence(refusal.message));
  if (!login) return verdict('', 'Nothing to judge yet', 'Paste a login or an answer, drop a file with one, or fill in the example.');
  const refused = first('refused');
  if (refused) return verdict('refused', 'It will be refused', sentence(refused.message));
  // A time that was typed in stands still.
  const clock = counts && explanation?.acceptedUntil && countdown(explanation.acceptedUntil, time);
  if (first('depends')) {
    const open = findings.filter(({ severity }) => severity === 'depends').length;
    const what = open === 1 ? 'One thing that is not known decides.' : `${open} things that are not known decide.`;
    return verdict('depends', 'It depends on the server', `${what} Say what you know of the server.`, clock);
  }
  return verdict('accepted', 'It will be accepted', 'If its signature is right, which only AWS can tell.', clock);
}

export function showDetails({ findings, refusal, explanation, facts }) {
  // The commands of another login are the same for all that it heals, and shown once.
  const commands = new Commands(facts);
  return [
    refusal && answerSection(refusal, commands),
    findings.length > 0 && findingsSection(findings, commands),
    explanation && contentSection(explanation),
    explanation?.canonicalRequest && textSection('Canonical request', explanation.canonicalRequest),
    explanation?.stringToSign && textSection('String to sign', explanation.stringToSign),
  ].filter(Boolean);
}

/** Writes how long AWS still accepts a login. */
export function remaining(end, now) {
  const seconds = Math.floor((end - now) / 1000);
  if (seconds < 0) return 'AWS no longer accepts it.';
  const minutes = Math.floor(seconds / 60);
  return `AWS accepts it for another ${minutes > 0 ? `${minutes} min ` : ''}${seconds % 60} s.`;
}

function countdown(end, now) {
  return element('span', { 'data-countdown': end < now ? 'over' : 'running', 'aria-live': 'off' }, remaining(end, now));
}

function answerSection(refusal, commands) {
  return section(
    'What Vault’s answer means',
    element('p', {}, ...sentence(refusal.message)),
    refusal.causes.length > 0 && element('p', {}, 'Likely causes, the likeliest first:'),
    refusal.causes.length > 0 &&
      element('ol', { class: 'causes' }, ...refusal.causes.map((cause) => element('li', {}, ...sentence(cause)))),
    list(
      ['On the client', refusal.clientFix && sentence(refusal.clientFix)],
      ['On the server', refusal.serverFix && sentence(refusal.serverFix)],
      ['The server said', refusal.quoted],
      ['Rule', refusal.rule, 'code'],
      ['Server ID it wants', refusal.expectedServerId, 'code'],
      ['Region it wants', refusal.wantedRegion, 'code'],
      ['AWS’s clock', refusal.awsClock && utc(refusal.awsClock)],
      ['AWS is ahead by', refusal.skewSeconds !== undefined && `${refusal.skewSeconds} s`],
    ),
    ...commands.shown(refusal),
  );
}

function findingsSection(findings, commands) {
  const items = findings.map(({ rule, severity, message, fix }) =>
    element(
      'li',
      { class: `finding ${severity}` },
      element('p', { class: 'rule' }, element('span', {}, severity), element('span', {}, rule)),
      element('p', {}, ...sentence(message)),
      fix && element('p', { class: 'fix' }, ...sentence(fix)),
      ...commands.shown({ rule, message }),
    ),
  );
  return section('What was found', element('ul', { class: 'findings' }, ...items));
}

class Commands {
  #facts;
  #texts = new Set();

  constructor(facts) {
    this.#facts = facts;
  }

  /** The commands for a rule that are not on the page yet. */
  shown(found) {
    const fresh = found.rule ? commandsFor(found, this.#facts).filter(({ text }) => !this.#texts.has(text)) : [];
    for (const { text } of fresh) this.#texts.add(text);
    return fresh.map(copyable);
  }
}

function contentSection(explanation) {
  const { scope } = explanation;
  return section(
    'What is in it',
    list(
      ['Vault role', explanation.role ?? 'left out: Vault takes the IAM name'],
      ['Request', `${explanation.method} ${explanation.url}`, 'code'],
      ['Body', explanation.body, 'code'],
      ['Access key ID', explanation.accessKeyId, 'code'],
      ['Signed for', scope && `${scope.region}, ${scope.service}, ${scope.date}`],
      ['Signed at', explanation.signedAt && utc(explanation.signedAt)],
      ['Accepted until', explanation.acceptedUntil && utc(explanation.acceptedUntil)],
    ),
    element('h3', {}, 'Its headers'),
    list(...explanation.headers.map(({ name, value }) => [name, value, 'code'])),
  );
}

function textSection(title, text) {
  return section(title, element('pre', { tabindex: '0' }, text));
}

/** Says why the page cannot do anything here. */
export function showFailure(box, error) {
  const missing = typeof WebAssembly === 'undefined';
  box.className = 'refused';
  return [
    element('h2', {}, 'This page cannot run here'),
    element(
      'p',
      {},
      missing
        ? 'This browser runs no WebAssembly, or it is turned off, as in a lockdown mode. Open the page in another browser.'
        : 'The WebAssembly component does not start. Most likely the place that serves this page forbids it by a policy without '+
            '‘wasm-unsafe-eval’: save the file, and open it from disk.',
    ),
    element('p', {}, 'In a terminal ', element('code', {}, 'wasmtime run vault-aws-login-cli.wasm check'), ' says the same.'),
    !missing && element('p', { class: 'reason' }, `The browser says: ${error.message}`),
  ].filter(Boolean);
}

function section(title, ...children) {
  return element('section', {}, element('h2', {}, title), ...children);
}

function list(...rows) {
  const known = rows.filter(([, value]) => value);
  const cells = known.flatMap(([name, value, kind]) => [
    element('dt', {}, name),
    element('dd', kind ? { class: kind } : {}, ...[value].flat()),
  ]);
  return known.length > 0 && element('dl', { class: 'gap' }, ...cells);
}

function utc(date) {
  return element('time', { datetime: date.toISOString() }, `${DATE.format(date)} UTC`);
}

/**
 * Makes a sentence of the component's, which begin in lower case and end without a full stop, as errors do.
 * What they quote between backticks becomes code.
 */
function sentence(text) {
  const whole = `${text.charAt(0).toUpperCase()}${text.slice(1)}${/[.?!]$/.test(text) ? '' : '.'}`;
  return whole.split('`').map((part, index) => (index % 2 === 1 ? element('code', {}, part) : part));
}
