package apus.openai.hub;

import java.util.Collection;
import java.util.regex.Pattern;

/**
 * Names of files as a hub gives them. They become paths here, so none may lead out of its folder;
 * and a list that tries is not the list of a model, whatever else is in it.
 */
final class FileNames {
    private static final int MAX_LENGTH = 1024;

    /** A file of the repository's top folder, plain enough for every file system. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._-]{0,199}");

    private FileNames() {}

    /** Whether it is one of the names that are ever written. */
    static boolean isPlain(String name) {
        return PLAIN.matcher(name).matches();
    }

    /**
     * @throws HubException for the first name that is a trap
     */
    static void check(Repository repository, Collection<String> names) {
        for (String name : names) {
            if (!harmless(name)) {
                throw new HubException(
                        repository
                                + ": the hub lists a file named "
                                + Printable.quoted(name)
                                + ", which is not a path inside the repository; nothing is fetched");
            }
        }
    }

    private static boolean harmless(String name) {
        if (name.isEmpty()
                || name.length() > MAX_LENGTH
                || name.startsWith("/")
                || name.indexOf('\\') >= 0
                || (name.length() > 1 && name.charAt(1) == ':')
                || name.chars().anyMatch(Character::isISOControl)) {
            return false;
        }
        for (String part : name.split("/", -1)) {
            if (part.isEmpty() || part.equals(".") || part.equals("..")) {
                return false;
            }
        }
        return true;
    }
}
