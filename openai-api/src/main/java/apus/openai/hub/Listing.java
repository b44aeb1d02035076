package apus.openai.hub;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.json.JsonMapper;
import java.io.IOException;
import java.io.InputStream;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * What a revision of a repository holds.
 *
 * @param commit 40 hex digits
 * @param names its files, checked to be paths inside it
 */
record Listing(String commit, Set<String> names) {
    private static final int MAX_BYTES = 16 << 20;
    private static final JsonMapper JSON =
            JsonMapper.builder().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS).build();

    Listing {
        names = Set.copyOf(names);
    }

    /**
     * Reads the hub's description: {@code {"sha": COMMIT, "siblings": [{"rfilename": NAME}, ...]}}.
     *
     * @throws IOException if the connection breaks
     * @throws HubException if it says something else
     */
    static Listing read(Repository repository, InputStream body) throws IOException {
        byte[] bytes = body.readNBytes(MAX_BYTES + 1);
        if (bytes.length > MAX_BYTES) {
            throw wrong(repository, "is longer than " + MAX_BYTES + " bytes");
        }
        JsonNode root;
        try {
            root = JSON.readTree(bytes);
        } catch (JsonProcessingException e) {
            throw wrong(repository, "is not JSON");
        }
        String commit = root.path("sha").asText();
        if (!Revision.isCommit(commit)) {
            throw wrong(repository, "has no commit in 'sha', but " + Printable.quoted(commit));
        }
        JsonNode siblings = root.path("siblings");
        if (!siblings.isArray()) {
            throw wrong(repository, "has no list 'siblings'");
        }
        Set<String> names = new LinkedHashSet<>();
        for (JsonNode sibling : siblings) {
            JsonNode name = sibling.path("rfilename");
            if (!name.isTextual()) {
                throw wrong(repository, "has an entry in 'siblings' without 'rfilename'");
            }
            names.add(name.textValue());
        }
        FileNames.check(repository, names);
        return new Listing(commit, names);
    }

    private static HubException wrong(Repository repository, String what) {
        return new HubException(
                repository
                        + ": the hub's description of it "
                        + what
                        + "; is HF_ENDPOINT the address of a HuggingFace hub?");
    }
}
