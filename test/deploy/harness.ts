/** Models, a state folder with a real front, and deployments in this process. */
import { join } from 'node:path';
import type { DeployEvent, DeployPlan } from '../../protocol/src/deploy';
import type { Controller, Ended } from '../../runtime-bridge/node/deploy/controller';
import { deploy, type DeployRequest, type Workplace } from '../../runtime-bridge/node/deploy/steer';
import { targetNamed, type NamedTarget } from '../../runtime-bridge/node/deploy/targets';
import { findFront } from '../../runtime-bridge/node/inference/frontProcess';
import type { FrontState } from '../../protocol/src/front';
import { inRoot } from '../../scripts/paths.mjs';
import { folderWith } from '../harness/folder';
import { scaling } from '../harness/onnxFile';
import { Load } from './load';

export { Load, pause, type Served } from './load';

/** Decides within seconds: margins are wide, steps are short. */
export const quickPlan: DeployPlan = {
  order: 'load-first',
  warmup: 3,
  steps: [
    { weight: 30, minRequests: 20, dwell: 0, limit: 30 },
    { weight: 60, minRequests: 20, dwell: 0, limit: 30 },
  ],
  gates: [
    { kind: 'errors', margin: 0.3, dryRun: false },
    { kind: 'nonFinite', budget: 0.3, dryRun: false },
  ],
  unit: { header: 'x-unit-id' },
  onControllerLoss: 'baseline',
  controllerDeadline: 5,
  soak: 1,
  drain: 5,
  hold: 30,
  alpha: 0.05,
};

/** Straight to the soak. */
export const noSteps: DeployPlan = { ...quickPlan, steps: [], gates: [] };

export const embedded = targetNamed('embedded') as NamedTarget;

export class Scene {
  readonly folder = folderWith();
  readonly events: DeployEvent[] = [];
  controller: Controller | undefined;
  private readonly listeners: ((event: DeployEvent) => void)[] = [];

  readonly stateFolder = join(this.folder.path, 'state');
  readonly modelFolder = join(this.folder.path, 'models', 'cnn');

  get place(): Workplace {
    return {
      stateFolder: this.stateFolder,
      frontScript: inRoot('dist', 'front.js'),
      onEvent: (event) => {
        this.events.push(event);
        for (const listener of this.listeners) listener(event);
      },
      onController: (controller) => (this.controller = controller),
    };
  }

  /** Writes a version; by default one that multiplies by its number. */
  version(version: string, file: Uint8Array = scaling(Number(version))): void {
    this.folder.write(join('models', 'cnn', version, 'model.onnx'), file);
  }

  deploy(version: string, plan: DeployPlan = quickPlan, more: Partial<DeployRequest> = {}): Promise<Ended> {
    return deploy(this.place, {
      modelFolder: this.modelFolder,
      version,
      target: embedded,
      plan,
      mode: 'canary',
      ...more,
    });
  }

  onEvent(listener: (event: DeployEvent) => void): void {
    this.listeners.push(listener);
  }

  /** States in the order in which they came, each once. */
  get states(): readonly string[] {
    return this.events.map(({ state }) => state).filter((state, i, all) => state !== all[i - 1]);
  }

  async front(): Promise<FrontState | undefined> {
    return (await findFront(this.stateFolder))?.state();
  }

  /** The version that all requests go to; undefined where they are split. */
  async serving(): Promise<string | undefined> {
    const routing = (await this.front())?.routings.find(({ model }) => model === 'cnn');
    return routing?.weightPercent === 0 ? routing.baseline : undefined;
  }

  async load(rate = 200): Promise<Load> {
    const front = await findFront(this.stateFolder);
    if (front === undefined) throw new Error('no front to load');
    return new Load(front.address.port, rate);
  }

  async dispose(): Promise<void> {
    await (await findFront(this.stateFolder))?.stop().catch(() => undefined);
    this.folder.dispose();
  }
}

export const count = <T>(list: readonly T[], by: (each: T) => string): Readonly<Record<string, number>> => {
  const counts: Record<string, number> = {};
  for (const each of list) counts[by(each)] = (counts[by(each)] ?? 0) + 1;
  return counts;
};
