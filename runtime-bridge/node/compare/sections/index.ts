/** The sections of the report in its order. Weights come after the graph, which tells which of them belong together. */
import type { Section } from '../section';
import { config } from './config';
import { graph } from './graph';
import { latency } from './latency';
import { origin } from './origin';
import { outputs } from './outputs';
import { signature } from './signature';
import { weights } from './weights';

export const sections: readonly Section[] = [signature, config, graph, weights, outputs, latency, origin];
