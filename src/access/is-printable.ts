import { IsString, Length, Matches } from 'class-validator';

/** Control characters would break log lines and terminals. */
const PRINTABLE = /^[^\p{Cc}]*$/u;

/** A text of 1 to `maxLength` characters that can be shown on one line. */
export function IsPrintable(maxLength: number): PropertyDecorator {
  const decorators = [
    IsString(),
    Length(1, maxLength),
    Matches(PRINTABLE, { message: (facts) => `${facts.property} must not contain control characters` }),
  ];
  return (target, property) => {
    for (const decorate of decorators) decorate(target, property);
  };
}
