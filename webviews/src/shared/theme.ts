/** The editor's colours, read from its CSS variables, and a call when the user changes the theme. */

export interface Theme {
  readonly foreground: string;
  readonly faint: string;
  readonly grid: string;
  readonly background: string;
  readonly error: string;
  readonly warning: string;
  readonly info: string;
  readonly font: string;
  /** Of the runs, in order. */
  readonly series: readonly string[];
}

/** The editor's chart colours; themes define them, these stand in where one doesn't. */
const seriesColours: readonly (readonly [string, string])[] = [
  ['--vscode-charts-blue', '#3794ff'],
  ['--vscode-charts-orange', '#d18616'],
  ['--vscode-charts-green', '#89d185'],
  ['--vscode-charts-purple', '#b180d7'],
  ['--vscode-charts-red', '#f14c4c'],
  ['--vscode-charts-yellow', '#cca700'],
];

export function readTheme(): Theme {
  const style = getComputedStyle(document.body);
  const colour = (name: string, otherwise: string): string => style.getPropertyValue(name).trim() || otherwise;
  return {
    foreground: colour('--vscode-foreground', '#cccccc'),
    faint: colour('--vscode-descriptionForeground', '#9d9d9d'),
    grid: colour('--vscode-charts-lines', 'rgba(128, 128, 128, 0.3)'),
    background: colour('--vscode-editor-background', '#1e1e1e'),
    error: colour('--vscode-editorError-foreground', '#f14c4c'),
    warning: colour('--vscode-editorWarning-foreground', '#cca700'),
    info: colour('--vscode-editorInfo-foreground', '#3794ff'),
    font: colour('--vscode-font-family', 'sans-serif'),
    series: seriesColours.map(([name, otherwise]) => colour(name, otherwise)),
  };
}

/** The editor marks the theme on the body and swaps the variables on the root. */
export function onThemeChange(act: () => void): void {
  const observer = new MutationObserver(act);
  observer.observe(document.body, { attributes: true, attributeFilter: ['class', 'data-vscode-theme-id'] });
  observer.observe(document.documentElement, { attributes: true, attributeFilter: ['style'] });
}
