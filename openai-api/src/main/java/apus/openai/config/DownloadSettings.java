package apus.openai.config;

import static apus.openai.config.Setting.one;
import static apus.openai.config.Setting.toggle;

import apus.openai.config.Setting.Group;
import apus.openai.hub.HubException;
import apus.openai.hub.HubOptions;
import apus.openai.hub.Token;
import java.util.List;

/** From where models named ORG/NAME come, and where they are kept. */
final class DownloadSettings {
    private static final Group GROUP = Group.DOWNLOAD;

    static final List<Setting> ALL =
            List.of(
                    one(
                                    GROUP,
                                    "revision",
                                    "REVISION",
                                    "main",
                                    "Branch, tag or commit of ORG/NAME.",
                                    (d, v) -> d.revision = v.text())
                            .variable("MODEL_REVISION"),
                    one(
                            GROUP,
                            "hf-endpoint",
                            "URL",
                            HubOptions.PUBLIC.toString(),
                            "Address of the hub, or of a mirror with its REST API.",
                            DownloadSettings::endpoint),
                    one(
                            GROUP,
                            "hf-token",
                            "TOKEN",
                            "(that of a log-in, if there is one)",
                            "Access token for private and gated models. It goes to the hub's address alone and is never logged. Other users of the machine see flags, not environment variables.",
                            DownloadSettings::token),
                    one(
                            GROUP,
                            "hf-token-path",
                            "FILE",
                            "(token in HF_HOME)",
                            "Where the HuggingFace tools keep the token of a log-in.",
                            (d, v) -> d.caches.tokenFile(v.path())),
                    toggle(
                            GROUP,
                            "hf-hub-offline",
                            false,
                            "Whether to stay off the network and use only what is in a cache.",
                            (d, v) -> d.caches.offline(v.flag())),
                    one(
                            GROUP,
                            "download-dir",
                            "DIR",
                            "(none)",
                            "Cache folder to look for ORG/NAME in first, and to download to.",
                            (d, v) -> d.caches.hub(v.path())),
                    one(
                                    GROUP,
                                    "hf-hub-cache",
                                    "DIR",
                                    "(hub in HF_HOME)",
                                    "Cache folder of the HuggingFace tools; without download-dir, downloads go there.",
                                    (d, v) -> d.caches.hub(v.path()))
                            .variable("HUGGINGFACE_HUB_CACHE"),
                    one(
                            GROUP,
                            "xdg-cache-home",
                            "DIR",
                            "(~/.cache)",
                            "Folder of caches; HF_HOME is huggingface in it, unless given.",
                            (d, v) -> d.caches.defaultHome(v.path().resolve("huggingface"))),
                    one(
                            GROUP,
                            "hf-home",
                            "DIR",
                            "(~/.cache/huggingface)",
                            "Folder of the HuggingFace tools; its cache is in hub.",
                            (d, v) -> d.caches.home(v.path())),
                    one(
                            GROUP,
                            "base-path",
                            "DIR",
                            "/runpod-volume",
                            "Volume of a RunPod worker. If it exists, models are looked for in huggingface-cache/hub, and downloaded to there unless one of the folders above is given.",
                            (d, v) -> d.caches.base(v.path())));

    private DownloadSettings() {}

    private static void endpoint(Draft draft, Value value) {
        draft.caches.endpoint(
                HubOptions.endpoint(value.text())
                        .orElseThrow(() ->
                                value.wrong(
                                        "an http or https address without user or query, such as "
                                                + HubOptions.PUBLIC)));
    }

    private static void token(Draft draft, Value value) {
        try {
            draft.caches.token(Token.of(value.text(), value.origin()));
        } catch (HubException e) {
            throw new ConfigurationException(e.getMessage(), e);
        }
    }
}
