package apus.runtime;

import apus.format.ApusException;
import apus.format.checkpoint.Checkpoint;
import apus.kernels.ExecutorProvider;
import apus.kernels.Support;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * A backend on the class path and what it can compute on, for people.
 *
 * @param name as given to {@code --backend}; empty if the backend could not even be loaded
 * @param devices beside the host's processors; the first is the one that is used
 * @param problem why it cannot be used; empty if it can
 */
public record BackendReport(String name, List<Accelerator> devices, Optional<String> problem) {
    public BackendReport {
        devices = List.copyOf(devices);
    }

    /**
     * A device.
     *
     * @param driver how it is reached, with versions
     * @param memoryBytes its memory in all
     */
    public record Accelerator(String name, String driver, long memoryBytes) {}

    /**
     * All backends, those that cannot be used included.
     *
     * @param model that they are asked about, small
     */
    public static List<BackendReport> all(Path model) {
        return all(Backends.onClassPath(), model);
    }

    static List<BackendReport> all(Backends backends, Path model) {
        List<BackendReport> reports = new ArrayList<>();
        try (Checkpoint checkpoint = Checkpoint.open(model)) {
            for (Backends.Offer offer : backends.offers(checkpoint)) {
                reports.add(of(offer));
            }
        }
        for (String failure : backends.failures()) {
            reports.add(new BackendReport("", List.of(), Optional.of(failure)));
        }
        return reports;
    }

    private static BackendReport of(Backends.Offer offer) {
        return switch (offer.support()) {
            case Support.No(String reason) ->
                    new BackendReport(offer.name(), List.of(), Optional.of(reason));
            case Support.Yes _ -> withDevices(offer.name(), offer.provider());
        };
    }

    private static BackendReport withDevices(String name, ExecutorProvider provider) {
        try {
            List<Accelerator> devices =
                    provider.devices().stream()
                            .map(d -> new Accelerator(d.name(), d.driver(), d.memoryBytes()))
                            .toList();
            return new BackendReport(name, devices, Optional.empty());
        } catch (ApusException e) {
            return new BackendReport(name, List.of(), Optional.of(e.getMessage()));
        } catch (RuntimeException | LinkageError e) {
            return new BackendReport(
                    name,
                    List.of(),
                    Optional.of("its devices cannot be listed: " + Backends.reason(e)));
        }
    }
}
