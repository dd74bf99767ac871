import { ApiProperty } from '@nestjs/swagger';
import { DEFAULT_PAGE, PageCursor, PageLimit } from '../../platform/http/page-query.decorator';
import { isJsonObject, type JsonObject } from '../../common/json';
import { ALERT_KINDS, ALERT_SEVERITIES } from '../../platform/alerts/alert-event';

/** How an alert fared on one channel. */
export class AlertDeliveryDto {
  @ApiProperty({ enum: ['email', 'slack', 'pagerduty', 'webhook'] })
  channel: string;

  @ApiProperty({ enum: ['pending', 'delivered', 'dead'] })
  status: string;

  @ApiProperty({ example: 1 })
  attempts: number;

  @ApiProperty({ type: String, nullable: true })
  last_error: string | null;

  @ApiProperty({ type: String, format: 'date-time', nullable: true })
  delivered_at: string | null;
}

/** An alert. */
export class AlertDto {
  @ApiProperty({ example: 'evt_01k9z3v6m8q2c4t6w8y0a2c4e6' })
  id: string;

  @ApiProperty({ enum: ALERT_KINDS })
  kind: string;

  @ApiProperty({ enum: ALERT_SEVERITIES })
  severity: string;

  @ApiProperty({ example: 'The daily budget of user usr_1 has reached 80 %: $8.00 of $10.00' })
  summary: string;

  @ApiProperty({ type: 'object', additionalProperties: true })
  facts: Record<string, unknown>;

  @ApiProperty({ format: 'date-time' })
  at: string;

  @ApiProperty({ type: [AlertDeliveryDto] })
  deliveries: AlertDeliveryDto[];
}

/** A page of alerts, newest first. */
export class AlertPageDto {
  @ApiProperty({ type: [AlertDto] })
  data: AlertDto[];

  @ApiProperty({ type: String, nullable: true })
  next_cursor: string | null;
}

/** Which alerts to list. */
export class AlertsQueryDto {
  @PageLimit()
  limit: number = DEFAULT_PAGE;

  @PageCursor(/^evt_[0-9a-z]{26}$/)
  cursor?: string;
}

/** Answer to sending an alert once more. */
export class AlertRetryDto {
  @ApiProperty({ example: 1, description: 'Deliveries that were dead and are due again.' })
  revived: number;
}

/** Shows an alert as it is stored. */
export function toAlertDto(row: JsonObject): AlertDto {
  const text = (name: string): string => String(row[name]);
  const deliveries: unknown = row['deliveries'];
  return {
    id: text('id'),
    kind: text('kind'),
    severity: text('severity'),
    summary: text('summary'),
    facts: isJsonObject(row['facts']) ? { ...row['facts'] } : {},
    at: text('at'),
    deliveries: (Array.isArray(deliveries) ? deliveries.filter(isJsonObject) : []).map(toDelivery),
  };
}

function toDelivery(row: JsonObject): AlertDeliveryDto {
  const nullable = (name: string): string | null => (typeof row[name] === 'string' ? row[name] : null);
  return {
    channel: String(row['channel']),
    status: String(row['status']),
    attempts: Number(row['attempts']),
    last_error: nullable('last_error'),
    delivered_at: nullable('delivered_at'),
  };
}
