/** Options of the intent commands: `--name value` (may be given several times) and `--flag`. */
export function readOptions(argv, { values, flags }) {
  const options = Object.fromEntries(values.map((name) => [name, []]));
  for (const flag of flags) options[flag] = false;
  for (let i = 0; i < argv.length; i++) {
    const name = argv[i].replace(/^--/, '');
    if (argv[i].startsWith('--') && flags.includes(name)) options[name] = true;
    else if (argv[i].startsWith('--') && values.includes(name) && argv[i + 1] !== undefined)
      options[name].push(argv[++i]);
    else throw new Error(`unknown or incomplete option ${argv[i]}`);
  }
  return options;
}
