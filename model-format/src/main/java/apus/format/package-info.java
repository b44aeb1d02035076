/**
 * Bytes on disk: safetensors files mapped into memory segments, their element types and formats,
 * and the errors of everything that reads model files. Knows nothing about architectures, tokens or
 * computing. Start with {@link apus.format.SafetensorsFile}.
 */
package apus.format;
