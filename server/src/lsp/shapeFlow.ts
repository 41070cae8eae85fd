/** `tensorwright/moduleClasses` and `tensorwright/shapeFlow`: a module's layers with their shapes. */
import {
  type LinkedText,
  type ModuleClass,
  moduleClasses,
  type OfDocument,
  shapeFlow,
  type ShapeFlowParams,
} from '../../../protocol/src/lsp';
import { flowTable, type FlowTable } from '../flow/table';
import type { Feature } from './feature';
import { pathOf } from './locations';
import type { Session } from './session';

export const shapeFlowRequests: Feature = {
  start(session) {
    session.connection.onRequest(moduleClasses.method, ({ textDocument }: OfDocument) =>
      session.answer(moduleClasses.method, [] as readonly ModuleClass[], () => {
        const path = pathOf(textDocument.uri);
        const { service, host } = session.projects.of(path);
        host.admit(path);
        const lines = session.linesOf(path);
        if (!lines) return [];
        return service.modules(path).map(({ name, span }) => ({
          name,
          range: { start: lines.position(span.start), end: lines.position(span.end) },
        }));
      }),
    );
    session.connection.onRequest(shapeFlow.method, ({ textDocument, module, inputs }: ShapeFlowParams) =>
      session.answer(shapeFlow.method, null as LinkedText | null, () => {
        const path = pathOf(textDocument.uri);
        const { service, host } = session.projects.of(path);
        host.admit(path);
        const flow = service.flow(path, module, inputs);
        return flow
          ? linkedText(
              session,
              flowTable(flow, (place) => shortPlace(session, place)),
            )
          : null;
      }),
    );
  },
};

/** `model.py:12`; undefined where the text is gone. */
export function shortPlace(session: Session, place: Parameters<Session['locate']>[0]): string | undefined {
  const found = session.locate(place);
  return found && `${place.at.file.slice(place.at.file.lastIndexOf('/') + 1)}:${found.range.start.line + 1}`;
}

export function linkedText(session: Session, { text, links }: FlowTable): LinkedText {
  return {
    text,
    links: links.flatMap(({ line, start, end, place }) => {
      const target = session.locate(place);
      const range = { start: { line, character: start }, end: { line, character: end } };
      return target ? [{ range, target }] : [];
    }),
  };
}
