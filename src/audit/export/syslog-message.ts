import type { ExportedEvent } from './export-destination';

const FACILITY_LOG_AUDIT = 13;
const SEVERITY_INFO = 6;
const SEVERITY_WARNING = 4;
const MAX_MESSAGE_ID = 32;
/** Number that RFC 5612 sets aside for examples; only the name in front of it is of interest here. */
const STRUCTURED_DATA = 'audit@32473';

export interface SyslogOrigin {
  readonly hostname: string;
  readonly processId: number;
}

/** One event as an RFC 5424 message in ASCII; what is longer than `maxBytes` goes without before, after and details. */
export function toSyslogMessage(event: ExportedEvent, origin: SyslogOrigin, maxBytes: number): string {
  const whole = messageOf(event, event, origin);
  if (whole.length <= maxBytes) return whole;
  return messageOf(event, { ...event, before: null, after: null, details: null, truncated: true }, origin);
}

function messageOf(event: ExportedEvent, body: object, { hostname, processId }: SyslogOrigin): string {
  const severity = event.outcome === 'success' ? SEVERITY_INFO : SEVERITY_WARNING;
  const header = [
    `<${FACILITY_LOG_AUDIT * 8 + severity}>1`,
    event.occurred_at,
    word(hostname, 255),
    'modelmuxer',
    String(processId),
    word(event.action, MAX_MESSAGE_ID),
  ].join(' ');
  const parameters = `organization="${escaped(event.organization_id)}" sequence="${event.sequence}"`;
  return `${header} [${STRUCTURED_DATA} ${parameters}] ${ascii(JSON.stringify(body))}`;
}

/** Printable ASCII without blanks, or the nil value. */
function word(text: string, maxLength: number): string {
  return text.replace(/[^\x21-\x7e]/g, '_').slice(0, maxLength) || '-';
}

function escaped(text: string): string {
  return text.replace(/[^\x20-\x7e]/g, '_').replace(/["\\\]]/g, '\\$&');
}

/** JSON may name every character by its code, which spares receivers the question of the encoding. */
function ascii(json: string): string {
  return json.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
