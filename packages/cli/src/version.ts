/** Version of the command; the build checks it against the manifest. */
export const version = '0.1.0';
