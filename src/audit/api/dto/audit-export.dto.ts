import { ApiProperty } from '@nestjs/swagger';
import { EXPORT_DESTINATIONS, type ExportDestinationName } from '../../export/export-destination';

/** How an export is doing. */
export class AuditExportDto {
  @ApiProperty({ enum: EXPORT_DESTINATIONS })
  destination: ExportDestinationName;

  @ApiProperty({ description: 'Events it does not have yet.' })
  backlog: number;

  @ApiProperty({ description: 'Events it refused for good.' })
  dead_letters: number;
}

export class AuditExportListDto {
  @ApiProperty({ type: [AuditExportDto] })
  data: AuditExportDto[];

  @ApiProperty({ type: String, nullable: true })
  next_cursor: string | null;
}

export class AuditExportRetryDto {
  @ApiProperty({ description: 'Refused events that are tried once more.' })
  retried: number;
}
