/** A record of an exported table: string fields, as the importer of the original expects them. */
export type Row = Readonly<Record<string, string>>;
