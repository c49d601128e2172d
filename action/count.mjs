import { counts } from './files.mjs';

const { changed, risks } = counts();
process.stdout.write(`changed=${changed}\nrisks=${risks}\n`);
