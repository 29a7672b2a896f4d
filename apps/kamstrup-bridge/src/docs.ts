import { profiles } from './meters/index.ts';
import { registerEntries } from './protocol/registers.ts';

/** Tables of the README that are made from the code, by marker. */
export const tables = { parameters: parametersTable(), models: modelsTable() };

function parametersTable(): string {
  const rows = registerEntries.map(({ id, name, label }) => `| \`${name}\` | ${id} | ${label} |`);
  return ['| Parameter | Register | Meaning |', '|---|---|---|', ...rows].join('\n');
}

function modelsTable(): string {
  const rows = Object.entries(profiles).map(
    ([key, { model, parameters }]) => `| \`${key}\` | ${model} | ${parameters.join(', ')} |`,
  );
  return ['| `model` | Meter | What is read unless `parameters` says so |', '|---|---|---|', ...rows].join(
    '\n',
  );
}
