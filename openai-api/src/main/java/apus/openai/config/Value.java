package apus.openai.config;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.type.TypeReference;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.math.BigDecimal;
import java.math.BigInteger;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What was given for a setting, and the readings of it. Every reading either succeeds or throws a
 * {@link ConfigurationException} that names the origin, what was found and what is wanted.
 *
 * @param text never empty
 * @param origin as the user wrote it: {@code --port}, {@code PORT}, {@code port in apus.yaml}
 * @param secret whether the text must not be repeated in a message
 */
public record Value(String text, String origin, boolean secret) {
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

    // vLLM's rule for human-readable numbers: k is 1000, K is 1024.
    private static final Pattern COUNT =
            Pattern.compile("([0-9]{1,18}(?:\\.[0-9]{1,9})?)\\s*([kKmMgGtT]?)(iB|B)?");

    /** Not secret. */
    public Value(String text, String origin) {
        this(text, origin, false);
    }

    /** Without the text of a secret, wherever it may be printed. */
    @Override
    public String toString() {
        return origin + "=" + (secret ? "(secret)" : shown());
    }

    /** A failure of this value. */
    public ConfigurationException wrong(String wanted) {
        return new ConfigurationException(
                origin + " must be " + wanted + (secret ? "" : ", found '" + shown() + "'"));
    }

    private String shown() {
        return text.length() > 100 ? text.substring(0, 100) + "..." : text;
    }

    /** true, false, 1, 0, yes, no, on or off. */
    public boolean flag() {
        return switch (text.toLowerCase(Locale.ROOT)) {
            case "true", "1", "yes", "on" -> true;
            case "false", "0", "no", "off" -> false;
            default -> throw wrong("true or false (also 1, 0, yes, no, on, off)");
        };
    }

    /** A whole number. */
    public long integer(long min, long max) {
        try {
            long value = Long.parseLong(text);
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            // reported below, with the range
        }
        throw wrong("a whole number " + range(min, max));
    }

    /** A whole number. */
    public int integer(int min, int max) {
        return (int) integer((long) min, (long) max);
    }

    /** A whole number that may end in k (1000), K (1024), and so on. */
    public long count(long min, long max) {
        Matcher matcher = COUNT.matcher(text);
        if (matcher.matches()) {
            long value = scaled(matcher);
            if (value >= min && value <= max) {
                return value;
            }
        }
        throw wrong("a number " + range(min, max) + ", such as 4096, 32k (thousands) or 4G (GiB)");
    }

    private static long scaled(Matcher matcher) {
        String letter = matcher.group(2);
        int power = " kmgt".indexOf(letter.isEmpty() ? " " : letter.toLowerCase(Locale.ROOT));
        // GiB and G are 1024 based, GB and g are not.
        boolean binary =
                !"B".equals(matcher.group(3))
                        && ("iB".equals(matcher.group(3))
                                || letter.equals(letter.toUpperCase(Locale.ROOT)));
        BigInteger unit = BigInteger.valueOf(binary ? 1024 : 1000).pow(power);
        return new BigDecimal(matcher.group(1))
                .multiply(new BigDecimal(unit))
                .toBigInteger()
                .min(BigInteger.valueOf(Long.MAX_VALUE))
                .longValue();
    }

    private static String range(long min, long max) {
        return max == Integer.MAX_VALUE || max == Long.MAX_VALUE
                ? "of at least " + min
                : "between " + min + " and " + max;
    }

    /** A finite number. */
    public double decimal(double min, double max) {
        try {
            double value = Double.parseDouble(text);
            if (value >= min && value <= max) {
                return value;
            }
        } catch (NumberFormatException e) {
            // reported below, with the range
        }
        throw wrong("a number between " + min + " and " + max);
    }

    /** Seconds, fractions allowed. */
    public Duration seconds(double min, double max) {
        return Duration.ofMillis(Math.round(decimal(min, max) * 1000));
    }

    /** One of these words, in lower case. */
    public String choice(String... words) {
        String word = text.toLowerCase(Locale.ROOT);
        if (!Arrays.asList(words).contains(word)) {
            throw wrong("one of " + String.join(", ", words));
        }
        return word;
    }

    /** Parts separated by commas, or a JSON list of strings. */
    public List<String> list() {
        return text.startsWith("[") ? jsonList() : split(text);
    }

    /** One string with any characters, or a JSON list of them. */
    public List<String> listOfWhole() {
        return text.startsWith("[") ? jsonList() : List.of(text);
    }

    private static List<String> split(String text) {
        return Arrays.stream(text.split(",")).map(String::strip).filter(s -> !s.isEmpty()).toList();
    }

    private List<String> jsonList() {
        try {
            return JSON.readValue(text, new TypeReference<List<String>>() {}).stream()
                    .map(String::strip)
                    .filter(s -> !s.isEmpty())
                    .toList();
        } catch (JsonProcessingException | RuntimeException e) {
            throw wrong("a list separated by commas, or a JSON list of strings");
        }
    }

    /** A JSON object. */
    public Map<String, Object> object() {
        try {
            Map<String, Object> map =
                    JSON.readValue(text, new TypeReference<Map<String, Object>>() {});
            if (map != null) {
                return map;
            }
        } catch (JsonProcessingException e) {
            // reported below
        }
        throw wrong("a JSON object such as {\"temperature\": 0.5}");
    }

    /** A path, a leading ~ being the home directory. */
    public Path path() {
        return path(text);
    }

    /** A path, a leading ~ being the home directory. */
    Path path(String of) {
        try {
            return of.equals("~") || of.startsWith("~/")
                    ? Path.of(System.getProperty("user.home"), of.substring(1))
                    : Path.of(of);
        } catch (InvalidPathException e) {
            throw wrong("a path");
        }
    }
}
