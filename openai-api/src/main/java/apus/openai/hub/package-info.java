/**
 * Models from the HuggingFace hub, or from anything with its REST API: which files Apus needs of a
 * repository, fetching them so that an interrupted download goes on where it was, and the cache
 * layout that the HuggingFace tools share. Start with {@link apus.openai.hub.Hub}; {@link
 * apus.openai.hub.HubCache} is the layout. Everything a hub says is untrusted: names, sizes,
 * addresses. Knows neither settings nor the command line nor what is in a model's files, but for
 * the names of the shards.
 */
package apus.openai.hub;
