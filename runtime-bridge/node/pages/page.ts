/** Pages that need nothing else: no script, no font, no address; light and dark as the reader's system. */

/** @param body trusted; texts in it have gone through `escaped` */
export function page(title: string, body: string, style = ''): string {
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title>
<style>${common}${style}</style>
</head>
<body>
<h1>${escaped(title)}</h1>
${body}
</body>
</html>
`;
}

export const escaped = (text: string): string => text.replace(/[&<>"']/g, (each) => `&#${each.charCodeAt(0)};`);

/** @param kinds class of each row */
export function tableOf(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  kinds: readonly string[] = [],
): string {
  const row = (cells: readonly string[], i: number): string =>
    `<tr class="${escaped(kinds[i] ?? '')}">${cells.map((text) => `<td>${escaped(text)}</td>`).join('')}</tr>`;
  const names = head.map((name) => `<th scope="col">${escaped(name)}</th>`).join('');
  return `<div class="table"><table><thead><tr>${names}</tr></thead><tbody>${rows.map(row).join('\n')}</tbody></table></div>`;
}

const common = `
:root { color-scheme: light dark; --text: #1f2328; --faint: #59636e; --line: #d1d9e0; --page: #fff; --red: #c4242b; --amber: #8a5a00; --green: #1a7f37; }
@media (prefers-color-scheme: dark) { :root { --text: #e6edf3; --faint: #9aa4af; --line: #3d444d; --page: #0d1117; --red: #ff7b72; --amber: #e3b341; --green: #3fb950; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--text); background: var(--page); max-width: 75rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.4rem; overflow-wrap: anywhere; } h2 { font-size: 1.15rem; margin-top: 2rem; }
.headline { font-weight: 600; } .faint { color: var(--faint); overflow-wrap: anywhere; }
.table { overflow-x: auto; } table { border-collapse: collapse; width: 100%; font-size: .9rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
`;
