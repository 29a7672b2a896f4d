import htm from 'htm';
import { type ComponentChild, h } from 'preact';

/** Markup as JSX has it, without a compiler. Texts are escaped by their nature: they become text nodes. */
export const html = htm.bind<ComponentChild>(h);
