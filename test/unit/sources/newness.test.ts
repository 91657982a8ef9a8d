import { expect, it } from 'vitest';
import { Newness } from '../../../src/sources/newness.js';
import { LocalTime } from '../../../src/tables/local-time.js';

const time = new LocalTime('Europe/Amsterdam');
const tracker = '2024-06-01 12:00:00';

it('takes what is after the second of the tracker, and moves it to the newest', () => {
  const newness = new Newness({ tracker, memory: undefined, time });
  expect(newness.take('2024-06-01T09:59:59.999Z', 'a')).toBe(false);
  expect(newness.take('2024-06-01T10:00:00.999Z', 'b')).toBe(false);
  expect(newness.tracker).toBe(tracker);
  expect(newness.take('2024-06-01T10:00:07.500Z', 'd')).toBe(true);
  expect(newness.take('2024-06-01T10:00:01Z', 'c')).toBe(true);
  expect(newness.tracker).toBe('2024-06-01 12:00:07');
});

it('takes what came later in the second of the tracker, and nothing of it twice', () => {
  const first = new Newness({ tracker: undefined, memory: undefined, time });
  expect(first.isFirst).toBe(true);
  first.take('2024-06-01T10:00:00.100Z', 'a');
  const second = new Newness({ tracker: first.tracker, memory: first.memory, time });
  expect(second.take('2024-06-01T10:00:00.100Z', 'a')).toBe(false);
  expect(second.take('2024-06-01T10:00:00.300Z', 'a')).toBe(true);
  expect(second.take('2024-06-01T10:00:00.200Z', 'b')).toBe(true);
  expect(second.tracker).toBe(tracker);
  const third = new Newness({ tracker: second.tracker, memory: second.memory, time });
  expect(['a', 'b'].map((name, index) => third.take(`2024-06-01T10:00:00.${3 - index}00Z`, name))).toEqual([
    false,
    false,
  ]);
});

it('begins at the earliest moment where nothing was exported, and stays there while nothing comes', () => {
  const earliest = Date.parse('2024-06-01T10:00:00Z') / 1000;
  const first = new Newness({ tracker: undefined, memory: undefined, time, earliest });
  expect(first.take('2024-06-01T09:59:59Z', 'old')).toBe(false);
  expect(first.since).toBe(earliest);
  expect(first.tracker).toBe(tracker);
  expect(first.take('2024-06-01T10:00:00Z', 'in its second')).toBe(true);
  const second = new Newness({ tracker: first.tracker, memory: first.memory, time, earliest });
  expect(second.take('2024-06-01T10:00:00Z', 'in its second')).toBe(false);
  const later = new Newness({ tracker: '2024-05-01 12:00:00', memory: undefined, time, earliest });
  expect(later.take('2024-05-02T10:00:00Z', 'old, but new')).toBe(true);
});

it('knows the second of an earlier tracker that is handed back', () => {
  const first = new Newness({ tracker: undefined, memory: undefined, time });
  first.take('2024-06-01T10:00:00.100Z', 'a');
  const second = new Newness({ tracker: first.tracker, memory: first.memory, time });
  second.take('2024-06-02T10:00:00Z', 'b');
  const again = new Newness({ tracker: first.tracker, memory: second.memory, time });
  expect(again.take('2024-06-01T10:00:00.100Z', 'a')).toBe(false);
  expect(again.take('2024-06-01T10:00:00.200Z', 'c')).toBe(true);
});

it('tells the hour apart that happens twice', () => {
  const first = new Newness({ tracker: undefined, memory: undefined, time });
  first.take('2024-10-27T01:30:00Z', 'second half past two');
  expect(first.tracker).toBe('2024-10-27 02:30:00');
  const second = new Newness({ tracker: first.tracker, memory: first.memory, time });
  expect(second.take('2024-10-27T00:45:00Z', 'first quarter to three')).toBe(false);
});

it.each(['', 'no JSON', '[]', '{"2024-06-01 12:00:00":{"second":"x"}}', '{"__proto__":1}'])(
  'does without a memory that cannot be read: %s',
  (memory) => {
    const newness = new Newness({ tracker, memory, time });
    expect(newness.take('2024-06-01T10:00:00.5Z', 'a')).toBe(false);
    expect(newness.take('2024-06-01T10:00:01Z', 'a')).toBe(true);
  },
);
