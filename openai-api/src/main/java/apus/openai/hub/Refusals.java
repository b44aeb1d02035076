package apus.openai.hub;

import java.io.IOException;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeFormatter;
import java.util.Optional;

/**
 * What an answer without content means, in words that say what to do. The hub names the reason in
 * {@code X-Error-Code}, since it answers 401 for anything that a stranger may not know to exist.
 */
final class Refusals {
    private final Repository repository;
    private final Revision revision;
    private final Addresses addresses;
    private final Optional<Token> token;

    Refusals(Repository repository, Revision revision, Addresses addresses, Optional<Token> token) {
        this.repository = repository;
        this.revision = revision;
        this.addresses = addresses;
        this.token = token;
    }

    /**
     * Returns if the answer has content.
     *
     * @param what {@code org/name} or {@code org/name: file}
     * @throws TransientFailure if asking again may help
     * @throws HubException if it does not
     */
    void check(Answer answer, String what) throws IOException {
        int status = answer.status();
        if (status == 200 || status == 206) {
            return;
        }
        answer.close();
        String who = Origin.of(answer.uri()).toString();
        if (status == 429) {
            throw new TransientFailure(who + " answers 429, too many requests", retryAfter(answer));
        }
        if (status == 408 || status >= 500) {
            throw new TransientFailure(who + " answers " + status, retryAfter(answer));
        }
        throw new HubException(what + ": " + reason(answer, who));
    }

    private String reason(Answer answer, String who) {
        String code = answer.header("X-Error-Code").orElse("");
        return switch (answer.status()) {
            case 401 -> code.equals("GatedRepo") ? gated() : unknown(who);
            case 403 -> code.equals("GatedRepo") ? gated() : forbidden(answer, who);
            case 404 -> missing(code, who);
            default ->
                    who
                            + " answers "
                            + answer.status()
                            + answer.shown("X-Error-Message").map(m -> " (" + m + ")").orElse("");
        };
    }

    private String gated() {
        return "the model is gated: accept its terms at "
                + addresses.page(repository)
                + ", then "
                + (token.isPresent()
                        ? "give a token of the account that accepted them ("
                                + token.get().origin()
                                + " is another's, or lacks the right to read gated models)"
                        : "set HF_TOKEN to a token of that account");
    }

    private String unknown(String who) {
        return who
                + " answers 401: there is no such model, or it is private or gated; check the name, and "
                + (token.isPresent()
                        ? "whether the token ("
                                + token.get().origin()
                                + ") is valid and may read it"
                        : "set HF_TOKEN to a token that may read it");
    }

    private String forbidden(Answer answer, String who) {
        return who
                + " answers 403"
                + answer.shown("X-Error-Message").map(m -> " (" + m + ")").orElse("")
                + ": "
                + (token.isPresent()
                        ? "the token (" + token.get().origin() + ") may not read it"
                        : "it may not be read without a token; set HF_TOKEN");
    }

    private String missing(String code, String who) {
        return switch (code) {
            case "RevisionNotFound" -> "there is no revision '" + revision + "'";
            case "EntryNotFound" -> "there is no such file at revision '" + revision + "'";
            case "RepoNotFound" -> "there is no such model at " + who + "; check the name";
            default -> who + " answers 404: there is no such model, revision or file";
        };
    }

    /** Seconds or a date; zero if there is neither. */
    private static Duration retryAfter(Answer answer) {
        if (answer.number("Retry-After").isPresent()) {
            return Duration.ofSeconds(answer.number("Retry-After").getAsLong());
        }
        Optional<String> date = answer.header("Retry-After");
        try {
            Duration until =
                    date.map(text ->
                                    Duration.between(
                                            Instant.now(),
                                            DateTimeFormatter.RFC_1123_DATE_TIME.parse(
                                                    text.strip(), Instant::from)))
                            .orElse(Duration.ZERO);
            return until.isNegative() ? Duration.ZERO : until;
        } catch (DateTimeException | ArithmeticException e) {
            return Duration.ZERO;
        }
    }
}
