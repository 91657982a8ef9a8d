import type { Node } from './syntax.js';

const CANDIDATES = [...'a0A .-@\\_\u00e9\n\t', '\u{10ffff}'];
const LENGTH = 48;
const MOST_PROBES = 200;
/** Endings that a repeat is likely not to accept, so that the matcher must try all other ways. */
const ENDINGS = ['', '\u{10ffff}', '\n', 'a\n'];

/** Texts on which a pattern with overlapping repeats takes very long, made from what it accepts. */
export function backtrackingProbes(root: Node): readonly string[] {
  const probes = new Set<string>();
  collect(root, '', probes);
  return [...probes].slice(0, MOST_PROBES);
}

function collect(node: Node, before: string, probes: Set<string>): void {
  switch (node.type) {
    case 'sequence': {
      let prefix = before;
      for (const item of node.items) {
        collect(item, prefix, probes);
        prefix += sample(item, 0);
      }
      break;
    }
    case 'alternatives':
      for (const item of node.items) {
        collect(item, before, probes);
      }
      break;
    case 'group':
    case 'atomic':
    case 'look':
      collect(node.body, before, probes);
      break;
    case 'condition':
      collect(node.yes, before, probes);
      collect(node.no, before, probes);
      break;
    case 'repeat':
      pump(node, before, probes);
      collect(node.body, before, probes);
      break;
    default:
      break;
  }
}

function pump(node: Extract<Node, { type: 'repeat' }>, before: string, probes: Set<string>): void {
  for (const variant of [0, 1, 2]) {
    const word = sample(node.body, variant);
    if (word !== '') {
      const repeated = word.repeat(Math.ceil(LENGTH / word.length));
      for (const ending of ENDINGS) {
        probes.add(before + repeated + ending);
      }
    }
  }
}

/** A text that the node may accept. */
function sample(node: Node, variant: number): string {
  switch (node.type) {
    case 'character':
      return sampleCharacter(node.test, variant);
    case 'sequence':
      return node.items.map((item) => sample(item, variant)).join('');
    case 'alternatives': {
      const item = node.items[variant % node.items.length];
      return item === undefined ? '' : sample(item, variant);
    }
    case 'repeat':
      return sample(node.body, variant)
        .repeat(Math.min(Math.max(node.min, 1), LENGTH))
        .slice(0, LENGTH);
    case 'group':
    case 'atomic':
      return sample(node.body, variant);
    case 'condition':
      return sample(node.yes, variant);
    case 'position':
    case 'reference':
    case 'look':
      return '';
  }
}

function sampleCharacter(test: (code: number) => boolean, variant: number): string {
  const accepted = CANDIDATES.filter((candidate) => test(candidate.codePointAt(0) ?? 0));
  return accepted[variant % Math.max(accepted.length, 1)] ?? firstAccepted(test);
}

function firstAccepted(test: (code: number) => boolean): string {
  for (let code = 0; code < 0x3000; code += 1) {
    if (test(code)) {
      return String.fromCodePoint(code);
    }
  }
  return '';
}
