/** What is loaded when the first request is made, and not when the extension starts: it brings every schema of the API. */
export { createClient, describeFile } from '@otaplan/client';
