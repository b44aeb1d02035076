package apus.openai.config;

import apus.openai.hub.HubOptions;
import apus.openai.hub.Needs;
import apus.openai.hub.Repository;
import apus.openai.hub.Revision;
import java.nio.file.Path;

/** Gets a model that is named but in no cache. */
@FunctionalInterface
public interface Downloads {
    /**
     * Blocks until it is there.
     *
     * @return its folder
     * @throws apus.openai.hub.HubException if it cannot be had
     */
    Path fetch(HubOptions options, Repository repository, Revision revision, Needs needs);
}
