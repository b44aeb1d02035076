package apus.openai.hub;

/**
 * A file as the hub describes it.
 *
 * @param name a plain file name
 * @param size in bytes
 */
record RemoteFile(String name, ContentHash hash, long size) {}
