/** The language server's process as the operating system sees it; Linux only, elsewhere none is found. */
import { readFileSync, readdirSync } from 'node:fs';

/** Ids of running language servers that were started from this profile's extension folder. */
export function serverProcesses(profile) {
  const own = `/profiles/${profile}/extensions/`;
  return numbersIn('/proc').filter((pid) => {
    const words = commandLine(pid);
    return words.some((word) => word.includes(own) && word.endsWith('server.js'));
  });
}

function numbersIn(folder) {
  try {
    return readdirSync(folder)
      .filter((name) => /^\d+$/.test(name))
      .map(Number);
  } catch {
    return [];
  }
}

function commandLine(pid) {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
