import { DEFAULT_PAGE, PageCursor, PageLimit } from '../../platform/http/page-query.decorator';
import { API_KEY_ID } from '../api-key';

/** Query of `GET /v1/api-keys`. */
export class ListApiKeysDto {
  @PageLimit()
  limit: number = DEFAULT_PAGE;

  @PageCursor(API_KEY_ID)
  cursor?: string;
}
