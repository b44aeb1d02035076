package apus.openai.cli;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;

import org.junit.jupiter.api.Test;

final class ArgumentsTest {
    private static void assertNormal(String[] expected, String... args) {
        assertArrayEquals(expected, Arguments.normalise(args));
    }

    private static String[] list(String... args) {
        return args;
    }

    @Test
    void switchesGetTheirValueAttached() {
        assertNormal(list("--strict-params=true"), "--strict-params");
        assertNormal(list("--strict-params=false"), "--no-strict-params");
        assertNormal(list("--strict-params=off"), "--strict-params", "off");
        assertNormal(list("--strict-params=0"), "--strict-params=0");
    }

    @Test
    void switchDoesNotEatTheModel() {
        assertNormal(list("--strict-params=true", "model"), "--strict-params", "model");
    }

    @Test
    void underscoresOfNamesBecomeDashesThoseOfValuesStay() {
        assertNormal(
                list("--max-model-len", "a_b", "--served-model-name=a_b"),
                "--max_model_len",
                "a_b",
                "--served_model_name=a_b");
    }

    @Test
    void valuesAreLeftAlone() {
        assertNormal(list("--seed", "-1", "-q", "none"), "--seed", "-1", "-q", "none");
        assertNormal(list("--no-such-flag"), "--no-such-flag");
        assertNormal(list("--", "--strict_params"), "--", "--strict_params");
    }
}
