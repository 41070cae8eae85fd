/** Addresses of the pages that explain findings; the ids in the Problems view lead there. */
import * as vscode from 'vscode';

export const ruleScheme = 'tensorwright-rule';
export const ruleUri = (id: string): vscode.Uri => vscode.Uri.from({ scheme: ruleScheme, path: `/${id}.md` });
export const ruleIdOf = (uri: vscode.Uri): string => uri.path.replace(/^\/|\.md$/g, '');
