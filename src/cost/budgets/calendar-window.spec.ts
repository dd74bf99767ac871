import fc from 'fast-check';
import { BUDGET_WINDOWS, calendarWindow } from './calendar-window';

const at = (text: string): number => Date.parse(text);

describe('calendarWindow', () => {
  it('starts weeks on Monday and ends months at the first of the next', () => {
    const week = calendarWindow('weekly', at('2026-11-20T12:00:00Z'), 'UTC');
    const month = calendarWindow('monthly', at('2026-12-31T23:59:59.999Z'), 'UTC');

    expect(week).toEqual({
      label: '2026-11-16',
      startsAtMs: at('2026-11-16T00:00:00Z'),
      endsAtMs: at('2026-11-23T00:00:00Z'),
    });
    expect(month.endsAtMs).toBe(at('2027-01-01T00:00:00Z'));
  });

  it('gives a day 23 or 25 hours when the clocks change', () => {
    const spring = calendarWindow('daily', at('2026-03-29T12:00:00Z'), 'Europe/Berlin');
    const autumn = calendarWindow('daily', at('2026-10-25T12:00:00Z'), 'Europe/Berlin');

    expect((spring.endsAtMs - spring.startsAtMs) / 3_600_000).toBe(23);
    expect((autumn.endsAtMs - autumn.startsAtMs) / 3_600_000).toBe(25);
  });

  it('survives zones in which a midnight does not exist', () => {
    const window = calendarWindow('daily', at('2018-11-04T12:00:00Z'), 'America/Sao_Paulo');

    expect(window.startsAtMs).toBe(at('2018-11-04T03:00:00Z'));
  });

  it('contains its instant and touches the next window without gap, in every zone', () => {
    const zone = fc.constantFrom(
      'UTC',
      'Europe/Berlin',
      'America/New_York',
      'Asia/Kolkata',
      'Pacific/Kiritimati',
      'Pacific/Pago_Pago',
    );
    const instant = fc.integer({ min: at('2020-01-01T00:00:00Z'), max: at('2035-01-01T00:00:00Z') });
    fc.assert(
      fc.property(fc.constantFrom(...BUDGET_WINDOWS), instant, zone, (kind, now, timeZone) => {
        const window = calendarWindow(kind, now, timeZone);

        expect(window.startsAtMs <= now && now < window.endsAtMs).toBe(true);
        expect(calendarWindow(kind, window.endsAtMs, timeZone).startsAtMs).toBe(window.endsAtMs);
        expect(calendarWindow(kind, window.endsAtMs - 1, timeZone).startsAtMs).toBe(window.startsAtMs);
      }),
      { numRuns: 60 },
    );
  });
});
