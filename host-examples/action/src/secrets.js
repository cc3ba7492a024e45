// The syntax of the input `secrets`, which is that of hashicorp/vault-action.
import { ActionError, InputError } from './errors.js';

/**
 * @typedef {object} SecretRequest
 * @property {string} path An API path, such as `secret/data/ci`.
 * @property {string} key A key of the secret, keys joined by dots, `*` or `**`.
 * @property {string | undefined} name
 */

/**
 * @typedef {object} Secret
 * @property {string} output
 * @property {string} variable
 * @property {string} value
 */

const SYNTAX = 'expected `path key`, or `path key | NAME`, separated by `;`';
const WILDCARDS = ['*', '**'];
/** What a wildcard must not set: with these, who writes a secret would choose what the next steps run. */
const STEERING = /^(PATH|NODE_OPTIONS|BASH_ENV|ENV|SHELLOPTS|(GITHUB|RUNNER|ACTIONS|LD|DYLD)_.*)$/i;

/** @param {string} text @returns {SecretRequest[]} */
export function parseRequests(text) {
  const entries = text.split(';').map((entry) => entry.trim());
  return entries.filter((entry) => entry !== '').map((entry, index) => parseRequest(entry, index + 1));
}

/** @param {string} entry @param {number} place @returns {SecretRequest} */
function parseRequest(entry, place) {
  const bar = entry.lastIndexOf('|');
  const name = bar < 0 ? undefined : entry.slice(bar + 1).trim();
  const words = (bar < 0 ? entry : entry.slice(0, bar)).trim().split(/\s+/);
  const [path = '', key = ''] = words;
  if (words.length !== 2) {
    throw new InputError('secrets', `${SYNTAX}; entry ${place} has ${words.length} ${plural(words.length, 'word')}`);
  }
  if (name !== undefined && !/^[\p{L}\p{N}_-]+$/u.test(name)) {
    throw new InputError('secrets', `${SYNTAX}; entry ${place} has a NAME that is empty, or has more than letters, digits, _ and -`);
  }
  if (!/^(\*\*?|"[^"]+"|[\p{L}\p{N}_.-]+)$/u.test(key)) {
    throw new InputError(
      'secrets',
      `${SYNTAX}; the key of entry ${place} has more than letters, digits, _, - and dots: put it between double quotes, ` +
        'if that is its name; an expression of JSONata is not read',
    );
  }
  return { path: apiPath(path.replace(/^\/+/, ''), place), key, name };
}

/** @param {string} path @param {number} place */
function apiPath(path, place) {
  // As a URL reads it: what it would change is not what the workflow says.
  const whole = `/v1/${path}`;
  if (new URL(whole, 'https://vault.invalid').pathname === whole) return path;
  throw new InputError('secrets', `${SYNTAX}; the path of entry ${place} is not one that a URL can carry`);
}

/** @param {number} count @param {string} word */
function plural(count, word) {
  return count === 1 ? word : `${word}s`;
}

/**
 * Takes what a request wants out of the answer of its path.
 *
 * @param {SecretRequest} request
 * @param {unknown} answer What the server says of the path, as JSON.
 * @returns {Secret[]}
 */
export function select(request, answer) {
  const data = secretOf(answer);
  if (!data) throw missing(request, 'the answer has no secret');
  if (WILDCARDS.includes(request.key)) return everything(request, data);
  const key = request.key.replace(/^"(.*)"$/, '$1');
  const value = valueOf(data, key, request.key);
  if (value === undefined) throw missing(request, 'the secret has no such key');
  const output = request.name ?? normalized(key);
  const variable = request.name ?? normalized(key).toUpperCase();
  return [{ output, variable, value }];
}

/** @param {SecretRequest} request @param {Record<string, unknown>} data @returns {Secret[]} */
function everything({ path, key, name = '' }, data) {
  return Object.keys(data).flatMap((found) => {
    const output = normalized(name + found);
    const variable = key === '*' ? output.toUpperCase() : output;
    if (STEERING.test(variable)) {
      throw new ActionError(
        'A secret would steer the job',
        `${key} of ${path} finds a key that would set ${variable}, which decides what the next steps run: ` +
          `name the keys one by one, or put a prefix behind |, as in \`${path} ${key} | APP_\``,
      );
    }
    const value = textOf(data[found]);
    return value === undefined ? [] : [{ output, variable, value }];
  });
}

/**
 * Finds the secret in an answer: version 2 of KV puts it beside metadata.
 *
 * @param {unknown} answer
 */
function secretOf(answer) {
  const data = isRecord(answer) && isRecord(answer['data']) ? answer['data'] : undefined;
  return data && isRecord(data['data']) && isRecord(data['metadata']) ? data['data'] : data;
}

/** @param {Record<string, unknown>} data @param {string} key @param {string} written */
function valueOf(data, key, written) {
  if (Object.hasOwn(data, key)) return textOf(data[key]);
  if (written !== key) return undefined;
  /** @type {unknown} */
  let value = data;
  for (const part of key.split('.')) value = isRecord(value) && Object.hasOwn(value, part) ? value[part] : undefined;
  return textOf(value);
}

/** @param {unknown} value @returns {string | undefined} */
function textOf(value) {
  if (value === undefined || value === null) return undefined;
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** @param {unknown} value @returns {value is Record<string, unknown>} */
function isRecord(value) {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** @param {string} key */
function normalized(key) {
  return key.replaceAll('.', '__').replace(/[^\p{L}\p{N}_-]/gu, '');
}

/** @param {SecretRequest} request @param {string} why */
function missing({ path, key }, why) {
  return new ActionError('A secret was not found', `cannot read ${key} of ${path}: ${why}`);
}

/**
 * Returns everything that must not be shown of a value: itself, each of its lines, since the runner
 * looks for secrets line by line, and each text in it if it is JSON.
 *
 * @param {string} value @returns {string[]}
 */
export function masks(value) {
  const lines = value.split(/\r\n|\r|\n/);
  const all = [value, ...lines, ...lines.map((line) => line.trim()), ...textsOf(parsed(value))];
  // The braces of JSON hide nothing, and would be stars in every log.
  return [...new Set(all)].filter((mask) => mask === value ? mask !== '' : /[\p{L}\p{N}]/u.test(mask));
}

/** @param {unknown} value @returns {string[]} */
function textsOf(value) {
  if (typeof value === 'string') return masks(value);
  return isRecord(value) || Array.isArray(value) ? Object.values(value).flatMap(textsOf) : [];
}

/** @param {string} text @returns {unknown} */
function parsed(text) {
  // A text alone would be parsed for ever.
  if (!/^\s*[[{]/.test(text)) return undefined;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
