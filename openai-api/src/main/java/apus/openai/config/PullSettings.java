package apus.openai.config;

import apus.openai.hub.HubOptions;
import apus.openai.hub.Revision;
import java.util.List;

/**
 * What the user has chosen for a download alone.
 *
 * @param hub which hub, as whom, and where files go
 * @param revision which state of the repository
 * @param warnings lines for the user
 */
public record PullSettings(HubOptions hub, Revision revision, List<String> warnings) {
    public PullSettings {
        warnings = List.copyOf(warnings);
    }
}
