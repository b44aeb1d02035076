/**
 * The command line: {@link apus.openai.cli.Apus} holds the commands, each in a class of its own.
 * What can be set comes from the table of {@code config}; nothing is listed twice. {@link
 * apus.openai.Main} is the door to it and sees to the JVM's flags.
 */
package apus.openai.cli;
