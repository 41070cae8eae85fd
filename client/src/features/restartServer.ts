/** `Tensorwright: Restart Server`. */
import * as vscode from 'vscode';
import type { Feature } from '../feature';

export const restartServerFeature: Feature = ({ server }) =>
  vscode.commands.registerCommand('tensorwright.restartServer', () => server.restart());
