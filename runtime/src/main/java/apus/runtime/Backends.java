package apus.runtime;

import apus.format.UnsupportedModelException;
import apus.format.checkpoint.Checkpoint;
import apus.kernels.ExecutorProvider;
import apus.kernels.Support;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.ServiceLoader;

/** The backends on the class path, and the one for a model. */
final class Backends {
    private static final String AUTO = "auto";

    private Backends() {}

    /** A backend and whether it takes a model. */
    record Offer(ExecutorProvider provider, Support support) {
        int rank() {
            return switch (support) {
                case Support.Yes(int rank) -> rank;
                case Support.No _ -> -1;
            };
        }

        String refusal() {
            return switch (support) {
                case Support.Yes _ -> "";
                case Support.No(String reason) -> provider.name() + ": " + reason;
            };
        }
    }

    /** What every backend says of a model. */
    static List<Offer> offers(Checkpoint checkpoint) {
        List<Offer> offers = new ArrayList<>();
        for (ExecutorProvider provider : ServiceLoader.load(ExecutorProvider.class)) {
            offers.add(new Offer(provider, provider.supports(checkpoint)));
        }
        return offers;
    }

    /**
     * The one to use.
     *
     * @param name a provider's name, or {@code auto} for the best of those that take the model
     */
    static ExecutorProvider choose(String name, Checkpoint checkpoint) {
        List<Offer> offers = offers(checkpoint);
        if (!name.equals(AUTO)) {
            Offer named =
                    offers.stream()
                            .filter(o -> o.provider().name().equals(name))
                            .findFirst()
                            .orElseThrow(() ->
                                    new RequestException(
                                            "backend",
                                            "'backend' "
                                                    + name
                                                    + " is not there; known are auto and "
                                                    + offers.stream()
                                                            .map(o -> o.provider().name())
                                                            .toList()
                                                    + "."));
            if (named.rank() < 0) {
                throw new UnsupportedModelException(
                        "backend " + named.refusal() + "; it was asked for by name");
            }
            return named.provider();
        }
        Offer best =
                offers.stream()
                        .max(Comparator.comparingInt(Offer::rank))
                        .orElseThrow(() ->
                                new UnsupportedModelException(
                                        "no backend is on the class path; apus-kernels-core brings the CPU's"));
        if (best.rank() < 0) {
            throw new UnsupportedModelException(
                    "no backend takes this model: " + offers.stream().map(Offer::refusal).toList());
        }
        return best.provider();
    }
}
