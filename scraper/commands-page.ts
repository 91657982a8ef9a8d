import { commandHelp } from './command-line.js';
import { commands } from './commands.js';
import { helpText } from './help.js';

/** `docs/commands.md`: the help of every command. */
export async function commandsPage(): Promise<string> {
  const sections: string[] = [];
  for (const registration of commands) {
    const [name] = registration.usage.split(' ', 1);
    sections.push(`## gatherer ${name}`, block(await commandHelp(registration)));
  }
  return `${['# Commands', note, block(helpText(commands)), ...sections].join('\n\n')}\n`;
}

const note = `Made by \`npm run docs\` from the help of the commands; do not edit.

A command ends with exit code 0 when it is done, 1 when something failed (and the log says what), and 2 when the command
line or the configuration is wrong. SIGTERM and SIGINT stop it cleanly; a second signal ends it at once.`;

function block(text: string): string {
  return `\`\`\`text\n${text.trimEnd()}\n\`\`\``;
}
