/** `--name value` pairs and bare `--name` flags; fails on anything else and on unknown names. */
export function readOptions(args, { values, flags = [] }) {
  const options = {};
  for (let i = 0; i < args.length; i += 1) {
    const name = args[i].replace(/^--/, '');
    if (!args[i].startsWith('--')) throw new Error(`not an option: ${args[i]}`);
    if (flags.includes(name)) options[name] = true;
    else if (values.includes(name)) {
      const value = args[(i += 1)];
      if (value === undefined) throw new Error(`--${name} needs a value`);
      options[name] = value;
    } else
      throw new Error(
        `unknown option --${name}; known: ${[...values, ...flags].map((known) => `--${known}`).join(' ')}`,
      );
  }
  return options;
}

/** The value of an option that must be there. */
export function required(options, name) {
  if (options[name] === undefined) throw new Error(`--${name} is missing`);
  return options[name];
}

/** A number option; fails outside its bounds. */
export function numberBetween(options, name, { from, to, otherwise }) {
  if (options[name] === undefined) return otherwise;
  const value = Number(options[name]);
  if (!(value >= from && value <= to))
    throw new Error(`--${name} is a number from ${from} to ${to}, not ${options[name]}`);
  return value;
}
