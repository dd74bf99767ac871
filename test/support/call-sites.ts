import { join, relative } from 'node:path';
import ts from 'typescript';

const ROOT = join(__dirname, '..', '..');

/** Members of classes and interfaces, told by the folder or file that declares them. */
export interface Members {
  /** Path from the root of the repository, of a file or a folder. */
  readonly declaredIn: readonly string[];
  readonly names: readonly string[];
}

/**
 * The shipped sources as the compiler understands them: who uses a member, whatever the variable is called and
 * however the types between are derived. `extra` are sources that are no files, to try what would be found.
 */
export class CallSites {
  private readonly program: ts.Program;
  private readonly checker: ts.TypeChecker;

  constructor(extra: Readonly<Record<string, string>> = {}) {
    const { options, fileNames } = readProject();
    const added = new Map(Object.entries(extra).map(([path, text]) => [join(ROOT, path), text]));
    const host = ts.createCompilerHost(options, true);
    const { readFile, fileExists } = host;
    host.readFile = (name) => added.get(name) ?? readFile(name);
    host.fileExists = (name) => added.has(name) || fileExists(name);
    this.program = ts.createProgram([...fileNames, ...added.keys()], options, host);
    this.checker = this.program.getTypeChecker();
  }

  /** Functions that use one of the members, by call or by reference, as `path Class.method`; each once, sorted. */
  usersOf(members: Members): readonly string[] {
    const found = new Set<string>();
    for (const file of this.sources())
      visit(file, (node) => {
        if (this.membersIn(node, members.names).some((symbol) => isDeclaredIn(symbol, members.declaredIn)))
          found.add(placeOf(node));
      });
    return [...found].sort();
  }

  /** Files that import one of the modules for more than its types, or use the global `fetch`; as `path module`. */
  importersOf(modules: readonly string[]): readonly string[] {
    const found = new Set<string>();
    for (const file of this.sources())
      visit(file, (node) => {
        const name = importedBy(node) ?? (this.isGlobalFetch(node) ? 'fetch' : undefined);
        if (name !== undefined && [...modules, 'fetch'].includes(name)) found.add(`${pathOf(file)} ${name}`);
      });
    return [...found].sort();
  }

  /** Functions that make an object of a class of this file; as in {@link usersOf}. */
  makersOf(path: string): readonly string[] {
    const found = new Set<string>();
    for (const file of this.sources())
      visit(file, (node) => {
        if (!ts.isNewExpression(node)) return;
        const made = this.checker.getTypeAtLocation(node).getSymbol()?.declarations ?? [];
        if (made.some((one) => pathOf(one.getSourceFile()) === path)) found.add(placeOf(node));
      });
    return [...found].sort();
  }

  /** What a method calls on `this` or by a plain name, in the order of the text. */
  callsIn(path: string, method: string): readonly string[] {
    const file = this.program.getSourceFile(join(ROOT, path));
    const calls: string[] = [];
    if (file)
      visit(file, (node) => {
        if (ts.isCallExpression(node) && placeOf(node).endsWith(`.${method}`))
          calls.push(node.expression.getText(file));
      });
    return calls;
  }

  private sources(): readonly ts.SourceFile[] {
    const base = join(ROOT, 'src');
    return this.program
      .getSourceFiles()
      .filter(({ fileName }) => fileName.startsWith(base) && !/\.(spec|check)\.ts$/.test(fileName));
  }

  private membersIn(node: ts.Node, names: readonly string[]): readonly ts.Symbol[] {
    if (ts.isPropertyAccessExpression(node) && names.includes(node.name.text))
      return this.rootsOf(this.checker.getSymbolAtLocation(node.name));
    if (ts.isElementAccessExpression(node)) {
      const type = this.checker.getTypeAtLocation(node.expression);
      const index = node.argumentExpression;
      const wanted = ts.isStringLiteralLike(index) ? names.filter((name) => name === index.text) : names;
      return wanted.flatMap((name) => this.rootsOf(type.getProperty(name)));
    }
    if (ts.isBindingElement(node) && ts.isObjectBindingPattern(node.parent)) {
      const name = (node.propertyName ?? node.name).getText();
      return names.includes(name)
        ? this.rootsOf(this.checker.getTypeAtLocation(node.parent).getProperty(name))
        : [];
    }
    return [];
  }

