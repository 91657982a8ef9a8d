import { expect, it } from 'vitest';
import { createProgressDisplay } from '../../../src/sources/progress-display.js';
import { silentLogger } from '../../silent-logger.js';

it.each([
  [undefined, 'app: Receiving objects: 45%'],
  [0, 'app: Receiving objects: 45%'],
  [12, 'app: Receiv'],
])('shows what fits into a terminal of %s columns', (columns, shown) => {
  const written: string[] = [];
  const write = (text: string) => written.push(text);
  const display = createProgressDisplay(silentLogger, columns === undefined ? { write } : { columns, write });
  display.show('app', 'Receiving objects: 45%');
  expect(written).toEqual([`\r\u001b[K${shown}\r`]);
});
