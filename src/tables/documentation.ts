import { z } from 'zod';
import type { DocumentDefinition, TableDefinition } from './definition.js';
import { documents, tables } from './index.js';

/** JSON Schema (2020-12) of what a schema of the catalogue accepts. */
export function jsonSchemaOf(schema: z.ZodType): Record<string, unknown> {
  return z.toJSONSchema(schema, { target: 'draft-2020-12', io: 'input' });
}

/** The JSON Schema of every exported file, by the name of the exported file. Text files have that of their text. */
export function exportedSchemas(): ReadonlyMap<string, Record<string, unknown>> {
  return new Map([...tables.map(tableSchema), ...documents.map(documentSchema)]);
}

function tableSchema(table: TableDefinition): [string, Record<string, unknown>] {
  const { $schema, ...items } = jsonSchemaOf(table.row);
  return [table.file, { $schema, title: table.file, type: 'array', items }];
}

function documentSchema(document: DocumentDefinition): [string, Record<string, unknown>] {
  const { $schema, ...schema } = jsonSchemaOf(document.schema);
  return [document.file, { $schema, title: document.file, ...schema }];
}

/** `docs/privacy.md`: what becomes of personal data, table by table. */
export function privacyPage(): string {
  const personal = tables.filter(({ encrypt, freeText }) => encrypt.length + freeText.length > 0);
  const others = tables.filter((table) => !personal.includes(table)).map(({ file }) => `\`${file}\``);
  return `${INTRODUCTION}
| file | pseudonyms | free text |
| --- | --- | --- |
${personal.map(privacyRow).join('\n')}

Tables without fields of these kinds: ${others.join(', ')}.
`;
}

function privacyRow({ file, encrypt, freeText }: TableDefinition): string {
  return `| \`${file}\` | ${names(encrypt)} | ${names(freeText)} |`;
}

function names(fields: readonly string[]): string {
  return fields.map((field) => `\`${field}\``).join(', ');
}

const INTRODUCTION = `# Privacy

This page is generated from the schemas of the tables (\`npm run docs\`); do not edit it.

**Pseudonyms.** With \`secrets.json\`, which the controller hands out at registration, these fields leave the agent as
the SHA-256 of the project's salt, the value and the project's pepper, and the row's field \`encrypted\` is \`1\`. The same
person has the same pseudonym in all tables of a project, and another one in other projects. Names of users are first
rewritten by the username rules of the secrets, so that one person with several accounts can have one pseudonym. The
value \`0\` stands for an unknown person and stays. Without \`secrets.json\` the values leave as they are, and \`encrypted\`
is \`0\`; preflight refuses that unless it is told otherwise. Whoever holds salt and pepper can find out whose pseudonym
one is by trying names: keep \`secrets.json\` (mode 600) as you would keep a password.

**Free text.** Fields that people write, in which they may name themselves or others. They are exported as they are.

Which fields of Jira are exported and encrypted is up to the field mapping; the table shows the mapping that is shipped.
Further columns of guilds are named by \`guilds.yml\`: free text, or pseudonyms where it says \`person: true\`.
`;
