import { type Setting, variableOf } from './environment.ts';
import { type ConfigIssue, type Finding, pathText } from './issues.ts';
import { fileKeyOf } from './settle.ts';
import { valueAt } from './tree.ts';
import type { Path, YamlText } from './yaml-text.ts';

/** Where the user can mend what was found, as far as a file is to blame. */
export function placeIn(file: string, yaml: YamlText): (finding: Finding) => ConfigIssue {
  return ({ path, atKey = false, message, position }) => {
    const found = position ?? yaml.locate(writtenPath(yaml.value, path), atKey ? 'key' : 'value');
    return { path: pathText(path), message, file, ...found };
  };
}

/** The same for a configuration that the environment may have a part in. */
export function placeAmong(
  settings: readonly Setting[],
  inFile: ((finding: Finding) => ConfigIssue) | undefined,
): (finding: Finding) => ConfigIssue {
  return (finding) => {
    const { path, message } = finding;
    const source = finding.variable ?? settings.findLast((setting) => leadsTo(setting, path))?.variable;
    if (source === undefined && inFile !== undefined) return inFile(finding);
    return { path: pathText(path), message, variable: source ?? variableOf(path) };
  };
}

/** The path of the key that stands in the file: `password_file` where that filled `password`. */
function writtenPath(tree: unknown, path: Path): Path {
  const filePath = [...path.slice(0, -1), fileKeyOf(String(path.at(-1)))];
  return valueAt(tree, path) === undefined && valueAt(tree, filePath) !== undefined ? filePath : path;
}

function leadsTo(setting: Setting, path: Path): boolean {
  return setting.path.every((step, index) => step === path[index]);
}
