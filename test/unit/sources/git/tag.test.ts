import { describe, expect, it } from 'vitest';
import { parseTagObject } from '../../../../src/sources/git/tag.js';

const head = 'object 1111111111111111111111111111111111111111\ntype commit\ntag v1\n';

describe('parseTagObject', () => {
  it('reads a tag with tagger and message', () => {
    const tagger = 'tagger Chloé Müller <chloe@example.org> 1738247400 +0100';
    expect(parseTagObject(Buffer.from(`${head}${tagger}\n\nFirst\r\nsecond\u2028third\n`))).toEqual({
      object: '1'.repeat(40),
      type: 'commit',
      tagger: { name: 'Chloé Müller', email: 'chloe@example.org', time: 1_738_247_400 },
      message: 'First\nsecond\nthird',
    });
  });

  it('keeps the whole message of a tag without tagger', () => {
    const tag = parseTagObject(Buffer.from(`${head}\nThe first line\nThe second line\n`));
    expect(tag.tagger).toBeUndefined();
    expect(tag.message).toBe('The first line\nThe second line');
  });

  it.each([
    ['', ''],
    ['\n', ''],
    ['a\n\n', 'a\n'],
    ['a', 'a'],
    ['a\u001cb\u0085c\vd', 'a\nb\nc\nd'],
  ])('takes the message %j as %j', (message, expected) => {
    expect(parseTagObject(Buffer.from(`${head}\n${message}`)).message).toBe(expected);
  });

  it('makes bytes that are not UTF-8 visible', () => {
    const body = Buffer.concat([Buffer.from(`${head}\n`), Buffer.from([0x63, 0xe9])]);
    expect(parseTagObject(body).message).toBe('c\ufffd');
  });

  it('takes a message without headers and an object without message as they are', () => {
    expect(parseTagObject(Buffer.from(head)).message).toBe('');
    expect(parseTagObject(Buffer.alloc(0))).toEqual({ object: '', type: '', message: '' });
  });
});
