/**
 * What the language server and its clients say to each other beyond the Language Server Protocol.
 *
 * Settings need no message of their own: the server asks `workspace/configuration` for the section `tensorwright`
 * (the form is `Settings`), at start and after each `workspace/didChangeConfiguration`. The VS Code client fills in
 * `pythonPath` with the environment that the Python extension has selected where the user set none.
 */

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
