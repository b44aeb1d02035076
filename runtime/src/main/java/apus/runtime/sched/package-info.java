/**
 * Which tokens run next, and where their keys live. Pure integers: no floats, no memory, no
 * threads, no clock, so that every policy can be tested without a model. Start with {@link
 * apus.runtime.sched.Scheduler#plan}.
 */
package apus.runtime.sched;
