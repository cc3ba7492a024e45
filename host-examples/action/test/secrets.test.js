import assert from 'node:assert/strict';
import { test } from 'node:test';

import { masks, parseRequests, select } from '../src/secrets.js';

const V1 = { data: { user: 'ann', 'pass.word': 'p', port: 5432, nested: { a: { b: 'deep' } }, none: null } };
const V2 = { data: { data: V1.data, metadata: { version: 3 } } };
const [V1_ODD] = [{ data: { data: { user: 'in a key' }, user: 'beside it' } }];

const read = (text, answer = V2) => parseRequests(text).flatMap((request) => select(request, answer));

test('entries are separated by semicolons, on one line or many', () => {
  const expected = [
    { path: 'secret/data/ci', key: 'user', name: undefined },
    { path: 'aws/creds/ci', key: 'access_key', name: 'AWS_KEY' },
  ];
  for (const text of [
    'secret/data/ci user; aws/creds/ci access_key | AWS_KEY',
    '\n  secret/data/ci   user ;\n  /aws/creds/ci access_key|AWS_KEY ;\n',
  ]) {
    assert.deepEqual(parseRequests(text), expected);
  }
  assert.deepEqual(parseRequests(' ; '), []);
});

test('names are those of vault-action', () => {
  for (const [text, output, variable, value] of [
    ['s/data/a user', 'user', 'USER', 'ann'],
    ['s/data/a user | db_User', 'db_User', 'db_User', 'ann'],
    ['s/data/a "pass.word"', 'pass__word', 'PASS__WORD', 'p'],
    ['s/data/a pass.word', 'pass__word', 'PASS__WORD', 'p'],
    ['s/data/a port', 'port', 'PORT', '5432'],
    ['s/data/a nested.a.b', 'nested__a__b', 'NESTED__A__B', 'deep'],
    ['s/data/a nested | ALL', 'ALL', 'ALL', '{"a":{"b":"deep"}}'],
  ]) {
    assert.deepEqual(read(text), [{ output, variable, value }], text);
    assert.deepEqual(read(text, V1), [{ output, variable, value }], text);
  }
});

test('wildcards read every key, and two stars keep the case', () => {
  const named = (text) => read(text).map(({ output, variable }) => [output, variable]);
  assert.deepEqual(named('s/data/a * | app_').slice(0, 3), [
    ['app_user', 'APP_USER'],
    ['app_pass__word', 'APP_PASS__WORD'],
    ['app_port', 'APP_PORT'],
  ]);
  assert.deepEqual(named('s/data/a **')[0], ['user', 'user']);
  assert.equal(read('s/data/a *').length, 4);
});

test('key named data of version 1 is not taken for version 2', () => {
  assert.equal(read('kv/a user', V1_ODD)[0].value, 'beside it');
});

test('wildcard does not set what decides which programs run', () => {
  for (const key of ['PATH', 'path', 'NODE_OPTIONS', 'LD_PRELOAD', 'github_env', 'BASH_ENV']) {
    assert.throws(() => read('kv/a *', { data: { [key]: 'x' } }), /which decides what the next steps run: name the keys/);
    assert.equal(read('kv/a * | APP_', { data: { [key]: 'x' } }).length, 1);
    assert.equal(read(`kv/a ${key}`, { data: { [key]: 'x' } }).length, 1);
  }
});

for (const [text, words] of [
  ['secret/data/ci', 'entry 1 has 1 word'],
  ['secret/data/ci a; secret/data/ci a b', 'entry 2 has 3 words'],
  ['secret/data/ci a |', 'entry 1 has a NAME that is empty'],
  ['secret/data/ci a | A=B', 'or has more than letters, digits, _ and -'],
  ['secret/data/ci data[0].x', 'put it between double quotes'],
  ['secret/../sys/x a', 'the path of entry 1 is not one that a URL can carry'],
  ['secret/a?x a', 'the path of entry 1 is not one that a URL can carry'],
]) {
  test(`entry is refused: ${text}`, () => {
    assert.throws(
      () => parseRequests(text),
      ({ message }) => message.startsWith('invalid input secrets: expected `path key`, or') && message.includes(words),
    );
  });
}

test('missing keys are refused, without a value', () => {
  for (const [text, answer] of [
    ['s/data/a nothing', V2],
    ['s/data/a none', V2],
    ['s/data/a "nested.a.b"', V2],
    ['s/data/a toString', V2],
    ['s/data/a user', { data: null }],
    ['s/data/a user', []],
  ]) {
    assert.throws(() => read(text, answer), /^Error: cannot read \S+ of s\/data\/a: the (secret has no such key|answer has no secret)$/);
  }
});

test('masks are the value, each line of it and each text in JSON', () => {
  assert.deepEqual(masks('abc'), ['abc']);
  assert.deepEqual(masks('one\r\n  two\n'), ['one\r\n  two\n', 'one', '  two', 'two']);
  assert.deepEqual(masks('{\n"k": ["v", {"x": "y\\nz"}]\n}').slice(1), ['"k": ["v", {"x": "y\\nz"}]', 'v', 'y\nz', 'y', 'z']);
  assert.deepEqual(masks(''), []);
  assert.deepEqual(masks('***'), ['***']);
});
