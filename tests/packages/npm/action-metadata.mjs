// Prints what GitHub's own language service finds in a file that is said to have another name: an
// `action.yml`, or a workflow.
import { readFileSync } from 'node:fs';

import { validate } from '@actions/languageservice';
import { TextDocument } from 'vscode-languageserver-textdocument';

const [file, name] = process.argv.slice(2);
const text = readFileSync(file, 'utf8');
validate(TextDocument.create(`file:///${name}`, 'yaml', 0, text)).then((found) => {
  console.log(JSON.stringify(found.map(({ range, message }) => `${range.start.line + 1}: ${message}`)));
});
