// Prints what GitHub's own language service finds in an action.yml.
import { readFileSync } from 'node:fs';

import { validate } from '@actions/languageservice';
import { TextDocument } from 'vscode-languageserver-textdocument';

const text = readFileSync(process.argv[2], 'utf8');
validate(TextDocument.create('file:///action.yml', 'yaml', 0, text)).then((found) => {
  console.log(JSON.stringify(found.map(({ range, message }) => `${range.start.line + 1}: ${message}`)));
});
