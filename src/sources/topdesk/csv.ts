import { createReadStream } from 'node:fs';
import { pipeline, Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { z } from 'zod';
import { InputError } from '../input-file.js';
import type { Dump } from './options.js';

/** Characters of one row; more is no row but a quotation mark too many. */
const longestRow = 1024 * 1024;

const parsedRow = z.object({ record: z.array(z.string()), info: z.object({ lines: z.int() }) });

/** A row of the dump. */
export interface DumpRow {
  /** The line, from 1, that it ends on. */
  readonly line: number;
  /** The cell of a field; undefined where the row ends before its column. */
  readonly cell: (field: string) => string | undefined;
}

/**
 * Reads the rows of a CSV file one by one.
 *
 * @throws {InputError} where it cannot be read, or has no row with the names of the columns
 */
export async function* readRows(
  file: string,
  dump: Pick<Dump, 'columns' | 'delimiter' | 'encoding'>,
): AsyncGenerator<DumpRow> {
  let columns: ReadonlyMap<string, number> | undefined;
  for await (const { record, info } of parseRows(file, dump)) {
    if (columns === undefined) {
      columns = findColumns(file, record, dump);
      continue;
    }
    const positions = columns;
    yield { line: info.lines, cell: (field) => record[positions.get(field) ?? record.length] };
  }
  if (columns === undefined) throw new InputError(file, 'is empty; expected a row with the names of the columns');
}

async function* parseRows(
  file: string,
  { delimiter, encoding }: Pick<Dump, 'delimiter' | 'encoding'>,
): AsyncGenerator<z.output<typeof parsedRow>> {
  const parser = parse({
    ...{ delimiter, record_delimiter: '\n', info: true, max_record_size: longestRow },
    ...{ relax_column_count: true, relax_quotes: true, skip_empty_lines: true },
  });
  pipeline(Readable.from(decode(file, encoding)), parser, () => undefined);
  try {
    for await (const row of parser) yield parsedRow.parse(row);
  } catch (error) {
    throw explained(file, error, encoding);
  } finally {
    parser.destroy();
  }
}

/** The texts of a file, with line feeds alone as line ends. */
async function* decode(file: string, encoding: Dump['encoding']): AsyncGenerator<string> {
  const label = encoding === 'utf-8-sig' ? 'utf-8' : encoding;
  const decoder = new TextDecoder(label, { fatal: true, ignoreBOM: encoding === 'utf-8' });
  let end = '';
  for await (const bytes of createReadStream(file)) {
    const text = end + decoder.decode(bytes, { stream: true });
    // Its line feed may be the next character.
    end = text.endsWith('\r') ? '\r' : '';
    yield text.slice(0, text.length - end.length).replaceAll(/\r\n?/g, '\n');
  }
  yield (end + decoder.decode()).replaceAll(/\r\n?/g, '\n');
}

function findColumns(
  file: string,
  names: readonly string[],
  { columns, delimiter }: Pick<Dump, 'columns' | 'delimiter'>,
): ReadonlyMap<string, number> {
  if (names[0]?.startsWith('\uFEFF') === true) {
    throw new InputError(file, 'begins with a byte order mark; read it with --encoding utf-8-sig');
  }
  const found = [...columns].map(([field, name]) => [field, names.indexOf(name)] as const);
  const missing = found.find(([field, position]) => position < 0 && field !== 'state')?.[0];
  if (missing !== undefined) {
    throw new InputError(
      file,
      `has no column "${columns.get(missing)}" for ${missing}; check section [names] of topdesk.cfg, and whether ` +
        `"${delimiter}" is what stands between columns (--delimiter)`,
    );
  }
  return new Map(found);
}

function explained(file: string, error: unknown, encoding: string): unknown {
  if (error instanceof CsvError) {
    const where = typeof error['lines'] === 'number' ? ` on line ${error['lines']} or later` : '';
    return new InputError(file, `is no CSV${where} (${error.code}); is there a quotation mark too many?`, error);
  }
  if (error instanceof TypeError && 'code' in error && error.code === 'ERR_ENCODING_INVALID_ENCODED_DATA') {
    return new InputError(file, `is not written in ${encoding}; name its encoding with --encoding`, error);
  }
  return error;
}
