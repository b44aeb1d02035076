/**
 * The OpenAI-compatible server. {@link apus.openai.ServedModel} is the model behind it, {@link
 * apus.openai.HttpSettings} and {@link apus.openai.ApiSettings} how it is set up, {@link
 * apus.openai.ApiException} how it says no. {@code http} listens, routes and guards; {@code
 * generate} turns chat and completion requests into engine requests and answers; {@code config}
 * reads flags, environment and file; {@code cli} is the command line. Nothing here knows kernels.
 */
package apus.openai;
