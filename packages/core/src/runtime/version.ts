import manifest from '../../package.json' with { type: 'json' };

/** One version for the whole repository. */
export const VERSION: string = manifest.version;
export const SUPPORT_URL = 'https://github.com/meterbridge/meterbridge';
