/** Whether a character, given as its code point, belongs to a set. */
export type CharacterTest = (code: number) => boolean;

export type Position = 'start' | 'end' | 'beforeLastNewline' | 'lineStart' | 'lineEnd' | 'boundary' | 'notBoundary';

/** A parsed Python regular expression; flags are resolved into the nodes that they touch. */
export type Node =
  | { readonly type: 'character'; readonly test: CharacterTest }
  | { readonly type: 'position'; readonly position: Position; readonly word: CharacterTest }
  | { readonly type: 'sequence'; readonly items: readonly Node[] }
  | { readonly type: 'alternatives'; readonly items: readonly Node[] }
  | {
      readonly type: 'repeat';
      readonly body: Node;
      readonly min: number;
      readonly max: number;
      readonly greedy: boolean;
    }
  | { readonly type: 'group'; readonly index: number; readonly body: Node }
  | { readonly type: 'reference'; readonly group: number; readonly ignoreCase: boolean }
  | { readonly type: 'look'; readonly body: Node; readonly behind: boolean; readonly negative: boolean }
  | { readonly type: 'atomic'; readonly body: Node }
  | { readonly type: 'condition'; readonly group: number; readonly yes: Node; readonly no: Node };

export interface Flags {
  readonly ignoreCase: boolean;
  readonly multiline: boolean;
  readonly dotAll: boolean;
  readonly ascii: boolean;
  readonly verbose: boolean;
}

export interface ParsedPattern {
  readonly root: Node;
  /** Number of capturing groups. */
  readonly groups: number;
  readonly names: ReadonlyMap<string, number>;
}
