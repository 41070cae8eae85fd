/**
 * What the language server and its clients say to each other beyond the Language Server Protocol.
 *
 * Settings need no message of their own: the server asks `workspace/configuration` for the section `tensorwright`
 * (the form is `Settings`), at start and after each `workspace/didChangeConfiguration`. The VS Code client fills in
 * `pythonPath` with the environment that the Python extension has selected where the user set none.
 */

import type { SeenFile } from './seen';

/** Section of the settings, source of the diagnostics and prefix of the commands. */
export const section = 'tensorwright';

/** Name of a request together with the types of its two sides. */
export interface RequestName<Params, Result> {
  readonly method: string;
  /** Never set; carries the types. */
  readonly types?: { readonly params: Params; readonly result: Result };
}

/** Checks every Python file of the workspace and publishes the findings of all of them. */
export const checkWorkspace: RequestName<CheckWorkspaceParams, CheckWorkspaceResult> = {
  method: 'tensorwright/checkWorkspace',
};

export interface CheckWorkspaceParams {
  /** Progress is reported under this token, as for any request of the protocol: message "17/230 models/unet.py". */
  readonly workDoneToken?: string | number;
}

export interface CheckWorkspaceResult {
  /** How many files were checked; fewer than all where the request was cancelled. */
  readonly files: number;
  readonly lines: number;
  readonly millis: number;
  readonly errors: number;
  readonly warnings: number;
  /** Findings below a warning. */
  readonly others: number;
  readonly cancelled: boolean;
}

/** The documentation of every finding id, sorted by id. */
export const rules: RequestName<null, readonly RulePage[]> = { method: 'tensorwright/rules' };

export interface RulePage {
  readonly id: string;
  /** One line. */
  readonly summary: string;
  /** The whole page, as in docs/rules/. */
  readonly markdown: string;
}

/** The completed configuration of a model of a Triton repository; null where a file belongs to none. */
export const completedConfig: RequestName<AboutFile, CompletedConfigResult | null> = {
  method: 'tensorwright/completedConfig',
};

/** Sent once after something changed that completed configurations hang on, if one was asked for since the last time. */
export const completedConfigChanged: NotificationName = { method: 'tensorwright/completedConfigChanged' };

/** A first config.pbtxt for the model that a file or folder belongs to. Writes nothing. */
export const newConfig: RequestName<AboutFile, NewConfigResult> = { method: 'tensorwright/newConfig' };

/**
 * What the newest runs saw of files, in place of what was told before. A client sends it in trusted workspaces only: who
 * can write to a folder could write a run there.
 */
export const seen: RequestName<{ readonly files: readonly SeenFile[] }, null> = { method: 'tensorwright/seen' };

/** Name of a notification that carries nothing. */
export interface NotificationName {
  readonly method: string;
}

/** A file or folder; it need not be open. */
export interface AboutFile {
  readonly uri: string;
}

export interface CompletedConfigResult {
  /** The model's name. */
  readonly name: string;
  /** Every field that the server reports, under comments that say what it is. */
  readonly text: string;
  /** The file's own text with what the server adds. */
  readonly inPlace: string;
}

/** `reason`: why there can be none, as sentences for the user. */
export type NewConfigResult = { readonly uri: string; readonly text: string } | { readonly reason: string };
/** Where something stands; lines and characters are 0-based, UTF-16. */
export interface SourceRange {
  readonly start: { readonly line: number; readonly character: number };
  readonly end: { readonly line: number; readonly character: number };
}

/** A text to read, with the parts of it that lead to source. */
export interface LinkedText {
  readonly text: string;
  readonly links: readonly {
    readonly range: SourceRange;
    readonly target: { readonly uri: string; readonly range: SourceRange };
  }[];
}

/** A document by its URI, open in the editor or not. */
export interface OfDocument {
  readonly textDocument: { readonly uri: string };
}

/** The module classes of a Python file, in its order. */
export const moduleClasses: RequestName<OfDocument, readonly ModuleClass[]> = { method: 'tensorwright/moduleClasses' };

export interface ModuleClass {
  readonly name: string;
  /** Of the whole class. */
  readonly range: SourceRange;
}

/** The layers of a module with the shapes that go in and come out; null where the class is gone. */
export const shapeFlow: RequestName<ShapeFlowParams, LinkedText | null> = { method: 'tensorwright/shapeFlow' };

export interface ShapeFlowParams extends OfDocument {
  /** Name of the class. */
  readonly module: string;
  /** Arguments in place of defaults, as of a call: `x=(2, 3, 224, 224), classes=10`. */
  readonly inputs: string;
}

/**
 * Runs a module once in the real PyTorch of the user's interpreter and holds it beside what the checker says. This runs
 * the user's code: a client sends it on an explicit order alone, and in trusted workspaces only.
 */
export const verifyModule: RequestName<VerifyModuleParams, VerifyModuleResult> = {
  method: 'tensorwright/verifyModule',
};

export interface VerifyModuleParams extends ShapeFlowParams {
  readonly workDoneToken?: string | number;
}

export interface VerifyModuleResult {
  /** Absent where nothing came of it. */
  readonly page?: LinkedText;
  /** A sentence for a notification: what it comes to, or why nothing came of it. */
  readonly sentence: string;
  /** Whether the checker was right in all that could be compared. */
  readonly right: boolean;
}
