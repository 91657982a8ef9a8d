/** Kinds of stores: two products that speak WebDAV alike, and a folder. */
export const storeTypes = ['owncloud', 'nextcloud', 'local'] as const;
