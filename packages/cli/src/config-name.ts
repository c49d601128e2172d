/** The file that holds connections by name; also marks a folder as a workspace. Apart, so that who looks only for it does not load its schema. */
export const configName = 'otaplan.config.json';