  /** A member of a union or of a mapped type stands for those it was made of. */
  private rootsOf(symbol: ts.Symbol | undefined): readonly ts.Symbol[] {
    return symbol ? this.checker.getRootSymbols(symbol) : [];
  }

  private isGlobalFetch(node: ts.Node): boolean {
    if (!ts.isIdentifier(node) || node.text !== 'fetch') return false;
    const declared = this.checker.getSymbolAtLocation(node)?.declarations ?? [];
    return declared.some((one) => one.getSourceFile().isDeclarationFile);
  }
}

function readProject(): { options: ts.CompilerOptions; fileNames: readonly string[] } {
  const config = ts.readConfigFile(join(ROOT, 'tsconfig.json'), (path) => ts.sys.readFile(path));
  const parsed = ts.parseJsonConfigFileContent(config.config, ts.sys, ROOT);
  const base = join(ROOT, 'src');
  return {
    options: { ...parsed.options, noEmit: true, incremental: false, composite: false },
    fileNames: parsed.fileNames.filter((name) => name.startsWith(base) && !name.endsWith('.spec.ts')),
  };
}

function visit(node: ts.Node, look: (node: ts.Node) => void): void {
  look(node);
  ts.forEachChild(node, (child) => visit(child, look));
}

function pathOf(file: ts.SourceFile): string {
  return relative(ROOT, file.fileName);
}

function isDeclaredIn(symbol: ts.Symbol, places: readonly string[]): boolean {
  return (symbol.declarations ?? []).some((declaration) => {
    const path = pathOf(declaration.getSourceFile());
    const owner = declaration.parent;
    const isMember = ts.isClassLike(owner) || ts.isInterfaceDeclaration(owner);
    return isMember && places.some((place) => path === place || path.startsWith(`${place}/`));
  });
}

function isNamed(
  node: ts.Node,
): node is
  | ts.MethodDeclaration
  | ts.ClassLikeDeclaration
  | ts.FunctionDeclaration
  | ts.AccessorDeclaration
  | ts.PropertyDeclaration {
  return (
    ts.isMethodDeclaration(node) ||
    ts.isClassLike(node) ||
    ts.isFunctionDeclaration(node) ||
    ts.isAccessor(node) ||
    ts.isPropertyDeclaration(node)
  );
}

/** `path Class.method`, or the function, or the path alone for code outside of any. */
function placeOf(node: ts.Node): string {
  const names: string[] = [];
  for (let at: ts.Node = node; !ts.isSourceFile(at); at = at.parent) {
    if (isNamed(at) && at.name) names.unshift(at.name.getText());
    if (ts.isConstructorDeclaration(at)) names.unshift('constructor');
  }
  return [pathOf(node.getSourceFile()), names.join('.')].filter(Boolean).join(' ');
}

function importedBy(node: ts.Node): string | undefined {
  if (ts.isImportDeclaration(node) && ts.isStringLiteral(node.moduleSpecifier))
    return hasValues(node.importClause) ? node.moduleSpecifier.text : undefined;
  if (!ts.isCallExpression(node)) return undefined;
  const [first] = node.arguments;
  const isImport =
    node.expression.kind === ts.SyntaxKind.ImportKeyword || node.expression.getText() === 'require';
  return isImport && first && ts.isStringLiteralLike(first) ? first.text : undefined;
}

function hasValues(clause: ts.ImportClause | undefined): boolean {
  if (!clause) return true;
  if (clause.phaseModifier === ts.SyntaxKind.TypeKeyword) return false;
  const { namedBindings } = clause;
  if (clause.name || !namedBindings || ts.isNamespaceImport(namedBindings)) return true;
  return namedBindings.elements.some((element) => !element.isTypeOnly);
}
