// Encodes the texts of a JSON list on stdin with the tokenizer of a package and its own library, and prints the ids: node encode.mjs PACKAGE < texts.json
import { readFileSync } from 'node:fs';

const { fromPreTrained } = await import(process.argv[2]);
const tokenizer = fromPreTrained();
const texts = JSON.parse(readFileSync(0, 'utf8'));
process.stdout.write(JSON.stringify(texts.map(text => tokenizer.encode(text, { add_special_tokens: false }))));
