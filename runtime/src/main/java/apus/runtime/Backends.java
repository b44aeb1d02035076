package apus.runtime;

import apus.format.UnsupportedModelException;
import apus.format.checkpoint.Checkpoint;
import apus.kernels.ExecutorProvider;
import apus.kernels.Support;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.ServiceConfigurationError;
import java.util.ServiceLoader;

/**
 * The backends on the class path, and the one for a model. One that cannot even be loaded is no
 * reason to do without the others.
 *
 * @param providers those that could be loaded
 * @param failures why others could not, one sentence each
 */
record Backends(List<ExecutorProvider> providers, List<String> failures) {
    static final String AUTO = "auto";

    /** The one whose lack has a known cure. */
    private static final String TORNADO = "tornado";

    /** What to do where the module is not in the build. */
    private static final String TORNADO_ADVICE =
            "This build has no GPU backend: install a TornadoVM SDK for JDK 25 (sdk install tornadovm,"
                    + " or an archive of its releases), let TORNADOVM_HOME name its folder, and start"
                    + " bin/apus of a source checkout, which then builds it; docs/gpu.md says more.";

    /** Whatever a service loader does after an error, it is not asked for ever. */
    private static final int MAX_FAILURES = 16;

    Backends {
        providers = List.copyOf(providers);
        failures = List.copyOf(failures);
    }

    /** A backend and whether it takes a model. */
    record Offer(ExecutorProvider provider, String name, Support support) {
        int rank() {
            return switch (support) {
                case Support.Yes(int rank) -> rank;
                case Support.No _ -> -1;
            };
        }

        String refusal() {
            return switch (support) {
                case Support.Yes _ -> "";
                case Support.No(String reason) -> name + ": " + reason;
            };
        }
    }

    /**
     * The backend for a model.
     *
     * @param refusals why better ones were not taken, one sentence each, for the user
     */
    record Choice(ExecutorProvider provider, List<String> refusals) {
        Choice {
            refusals = List.copyOf(refusals);
        }
    }

    /** All that the service loader finds. */
    static Backends onClassPath() {
        return of(ServiceLoader.load(ExecutorProvider.class).iterator());
    }

    static Backends of(Iterator<ExecutorProvider> found) {
        List<ExecutorProvider> providers = new ArrayList<>();
        List<String> failures = new ArrayList<>();
        boolean more = true;
        while (more && failures.size() < MAX_FAILURES) {
            try {
                more = found.hasNext();
                if (more) {
                    providers.add(found.next());
                }
            } catch (ServiceConfigurationError | LinkageError e) {
                failures.add("a backend cannot be loaded: " + reason(e));
            }
        }
        return new Backends(providers, failures);
    }

    /** With the cause, which is where a missing class or library is named. */
    static String reason(Throwable e) {
        return e.getCause() == null ? e.toString() : e + ": " + e.getCause();
    }

    /** What every backend says of a model. */
    List<Offer> offers(Checkpoint checkpoint) {
        return providers.stream().map(provider -> offer(provider, checkpoint)).toList();
    }

    private static Offer offer(ExecutorProvider provider, Checkpoint checkpoint) {
        String name = provider.name();
        try {
            return new Offer(provider, name, provider.supports(checkpoint));
        } catch (RuntimeException | LinkageError e) {
            return new Offer(provider, name, new Support.No("it cannot start here: " + reason(e)));
        }
    }

    /**
     * The one to use.
     *
     * @param name a provider's name, or {@code auto} for the best of those that take the model
     * @throws RequestException if there is none of this name
     * @throws UnsupportedModelException if it, or each, refuses the model
     */
    Choice choose(String name, Checkpoint checkpoint) {
        return name.equals(AUTO) ? best(checkpoint) : named(name, checkpoint);
    }

    /** The one of a name, if it is there. */
    Optional<ExecutorProvider> named(String name) {
        return providers.stream().filter(p -> p.name().equals(name)).findFirst();
    }

    private Choice named(String name, Checkpoint checkpoint) {
        ExecutorProvider provider =
                named(name).orElseThrow(() -> new RequestException("backend", missing(name)));
        Offer offer = offer(provider, checkpoint);
        if (offer.rank() < 0) {
            throw new UnsupportedModelException(
                    "backend "
                            + offer.refusal()
                            + "; it was asked for by name, --backend auto takes one that works");
        }
        return new Choice(provider, List.of());
    }

    private Choice best(Checkpoint checkpoint) {
        List<Offer> offers = offers(checkpoint);
        Offer best =
                offers.stream()
                        .max(Comparator.comparingInt(Offer::rank))
                        .orElseThrow(() ->
                                new UnsupportedModelException(
                                        "no backend is on the class path; apus-kernels-core brings the CPU's"
                                                + failed()));
        List<String> refusals = new ArrayList<>();
        offers.stream().filter(o -> o.rank() < 0).map(Offer::refusal).forEach(refusals::add);
        refusals.addAll(failures);
        if (best.rank() < 0) {
            throw new UnsupportedModelException("no backend takes this model: " + refusals);
        }
        return new Choice(best.provider(), refusals);
    }

    private String missing(String name) {
        List<String> known = new ArrayList<>(List.of(AUTO));
        providers.forEach(p -> known.add(p.name()));
        return "'backend' "
                + name
                + " is not there; known are "
                + String.join(", ", known)
                + "."
                + (failures.isEmpty() && name.equals(TORNADO) ? " " + TORNADO_ADVICE : failed());
    }

    private String failed() {
        return failures.isEmpty() ? "" : " " + String.join("; ", failures);
    }
}
