/** Token of the process' pino logger. Modules use Nest's `Logger`; this is for lines written per request. */
export const ROOT_LOGGER = Symbol('ROOT_LOGGER');
