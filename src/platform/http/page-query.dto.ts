import { DEFAULT_PAGE, PageCursor, PageLimit } from './page-query.decorator';

/** Query of a list in pages. */
export class PageQueryDto {
  @PageLimit()
  limit: number = DEFAULT_PAGE;

  @PageCursor(/^[\w-]{1,100}$/)
  cursor?: string;
}
