/**
 * The server's outside: listening, routing, guarding, reading bodies, writing answers and errors,
 * and noticing that a client has left. Start with {@code ApiServer}; {@code Routes} lists every
 * path, and {@code Dispatcher} shows what each request passes through. It knows nothing of what a
 * chat or a completion is.
 *
 * <p>Handlers of other packages use {@link apus.openai.http.JsonBody}, {@link
 * apus.openai.http.JsonAnswer}, {@link apus.openai.http.EventStream}, {@link
 * apus.openai.http.ClientWatch} and {@link apus.openai.http.RequestIds}, and report failure by
 * throwing.
 */
package apus.openai.http;
