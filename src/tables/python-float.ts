const decimal = String.raw`(?:\d+(?:_\d+)*)`;
const number = new RegExp(String.raw`^[+-]?(?:${decimal}\.?${decimal}?|\.${decimal})(?:[eE][+-]?${decimal})?$`);

/** The text that Python gives a float: the shortest that is read back as the same, with `.0` or an exponent. */
export function formatFloat(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (!Number.isFinite(value)) return value > 0 ? 'inf' : '-inf';
  const [digits = '', power = ''] = value.toExponential().split('e');
  const exponent = Number(power);
  if (exponent < -4 || exponent >= 16) {
    return `${digits}e${exponent < 0 ? '-' : '+'}${String(Math.abs(exponent)).padStart(2, '0')}`;
  }
  const text = Object.is(value, -0) ? '-0' : String(value);
  return text.includes('.') ? text : `${text}.0`;
}

/** A number as Python's `float()` reads it, or undefined where the text is none; "inf" and "nan" are none. */
export function parseFloatText(text: string): number | undefined {
  const trimmed = text.trim();
  const value = number.test(trimmed) ? Number(trimmed.replaceAll('_', '')) : Number.NaN;
  return Number.isFinite(value) ? value : undefined;
}
