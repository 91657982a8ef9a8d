#!/usr/bin/env node
import { commands } from './commands.js';
import { compilePatiently } from './compiler.js';
import { asksForHelp, helpText } from './help.js';

compilePatiently();
const words = process.argv.slice(2);
if (asksForHelp(words, commands)) {
  console.log(helpText(commands));
  process.exitCode = words.length === 0 ? 2 : 0;
} else {
  // Everything else is imported only now, so that the help comes at once.
  const { main } = await import('./main.js');
  process.exitCode = await main(words, commands);
}
