/** Whether a theme is dark: charts turn their scale with it. */

/** By the luminance of `#rrggbb`; themes write their background so. */
export function isDark(background: string): boolean {
  const hex = /^#([\da-f]{6}|[\da-f]{3})/i.exec(background)?.[1];
  if (hex === undefined) return true;
  const parts = (hex.length === 3 ? hex.replace(/./g, '$&$&') : hex).match(/../g) ?? [];
  const [red = 0, green = 0, blue = 0] = parts.map((part) => parseInt(part, 16) / 255);
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue < 0.5;
}
