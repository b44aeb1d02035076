/**
 * What {@code apus doctor} looks at: Java, memory, caches, the TornadoVM SDK, drivers, and each
 * backend at work. Reads files and environment, changes nothing, loads no native code of its own.
 * Start with {@link apus.openai.doctor.Doctor}.
 */
package apus.openai.doctor;
