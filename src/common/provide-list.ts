import type { FactoryProvider, Provider, Type } from '@nestjs/common';

/**
 * Registers classes as providers and offers their instances, in order, as one array under a token.
 * The three extension points (adapters, strategies, rules) use it: one file and one list line each.
 */
export function provideList<T>(token: symbol, classes: readonly Type<T>[]): Provider[] {
  const list: FactoryProvider = {
    provide: token,
    inject: [...classes],
    useFactory: (...instances: T[]): readonly T[] => instances,
  };
  return [...classes, list];
}
