/** A node of a rich text as version 3 of the API has it (Atlassian Document Format). */
interface DocumentNode {
  readonly type: string;
  readonly content: readonly DocumentNode[];
  readonly text: string;
  readonly attributes: Readonly<Record<string, unknown>>;
}

export function isDocument(value: Readonly<Record<string, unknown>>): boolean {
  return value['type'] === 'doc' && Array.isArray(value['content']);
}

/** The text of a rich text: a line for each paragraph, list items with a mark, table cells beside each other. */
export function documentText(value: Readonly<Record<string, unknown>>): string {
  return blocks(readNode(value, 0));
}

/** What lies deeper is no text that someone wrote. */
const deepest = 100;

function readNode(value: unknown, depth: number): DocumentNode {
  const node =
    typeof value === 'object' && value !== null ? new Map<string, unknown>(Object.entries(value)) : new Map();
  const [type, text, content, attributes] = ['type', 'text', 'content', 'attrs'].map((name) => node.get(name));
  return {
    type: typeof type === 'string' ? type : '',
    text: typeof text === 'string' ? text : '',
    content: Array.isArray(content) && depth < deepest ? content.map((node) => readNode(node, depth + 1)) : [],
    attributes:
      typeof attributes === 'object' && attributes !== null ? Object.fromEntries(Object.entries(attributes)) : {},
  };
}

function blocks({ content }: DocumentNode, mark = ''): string {
  return content.map((node, index) => block(node, mark === '1.' ? `${index + 1}.` : mark)).join('\n');
}

const leaves: readonly string[] = ['paragraph', 'heading', 'codeBlock', 'caption'];

function block(node: DocumentNode, mark: string): string {
  if (leaves.includes(node.type)) return node.content.map(inline).join('');
  if (node.type === 'bulletList' || node.type === 'taskList' || node.type === 'decisionList') return blocks(node, '*');
  if (node.type === 'orderedList') return blocks(node, '1.');
  if (node.type === 'listItem') return `${mark} ${blocks(node)}`;
  if (node.type === 'taskItem' || node.type === 'decisionItem') return `${mark} ${node.content.map(inline).join('')}`;
  if (node.type === 'tableRow') return node.content.map((cell) => blocks(cell)).join(' | ');
  if (node.type === 'rule') return '----';
  return node.content.length > 0 ? blocks(node) : inline(node);
}

/** Where the text of a node without text is. */
const inlineTexts: readonly string[] = ['text', 'shortName', 'url', 'alt', 'timestamp', 'title'];

function inline(node: DocumentNode): string {
  if (node.type === 'text') return node.text;
  if (node.type === 'hardBreak') return '\n';
  const text = inlineTexts.map((name) => node.attributes[name]).find((value) => typeof value === 'string');
  return String(text ?? node.content.map(inline).join(''));
}
