/** `--format json`: the contract for programs; one object on one line. */
import type { Format } from '.';

export const json: Format = ({ findings, stats }) => `${JSON.stringify({ version: 1, findings, stats })}\n`;
