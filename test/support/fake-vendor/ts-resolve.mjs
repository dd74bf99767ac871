/** Lets Node run TypeScript files whose imports carry no extension; Node itself strips the types. */
import { registerHooks } from 'node:module';

registerHooks({
  resolve(specifier, context, nextResolve) {
    const isLocal = specifier.startsWith('./') || specifier.startsWith('../');
    return nextResolve(isLocal && !/\.\w+$/.test(specifier) ? `${specifier}.ts` : specifier, context);
  },
});
