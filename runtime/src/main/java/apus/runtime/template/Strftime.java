package apus.runtime.template;

import java.time.Clock;
import java.time.LocalDateTime;
import java.time.format.TextStyle;
import java.time.temporal.IsoFields;
import java.util.Locale;

/** {@code strftime} of the C library in the C locale, for a time without a zone. */
final class Strftime {
    private final LocalDateTime now;
    private final Run run;
    private final StringBuilder out = new StringBuilder();

    private Strftime(LocalDateTime now, Run run) {
        this.now = now;
        this.run = run;
    }

    static String format(String format, Clock clock, Run run) {
        Strftime strftime = new Strftime(LocalDateTime.now(clock), run);
        strftime.append(format);
        return strftime.out.toString();
    }

    private void append(String format) {
        for (int i = 0; i < format.length(); i++) {
            char c = format.charAt(i);
            if (c != '%' || i + 1 == format.length()) {
                out.append(c);
                continue;
            }
            run.growing(out);
            char next = format.charAt(++i);
            boolean flagged = "-_0^#".indexOf(next) >= 0 && i + 1 < format.length();
            char directive = flagged ? format.charAt(++i) : next;
            String text = directive(directive);
            if (text == null) {
                out.append('%').append(flagged ? String.valueOf(next) : "").append(directive);
            } else {
                out.append(flagged ? flagged(text, next) : text);
            }
        }
    }

    private static String flagged(String text, char flag) {
        int digits = 0;
        while (digits < text.length() - 1
                && (text.charAt(digits) == '0' || text.charAt(digits) == ' ')) {
            digits++;
        }
        return switch (flag) {
            case '-' -> text.substring(digits);
            case '_' -> " ".repeat(digits) + text.substring(digits);
            case '0' -> "0".repeat(digits) + text.substring(digits);
            case '^' -> text.toUpperCase(Locale.ROOT);
            default -> text;
        };
    }

    /** What a directive stands for; null if it is none. */
    private String directive(char c) {
        return switch (c) {
            case 'Y' -> Integer.toString(now.getYear());
            case 'C' -> two(now.getYear() / 100);
            case 'y' -> two(now.getYear() % 100);
            case 'm' -> two(now.getMonthValue());
            case 'd' -> two(now.getDayOfMonth());
            case 'e' -> "%2d".formatted(now.getDayOfMonth());
            case 'H' -> two(now.getHour());
            case 'I' -> two(hour12());
            case 'k' -> "%2d".formatted(now.getHour());
            case 'l' -> "%2d".formatted(hour12());
            case 'M' -> two(now.getMinute());
            case 'S' -> two(now.getSecond());
            case 'f' -> "%06d".formatted(now.getNano() / 1000);
            case 'p' -> now.getHour() < 12 ? "AM" : "PM";
            case 'P' -> now.getHour() < 12 ? "am" : "pm";
            case 'a' -> day().substring(0, 3);
            case 'A' -> day();
            case 'b', 'h' -> month().substring(0, 3);
            case 'B' -> month();
            case 'j' -> "%03d".formatted(now.getDayOfYear());
            case 'w' -> Integer.toString(now.getDayOfWeek().getValue() % 7);
            case 'u' -> Integer.toString(now.getDayOfWeek().getValue());
            case 'U' -> two((now.getDayOfYear() + 6 - now.getDayOfWeek().getValue() % 7) / 7);
            case 'W' -> two((now.getDayOfYear() + 6 - (now.getDayOfWeek().getValue() - 1)) / 7);
            case 'V' -> two(now.get(IsoFields.WEEK_OF_WEEK_BASED_YEAR));
            case 'G' -> Integer.toString(now.get(IsoFields.WEEK_BASED_YEAR));
            case 'g' -> two(now.get(IsoFields.WEEK_BASED_YEAR) % 100);
            case 'D', 'x' -> directives("%m/%d/%y");
            case 'F' -> directives("%Y-%m-%d");
            case 'T', 'X' -> directives("%H:%M:%S");
            case 'R' -> directives("%H:%M");
            case 'r' -> directives("%I:%M:%S %p");
            case 'c' -> directives("%a %b %e %H:%M:%S %Y");
            case 'n' -> "\n";
            case 't' -> "\t";
            case '%' -> "%";
            case 'z', 'Z' -> "";
            default -> null;
        };
    }

    private String directives(String format) {
        Strftime inner = new Strftime(now, run);
        inner.append(format);
        return inner.out.toString();
    }

    private int hour12() {
        return (now.getHour() + 11) % 12 + 1;
    }

    private String day() {
        return now.getDayOfWeek().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
    }

    private String month() {
        return now.getMonth().getDisplayName(TextStyle.FULL, Locale.ENGLISH);
    }

    private static String two(int value) {
        return value < 10 ? "0" + value : Integer.toString(value);
    }
}
