/** `Tensorwright: Show Output`: the extension's log. */
import * as vscode from 'vscode';
import type { Feature } from '../feature';

export const showOutputFeature: Feature = ({ log }) =>
  vscode.commands.registerCommand('tensorwright.showOutput', () => log.show());
