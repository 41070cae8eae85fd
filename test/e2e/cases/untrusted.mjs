/** A folder that the user has not trusted: its code is read, never run, so the checks work there too. */
export const name = 'untrusted';
export const opens = { trusted: false };

export const tests = [
  [
    'static checks work in Restricted Mode',
    async ({ workbench, shot }) => {
      await workbench.restricted();
      await shot('restricted');
      await workbench.openFile('first-classifier/classifier.py');
      await workbench.underlined('an underlined call', (found) => found.includes('error: self.head(maps.flatten(1))'));
      await shot('underlined');
    },
  ],
];
