/** What the system says of a running process; undefined where there is no /proc or the process is gone. */
import { readFileSync } from 'node:fs';

/** Resident memory in MiB. */
export const residentMiB = (pid) =>
  reading(() => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))[1]) / 1024);

/** Processor time used since it started, user and system, in milliseconds (steps of 10). */
export const processorMs = (pid) =>
  reading(() => {
    const afterName = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1).split(' ');
    return (Number(afterName[11]) + Number(afterName[12])) * 10;
  });

function reading(read) {
  try {
    return read();
  } catch {
    return undefined;
  }
}
