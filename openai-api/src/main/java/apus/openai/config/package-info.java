/**
 * One table of everything a user can set, and how it is read: flag before environment before file
 * before default. {@link apus.openai.config.Settings} is the table, {@link
 * apus.openai.config.ConfigurationReader} joins the sources, {@link
 * apus.openai.config.Configuration} is the outcome. Knows no command line library, and opens no
 * model; one named ORG/NAME it finds in a cache or has fetched.
 */
package apus.openai.config;
