/**
 * The embedding API: open an {@link apus.runtime.Engine}, submit a {@link apus.runtime.Request},
 * read a {@link apus.runtime.Generation}. Speaks token ids; {@code sched} decides what runs, {@code
 * sample} draws tokens, {@code text} turns them into certain text, {@code template} renders chats.
 * Must not name HTTP, JSON, or a backend. Inside, start with {@code EngineLoop.work} and {@code
 * Batcher.step}.
 */
package apus.runtime;
