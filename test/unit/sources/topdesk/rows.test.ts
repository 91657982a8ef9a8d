import { describe, expect, it } from 'vitest';
import type { Selection } from '../../../../src/sources/topdesk/options.js';
import { MalformedRow, reservationRow, UnreadableDate } from '../../../../src/sources/topdesk/rows.js';
import { PythonPattern } from '../../../../src/tables/pattern/pattern.js';

const usual: Selection = {
  ...{ project: 'TEST', projectPass: '1001', whitelist: [], whitelistOnly: false, keepWithoutRequester: false },
};
const cells: Readonly<Record<string, string>> = {
  ...{ reservation_id: 'R1', requester: 'Piet Aanvrager', number_of_people: '10', description: 'Overleg' },
  ...{ start_date: '2024-03-01 09:00', end_date: '2024-3-1 9:30', prepare_date: '2024-03-01 08:45' },
  ...{ close_date: '2024-03-01 10:45', project_pass: '1001' },
};

function rowOf(given: Readonly<Record<string, string | undefined>>, selection: Partial<Selection> = {}) {
  const all = { ...cells, ...given };
  return reservationRow({ line: 7, cell: (field) => all[field] }, { ...usual, ...selection })?.row;
}

describe('a reservation', () => {
  it('has its moments in the form of the table', () => {
    expect(rowOf({})).toEqual({
      ...{ reservation_id: 'R1', requester: 'Piet Aanvrager', number_of_people: '10', description: 'Overleg' },
      ...{ start_date: '2024-03-01 09:00:00', end_date: '2024-03-01 09:30:00' },
      ...{ prepare_date: '2024-03-01 08:45:00', close_date: '2024-03-01 10:45:00' },
    });
  });

  it.each(['1 maart', '2024-02-30 09:00', '2024-03-01 24:00', '', '2024-03-01'])(
    'whose moment is "%s" is refused, by its line and without what it says',
    (date) => {
      expect(() => rowOf({ end_date: date })).toThrow(UnreadableDate);
      expect(() => rowOf({ end_date: date })).toThrow('line 7: end_date is no moment; expected YYYY-MM-DD HH:MM');
    },
  );

  it('of another project may have any moment', () => {
    expect(rowOf({ project_pass: '2', end_date: '1 maart' })).toBeUndefined();
  });

  it('that ends too early is malformed', () => {
    expect(() => rowOf({ requester: undefined })).toThrow(MalformedRow);
    expect(() => rowOf({ close_date: undefined })).toThrow('line 7 ends before the column of close_date');
  });

  it('without a requester is kept on demand', () => {
    expect(rowOf({ requester: '  ' })).toBeUndefined();
    expect(rowOf({ requester: '' }, { keepWithoutRequester: true })).toMatchObject({ requester: '' });
  });

  it('is dropped where the description names who asked for it, in the same letters', () => {
    expect(rowOf({ description: 'Aanvrager (Piet)' })).toBeUndefined();
    expect(rowOf({ description: 'Aanvrager (piet)' })).toBeDefined();
  });

  it.each([
    ...['Jan Jansen', 'J. Jansen', 'Jan de Vries', 'Jan van den Berg', 'Anna Bos en Bert Vis', 'Éva Müller Bos'],
    ...['Jan Jansen (Extern)', 'Jan Jansen - Team_1', 'Jan Jansen\n'],
  ])('is dropped where its description is but the name %j', (description) => {
    expect(rowOf({ description })).toBeUndefined();
  });

  it.each(['Jan', 'jan Jansen', 'Jan Li', 'Overleg met Jan Jansen', 'Jan Jansen overleg', 'Jan Jansen (extern)'])(
    'is kept where its description is no name: %j',
    (description) => {
      expect(rowOf({ description })).toBeDefined();
    },
  );

  it('belongs to the first project whose pattern its description matches', () => {
    const whitelist = [
      { project: 'TEST', pattern: new PythonPattern('tst') },
      { project: 'ABC', pattern: new PythonPattern('abc') },
      { pattern: new PythonPattern('sprint') },
    ];
    expect(rowOf({ description: 'abc tst', project_pass: '' }, { whitelist })).toBeDefined();
    expect(rowOf({ description: 'abc sprint' }, { whitelist })).toBeUndefined();
    expect(rowOf({ description: 'sprint', project_pass: '' }, { whitelist })).toBeUndefined();
    expect(rowOf({ description: 'Jan Jansen sprint' }, { whitelist, whitelistOnly: true })).toBeDefined();
    expect(rowOf({ description: 'overleg' }, { whitelist, whitelistOnly: true })).toBeUndefined();
  });

  it('is dropped where it is on the blacklist, whatever else it matches', () => {
    const whitelist = [{ project: 'TEST', pattern: new PythonPattern('tst') }];
    expect(rowOf({ description: 'tst lunch' }, { whitelist, blacklist: new PythonPattern('lunch') })).toBeUndefined();
  });

  it('is told apart from names in time that grows no faster than its text', () => {
    const description = `Jan ${'Jansen '.repeat(20_000)}`;
    const start = performance.now();
    expect(rowOf({ description })).toBeDefined();
    expect(performance.now() - start).toBeLessThan(5000);
  });
});
