package apus.openai.cli;

import java.io.PrintStream;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Locale;
import java.util.logging.Formatter;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/**
 * One line per message on standard error, Apus' own from INFO on, those of libraries from WARNING
 * on. An embedder sets up logging for itself: only the command line does this.
 */
final class ConsoleLog extends Handler {
    // Held here: java.util.logging keeps loggers, and the levels set on them, only weakly.
    private static final Logger ROOT = Logger.getLogger("");
    private static final Logger OWN = Logger.getLogger("apus");

    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("HH:mm:ss", Locale.ROOT).withZone(ZoneId.systemDefault());

    private final PrintStream err;

    private ConsoleLog(PrintStream err) {
        this.err = err;
        setFormatter(new Line());
    }

    /** Replaces whatever handlers there are. */
    static void install(PrintStream err) {
        for (Handler handler : ROOT.getHandlers()) {
            ROOT.removeHandler(handler);
        }
        ROOT.setLevel(Level.WARNING);
        OWN.setLevel(Level.INFO);
        ROOT.addHandler(new ConsoleLog(err));
    }

    @Override
    public void publish(LogRecord message) {
        if (isLoggable(message)) {
            err.print(getFormatter().format(message));
        }
    }

    @Override
    public void flush() {
        err.flush();
    }

    @Override
    public void close() {}

    /** {@code 12:34:56 warning: text}, and the stack trace of what was thrown. */
    private static final class Line extends Formatter {
        @Override
        public String format(LogRecord message) {
            StringBuilder line = new StringBuilder();
            line.append(TIME.format(message.getInstant())).append(' ');
            if (message.getLevel().intValue() >= Level.SEVERE.intValue()) {
                line.append("error: ");
            } else if (message.getLevel().intValue() >= Level.WARNING.intValue()) {
                line.append("warning: ");
            }
            line.append(formatMessage(message)).append('\n');
            for (Throwable t = message.getThrown(); t != null; t = t.getCause()) {
                line.append("  ").append(t).append('\n');
                for (StackTraceElement frame : t.getStackTrace()) {
                    line.append("    at ").append(frame).append('\n');
                }
            }
            return line.toString();
        }
    }
}
