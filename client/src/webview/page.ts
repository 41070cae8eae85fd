/** The page that every view starts as: its script and its style sheet, and nothing from anywhere else. */

export interface PageParts {
  readonly title: string;
  /** Addresses as the page sees them. */
  readonly script: string;
  readonly style: string;
  /** Where style sheets may come from. */
  readonly source: string;
  /** Random, new for each page. */
  readonly nonce: string;
}

export function pageOf({ title, script, style, source, nonce }: PageParts): string {
  const policy = [`default-src 'none'`, `script-src 'nonce-${nonce}'`, `style-src ${source}`, `font-src ${source}`];
  return `<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy.join('; ')}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
<link rel="stylesheet" href="${style}">
</head>
<body>
<script nonce="${nonce}" src="${script}"></script>
</body>
</html>
`;
}
