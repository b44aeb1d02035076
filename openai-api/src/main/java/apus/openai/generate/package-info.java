/**
 * Chat and completion requests: from JSON to engine requests and back. {@link
 * apus.openai.generate.GenerationRoutes} is the entry and shows the path of a request; {@code
 * ParamTable} lists every field and how it is read; {@link apus.openai.generate.ChatPrompts} makes
 * prompts of messages; {@code WholeAnswer} and {@code StreamedAnswer} write what comes out. Nothing
 * here knows sockets, routes or keys.
 */
package apus.openai.generate;
