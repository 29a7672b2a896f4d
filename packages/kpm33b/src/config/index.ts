export { type Kpm33bConfig, kpm33bSections } from './sections.ts';
export { configFlowSettings, proxySettings } from './settings.ts';
